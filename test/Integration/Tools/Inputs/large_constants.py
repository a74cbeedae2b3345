"""Writes a module whose function returns a row of each of two large constants,
the one its argument names, and the whole of a third; or checks what it returned
for row 0.

usage: large_constants.py FILE.mlir | --check RESOURCE.npy DENSE.npy SPLAT.npy
"""

import sys

import numpy as np

rows, columns = 160, 128
resource = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
dense = -resource - 1
splat = np.full_like(resource, 2.5)

if sys.argv[1] == "--check":
    for path, wanted in zip(sys.argv[2:], (resource[:1], dense[:1], splat)):
        found = np.load(path)
        if not np.array_equal(found, wanted):
            sys.exit(f"{path}: found {found}")
    sys.exit()

tensor, row = f"tensor<{rows}x{columns}xf32>", f"tensor<1x{columns}xf32>"
body = [
    f"func.func @main(%i: index) -> ({row}, {row}, {tensor}) {{",
    f"  %resource = arith.constant dense_resource<w> : {tensor}",
    f'  %dense = arith.constant dense<"0x{dense.tobytes().hex()}"> : {tensor}',
    f"  %splat = arith.constant dense<2.5> : {tensor}",
]
for name in ("resource", "dense"):
    body.append(f"  %{name}_row = tensor.extract_slice %{name}[%i, 0] [1, {columns}] [1, 1] : {tensor} to {row}")
body.append(f"  return %resource_row, %dense_row, %splat : {row}, {row}, {tensor}")
body.append("}")
blob = f'"0x40000000{resource.tobytes().hex()}"'
body.append(f"{{-# dialect_resources: {{ builtin: {{ w: {blob} }} }} #-}}")
with open(sys.argv[1], "w") as file:
    file.write("\n".join(body) + "\n")
