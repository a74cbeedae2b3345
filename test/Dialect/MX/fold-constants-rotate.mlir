// Rotations of constants go with them. That the bytes are those of the run time
// is tested in test/Unit/Reference/FoldRotatedTest.cpp.
//
// RUN: mx-opt %s --mx-fold-constants | FileCheck %s
// RUN: mx-opt %s --mx-fold-constants --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:

// By hand: H of two over sqrt(2), as f32 0.70710677; 3 and 1 give 2.828427 and
// 1.4142135. The scale of mxint8 is 2^1, its unit 1/32: 90.51 and 45.25 are
// nearest 91 (0x5B) and 45 (0x2D). The row's rest, 1, stays: 32 (0x20).
// CHECK-LABEL: func @by_hand()
//  CHECK-NEXT:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[HAND_C:mx_[0-9a-f]+]], scales = [[HAND_S:mx_[0-9a-f]+]]> : tensor<3x!mx.mxint8>
//  CHECK-NEXT:   return %[[Q]]
func.func @by_hand() -> tensor<3x!mx.mxint8> {
  %c = arith.constant dense<[3.0, 1.0, 1.0]> : tensor<3xf32>
  %x = mx.rotate %c size(2) : tensor<3xf32>
  %e = tensor.empty() : tensor<3x!mx.mxint8>
  %q = mx.quantize ins(%x : tensor<3xf32>) outs(%e : tensor<3x!mx.mxint8>) using mxint8
  return %q : tensor<3x!mx.mxint8>
}

// Equal rotations of equal constants share bytes; others do not. What the
// rotations were made of is gone.
// CHECK-LABEL: func @shared()
//  CHECK-NEXT:   %[[A:.+]] = mx.constant #mx.blocks<codes = [[A_C:mx_[0-9a-f]+]], scales = [[A_S:mx_[0-9a-f]+]]>
//  CHECK-NEXT:   %[[B:.+]] = mx.constant #mx.blocks<codes = [[A_C]], scales = [[A_S]]>
//  CHECK-NEXT:   %[[C:.+]] = mx.constant #mx.blocks<codes = {{mx_[0-9a-f]+}}, scales = {{mx_[0-9a-f]+}}>
//  CHECK-NEXT:   return %[[A]], %[[B]], %[[C]]
func.func @shared() -> (tensor<2x4x!mx.mxint8>, tensor<2x4x!mx.mxint8>, tensor<2x4x!mx.mxint8>) {
  %c = arith.constant dense<[[1.0, 7.0, 2.0, 5.0], [8.0, 3.0, 4.0, 1.0]]> : tensor<2x4xf32>
  %d = arith.constant dense<[[1.0, 7.0, 2.0, 5.0], [8.0, 3.0, 4.0, 1.0]]> : tensor<2x4xf32>
  %m = arith.constant dense<[[0.0, 1.0], [1.0, 0.0]]> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x4x!mx.mxint8>
  %x = mx.rotate %c size(4) : tensor<2x4xf32>
  %y = mx.rotate %d size(4) : tensor<2x4xf32>
  %z = mx.rotate %d by(%m : tensor<2x2xf32>) : tensor<2x4xf32>
  %0 = mx.quantize ins(%x : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  %1 = mx.quantize ins(%y : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  %2 = mx.quantize ins(%z : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  return %0, %1, %2 : tensor<2x4x!mx.mxint8>, tensor<2x4x!mx.mxint8>, tensor<2x4x!mx.mxint8>
}

// A scale with another use is that of what is rotated: amax of 3 and 1 is then
// 2.828427; over 6 * 448.
// CHECK-LABEL: func @outer()
//   CHECK-DAG:   %[[O:.+]] = arith.constant dense<0.00105224224> : tensor<f32>
//   CHECK-DAG:   %[[Q:.+]] = mx.constant
//   CHECK-NOT:   mx.rotate
//       CHECK:   return %[[Q]], %[[O]]
func.func @outer() -> (tensor<2x!mx.nvfp4>, tensor<f32>) {
  %c = arith.constant dense<[3.0, 1.0]> : tensor<2xf32>
  %x = mx.rotate %c size(2) : tensor<2xf32>
  %o = mx.outer_scale %x : tensor<2xf32> for !mx.nvfp4
  %e = tensor.empty() : tensor<2x!mx.nvfp4>
  %q = mx.quantize ins(%x : tensor<2xf32>) outer(%o : tensor<f32>) outs(%e : tensor<2x!mx.nvfp4>) using nvfp4
  return %q, %o : tensor<2x!mx.nvfp4>, tensor<f32>
}

// CHECK-LABEL: func @run_time_matrix(
//  CHECK-SAME:     %[[M:.+]]: tensor<2x2xf32>
//       CHECK:   %[[X:.+]] = mx.rotate %{{.+}} by(%[[M]] :
//       CHECK:   mx.quantize ins(%[[X]] :
//      REMARK: remark: [Missed] NotFolded | Category:mx-fold | Function=run_time_matrix | Reason="the matrix of mx.rotate is not a constant"
func.func @run_time_matrix(%m: tensor<2x2xf32>) -> tensor<4x!mx.mxint8> {
  %c = arith.constant dense<[3.0, 1.0, 2.0, 0.0]> : tensor<4xf32>
  %x = mx.rotate %c by(%m : tensor<2x2xf32>) : tensor<4xf32>
  %e = tensor.empty() : tensor<4x!mx.mxint8>
  %q = mx.quantize ins(%x : tensor<4xf32>) outs(%e : tensor<4x!mx.mxint8>) using mxint8
  return %q : tensor<4x!mx.mxint8>
}

// CHECK-LABEL: func @moved_after(
//       CHECK:   mx.rotate
//       CHECK:   mx.quantize
//      REMARK: remark: [Missed] NotFolded | Category:mx-fold | Function=moved_after | Reason="ops that move or convert floats after mx.rotate, expected them before it"
func.func @moved_after() -> tensor<2x2x!mx.mxint8> {
  %c = arith.constant dense<[3.0, 1.0, 2.0, 0.0]> : tensor<4xf32>
  %x = mx.rotate %c size(2) : tensor<4xf32>
  %s = tensor.expand_shape %x [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x2x!mx.mxint8>
  %q = mx.quantize ins(%s : tensor<2x2xf32>) outs(%e : tensor<2x2x!mx.mxint8>) using mxint8
  return %q : tensor<2x2x!mx.mxint8>
}

// An activation is rotated at run time, without a word.
// CHECK-LABEL: func @activation(
//       CHECK:   mx.rotate
func.func @activation(%x: tensor<4xf32>) -> tensor<4x!mx.mxint8> {
  %r = mx.rotate %x size(2) : tensor<4xf32>
  %e = tensor.empty() : tensor<4x!mx.mxint8>
  %q = mx.quantize ins(%r : tensor<4xf32>) outs(%e : tensor<4x!mx.mxint8>) using mxint8
  return %q : tensor<4x!mx.mxint8>
}

// An op of an unreachable block may stand behind itself.
// CHECK-LABEL: func @unreachable(
func.func @unreachable() {
  return
^bb1:
  %r = mx.rotate %r size(2) : tensor<4xf32>
  %e = tensor.empty() : tensor<4x!mx.mxint8>
  %q = mx.quantize ins(%r : tensor<4xf32>) outs(%e : tensor<4x!mx.mxint8>) using mxint8
  cf.br ^bb1
}

// CHECK-DAG: [[HAND_C]]: "0x400000005B2D20{{0+}}"
// CHECK-DAG: [[HAND_S]]: "0x4000000080"
