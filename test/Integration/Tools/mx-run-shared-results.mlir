// A value returned twice and its reshape share one buffer, which is freed once.
// RUN: mx-run %s --arg=4x128xf32=normal:1 --json | FileCheck %s
// RUN: mx-run %s --entry=twice --arg=4x128xf32=normal:1 --against=reference \
// RUN:   --pipeline=mx-reference --json | FileCheck %s --check-prefix=TWICE

// CHECK:      "results": [
// CHECK:      "shape": [
// CHECK-NEXT:   512
// CHECK:      "shape": [
// CHECK-NEXT:   4,
// CHECK-NEXT:   128
func.func @main(%x: tensor<4x128xf32>) -> (tensor<512xf32>, tensor<4x128xf32>) {
  %e = tensor.empty() : tensor<4x128xf32>
  %y = linalg.exp ins(%x : tensor<4x128xf32>) outs(%e : tensor<4x128xf32>) -> tensor<4x128xf32>
  %c = tensor.collapse_shape %y [[0, 1]] : tensor<4x128xf32> into tensor<512xf32>
  return %c, %y : tensor<512xf32>, tensor<4x128xf32>
}

// TWICE: "max_error": 0
// TWICE: "ok": true
func.func @twice(%x: tensor<4x128xf32>) -> (tensor<4x128xf32>, tensor<4x128xf32>) {
  %e = tensor.empty() : tensor<4x128xf32>
  %y = linalg.exp ins(%x : tensor<4x128xf32>) outs(%e : tensor<4x128xf32>) -> tensor<4x128xf32>
  return %y, %y : tensor<4x128xf32>, tensor<4x128xf32>
}
