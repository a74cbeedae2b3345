"""The model in numpy and f32, independent of the compiler: what it is compared with.

`quantize` and `quantize_activations` stand for any change of the linear layers'
operands, as f32 -> f32 functions along the last axis: a simulation of formats.
"""

from typing import Callable

import numpy as np

from model import EMBEDDING, Model, rope_table

Change = Callable[[np.ndarray], np.ndarray]


def same(x: np.ndarray) -> np.ndarray:
    return x


def rms_norm(x: np.ndarray, weight: np.ndarray, epsilon: float) -> np.ndarray:
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(epsilon)) * weight


def silu(x: np.ndarray) -> np.ndarray:
    return x / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Forward:
    def __init__(self, model: Model, quantize: Change = same, quantize_activations: Change = same):
        self.config = model.config
        self.quantize_activations = quantize_activations
        self.linears = {name: quantize(model.weight(name)) for name in model.linear_names()}
        norms = [f"blk.{i}.{name}.weight" for i in range(self.config.layers) for name in ("attn_norm", "ffn_norm")]
        self.norms = {name: model.weight(name) for name in (*norms, "output_norm.weight")}
        self.embedding = model.weight(EMBEDDING)

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        return rms_norm(x, self.norms[name + ".weight"], self.config.epsilon)

    def linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.linears[name + ".weight"].T

    def heads(self, x: np.ndarray) -> np.ndarray:
        """Returns x [tokens, heads * head] as [heads, tokens, head]."""
        return x.reshape(len(x), -1, self.config.head).swapaxes(0, 1)

    def rotate(self, x: np.ndarray) -> np.ndarray:
        """Returns x [heads, tokens, head], turned by RoPE from position 0 on."""
        cosine, sine = rope_table(self.config, x.shape[1])
        low, high = np.split(x, 2, axis=-1)
        return np.concatenate([low * cosine - high * sine, high * cosine + low * sine], axis=-1)

    def attention(self, prefix: str, x: np.ndarray) -> np.ndarray:
        x = self.quantize_activations(x)
        query, key, value = (self.heads(self.linear(prefix + part, x)) for part in ("attn_q", "attn_k", "attn_v"))
        query, key = self.rotate(query), self.rotate(key)
        shared = self.config.heads // self.config.kv_heads
        key, value = key.repeat(shared, axis=0), value.repeat(shared, axis=0)
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(self.config.head))
        future = np.triu(np.ones(scores.shape[1:], bool), 1)
        mixed = softmax(np.where(future, np.float32(-np.inf), scores)) @ value
        mixed = mixed.swapaxes(0, 1).reshape(len(x), -1)
        return self.linear(prefix + "attn_output", self.quantize_activations(mixed))

    def mlp(self, prefix: str, x: np.ndarray) -> np.ndarray:
        x = self.quantize_activations(x)
        inner = silu(self.linear(prefix + "ffn_gate", x)) * self.linear(prefix + "ffn_up", x)
        return self.linear(prefix + "ffn_down", self.quantize_activations(inner))

    def logits(self, tokens: np.ndarray) -> np.ndarray:
        """Returns the logits [tokens, vocabulary] that follow each token."""
        x = self.embedding[tokens]
        for layer in range(self.config.layers):
            prefix = f"blk.{layer}."
            x = x + self.attention(prefix, self.norm(prefix + "attn_norm", x))
            x = x + self.mlp(prefix, self.norm(prefix + "ffn_norm", x))
        return self.norm("output_norm", x) @ self.embedding.T
