#!/usr/bin/env python3
"""Writes the MLP of one encoder layer as MLIR, and its real input.

    export.py OUT [--layer=N]

OUT/mlp.mlir is linalg on tensors in the form torch-mlir gives a Linear layer:
weights [out, in] behind a transpose, biases broadcast, GELU as a generic op.
The number of tokens is dynamic. OUT/x.npy is what this layer sees for the
sentences below, one row a token.

The last layer is the default because no channel rules its output: in each of
the first three, one channel of 384 holds 95 % of the energy of the output or
more, so that SQNR would measure this channel alone.
"""

import argparse
from pathlib import Path

import numpy as np

from encoder import Encoder, model_folder

# Pairs of like meaning; the check of the encoder relies on their order.
SENTENCES = [
    "The cat slept on the warm windowsill all afternoon.",
    "A kitten was dozing in the sunshine by the window.",
    "Rising interest rates have slowed the housing market.",
    "Expensive loans mean that fewer people are buying homes.",
    "The compiler folds constants before it lays out the loops.",
    "Values known at build time are computed ahead of code generation.",
    "She missed the last train and had to walk home in the rain.",
    "After the final train left she went home on foot, soaked.",
    "Add two spoons of olive oil, then fry the onions gently.",
    "Cook the onions over low heat in a little oil.",
    "The spacecraft entered orbit around Mars after seven months.",
    "Following a long journey the probe is now circling the red planet.",
    "Our goalkeeper saved a penalty in the ninetieth minute!",
    "In the last moments of the match the keeper stopped a spot kick.",
    "How do I reset the password of my account?",
    "I forgot my login details; what should I do?",
]

MODULE = """\
#map = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>

func.func @main(%x: tensor<?x{hidden}xf32>) -> tensor<?x{hidden}xf32> {{
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %rsqrt2 = arith.constant 0.707106769 : f32
  %w_up = arith.constant dense_resource<weight_up> : tensor<{inner}x{hidden}xf32>
  %b_up = arith.constant dense_resource<bias_up> : tensor<{inner}xf32>
  %w_down = arith.constant dense_resource<weight_down> : tensor<{hidden}x{inner}xf32>
  %b_down = arith.constant dense_resource<bias_down> : tensor<{hidden}xf32>
  %tokens = tensor.dim %x, %c0 : tensor<?x{hidden}xf32>
{up}
  %gelu = linalg.generic {{indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}}
      ins(%up : tensor<?x{inner}xf32>) outs(%up_empty : tensor<?x{inner}xf32>) {{
  ^bb0(%in: f32, %out: f32):
    %scaled = arith.mulf %in, %rsqrt2 : f32
    %erf = math.erf %scaled : f32
    %erf_1 = arith.addf %erf, %one : f32
    %in_half = arith.mulf %in, %half : f32
    %product = arith.mulf %in_half, %erf_1 : f32
    linalg.yield %product : f32
  }} -> tensor<?x{inner}xf32>
{down}
  return %down : tensor<?x{hidden}xf32>
}}

{{-#
  dialect_resources: {{
    builtin: {{
{blobs}
    }}
  }}
#-}}
"""

LINEAR = """
  %{name}_t_empty = tensor.empty() : tensor<{k}x{n}xf32>
  %{name}_t = linalg.transpose ins(%w_{name} : tensor<{n}x{k}xf32>)
      outs(%{name}_t_empty : tensor<{k}x{n}xf32>) permutation = [1, 0]
  %{name}_empty = tensor.empty(%tokens) : tensor<?x{n}xf32>
  %{name}_zero = linalg.fill ins(%zero : f32) outs(%{name}_empty : tensor<?x{n}xf32>) -> tensor<?x{n}xf32>
  %{name}_product = linalg.matmul ins(%{input}, %{name}_t : tensor<?x{k}xf32>, tensor<{k}x{n}xf32>)
      outs(%{name}_zero : tensor<?x{n}xf32>) -> tensor<?x{n}xf32>
  %{name}_bias = linalg.generic {{indexing_maps = [#row, #map], iterator_types = ["parallel", "parallel"]}}
      ins(%b_{name} : tensor<{n}xf32>) outs(%{name}_empty : tensor<?x{n}xf32>) {{
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }} -> tensor<?x{n}xf32>
  %{name} = linalg.generic {{indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]}}
      ins(%{name}_product, %{name}_bias : tensor<?x{n}xf32>, tensor<?x{n}xf32>)
      outs(%{name}_empty : tensor<?x{n}xf32>) {{
  ^bb0(%lhs: f32, %rhs: f32, %out: f32):
    %sum = arith.addf %lhs, %rhs : f32
    linalg.yield %sum : f32
  }} -> tensor<?x{n}xf32>"""


def blob(name: str, array: np.ndarray) -> str:
    """Returns the text of a resource: alignment 64, then the elements."""
    data = (64).to_bytes(4, "little") + np.ascontiguousarray(array, "<f4").tobytes()
    return f'      {name}: "0x{data.hex().upper()}"'


def module_text(encoder: Encoder, layer: int) -> str:
    prefix = f"encoder.layer.{layer}."
    arrays = {}
    for name, part in (("up", "intermediate.dense"), ("down", "output.dense")):
        arrays[f"weight_{name}"] = encoder.weights[prefix + part + ".weight"]
        arrays[f"bias_{name}"] = encoder.weights[prefix + part + ".bias"]
    inner, hidden = arrays["weight_up"].shape
    return MODULE.format(
        hidden=hidden,
        inner=inner,
        up=LINEAR.format(name="up", input="x", k=hidden, n=inner),
        down=LINEAR.format(name="down", input="gelu", k=inner, n=hidden),
        blobs=",\n".join(blob(*item) for item in arrays.items()),
    )


def check_encoder(encoder: Encoder) -> None:
    """Raises unless each sentence is nearest to the other one of its pair."""
    unit = np.stack([encoder.sentence_embedding(s) for s in SENTENCES])
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -1)
    nearest = cosine.argmax(axis=1)
    wrong = [i for i, j in enumerate(nearest) if j != i ^ 1]
    if wrong:
        raise ValueError(f"sentences {wrong} are not nearest to their pairs: {nearest}")


def export(out: Path, layer: int) -> None:
    encoder = Encoder(model_folder())
    check_encoder(encoder)
    x = np.concatenate([encoder.mlp_input(layer, s) for s in SENTENCES])
    assert x.shape[1] == encoder.config["hidden_size"] and np.isfinite(x).all()
    out.mkdir(parents=True, exist_ok=True)
    (out / "mlp.mlir").write_text(module_text(encoder, layer))
    np.save(out / "x.npy", np.ascontiguousarray(x, np.float32))
    print(f"layer {layer}, {len(SENTENCES)} sentences, {len(x)} tokens")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--layer", type=int, default=5, choices=range(6))
    arguments = parser.parse_args()
    export(arguments.out, arguments.layer)
