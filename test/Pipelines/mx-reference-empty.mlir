// An empty constant weight goes end to end.
// RUN: mx-run %s --pipeline='mx-quantize{min-k=0 min-n=0},mx-reference' --arg=4x0xf32=zeros --json | FileCheck %s
// CHECK:      "shape": [
// CHECK-NEXT:   4,
// CHECK-NEXT:   64

func.func @main(%x: tensor<4x0xf32>) -> tensor<4x64xf32> {
  %w = arith.constant dense<> : tensor<0x64xf32>
  %c = arith.constant dense<1.0> : tensor<4x64xf32>
  %y = linalg.matmul ins(%x, %w : tensor<4x0xf32>, tensor<0x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
