// Two contractions have no bound in terms of the result: relative to the rms of
// gold, 2^-20 for each. Every result is compared.

// RUN: mx-run %s --arg=4x4xf32=normal:1 --against=float --json | FileCheck %s
// RUN: mx-run %s --arg=4x4xf32=normal:1 --against=float | FileCheck %s --check-prefix=TEXT
// CHECK: "ok": true
// CHECK: "tolerance": 1.9{{.+}}e-06
// TEXT: of rms

// RUN: mx-run %s --arg=4x4xf32=normal:1 --result=@%t.npy
// RUN: not mx-run %s --arg=4x4xf32=normal:2 --against=@%t.npy | FileCheck %s --check-prefix=BAD
// BAD: of rms, tolerance 1.91e-06: too large
func.func @main(%a: tensor<4x4xf32>) -> (tensor<4x4xf32>, f32) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x4xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %x = linalg.matmul ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>)
                     outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = linalg.matmul ins(%x, %a : tensor<4x4xf32>, tensor<4x4xf32>)
                     outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y, %zero : tensor<4x4xf32>, f32
}
