"""Compiles examples/matmul.mlir, runs it, saves it and runs it again."""

from pathlib import Path

import mx_mlir
import numpy as np

program = mx_mlir.compile(Path("examples/matmul.mlir"), "mx-quantize{weights=amxfp4 activations=mxint8},mx-to-llvm")
print(program.signature("main"))
print(program.remarks[0].name, program.remarks[0].message)

random = np.random.default_rng(0)
x, w = random.standard_normal((4, 128), np.float32), random.standard_normal((64, 128), np.float32)
y = program.main(x, w)
print(f"relative error {np.linalg.norm(y - x @ w.T) / np.linalg.norm(y):.3f}")

program.save("build/matmul")  # machine code, which runs without LLVM and MLIR
print("the same again:", np.array_equal(mx_mlir.load("build/matmul").main(x, w), y))
print(mx_mlir.quantize(w, "amxfp4").codes.shape, "bytes of codes")
