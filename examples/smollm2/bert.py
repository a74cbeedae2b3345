"""Writes the sentence encoder of examples/minilm whole: `encode(tokens) -> mean`,
the mean of the last hidden states, [hidden]."""

import sys
from pathlib import Path

from blocks import Blocks
from emitter import Tensor

sys.path.append(str(Path(__file__).resolve().parents[1] / "minilm"))

from encoder import Encoder

SQUARES = """
%square = arith.mulf %a, %a : f32
%y = arith.addf %out, %square : f32"""

CENTER = """
%mean = arith.mulf %b, {share} : f32
%y = arith.subf %a, %mean : f32"""

# Centered a with sum of squares b, weight c, bias d.
SCALE = """
%mean = arith.mulf %b, {share} : f32
%variance = arith.addf %mean, {epsilon} : f32
%factor = math.rsqrt %variance : f32
%unit = arith.mulf %a, %factor : f32
%scaled = arith.mulf %unit, %c : f32
%y = arith.addf %scaled, %d : f32"""

GELU = """
%scaled = arith.mulf %a, {rsqrt2} : f32
%erf = math.erf %scaled : f32
%above = arith.addf %erf, {one} : f32
%half = arith.mulf %a, {half} : f32
%y = arith.mulf %half, %above : f32"""


class Bert(Blocks):
    def __init__(self, encoder: Encoder):
        super().__init__()
        self.weights, self.config = encoder.weights, encoder.config

    def weight(self, name: str) -> Tensor:
        return self.emit.resource(name.replace(".", "_"), self.weights[name])

    def linear(self, x: Tensor, name: str) -> Tensor:
        return self.add(self.matmul(x, self.weight(name + ".weight")), self.weight(name + ".bias"), "d")

    def layer_norm(self, x: Tensor, name: str) -> Tensor:
        share = self.emit.number(1 / x.shape[1])
        x = self.elementwise(CENTER.format(share=share), (x, "sd"), (self.row_sums(x, "sd", "d"), "s"))
        squares = self.reduce(SQUARES, x, "sd", "d")
        body = SCALE.format(share=share, epsilon=self.emit.number(self.config["layer_norm_eps"]))
        weight, bias = (self.weight(f"{name}.{part}") for part in ("weight", "bias"))
        return self.elementwise(body, (x, "sd"), (squares, "s"), (weight, "d"), (bias, "d"))

    def embed(self, tokens: Tensor) -> Tensor:
        words, places, kinds = (
            self.weight(f"embeddings.{kind}_embeddings.weight") for kind in ("word", "position", "token_type")
        )
        x = self.gather(tokens, words)
        x = self.add(x, self.emit.slice(places, (0, 0), x.shape, x.shape))
        x = self.add(x, self.emit.slice(kinds, (0, 0), (1, x.shape[1]), x.shape[1:]), "d")
        return self.layer_norm(x, "embeddings.LayerNorm")

    def attention(self, x: Tensor, prefix: str) -> Tensor:
        emit, heads = self.emit, self.config["num_attention_heads"]
        query, key, value = (
            self.split_heads(self.linear(x, f"{prefix}self.{part}"), heads) for part in ("query", "key", "value")
        )
        scores = self.batch_matmul(query, key, "bmk,bnk->bmn", x.shape[0])
        scale = emit.number(query.shape[2] ** -0.5)
        weights, sums = self.softmax(self.elementwise(f"%y = arith.mulf %a, {scale} : f32", (scores, "hst")), "hst")
        mixed = self.batch_matmul(weights, value, "bmk,bkn->bmn", query.shape[2])
        out = emit.empty((x.shape[0], heads, query.shape[2]))
        out = emit.generic([(mixed, "hsd"), (sums, "hs")], (out, "shd"), "%y = arith.divf %a, %b : f32")
        return self.linear(emit.collapse(out, [[0], [1, 2]], x.shape), prefix + "output.dense")

    def mlp(self, x: Tensor, prefix: str) -> Tensor:
        rsqrt2, one, half = (self.emit.number(value) for value in (0.5**0.5, 1, 0.5))
        inner = self.linear(x, prefix + "intermediate.dense")
        inner = self.elementwise(GELU.format(rsqrt2=rsqrt2, one=one, half=half), (inner, "sd"))
        return self.linear(inner, prefix + "output.dense")

    def layer(self, x: Tensor, layer: int) -> Tensor:
        """Returns what the next layer gets. A layer is a function, for compile time."""
        prefix = f"encoder.layer.{layer}."

        def body(x: Tensor) -> list[Tensor]:
            x = self.add(x, self.attention(x, prefix + "attention."))
            x = self.layer_norm(x, prefix + "attention.output.LayerNorm")
            return [self.layer_norm(self.add(x, self.mlp(x, prefix)), prefix + "output.LayerNorm")]

        return self.emit.call(f"layer{layer}", [x], body)[0]

    def encode(self) -> None:
        """Writes the entry; there must be a token."""
        self.emit.start()
        tokens = Tensor("%tokens", ("?",), "i64")
        argument = f"%tokens: {tokens.type}"
        tokens = tokens._replace(shape=(self.emit.extent(tokens, 0),))
        x = self.embed(tokens)
        for layer in range(self.config["num_hidden_layers"]):
            x = self.layer(x, layer)
        count = self.emit.value(f"arith.index_cast {tokens.shape[0]} : index to i64")
        count = self.emit.value(f"arith.sitofp {count} : i64 to f32")
        mean = self.elementwise(f"%y = arith.divf %a, {count} : f32", (self.row_sums(x, "sd", "s"), "d"))
        self.emit.finish("encode", [argument], [mean])
