"""Calls of compiled code, which the compiler or a saved program gives.

The code is `_mlir_ciface_NAME`. A tensor goes in as a pointer to a descriptor
of 64-bit words: the buffer, the data in it, an offset, the extents, the strides
in elements. Results that are tensors, or several, come back in one struct that
the first pointer is for, a scalar as the value of the call. Result tensors lie
in buffers from malloc that the caller frees.
"""

from __future__ import annotations

import ctypes
from typing import Any, Optional

import numpy as np

from ._arguments import CTYPES, TensorArgument, check_apart, check_scalar
from ._types import DTYPES, Signature, ValueType

_free = ctypes.CDLL(None).free
_free.argtypes = [ctypes.c_void_p]
_free.restype = None


class _Buffer:
    """Memory of results, freed with the last array in it."""

    __slots__ = ("pointer",)

    def __init__(self, pointer: int):
        self.pointer = pointer

    def __del__(self, free: Any = _free) -> None:
        free(self.pointer)


class _Tensor:
    """What numpy asks for memory; the array keeps it."""

    __slots__ = ("__array_interface__", "buffer")

    def __init__(self, interface: dict[str, Any], buffer: _Buffer):
        self.__array_interface__ = interface
        self.buffer = buffer


def _words(rank: int) -> int:
    return 3 + 2 * rank


def _dense_strides(shape: tuple[int, ...]) -> list[int]:
    strides, stride = [], 1
    for extent in reversed(shape):
        strides.append(stride)
        stride *= extent
    return strides[::-1]


