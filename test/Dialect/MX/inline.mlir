// A weight that is a function of its own comes to whoever calls it, as imported
// checkpoints need; mx ops may move into other functions.

// RUN: mx-opt %s --inline | FileCheck %s

func.func private @weight() -> tensor<1x32x!mx.mxfp4> {
  %w = mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
  return %w : tensor<1x32x!mx.mxfp4>
}

func.func private @product(%x: tensor<4x32xf32>, %w: tensor<1x32x!mx.mxfp4>, %init: tensor<4x1xf32>) -> tensor<4x1xf32> {
  %y = mx.matmul ins(%x, %w : tensor<4x32xf32>, tensor<1x32x!mx.mxfp4>) outs(%init : tensor<4x1xf32>)
  return %y : tensor<4x1xf32>
}

// CHECK-NOT:   func private
// CHECK-LABEL: func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x32xf32>, %[[C:.+]]: tensor<4x1xf32>)
//  CHECK-NEXT:   %[[W:.+]] = mx.constant #mx.blocks<codes = c0, scales = s0> :
//  CHECK-NEXT:   %[[Y:.+]] = mx.matmul ins(%[[X]], %[[W]] : {{.+}}) outs(%[[C]] :
//  CHECK-NEXT:   return %[[Y]]
func.func @main(%x: tensor<4x32xf32>, %c: tensor<4x1xf32>) -> tensor<4x1xf32> {
  %w = func.call @weight() : () -> tensor<1x32x!mx.mxfp4>
  %y = func.call @product(%x, %w, %c) : (tensor<4x32xf32>, tensor<1x32x!mx.mxfp4>, tensor<4x1xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

{-#
  dialect_resources: {
    builtin: {
      c0: "0x400000001032547698BADCFE1032547698BADCFE",
      s0: "0x400000007F"
    }
  }
#-}
