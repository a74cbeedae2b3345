"""Block-scaled formats on numpy arrays, bit for bit what compiled code does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Tuple

import numpy as np

from ._arguments import as_array
from ._types import name_of, shape_text

Shape = Tuple[int, ...]


@dataclass(frozen=True)
class Format:
    """Facts of a preset: a format, and how codes and scales are chosen.

    element: MLIR's name of the type of the codes.
    block_size: elements that share scales.
    scale: name of the type of a scale.
    scheme: symmetric (a scale a block), asymmetric (two: of the positive and of
        the negative elements) or affine (a step and a minimum).
    outer_scale: none, or an f32 scale a tensor, or a row.
    bits: stored for an element, its share of the scales of the block included.
    rounding: of elements; nearest_even, or nearest_away (ties away from zero).
    scale_rule: how a scale follows from the largest magnitude.
    scale_rounding: of scales under the rule max_fp.
    """

    name: str
    element: str
    block_size: int
    scale: str
    scheme: str
    outer_scale: str
    bits: float
    rounding: str
    scale_rule: str
    scale_rounding: str


@dataclass(frozen=True)
class Quantized:
    """A block-scaled array of shape [..., K], as the parts that compiled code
    takes for it.

    codes: uint8 [..., bytes], the codes of a row packed, its last block padded.
    scales: uint8 [..., blocks, bytes]; two scales: positive first, or step first.
    outer: f32 [...] (one a row), f32 [] (one a tensor), or None.
    preset: the name, with the block size if it was given one (`amxfp4:64`).
    k: the number of elements of the last axis.
    """

    codes: np.ndarray
    scales: np.ndarray
    outer: Optional[np.ndarray]
    preset: str
    k: int


def formats() -> tuple[Format, ...]:
    """Returns the presets, in the order of the README's table."""
    from . import _mx

    return tuple(Format(**_mx.describe_preset(name)) for name in _mx.presets())


def _shapes(preset: str, rows: Shape, k: int) -> tuple[Shape, Shape, Optional[Shape]]:
    """Returns the shapes of codes, scales and outer scales."""
    from . import _mx

    facts = _mx.describe_preset(preset)
    code_bytes, scale_bytes = _mx.row_bytes(preset, k)
    blocks = -(-k // facts["block_size"])
    per_block = _mx.row_bytes(preset, 1)[1]
    assert scale_bytes == blocks * per_block
    outer = {"none": None, "tensor": (), "row": rows}[facts["outer_scale"]]
    return (*rows, code_bytes), (*rows, blocks, per_block), outer


def _as_rows(array: np.ndarray, count: int) -> np.ndarray:
    return array.reshape(count, array.size // count if count else 0)


def quantize(array: Any, preset: str, scale_rule: str = "preset") -> Quantized:
    """Quantizes f32 [..., K] in blocks along the last axis.

    array: of numpy, or with `__dlpack__`; any rank from 1 on.
    preset: a name of `formats()`; `NAME:SIZE` for blocks of another size (a
        power of two from 8 to 256).
    scale_rule: `preset`, or `mse`: of the scale codes next to the preset's own
        those of least squared error.

    An element is the code nearest to x / scale, ties as the preset says, and
    saturates at the largest. A block with a NaN or an infinity becomes NaN.
    Raises TypeError for another dtype, ValueError for rank 0, and Error for an
    unknown preset or rule, or a rule that the preset has not.
    """
    from . import _mx

    x = as_array(array)
    if x.dtype != np.float32:
        raise TypeError(f"found {shape_text(x.shape)}{name_of(x.dtype)}, wanted f32")
    if x.ndim == 0:
        raise ValueError("found an array of rank 0, wanted an axis of blocks")
    rows, k = x.shape[:-1], x.shape[-1]
    count = int(np.prod(rows, dtype=np.int64))
    shapes = _shapes(preset, rows, k)
    codes, scales = np.zeros(shapes[0], np.uint8), np.zeros(shapes[1], np.uint8)
    outer = np.ones(shapes[2] or (), np.float32)
    x = np.require(np.ascontiguousarray(x), requirements="A")
    parts = outer.reshape(-1), _as_rows(codes, count), _as_rows(scales, count)
    _mx.quantize(preset, scale_rule, _as_rows(x, count), *parts)
    return Quantized(codes, scales, None if shapes[2] is None else outer, preset, k)


def _check_part(name: str, found: np.ndarray, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    wanted = np.dtype(dtype)
    if found.dtype != wanted:
        raise TypeError(f"{name}: found {found.dtype}, wanted {wanted}")
    if found.shape != shape:
        raise ValueError(f"{name}: found shape {found.shape}, wanted {shape}")
    return np.ascontiguousarray(found).reshape(shape)


def dequantize(quantized: Quantized) -> np.ndarray:
    """Returns f32 [..., K]: each code times its scales, rounded to f32 after
    each product. A NaN scale makes its block NaN.

    Raises TypeError or ValueError where the parts have not the dtypes and
    shapes that `Quantized` lists, and Error for an unknown preset.
    """
    from . import _mx

    rows, k = quantized.codes.shape[:-1], quantized.k
    if k < 0:
        raise ValueError(f"k: found {k}, wanted a number of elements")
    count = int(np.prod(rows, dtype=np.int64))
    shapes = _shapes(quantized.preset, rows, k)
    codes = _check_part("codes", quantized.codes, shapes[0], np.uint8)
    scales = _check_part("scales", quantized.scales, shapes[1], np.uint8)
    outer = np.ones((), np.float32)
    if shapes[2] is not None:
        if quantized.outer is None:
            raise ValueError(f"outer: found None, wanted shape {shapes[2]}")
        outer = _check_part("outer", quantized.outer, shapes[2], np.float32)
    x = np.empty((*rows, k), np.float32)
    parts = _as_rows(codes, count), _as_rows(scales, count), outer.reshape(-1)
    _mx.dequantize(quantized.preset, *parts, _as_rows(x, count))
    return x
