"""What a caller gives -> what a compiled function takes, checked."""

from __future__ import annotations

import ctypes
import numbers
import operator
from typing import Any

import numpy as np

from ._types import DTYPES, ValueType, name_of, shape_text

CTYPES = {
    "f64": ctypes.c_double,
    "f32": ctypes.c_float,
    "i64": ctypes.c_int64,
    "i32": ctypes.c_int32,
    "i16": ctypes.c_int16,
    "i8": ctypes.c_int8,
    "i1": ctypes.c_uint8,
    "index": ctypes.c_int64,
}


def check_scalar(wanted: ValueType, value: Any) -> Any:
    """Returns `value` as a Python number that fits the type."""
    if wanted.dtype not in CTYPES:
        raise TypeError(f"a scalar {wanted.dtype} cannot be passed; make it a tensor of rank 0")
    if wanted.dtype in ("f64", "f32"):
        if not isinstance(value, numbers.Real):
            raise TypeError(f"found {type(value).__name__}, wanted a number")
        return float(value)
    if wanted.dtype == "i1":
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"found {type(value).__name__}, wanted bool")
        return int(value)
    number = operator.index(value)
    bits = 8 * ctypes.sizeof(CTYPES[wanted.dtype])
    # Signless: -1 and 255 are the same i8.
    if not -(1 << (bits - 1)) <= number < 1 << bits:
        raise ValueError(f"found {number}, which does not fit {wanted.dtype}")
    return number


def as_array(value: Any) -> np.ndarray:
    """Returns a tensor of any library as an array, without a copy."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, np.generic):
        return np.asarray(value)
    if not hasattr(value, "__dlpack__"):
        raise TypeError(f"found {type(value).__name__}, wanted an array (numpy, or one with __dlpack__)")
    try:
        return np.from_dlpack(value)
    except (BufferError, RuntimeError, ValueError) as error:
        raise TypeError(f"numpy cannot take this {type(value).__name__}: {error}") from error


class TensorArgument:
    """Checks one tensor argument."""

    def __init__(self, wanted: ValueType, is_written: bool):
        assert wanted.shape is not None
        self.wanted = wanted
        self.shape = wanted.shape
        self.rank = len(wanted.shape)
        self.extents = [(axis, extent) for axis, extent in enumerate(wanted.shape) if extent is not None]
        self.dtypes = DTYPES[wanted.dtype]
        self.is_written = is_written

    def bind(self, value: Any) -> np.ndarray:
        """Returns an array for the call: `value` itself where it is contiguous
        and aligned to its elements, else a copy."""
        array = value if isinstance(value, np.ndarray) else self._convert(value)
        if array.dtype not in self.dtypes or not self._fits(array.shape):
            kind = TypeError if array.dtype not in self.dtypes else ValueError
            found = f"{shape_text(array.shape)}{name_of(array.dtype)}"
            raise kind(f"found {found}, wanted {shape_text(self.shape)}{self.wanted.dtype}")
        flags = array.flags
        if self.is_written:
            self._check_writable(flags)
        elif not flags.c_contiguous or not flags.aligned:
            return np.require(np.ascontiguousarray(array), requirements="A").reshape(array.shape)
        return array

    def _fits(self, shape: tuple[int, ...]) -> bool:
        if len(shape) != self.rank:
            return False
        for axis, extent in self.extents:
            if shape[axis] != extent:
                return False
        return True

    def _convert(self, value: Any) -> np.ndarray:
        if self.is_written:
            raise TypeError(f"is written to: found {type(value).__name__}, wanted a numpy array")
        return as_array(value)

    @staticmethod
    def _check_writable(flags: Any) -> None:
        for name in ("writeable", "c_contiguous", "aligned"):
            if not getattr(flags, name):
                raise ValueError(f"is written to, but the array is not {name}")


def check_apart(spans: list[tuple[int, int, int]], written: set[int]) -> None:
    """Raises where an array that is written to shares memory with another;
    spans are (begin, end, index) of each."""
    # Ends of the spans that reach furthest, among all and among the written.
    furthest = furthest_written = (0, -1)
    for begin, end, index in sorted(spans):
        is_written = index in written
        other = furthest if is_written else furthest_written
        if begin < other[0] and begin < end:
            first, second = sorted((index, other[1]))
            raise ValueError(f"arguments {first} and {second} share memory, and one is written to")
        if end > furthest[0]:
            furthest = (end, index)
        if is_written and end > furthest_written[0]:
            furthest_written = (end, index)
