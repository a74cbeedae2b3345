#!/usr/bin/env python3
"""Writes the model of docs/AheadOfTime.md, y = x * transpose(w) with w 768 x 320,
and rows of x, into a folder: linear.mlir, x.npy, and x.f32 with the floats alone.

usage: make_model.py FOLDER [ROWS]
"""

import sys
from pathlib import Path

import numpy as np

MODEL = """func.func @linear(%x: tensor<?x{k}xf32>) -> tensor<?x{n}xf32> {{
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x{k}xf32>
  %w = arith.constant dense_resource<w> : tensor<{n}x{k}xf32>
  %wt_init = tensor.empty() : tensor<{k}x{n}xf32>
  %wt = linalg.transpose ins(%w : tensor<{n}x{k}xf32>) outs(%wt_init : tensor<{k}x{n}xf32>) permutation = [1, 0]
  %zero = arith.constant 0.0 : f32
  %init = tensor.empty(%m) : tensor<?x{n}xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<?x{n}xf32>) -> tensor<?x{n}xf32>
  %y = linalg.matmul ins(%x, %wt : tensor<?x{k}xf32>, tensor<{k}x{n}xf32>)
                     outs(%zeros : tensor<?x{n}xf32>) -> tensor<?x{n}xf32>
  return %y : tensor<?x{n}xf32>
}}
{{-# dialect_resources: {{ builtin: {{ w: "0x40000000{w}" }} }} #-}}
"""


def main() -> None:
    folder = Path(sys.argv[1])
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    n, k = 768, 320
    random = np.random.default_rng(1)
    w = random.standard_normal((n, k), dtype=np.float32)
    x = random.standard_normal((rows, k), dtype=np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "linear.mlir").write_text(MODEL.format(n=n, k=k, w=w.tobytes().hex()))
    np.save(folder / "x.npy", x)
    x.tofile(folder / "x.f32")


if __name__ == "__main__":
    main()
