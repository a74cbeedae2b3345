"""MX for upstream's Python package of MLIR."""

from __future__ import annotations

from typing import Any


def register(context: Any) -> None:
    """Makes the mx dialect, its passes and its pipelines known to a context.

    context: an `mlir.ir.Context` of upstream's package, of the same MLIR
        library (libMLIR.so) that this package is linked with.

    Raises TypeError where it is none, and Error where it comes from another
    copy of MLIR, which then is not touched.
    """
    capsule = getattr(context, "_CAPIPtr", None)
    if type(capsule).__name__ != "PyCapsule":
        raise TypeError(f"found {type(context).__name__}, wanted an mlir.ir.Context")
    from . import _mx

    _mx.register(capsule)
