"""Writes weights as an MLIR module: one function a weight.

    weights   private @NAME() -> tensor<NxK x !mx.F>: the constant. `--inline`
              brings it to whoever calls it and takes the function away.
    products  @NAME(tensor<?xK x f32>) -> tensor<?xN x f32>: x times its transpose,
              the activations in float.

The bytes follow as resources, one weight in memory at a time.
"""

import re
from typing import BinaryIO

from weight import Refused, Weight

WEIGHT = """\
func.func private @{name}() -> {w} {{
{constant}
  return %w : {w}
}}
"""

PRODUCT = """\
func.func @{name}(%x: {x}) -> {y} {{
{constant}
  %zero = arith.constant 0.0 : f32
  %axis = arith.constant {axis} : index
  %rows = tensor.dim %x, %axis : {x}
  %empty = tensor.empty(%rows) : {y}
  %init = linalg.fill ins(%zero : f32) outs(%empty : {y}) -> {y}
  %y = mx.matmul ins(%x, %w : {x}, {w}) outs(%init : {y})
  return %y : {y}
}}
"""

CONSTANT = "  %w = mx.constant #mx.blocks<{keys}> : {w}"
TEMPLATES = {"weights": WEIGHT, "products": PRODUCT}


def symbol(name: str) -> str:
    """Returns the name as MLIR quotes it."""
    return '"' + re.sub(r'[^ !#-\[\]-~]', lambda m: "".join(f"\\{b:02X}" for b in m[0].encode()), name) + '"'


def tensor(extents, element: str) -> str:
    return "tensor<" + "".join(f"{extent}x" for extent in extents) + element + ">"


def keys(index: int, weight: Weight) -> dict[str, str]:
    """Returns the key of the resource of each part."""
    return {part: f"w{index}_{part}" for part in weight.parts()}


def function(weight: Weight, part_keys: dict[str, str], form: str) -> str:
    if form == "products" and len(weight.shape) < 2:
        raise Refused(f"tensor '{weight.name}' has one axis: there is no product with it")
    *batch, n, k = (1, *weight.shape)[-max(2, len(weight.shape)) :]
    w = tensor(weight.shape, f"!mx.{weight.format}")
    return TEMPLATES[form].format(
        name=symbol(weight.name),
        constant=CONSTANT.format(keys=", ".join(f"{name} = {key}" for name, key in part_keys.items()), w=w),
        w=w,
        x=tensor([*batch, "?", k], "f32"),
        y=tensor([*batch, "?", n], "f32"),
        axis=len(batch),
    )


def blobs(weight: Weight, part_keys: dict[str, str]) -> list[str]:
    """Returns the text of the resources: alignment 64, then the bytes."""
    arrays = (*weight.load(), weight.outer)
    return [f'      {key}: "0x40000000{array.tobytes().hex()}"' for key, array in zip(part_keys.values(), arrays)]


def render_functions(weights: list[Weight], form: str) -> list[str]:
    """Returns the text of the functions; raises Refused where one has no such form."""
    return [function(weight, keys(index, weight), form) for index, weight in enumerate(weights)]


def write_module(stream: BinaryIO, functions: list[str], weights: list[Weight]) -> None:
    stream.write("".join(functions).encode())
    stream.write(b"\n{-#\n  dialect_resources: {\n    builtin: {\n")
    for index, weight in enumerate(weights):
        comma = "\n" if index + 1 == len(weights) else ",\n"
        stream.write((",\n".join(blobs(weight, keys(index, weight))) + comma).encode())
    stream.write(b"    }\n  }\n#-}\n")
