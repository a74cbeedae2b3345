// What is not folded, and what is kept of what is.
//
// RUN: mx-opt %s --mx-fold-constants | FileCheck %s
// RUN: mx-opt %s --mx-fold-constants --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: mx-opt %s --pass-pipeline='builtin.module(builtin.module(mx-fold-constants))' | FileCheck %s --check-prefix=INNER

// An activation is quantized at run time, without a word.
// CHECK-LABEL: func @activation(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x4xf32>
//       CHECK:   mx.quantize ins(%[[X]] :
//  REMARK-NOT: Function=activation
func.func @activation(%x: tensor<2x4xf32>) -> tensor<2x4x!mx.mxint8> {
  %e = tensor.empty() : tensor<2x4x!mx.mxint8>
  %q = mx.quantize ins(%x : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  return %q : tensor<2x4x!mx.mxint8>
}

// CHECK-LABEL: func @f64(
//       CHECK:   %[[W:.+]] = arith.truncf
//       CHECK:   mx.quantize ins(%[[W]] :
//      REMARK: remark: [Missed] NotFolded | Category:mx-fold | Function=f64 | Reason="a constant of f64, expected f32, f16 or bf16"
func.func @f64() -> tensor<2x4x!mx.mxint8> {
  %c = arith.constant dense<1.3> : tensor<2x4xf64>
  %w = arith.truncf %c : tensor<2x4xf64> to tensor<2x4xf32>
  %e = tensor.empty() : tensor<2x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  return %q : tensor<2x4x!mx.mxint8>
}

// Of the 12 = 6 * 2 merged indices, 4 in the middle of two strides.
// CHECK-LABEL: func @no_strides(
//       CHECK:   mx.quantize
//      REMARK: remark: [Missed] NotFolded | {{.*}} Function=no_strides | Reason="'tensor.expand_shape' to tensor<3x4xf32> has extents that cannot be known, or cuts the axes of a transpose in a way that has no strides"
func.func @no_strides() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]]> : tensor<3x4xf32>
  %t = tensor.empty() : tensor<4x3xf32>
  %p = linalg.transpose ins(%c : tensor<3x4xf32>) outs(%t : tensor<4x3xf32>) permutation = [1, 0]
  %f = tensor.collapse_shape %p [[0, 1]] : tensor<4x3xf32> into tensor<12xf32>
  %w = tensor.expand_shape %f [[0, 1]] output_shape [3, 4] : tensor<12xf32> into tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// A splat of more elements than anybody stores is no larger as a splat.
// CHECK-LABEL: func @huge_splat(
//       CHECK:   %[[W:.+]] = arith.constant dense<1.000000e+00> : tensor<1048576x1048576xf32>
//       CHECK:   mx.quantize ins(%[[W]]
//      REMARK: remark: [Missed] NotFolded | {{.*}} Function=huge_splat | Reason="more than 2^28 elements made of fewer"
func.func @huge_splat() -> tensor<1048576x1048576x!mx.amxfp4> {
  %w = arith.constant dense<1.0> : tensor<1048576x1048576xf32>
  %e = tensor.empty() : tensor<1048576x1048576x!mx.amxfp4>
  %q = mx.quantize ins(%w : tensor<1048576x1048576xf32>) outs(%e : tensor<1048576x1048576x!mx.amxfp4>) using amxfp4
  return %q : tensor<1048576x1048576x!mx.amxfp4>
}

// CHECK-LABEL: func @scale_of_the_run(
//       CHECK:   mx.quantize
//      REMARK: remark: [Missed] NotFolded | {{.*}} Function=scale_of_the_run | Reason="the outer scale is not a constant"
func.func @scale_of_the_run(%o: tensor<2xf32>) -> tensor<2x3x!mx.nvfp4_row> {
  %w = arith.constant dense<1.3> : tensor<2x3xf32>
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4_row>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x3x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<2x3x!mx.nvfp4_row>
}

// Floats that have another use stay, and so do their bytes.
// CHECK-LABEL: func @used_twice(
//   CHECK-DAG:   %[[W:.+]] = arith.constant dense_resource<numbers>
//   CHECK-DAG:   %[[Q:.+]] = mx.constant
//       CHECK:   return %[[Q]], %[[W]]
func.func @used_twice() -> (tensor<1x2x!mx.mxint8>, tensor<1x2xf32>) {
  %w = arith.constant dense_resource<numbers> : tensor<1x2xf32>
  %e = tensor.empty() : tensor<1x2x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<1x2xf32>) outs(%e : tensor<1x2x!mx.mxint8>) using mxint8
  return %q, %w : tensor<1x2x!mx.mxint8>, tensor<1x2xf32>
}

// So do those that a module around this one may use.
module {
  // CHECK-LABEL: func @inner(
  //       CHECK:   mx.constant
  // INNER-LABEL: func @inner(
  //       INNER:   mx.constant
  func.func @inner() -> tensor<1x2x!mx.mxint8> {
    %w = arith.constant dense_resource<of_two_modules> : tensor<1x2xf32>
    %e = tensor.empty() : tensor<1x2x!mx.mxint8>
    %q = mx.quantize ins(%w : tensor<1x2xf32>) outs(%e : tensor<1x2x!mx.mxint8>) using mxint8
    return %q : tensor<1x2x!mx.mxint8>
  }
}
func.func @outer() -> tensor<1x2xf32> {
  %w = arith.constant dense_resource<of_two_modules> : tensor<1x2xf32>
  return %w : tensor<1x2xf32>
}

// CHECK: numbers: "0x04000000{{0000803F00000040"}}
// CHECK: of_two_modules: "0x04000000{{0000803F0000A040"}}
// INNER: of_two_modules: "0x04000000{{0000803F0000A040"}}
{-#
  dialect_resources: {
    builtin: {
      numbers: "0x040000000000803F00000040",
      of_two_modules: "0x040000000000803F0000A040"
    }
  }
#-}
