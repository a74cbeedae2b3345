"""Sources and pipelines."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping, Optional, Union

import numpy as np

from ._arguments import as_array
from ._program import Path, Program
from ._types import Remark

Source = Union[str, bytes, "os.PathLike[str]"]

# Of resources: what compiled code counts on.
_ALIGNMENT = 64


def _split_source(source: Source) -> tuple[Optional[bytes], str]:
    """Returns (text or bytecode, path); one of them is empty."""
    if isinstance(source, str):
        return source.encode(), ""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), ""
    if isinstance(source, os.PathLike):
        return None, os.fsdecode(source)
    wanted = "MLIR text (str), bytecode (bytes) or a path (PathLike)"
    raise TypeError(f"source: found {type(source).__name__}, wanted {wanted}")


def _aligned(array: np.ndarray) -> np.ndarray:
    """Returns the bytes of an array, contiguous and aligned; a copy if need
    be."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    if flat.ctypes.data % _ALIGNMENT == 0:
        return flat
    room = np.empty(flat.nbytes + _ALIGNMENT, np.uint8)
    begin = -room.ctypes.data % _ALIGNMENT
    room[begin : begin + flat.nbytes] = flat
    return room[begin : begin + flat.nbytes]


def _read_resources(resources: Optional[Mapping[str, Any]]) -> list[tuple[str, int, int, Any]]:
    """Returns (key, address, size, owner) of each."""
    described = []
    for key, value in (resources or {}).items():
        if not isinstance(key, str):
            raise TypeError(f"resources: found a key of {type(key).__name__}, wanted str")
        try:
            array = _aligned(as_array(value))
        except TypeError as error:
            raise TypeError(f"resource '{key}': {error}") from None
        described.append((key, array.ctypes.data, array.nbytes, array))
    return described


def compile(
    source: Source,
    pipeline: str = "mx-quantize,mx-to-llvm",
    threads: int = 1,
    resources: Optional[Mapping[str, Any]] = None,
) -> Program:
    """Compiles a module for this machine.

    source: MLIR text, bytecode as bytes, or the path (an os.PathLike, not a
        str) of a file of either.
    pipeline: passes with their options, as `mx-opt` and `mx-run` take them,
        down to the LLVM dialect: `mx-quantize{weights=amxfp4},mx-to-llvm`,
        `mx-reference` (slow and exact), `mx-float-to-llvm` (floats as they
        are); empty for a module that is lowered already.
    threads: of the code of each `mx-to-llvm` that does not say `threads` itself.
    resources: data of `dense_resource<KEY>` and `mx.constant` that the source
        leaves out, by key: arrays of as many bytes as the type has, in row-major
        order (bf16: ml_dtypes.bfloat16 or uint16; codes and scales: uint8). Not
        copied where they are contiguous and lie at a multiple of 64 bytes; they
        must not change as long as the program lives.

    Raises Error, whose message has the place, for text that does not parse or
    verify, resources that are missing, not asked for or of the wrong size, a
    pipeline that does not parse or fails, and what is not lowered by it.
    """
    if not isinstance(pipeline, str):
        raise TypeError(f"pipeline: found {type(pipeline).__name__}, wanted str")
    if isinstance(threads, bool) or not isinstance(threads, int):
        raise TypeError(f"threads: found {type(threads).__name__}, wanted int")
    if not 1 <= threads <= 1024:
        raise ValueError(f"threads: found {threads}, wanted 1 to 1024")
    from . import _mx
    from ._save import save_compiled

    text, path = _split_source(source)
    code = _mx.compile(text, path, pipeline, threads, _read_resources(resources))
    remarks = [Remark(r.kind, r.category, r.name, r.function, r.message, r.place) for r in code.remarks()]
    return Program(json.loads(code.describe()), code.addresses(), remarks, code, save_compiled)


def write_bytecode(
    source: Source,
    path: Path,
    resources: Optional[Mapping[str, Any]] = None,
    pipeline: str = "",
) -> None:
    """Writes a module, with the data of its resources, as MLIR bytecode.

    source, resources: as for `compile`.
    path: the file to write; `compile`, `mx-opt` and `mx-run` read it.
    pipeline: what is done before, for instance `mx-quantize` to store quantized
        weights; by default nothing.

    Raises Error as `compile` does, and where the file cannot be written.
    """
    if not isinstance(pipeline, str):
        raise TypeError(f"pipeline: found {type(pipeline).__name__}, wanted str")
    from . import _mx

    text, read = _split_source(source)
    _mx.write_bytecode(text, read, pipeline, _read_resources(resources), os.fsdecode(path))
