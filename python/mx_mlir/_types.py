"""Types of arguments and results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np


def _find_bfloat16() -> np.dtype:
    """Returns ml_dtypes.bfloat16, or where that is not installed the type of
    its bits, uint16."""
    try:
        from ml_dtypes import bfloat16
    except ImportError:
        return np.dtype(np.uint16)
    return np.dtype(bfloat16)


# By MLIR's names: what a result is, then what else passes as an argument,
# which has the same bits.
DTYPES: dict[str, tuple[np.dtype, ...]] = {
    "f64": (np.dtype(np.float64),),
    "f32": (np.dtype(np.float32),),
    "f16": (np.dtype(np.float16),),
    "bf16": (_find_bfloat16(), np.dtype(np.uint16)),
    "i64": (np.dtype(np.int64), np.dtype(np.uint64)),
    "i32": (np.dtype(np.int32), np.dtype(np.uint32)),
    "i16": (np.dtype(np.int16), np.dtype(np.uint16)),
    "i8": (np.dtype(np.int8), np.dtype(np.uint8)),
    "i1": (np.dtype(np.bool_),),
    "index": (np.dtype(np.int64), np.dtype(np.uint64)),
}
_NAMES = {dtypes[0]: name for name, dtypes in reversed(DTYPES.items())}


def name_of(dtype: np.dtype) -> str:
    """Returns MLIR's name of a dtype, numpy's where it has none."""
    return _NAMES.get(dtype, str(dtype))


def shape_text(shape: tuple[Optional[int], ...]) -> str:
    """Returns `4x?x`."""
    return "".join(f"{'?' if extent is None else extent}x" for extent in shape)


@dataclass(frozen=True)
class ValueType:
    """Type of an argument or a result.

    dtype: f64 f32 f16 bf16 i64 i32 i16 i8 i1 index.
    shape: of a tensor, None for an extent that each call decides; of a scalar
        None.
    """

    dtype: str
    shape: Optional[tuple[Optional[int], ...]]

    def __str__(self) -> str:
        """Returns `tensor<4x?xf32>`, or `f32` for a scalar."""
        if self.shape is None:
            return self.dtype
        return f"tensor<{shape_text(self.shape)}{self.dtype}>"


@dataclass(frozen=True)
class Signature:
    """What an entry takes and returns.

    in_place: for each argument the number of the result that it holds after a
        call, None where it is not written to.
    """

    arguments: tuple[ValueType, ...]
    results: tuple[ValueType, ...]
    in_place: tuple[Optional[int], ...]

    def __str__(self) -> str:
        """Returns `(tensor<4xf32>, index) -> tensor<4xf32>`."""
        takes = ", ".join(map(str, self.arguments))
        gives = ", ".join(map(str, self.results))
        return f"({takes}) -> {gives if len(self.results) == 1 else f'({gives})'}"


@dataclass(frozen=True)
class Remark:
    """What a pass said of an op (docs/Remarks.md of the project lists them).

    kind: passed (done), missed (left alone), failed or analysis.
    category: `mx-quantize`, `mx-lowering` and the like.
    name: the id of the reason.
    function: the name of the function that the op is in.
    message: the details, `KEY=VALUE` each.
    place: `FILE:LINE:COLUMN` of the op, empty where it has none.
    """

    kind: str
    category: str
    name: str
    function: str
    message: str
    place: str


def _read_types(values: list[dict[str, Any]]) -> tuple[ValueType, ...]:
    types = []
    for value in values:
        shape = value.get("shape")
        if value["dtype"] not in DTYPES:
            raise ValueError(f"dtype {value['dtype']!r}")
        types.append(ValueType(value["dtype"], None if shape is None else tuple(shape)))
    return tuple(types)


def read_signature(entry: dict[str, Any]) -> Signature:
    """Returns the signature that the extension, or a saved program, describes.
    Anything else is a KeyError, TypeError or ValueError."""
    arguments = _read_types(entry["arguments"])
    results = _read_types(entry["results"])
    in_place = tuple(None if number == -1 else number for number in entry["in_place"])
    held = [number for number in in_place if number is not None]
    if len(in_place) != len(arguments) or not set(held) <= set(range(len(results))):
        raise ValueError(f"in_place {in_place}")
    return Signature(arguments, results, in_place)
