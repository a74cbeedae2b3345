// The bytes of a folded weight are those of the op's own folder, through every
// chain of layout ops. Keys are hashes of the bytes: equal keys, equal bytes.
//
// RUN: mx-opt %s --pass-pipeline='builtin.module(func.func(canonicalize))' > %t
// RUN: echo 'AFTER mx-fold-constants' >> %t
// RUN: mx-opt %s --mx-fold-constants >> %t
// RUN: FileCheck %s < %t

// RUN: mx-opt %s --mx-fold-constants --mlir-disable-threading | FileCheck %s --check-prefix=THREADS
// RUN: mx-opt %s --mx-fold-constants | FileCheck %s --check-prefix=THREADS

// The op's folder.
// CHECK-LABEL: func @direct(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES:mx_[0-9a-f]+]], scales = [[SCALES:mx_[0-9a-f]+]]> : tensor<3x4x!mx.mxint8>
// CHECK-LABEL: func @bf16(
//       CHECK:   mx.constant #mx.blocks<codes = [[BF16CODES:mx_[0-9a-f]+]], scales = [[BF16SCALES:mx_[0-9a-f]+]]>
// CHECK-LABEL: func @repeated(
//       CHECK:   mx.constant #mx.blocks<codes = [[REPCODES:mx_[0-9a-f]+]], scales = [[REPSCALES:mx_[0-9a-f]+]]>

// CHECK-LABEL: AFTER mx-fold-constants

// CHECK-LABEL: func @direct(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]> : tensor<3x4x!mx.mxint8>
// THREADS-LABEL: func @direct(
//       THREADS:   mx.constant #mx.blocks<codes = [[CODES:mx_[0-9a-f]+]], scales
func.func @direct() -> tensor<3x4x!mx.mxint8> {
  %w = arith.constant dense<[[1.0, -2.0, 0.3, 1.508056640625], [5.0, 0.0, -7.0, 0.1], [0.25, 9.0, 1.1, -1.2]]> : tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// What bf16 makes of one of these numbers lies at a tie.
// CHECK-LABEL: func @bf16(
//       CHECK:   mx.constant #mx.blocks<codes = [[BF16CODES]], scales = [[BF16SCALES]]>
func.func @bf16() -> tensor<1x2x!mx.mxint8> {
  %w = arith.constant dense<[[1.508056640625, 1.0]]> : tensor<1x2xbf16>
  %e = tensor.empty() : tensor<1x2x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<1x2xbf16>) outs(%e : tensor<1x2x!mx.mxint8>) using mxint8
  return %q : tensor<1x2x!mx.mxint8>
}

// CHECK-LABEL: func @repeated(
//       CHECK:   mx.constant #mx.blocks<codes = [[REPCODES]], scales = [[REPSCALES]]>
func.func @repeated() -> tensor<3x2x!mx.mxint8> {
  %w = arith.constant dense<[[1.3, -2.6], [1.3, -2.6], [1.3, -2.6]]> : tensor<3x2xf32>
  %e = tensor.empty() : tensor<3x2x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x2xf32>) outs(%e : tensor<3x2x!mx.mxint8>) using mxint8
  return %q : tensor<3x2x!mx.mxint8>
}

