// A module without TOSA is not touched, not even what folds.
//
// RUN: mx-opt %s --mx-lower-tosa --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @no_tosa(
//       CHECK:   %[[A:.+]] = arith.constant 1 : i32
//       CHECK:   %[[B:.+]] = arith.constant 1 : i32
//       CHECK:   arith.addi %[[A]], %[[B]]
func.func @no_tosa() -> i32 {
  %a = arith.constant 1 : i32
  %b = arith.constant 1 : i32
  %c = arith.addi %a, %b : i32
  return %c : i32
}

// -----

// The shape that was an operand goes too.
// CHECK-LABEL: func.func @tosa(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x8xf32>)
//   CHECK-NOT:   tosa
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[X]] : tensor<4x8xf32>)
//       CHECK:   %[[Y:.+]] = tensor.expand_shape %[[T]] {{\[\[}}0, 1], [2]]
//       CHECK:   return %[[Y]]
func.func @tosa(%x: tensor<4x8xf32>) -> tensor<1x8x4xf32> {
  %t = tosa.transpose %x {perms = array<i32: 1, 0>} : (tensor<4x8xf32>) -> tensor<8x4xf32>
  %s = tosa.const_shape {values = dense<[1, 8, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %y = tosa.reshape %t, %s : (tensor<8x4xf32>, !tosa.shape<3>) -> tensor<1x8x4xf32>
  return %y : tensor<1x8x4xf32>
}

// -----

// Wherever the function is.
// CHECK-LABEL: module @inner
//       CHECK:   func.func @nested(
//  CHECK-SAME:       %[[X:.+]]: tensor<4x8xf32>)
//       CHECK:     linalg.transpose ins(%[[X]] :
module @outer {
  module @inner {
    func.func @nested(%x: tensor<4x8xf32>) -> tensor<8x4xf32> {
      %t = tosa.transpose %x {perms = array<i32: 1, 0>} : (tensor<4x8xf32>) -> tensor<8x4xf32>
      return %t : tensor<8x4xf32>
    }
  }
}