class _Result:
    """One value of the struct of results, at `offset` in bytes."""

    def __init__(self, type_: ValueType, offset: int):
        self.shape = type_.shape
        self.dtype = DTYPES[type_.dtype][0]
        self.align = self.dtype.itemsize if type_.shape is None else 8
        self.offset = -(-offset // self.align) * self.align
        size = self.dtype.itemsize if type_.shape is None else 8 * _words(len(type_.shape))
        self.end = self.offset + size

    def buffer(self, words: Any) -> int:
        return words[self.offset // 8]

    def read(self, words: Any, buffers: dict[int, _Buffer]) -> Any:
        if self.shape is None:
            return np.frombuffer(words, self.dtype, 1, self.offset)[0]
        at = self.offset // 8
        rank, size = len(self.shape), self.dtype.itemsize
        buffer, data, offset = words[at : at + 3]
        shape = tuple(words[at + 3 : at + 3 + rank])
        if 0 in shape:
            return np.empty(shape, self.dtype)
        strides = words[at + 3 + rank : at + 3 + 2 * rank]
        interface = {
            "version": 3,
            "shape": shape,
            "strides": tuple(stride * size for stride in strides),
            # numpy knows bfloat16 by its bits only.
            "typestr": self.dtype.str if self.dtype.kind != "V" else "<u2",
            "data": (data + offset * size, False),
        }
        return np.asarray(_Tensor(interface, buffers[buffer])).view(self.dtype)


class Function:
    """An entry of a program. Call it with one array or number an argument.

    `signature` says what it takes and returns. It may be called from several
    threads; the GIL is free while the code runs.
    """

    def __init__(self, name: str, signature: Signature, address: int, owner: Any):
        self.name = name
        self.signature = signature
        self._owner = owner  # of the code
        self._holders = {r: i for i, r in enumerate(signature.in_place) if r is not None}
        self._written = set(self._holders.values())
        self._tensors: list[Optional[TensorArgument]] = [
            None if type_.shape is None else TensorArgument(type_, i in self._written)
            for i, type_ in enumerate(signature.arguments)
        ]
        self._lay_out_results()
        self._code = self._prototype()(address)

    def _lay_out_results(self) -> None:
        self._results, end = [], 0
        for i, type_ in enumerate(self.signature.results):
            if i not in self._holders:
                self._results.append(_Result(type_, end))
                end = self._results[-1].end
        self._in_struct = len(self._results) > 1 or any(r.shape is not None for r in self._results)
        self._first_word = -(-end // 8) if self._in_struct else 0

    def _prototype(self) -> Any:
        returned = [t for i, t in enumerate(self.signature.results) if i not in self._holders]
        value = None if self._in_struct or not returned else CTYPES.get(returned[0].dtype)
        takes = [ctypes.c_void_p] if self._in_struct else []
        for type_ in self.signature.arguments:
            takes.append(ctypes.c_void_p if type_.shape is not None else CTYPES.get(type_.dtype, ctypes.c_void_p))
        return ctypes.CFUNCTYPE(value, *takes)

    def __repr__(self) -> str:
        return f"<function {self.name}{self.signature}>"

    def __call__(self, *arguments: Any) -> Any:
        arrays, values = self._bind(arguments)
        if self._written:
            self._check_apart(arrays, values)
        words, pointers = self._describe(arrays, values)
        returned = self._code(*pointers)
        return self._collect(words, arrays, returned)

    def _bind(self, arguments: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
        """Returns for each argument its array, None for a scalar, and the
        address of its data or its number."""
        wanted = self.signature.arguments
        if len(arguments) != len(wanted):
            raise TypeError(f"{self.name}: found {len(arguments)} arguments, wanted {len(wanted)}: {self.signature}")
        self._check_return()
        arrays: list[Any] = []
        values: list[Any] = []
        for i, (tensor, value) in enumerate(zip(self._tensors, arguments)):
            try:
                array = tensor.bind(value) if tensor else None
                values.append(check_scalar(wanted[i], value) if array is None else array.__array_interface__["data"][0])
                arrays.append(array)
            except (TypeError, ValueError) as error:
                raise type(error)(f"{self.name}: argument {i}: {error}") from None
        return arrays, values

    def _check_apart(self, arrays: list[Any], values: list[Any]) -> None:
        spans = [
            (begin, begin + array.nbytes, i)
            for i, (array, begin) in enumerate(zip(arrays, values))
            if array is not None and array.size
        ]
        try:
            check_apart(spans, self._written)
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None

    def _check_return(self) -> None:
        if not self._in_struct and self._results and self._code.restype is None:
            raise TypeError(f"{self.name}: a scalar f16 or bf16 cannot be returned; make it a tensor of rank 0")

    def _describe(self, arrays: list[Any], values: list[Any]) -> tuple[Any, list[Any]]:
        """Returns the words of all descriptors and what the code takes."""
        size = self._first_word + sum(_words(a.ndim) for a in arrays if a is not None)
        words = (ctypes.c_int64 * size)()
        base = ctypes.addressof(words)
        pointers = [base] if self._in_struct else []
        at = self._first_word
        for array, value in zip(arrays, values):
            if array is None:
                pointers.append(value)
                continue
            shape = array.shape
            end = at + _words(len(shape))
            words[at:end] = (value, value, 0, *shape, *_dense_strides(shape))
            pointers.append(base + 8 * at)
            at = end
        return words, pointers

    def _collect(self, words: Any, arrays: list[Any], returned: Any) -> Any:
        """Returns the one result, or a tuple of them."""
        if not self._in_struct and self._results:
            dtype = self._results[0].dtype
            # Of a byte that holds an i1 only the lowest bit is said.
            returned = dtype.type(returned & 1 if dtype.kind == "b" else returned)
        pointers = {r.buffer(words) for r in self._results if r.shape is not None}
        buffers = {pointer: _Buffer(pointer) for pointer in pointers}
        fresh = iter(self._results)
        results = []
        for i in range(len(self.signature.results)):
            if i in self._holders:
                results.append(arrays[self._holders[i]])
            else:
                result = next(fresh)
                results.append(result.read(words, buffers) if self._in_struct else returned)
        return results[0] if len(results) == 1 else tuple(results)
