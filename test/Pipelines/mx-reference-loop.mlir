// A loop may carry a tensor that its body makes.
// RUN: mx-run %s --pipeline='mx-quantize{weights=mxint8 activations=mxint8},mx-reference' \
// RUN:   --arg=4x128xf32=normal:1 --arg=128x128xf32=normal:2 --against=float --tolerance=0.1 --json \
// RUN:   | FileCheck %s
// CHECK: "ok": true

func.func @main(%x: tensor<4x128xf32>, %w: tensor<128x128xf32> {mx.weight}) -> tensor<4x128xf32> {
  %lower = arith.constant 0 : index
  %upper = arith.constant 3 : index
  %step = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x128xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<4x128xf32>) -> tensor<4x128xf32>
  %y = scf.for %i = %lower to %upper step %step iter_args(%now = %x) -> tensor<4x128xf32> {
    %next = linalg.matmul ins(%now, %w : tensor<4x128xf32>, tensor<128x128xf32>)
                          outs(%init : tensor<4x128xf32>) -> tensor<4x128xf32>
    scf.yield %next : tensor<4x128xf32>
  }
  return %y : tensor<4x128xf32>
}