// The chain goes with its last use.
// CHECK-LABEL: func @transposed(
//   CHECK-NOT:   linalg.transpose
//   CHECK-NOT:   arith.constant
//       CHECK:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
//  CHECK-NEXT:   return %[[Q]]
// THREADS-LABEL: func @transposed(
//       THREADS:   mx.constant #mx.blocks<codes = [[CODES]], scales
func.func @transposed() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, 5.0, 0.25], [-2.0, 0.0, 9.0], [0.3, -7.0, 1.1], [1.508056640625, 0.1, -1.2]]> : tensor<4x3xf32>
  %t = tensor.empty() : tensor<3x4xf32>
  %w = linalg.transpose ins(%c : tensor<4x3xf32>) outs(%t : tensor<3x4xf32>) permutation = [1, 0]
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// A generic that transposes.
// CHECK-LABEL: func @transposed_by_generic(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @transposed_by_generic() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, 5.0, 0.25], [-2.0, 0.0, 9.0], [0.3, -7.0, 1.1], [1.508056640625, 0.1, -1.2]]> : tensor<4x3xf32>
  %t = tensor.empty() : tensor<3x4xf32>
  %w = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%c : tensor<4x3xf32>) outs(%t : tensor<3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// The same, where the result is what is indexed in another order.
// CHECK-LABEL: func @transposed_by_output_map(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @transposed_by_output_map() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, 5.0, 0.25], [-2.0, 0.0, 9.0], [0.3, -7.0, 1.1], [1.508056640625, 0.1, -1.2]]> : tensor<4x3xf32>
  %t = tensor.empty() : tensor<3x4xf32>
  %w = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]}
         ins(%c : tensor<4x3xf32>) outs(%t : tensor<3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// A cycle of axes is not its own inverse.
// CHECK-LABEL: func @cycled_by_output_map(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @cycled_by_output_map() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[[1.0, -2.0], [5.0, 0.0], [0.25, 9.0]], [[0.3, 1.508056640625], [-7.0, 0.1], [1.1, -1.2]]]> : tensor<2x3x2xf32>
  %t = tensor.empty() : tensor<2x2x3xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (c, a, b)>], iterator_types = ["parallel", "parallel", "parallel"]}
         ins(%c : tensor<2x3x2xf32>) outs(%t : tensor<2x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x3xf32>
  %u = tensor.empty() : tensor<3x2x2xf32>
  %r = linalg.transpose ins(%p : tensor<2x2x3xf32>) outs(%u : tensor<3x2x2xf32>) permutation = [2, 1, 0]
  %w = tensor.collapse_shape %r [[0], [1, 2]] : tensor<3x2x2xf32> into tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// CHECK-LABEL: func @copied(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @copied() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, -2.0, 0.3, 1.508056640625], [5.0, 0.0, -7.0, 0.1], [0.25, 9.0, 1.1, -1.2]]> : tensor<3x4xf32>
  %t = tensor.empty() : tensor<3x4xf32>
  %w = linalg.copy ins(%c : tensor<3x4xf32>) outs(%t : tensor<3x4xf32>) -> tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// A copy may convert, and rounds as it does.
// CHECK-LABEL: func @copied_to_bf16(
//       CHECK:   mx.constant #mx.blocks<codes = [[BF16CODES]], scales = [[BF16SCALES]]>
func.func @copied_to_bf16() -> tensor<1x2x!mx.mxint8> {
  %c = arith.constant dense<[[1.508056640625, 1.0]]> : tensor<1x2xf32>
  %t = tensor.empty() : tensor<1x2xbf16>
  %w = linalg.copy ins(%c : tensor<1x2xf32>) outs(%t : tensor<1x2xbf16>) -> tensor<1x2xbf16>
  %e = tensor.empty() : tensor<1x2x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<1x2xbf16>) outs(%e : tensor<1x2x!mx.mxint8>) using mxint8
  return %q : tensor<1x2x!mx.mxint8>
}

// A resource: the bytes at the end of this file are the numbers of @direct.
// CHECK-LABEL: func @resource(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @resource() -> tensor<3x4x!mx.mxint8> {
  %w = arith.constant dense_resource<numbers> : tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// Out to one axis and back to others; the splits fall inside the merged axis.
// CHECK-LABEL: func @reshaped(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @reshaped() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, -2.0, 0.3, 1.508056640625, 5.0, 0.0], [-7.0, 0.1, 0.25, 9.0, 1.1, -1.2]]> : tensor<2x6xf32>
  %f = tensor.collapse_shape %c [[0, 1]] : tensor<2x6xf32> into tensor<12xf32>
  %w = tensor.expand_shape %f [[0, 1]] output_shape [3, 4] : tensor<12xf32> into tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// The collapsed axes lie apart: K has two strides.
