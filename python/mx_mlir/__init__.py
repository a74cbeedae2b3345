"""Compile, run and quantize block-scaled tensors by MX.

    program = mx_mlir.compile(text, "mx-quantize{weights=amxfp4},mx-to-llvm")
    y = program.main(x, w)

`load` of a saved program needs neither LLVM nor MLIR; the extension that holds
the compiler is loaded when it is first needed.
"""

from ._compile import compile, write_bytecode
from ._error import Error
from ._formats import Format, Quantized, dequantize, formats, quantize
from ._program import Program
from ._register import register
from ._save import load
from ._types import Remark, Signature, ValueType

__all__ = [
    "Error",
    "Format",
    "Program",
    "Quantized",
    "Remark",
    "Signature",
    "ValueType",
    "compile",
    "dequantize",
    "formats",
    "load",
    "quantize",
    "register",
    "write_bytecode",
]
