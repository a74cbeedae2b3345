// Formats with an outer scale: it is a constant too, computed on the way.
//
// RUN: mx-opt %s --pass-pipeline='builtin.module(func.func(canonicalize))' > %t
// RUN: echo 'AFTER mx-fold-constants' >> %t
// RUN: mx-opt %s --mx-fold-constants >> %t
// RUN: FileCheck %s < %t

// CHECK-LABEL: func @rows(
//       CHECK:   mx.constant #mx.blocks<codes = [[RC:mx_[0-9a-f]+]], scales = [[RS:mx_[0-9a-f]+]], outer = [[RO:mx_[0-9a-f]+]]>
// CHECK-LABEL: func @tensor(
//       CHECK:   mx.constant #mx.blocks<codes = [[TC:mx_[0-9a-f]+]], scales = [[TS:mx_[0-9a-f]+]], outer = [[TO:mx_[0-9a-f]+]]>
// CHECK-LABEL: func @given(
//       CHECK:   mx.constant #mx.blocks<codes = [[GC:mx_[0-9a-f]+]], scales = [[GS:mx_[0-9a-f]+]], outer = [[GO:mx_[0-9a-f]+]]>

// CHECK-LABEL: AFTER mx-fold-constants

// CHECK-LABEL: func @rows(
//   CHECK-NOT:   mx.outer_scale
//       CHECK:   mx.constant #mx.blocks<codes = [[RC]], scales = [[RS]], outer = [[RO]]> : tensor<2x3x!mx.nvfp4_row>
func.func @rows() -> tensor<2x3x!mx.nvfp4_row> {
  %w = arith.constant dense<[[1.0, -2.0, 0.3], [50.0, 0.0, -7.0]]> : tensor<2x3xf32>
  %o = mx.outer_scale %w : tensor<2x3xf32> for !mx.nvfp4_row
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4_row>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x3x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<2x3x!mx.nvfp4_row>
}

// CHECK-LABEL: func @tensor(
//   CHECK-NOT:   mx.outer_scale
//       CHECK:   mx.constant #mx.blocks<codes = [[TC]], scales = [[TS]], outer = [[TO]]> : tensor<2x3x!mx.nvfp4>
func.func @tensor() -> tensor<2x3x!mx.nvfp4> {
  %w = arith.constant dense<[[1.0, -2.0, 0.3], [50.0, 0.0, -7.0]]> : tensor<2x3xf32>
  %o = mx.outer_scale %w : tensor<2x3xf32> for !mx.nvfp4
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<f32>) outs(%e : tensor<2x3x!mx.nvfp4>) using nvfp4
  return %q : tensor<2x3x!mx.nvfp4>
}

// An outer scale of the user's own.
// CHECK-LABEL: func @given(
//       CHECK:   mx.constant #mx.blocks<codes = [[GC]], scales = [[GS]], outer = [[GO]]> : tensor<2x3x!mx.nvfp4_row>
func.func @given() -> tensor<2x3x!mx.nvfp4_row> {
  %w = arith.constant dense<[[1.0, -2.0, 0.3], [50.0, 0.0, -7.0]]> : tensor<2x3xf32>
  %o = arith.constant dense<[0.5, 2.0]> : tensor<2xf32>
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4_row>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x3x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<2x3x!mx.nvfp4_row>
}

// The same through a transpose.
// CHECK-LABEL: func @transposed_rows(
//       CHECK:   mx.constant #mx.blocks<codes = [[RC]], scales = [[RS]], outer = [[RO]]> : tensor<2x3x!mx.nvfp4_row>
func.func @transposed_rows() -> tensor<2x3x!mx.nvfp4_row> {
  %c = arith.constant dense<[[1.0, 50.0], [-2.0, 0.0], [0.3, -7.0]]> : tensor<3x2xf32>
  %t = tensor.empty() : tensor<2x3xf32>
  %w = linalg.transpose ins(%c : tensor<3x2xf32>) outs(%t : tensor<2x3xf32>) permutation = [1, 0]
  %o = mx.outer_scale %w : tensor<2x3xf32> for !mx.nvfp4_row
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4_row>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x3x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<2x3x!mx.nvfp4_row>
}

// CHECK-LABEL: func @transposed_tensor(
//       CHECK:   mx.constant #mx.blocks<codes = [[TC]], scales = [[TS]], outer = [[TO]]> : tensor<2x3x!mx.nvfp4>
func.func @transposed_tensor() -> tensor<2x3x!mx.nvfp4> {
  %c = arith.constant dense<[[1.0, 50.0], [-2.0, 0.0], [0.3, -7.0]]> : tensor<3x2xf32>
  %t = tensor.empty() : tensor<2x3xf32>
  %w = linalg.transpose ins(%c : tensor<3x2xf32>) outs(%t : tensor<2x3xf32>) permutation = [1, 0]
  %o = mx.outer_scale %w : tensor<2x3xf32> for !mx.nvfp4
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<f32>) outs(%e : tensor<2x3x!mx.nvfp4>) using nvfp4
  return %q : tensor<2x3x!mx.nvfp4>
}

// A scale that somebody else uses becomes a constant of its own.
// CHECK-LABEL: func @scale_has_another_use(
//   CHECK-DAG:   %[[O:.+]] = arith.constant dense<[7.44047633E-4, 0.0186011903]> : tensor<2xf32>
//   CHECK-DAG:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[RC]], scales = [[RS]], outer = [[RO]]>
//       CHECK:   return %[[Q]], %[[O]]
func.func @scale_has_another_use() -> (tensor<2x3x!mx.nvfp4_row>, tensor<2xf32>) {
  %c = arith.constant dense<[[1.0, 50.0], [-2.0, 0.0], [0.3, -7.0]]> : tensor<3x2xf32>
  %t = tensor.empty() : tensor<2x3xf32>
  %w = linalg.transpose ins(%c : tensor<3x2xf32>) outs(%t : tensor<2x3xf32>) permutation = [1, 0]
  %o = mx.outer_scale %w : tensor<2x3xf32> for !mx.nvfp4_row
  %e = tensor.empty() : tensor<2x3x!mx.nvfp4_row>
  %q = mx.quantize ins(%w : tensor<2x3xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x3x!mx.nvfp4_row>) using nvfp4_row
  return %q, %o : tensor<2x3x!mx.nvfp4_row>, tensor<2xf32>
}
