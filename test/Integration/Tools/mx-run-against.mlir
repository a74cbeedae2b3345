// What mx-run compares with, in which unit, and what it makes of it.

// RUN: rm -rf %t && mkdir %t
// RUN: mx-run %s --arg=4x64xf32=normal:1 --arg=64x8xf32=normal:2 --result=@%t/gold.npy

// Only a contraction: relative to sum |x*w|, and the bound of 2 K + 1 roundings.
// RUN: mx-run %s --arg=4x64xf32=normal:1 --arg=64x8xf32=normal:2 --against=@%t/gold.npy | FileCheck %s --check-prefix=GOLD
// GOLD: against @{{.+}}gold.npy: SQNR inf dB, max error 0 of sum |x*w|, tolerance 7.69e-06: ok
// RUN: mx-run %s --arg=4x64xf32=normal:1 --arg=64x8xf32=normal:2 --against=float --json | FileCheck %s --check-prefix=JSON
// JSON: "max_error": 0
// JSON: "ok": true
// JSON: "sqnr_db": "inf"
// JSON: "tolerance": 1.5{{.+}}e-05

// Other data fails, with exit status 1, unless the tolerance allows it.
// RUN: not mx-run %s --arg=4x64xf32=normal:1 --arg=64x8xf32=normal:3 --against=@%t/gold.npy > %t/out
// RUN: FileCheck %s --check-prefix=BAD < %t/out
// BAD: : too large
// RUN: %python -c "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode != 1)" \
// RUN:   mx-run %s --arg=4x64xf32=normal:1 --arg=64x8xf32=normal:3 --against=@%t/gold.npy
// RUN: mx-run %s --arg=4x64xf32=normal:1 --arg=64x8xf32=normal:3 --against=@%t/gold.npy --tolerance=2
func.func @main(%a: tensor<4x64xf32>, %b: tensor<64x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x64xf32>, tensor<64x8xf32>)
                     outs(%c : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
