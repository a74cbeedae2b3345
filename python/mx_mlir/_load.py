"""Reading of saved programs; needs libmx_runtime alone."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import json
import os
import threading
import weakref
from collections import Counter
from pathlib import Path as FilePath
from typing import Any, Callable, Optional

import numpy as np

from ._cpu import cpu_features
from ._error import Error
from ._program import Path, Program
from ._types import Remark

DESCRIPTION = "program.json"
FORMAT = "mx_mlir program"
VERSION = 1


# How many programs use the constants at an address: one library may serve several.
_users: Counter[int] = Counter()
_PART = 1 << 24  # bytes that are compared at a time
_users_lock = threading.RLock()


class _Region(ctypes.Structure):
    """mx_weights_region of mx/Runtime/Weights.h."""

    _fields_ = [
        ("begin", ctypes.c_void_p),
        ("size", ctypes.c_uint64),
        ("id", ctypes.c_uint64),
        ("is_ready", ctypes.c_uint64),
    ]


@functools.lru_cache(maxsize=None)
def _runtime() -> ctypes.CDLL:
    """Returns libmx_runtime; code that is loaded later finds it by its name."""
    library = ctypes.CDLL(str(FilePath(__file__).parent / "libmx_runtime.so"))
    for bring in (library.mx_weights_attach, library.mx_weights_read):
        bring.argtypes = [ctypes.POINTER(_Region), ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    library.mx_weights_detach.argtypes = [ctypes.POINTER(_Region)]
    library.mx_weights_detach.restype = None
    library.mx_weights_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    library.mx_weights_open.restype = ctypes.c_void_p
    library.mx_weights_verify.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.mx_weights_close.argtypes = [ctypes.c_void_p]
    library.mx_weights_close.restype = None
    return library


def read_description(folder: FilePath) -> dict[str, Any]:
    try:
        description = json.loads((folder / DESCRIPTION).read_text())
    except OSError as error:
        raise Error(f"error: '{folder}' holds no saved program: {DESCRIPTION}: {error.strerror}") from error
    except ValueError as error:
        raise Error(f"error: '{folder}': {DESCRIPTION} is damaged: {error}") from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise Error(f"error: '{folder}' holds no saved program: {DESCRIPTION} describes something else")
    if description.get("version") != VERSION:
        found = description.get("version")
        raise Error(f"error: '{folder}' was saved as version {found}, this package reads {VERSION}")
    return description


def _check_cpu(folder: FilePath, wanted: list[str]) -> None:
    lacking = sorted(set(wanted) - cpu_features())
    if lacking:
        raise Error(f"error: '{folder}' was compiled for a processor with {', '.join(lacking)}, which this one lacks")


def _file(folder: FilePath, name: str) -> FilePath:
    if os.path.basename(name) != name:
        raise ValueError(f"file name {name!r}")
    return folder / name


def _load_openmp(path: str) -> None:
    """Loads LLVM's OpenMP, which the code then finds by its name."""
    for candidate in (path, "libomp.so.5"):
        try:
            ctypes.CDLL(candidate)
            return
        except OSError:
            continue
    raise Error(f"error: the program runs on OpenMP, and neither '{path}' nor libomp.so.5 can be loaded")


def _load_code(folder: FilePath, description: dict[str, Any]) -> ctypes.CDLL:
    path = _file(folder, description["code"]["file"])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Error(f"error: '{path}' cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != description["code"]["sha256"]:
        raise Error(f"error: '{path}' is damaged, or of another program than {DESCRIPTION}")
    _runtime()
    if description["openmp"] is not None:
        _load_openmp(description["openmp"])
    try:
        return ctypes.CDLL(str(path), mode=os.RTLD_NOW | os.RTLD_LOCAL)
    except OSError as error:
        raise Error(f"error: '{path}' cannot be loaded: {error}") from error


def _verify(path: FilePath, message: Any) -> Optional[str]:
    runtime = _runtime()
    weights = runtime.mx_weights_open(os.fsencode(path), message, len(message))
    if not weights:
        return message.value.decode(errors="replace")
    damaged = runtime.mx_weights_verify(weights, message, len(message)) != 0
    runtime.mx_weights_close(weights)
    return f"weight file '{path}': {message.value.decode(errors='replace')}" if damaged else None


def _attach_weights(
    folder: FilePath, description: dict[str, Any], code: ctypes.CDLL, verify: bool, map_weights: bool
) -> None:
    if description["weights"] is None:
        return
    path = _file(folder, description["weights"]["file"])
    message = ctypes.create_string_buffer(1024)
    reason = _verify(path, message) if verify else None
    if reason is None:
        reason = _bring(code, path, map_weights, message)
    if reason is None and verify:
        reason = _compare(_Region.in_dll(code, "mx_weights"), path)
    if reason is not None:
        raise Error(f"error: {reason}")


def _bring(code: ctypes.CDLL, path: FilePath, map_weights: bool, message: Any) -> Optional[str]:
    """Brings the constants to where `code` has them, unless they are there for
    another program; returns why that cannot be. They stay until `code` is gone."""
    region, runtime = _Region.in_dll(code, "mx_weights"), _runtime()
    bring = runtime.mx_weights_attach if map_weights else runtime.mx_weights_read
    # No object that the garbage collector knows: of a cycle it would end what
    # hangs on these before it calls their `__del__`, which may run the program.
    lease = np.empty(0)
    with _users_lock:
        _users[ctypes.addressof(region)] += 1
        weakref.finalize(lease, _leave, ctypes.addressof(region)).atexit = False
        if bring(region, os.fsencode(path), message, len(message)) != 0:
            return message.value.decode(errors="replace")
    code.mx_lease = lease
    return None


def _leave(region: int) -> None:
    with _users_lock:
        _users[region] -= 1
        if _users[region] == 0:
            _runtime().mx_weights_detach(_Region.from_address(region))


def _compare(region: _Region, path: FilePath) -> Optional[str]:
    """Returns what is wrong where the constants are not the bytes of the file, since
    another program that lives has brought others."""
    at = region.begin
    with open(path, "rb") as file:
        while part := file.read(_PART):
            if ctypes.string_at(at, len(part)) != part:
                return f"weight file '{path}': a program that is loaded has other data in its place"
            at += len(part)
    return None


def _addresses(code: ctypes.CDLL, entries: list[dict[str, Any]]) -> list[int]:
    functions = [getattr(code, "_mlir_ciface_" + entry["name"]) for entry in entries]
    return [ctypes.cast(function, ctypes.c_void_p).value or 0 for function in functions]


def load_folder(
    folder: FilePath, verify: bool, map_weights: bool, save: Callable[[FilePath, dict[str, Any], Path], None]
) -> Program:
    """Returns the program in a folder; `save` copies such a folder while it holds
    the same description."""
    description = read_description(folder)
    try:
        _check_cpu(folder, description["cpu"])
        code = _load_code(folder, description)
        _attach_weights(folder, description, code, verify, map_weights)
        remarks = [Remark(**remark) for remark in description["remarks"]]
        entries = description["entries"]
        return Program(entries, _addresses(code, entries), remarks, code, lambda _, path: save(folder, description, path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Error(f"error: '{folder}': {DESCRIPTION} is damaged: {error!r}") from error