// CHECK-LABEL: func @merged_axes_lie_apart(
//       CHECK:   mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]>
func.func @merged_axes_lie_apart() -> tensor<3x4x!mx.mxint8> {
  %c = arith.constant dense<[[[1.0, -2.0], [5.0, 0.0], [0.25, 9.0]], [[0.3, 1.508056640625], [-7.0, 0.1], [1.1, -1.2]]]> : tensor<2x3x2xf32>
  %t = tensor.empty() : tensor<3x2x2xf32>
  %p = linalg.transpose ins(%c : tensor<2x3x2xf32>) outs(%t : tensor<3x2x2xf32>) permutation = [1, 0, 2]
  %w = tensor.collapse_shape %p [[0], [1, 2]] : tensor<3x2x2xf32> into tensor<3x4xf32>
  %e = tensor.empty() : tensor<3x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x4xf32>) outs(%e : tensor<3x4x!mx.mxint8>) using mxint8
  return %q : tensor<3x4x!mx.mxint8>
}

// The type forgets the extents, the constant does not.
// CHECK-LABEL: func @cast_to_dynamic(
//       CHECK:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[CODES]], scales = [[SCALES]]> : tensor<3x4x!mx.mxint8>
//       CHECK:   %[[R:.+]] = tensor.cast %[[Q]] : tensor<3x4x!mx.mxint8> to tensor<?x4x!mx.mxint8>
//       CHECK:   return %[[R]]
func.func @cast_to_dynamic(%n: index) -> tensor<?x4x!mx.mxint8> {
  %c = arith.constant dense<[[1.0, -2.0, 0.3, 1.508056640625], [5.0, 0.0, -7.0, 0.1], [0.25, 9.0, 1.1, -1.2]]> : tensor<3x4xf32>
  %w = tensor.cast %c : tensor<3x4xf32> to tensor<?x4xf32>
  %e = tensor.empty(%n) : tensor<?x4x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<?x4xf32>) outs(%e : tensor<?x4x!mx.mxint8>) using mxint8
  return %q : tensor<?x4x!mx.mxint8>
}

// Truncation rounds, as at run time: the codes are not those of the f32 numbers.
// CHECK-LABEL: func @rounded_to_bf16_and_back(
//       CHECK:   mx.constant #mx.blocks<codes = [[BF16CODES]], scales = [[BF16SCALES]]>
func.func @rounded_to_bf16_and_back() -> tensor<1x2x!mx.mxint8> {
  %c = arith.constant dense<[[1.508056640625, 1.0]]> : tensor<1x2xf32>
  %t = tensor.empty() : tensor<1x2xf32>
  %w = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%c : tensor<1x2xf32>) outs(%t : tensor<1x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.truncf %in : f32 to bf16
    %1 = arith.extf %0 : bf16 to f32
    linalg.yield %1 : f32
  } -> tensor<1x2xf32>
  %e = tensor.empty() : tensor<1x2x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<1x2xf32>) outs(%e : tensor<1x2x!mx.mxint8>) using mxint8
  return %q : tensor<1x2x!mx.mxint8>
}

// CHECK-LABEL: func @broadcast(
//       CHECK:   mx.constant #mx.blocks<codes = [[REPCODES]], scales = [[REPSCALES]]>
func.func @broadcast() -> tensor<3x2x!mx.mxint8> {
  %c = arith.constant dense<[1.3, -2.6]> : tensor<2xf32>
  %t = tensor.empty() : tensor<3x2xf32>
  %w = linalg.broadcast ins(%c : tensor<2xf32>) outs(%t : tensor<3x2xf32>) dimensions = [0]
  %e = tensor.empty() : tensor<3x2x!mx.mxint8>
  %q = mx.quantize ins(%w : tensor<3x2xf32>) outs(%e : tensor<3x2x!mx.mxint8>) using mxint8
  return %q : tensor<3x2x!mx.mxint8>
}

{-#
  dialect_resources: {
    builtin: {
      numbers: "0x040000000000803F000000C09A99993E0008C13F0000A040000000000000E0C0CDCCCC3D0000803E00001041CDCC8C3F9A9999BF"
    }
  }
#-}
