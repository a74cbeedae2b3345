// Constants are packed here and once; other weights where they are made, or by a
// function of their own.
//
// RUN: mx-opt %s --mx-prepack-weights | FileCheck %s
// RUN: mx-opt %s --mx-prepack-weights=pack-functions | FileCheck %s --check-prefix=FUNCTION
// The pair folds, so that the weights are what they were.
// RUN: mx-opt %s --mx-prepack-weights --canonicalize | FileCheck %s --check-prefix=FOLDED

#config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 256>

// One set of tiles for both products; the third has no kernel and keeps its rhs.
// CHECK-LABEL: func @constant(
// CHECK-SAME:    %[[X:.*]]: tensor<2x32xf32>, %[[C:.*]]: tensor<2x2xf32>)
//       CHECK:   %[[OLD:.*]] = mx.constant
//       CHECK:   %[[T:.*]] = arith.constant dense_resource<mx_{{.*}}> : tensor<1x1x576xi8>
//       CHECK:   %[[W:.*]] = mx.unpack %[[T]] : tensor<1x1x576xi8> -> tensor<2x32x!mx.amxfp4>
//       CHECK:   %[[Y:.*]] = mx.matmul ins(%[[X]], %[[W]] : {{.*}}) outs(%[[C]] : {{.*}})
//       CHECK:   %[[Z:.*]] = mx.matmul ins(%[[X]], %[[W]] : {{.*}}) outs(%[[Y]] : {{.*}})
//       CHECK:   mx.matmul ins(%[[X]], %[[OLD]] : {{.*}}) outs(%[[Z]] : {{.*}})
//   CHECK-NOT:   mx.pack
func.func @constant(%x: tensor<2x32xf32>, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = mx.constant #mx.blocks<codes = codes, scales = scales> : tensor<2x32x!mx.amxfp4>
  %y = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%c : tensor<2x2xf32>) {lowering_config = #config}
  %z = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%y : tensor<2x2xf32>) {lowering_config = #config}
  %s = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%z : tensor<2x2xf32>)
  return %s : tensor<2x2xf32>
}

// An outer scale and dynamic extents go along.
// CHECK-LABEL: func @argument(
// CHECK-SAME:    %[[X:.*]]: tensor<2x?xf32>, %[[A:.*]]: tensor<?x?x!mx.nvfp4_row> {mx.weight}
//       CHECK:   %[[P:.*]]:2 = mx.pack %[[A]] : tensor<?x?x!mx.nvfp4_row>
//       CHECK:   %[[N:.*]] = tensor.dim %[[A]], %c0
//       CHECK:   %[[K:.*]] = tensor.dim %[[A]], %c1
//       CHECK:   %[[W:.*]] = mx.unpack %[[P]]#0 outer(%[[P]]#1 : tensor<?xf32>) sizes(%[[N]], %[[K]]) : tensor<?x?x576xi8> -> tensor<?x?x!mx.nvfp4_row>
//       CHECK:   mx.matmul ins(%[[X]], %[[W]] :
// FUNCTION-LABEL: func @argument_pack(
//  FUNCTION-SAME:   %[[A:.*]]: tensor<?x?x!mx.nvfp4_row>) -> (tensor<?x?x576xi8>, tensor<?xf32>, index, index) {
//       FUNCTION:   %[[P:.*]]:2 = mx.pack %[[A]]
//       FUNCTION:   %[[N:.*]] = tensor.dim %[[A]], %c0
//       FUNCTION:   %[[K:.*]] = tensor.dim %[[A]], %c1
//       FUNCTION:   return %[[P]]#0, %[[P]]#1, %[[N]], %[[K]]
// FUNCTION-LABEL: func @argument(
//  FUNCTION-SAME:   %[[X:.*]]: tensor<2x?xf32>, %[[T:.*]]: tensor<?x?x576xi8>, %[[O:.*]]: tensor<?xf32>, %[[N:.*]]: index, %[[K:.*]]: index, %{{.*}}: tensor<2x?xf32>)
//       FUNCTION:   %[[W:.*]] = mx.unpack %[[T]] outer(%[[O]] : tensor<?xf32>) sizes(%[[N]], %[[K]])
//       FUNCTION:   mx.matmul ins(%[[X]], %[[W]] :
// FOLDED-LABEL: func @argument(
//  FOLDED-SAME:   %[[X:.*]]: tensor<2x?xf32>, %[[A:.*]]: tensor<?x?x!mx.nvfp4_row>
//   FOLDED-NOT:   mx.pack
//       FOLDED:   mx.matmul ins(%[[X]], %[[A]] :
func.func @argument(%x: tensor<2x?xf32>, %w: tensor<?x?x!mx.nvfp4_row> {mx.weight}, %c: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %y = mx.matmul ins(%x, %w : tensor<2x?xf32>, tensor<?x?x!mx.nvfp4_row>) outs(%c : tensor<2x?xf32>) {lowering_config = #config}
  return %y : tensor<2x?xf32>
}

// These keep their arguments: a private function, one that is called, and a
// weight with another use.
// FUNCTION-NOT: func @private_pack
// FUNCTION-NOT: func @called_pack
// FUNCTION-NOT: func @other_use_pack
// FUNCTION-LABEL: func private @private(
//       FUNCTION:   mx.pack
func.func private @private(%x: tensor<2x32xf32>, %w: tensor<2x32x!mx.amxfp4> {mx.weight}, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %y = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%c : tensor<2x2xf32>) {lowering_config = #config}
  return %y : tensor<2x2xf32>
}
// FUNCTION-LABEL: func @called(
//       FUNCTION:   mx.pack
func.func @called(%x: tensor<2x32xf32>, %w: tensor<2x32x!mx.amxfp4> {mx.weight}, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %y = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%c : tensor<2x2xf32>) {lowering_config = #config}
  return %y : tensor<2x2xf32>
}
// FUNCTION-LABEL: func @other_use(
//       FUNCTION:   mx.pack
func.func @other_use(%x: tensor<2x32xf32>, %w: tensor<2x32x!mx.amxfp4> {mx.weight}, %c: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x32xf32>) {
  %y = mx.matmul ins(%x, %w : tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>) outs(%c : tensor<2x2xf32>) {lowering_config = #config}
  %d = mx.dequantize %w : tensor<2x32x!mx.amxfp4> to tensor<2x32xf32>
  return %y, %d : tensor<2x2xf32>, tensor<2x32xf32>
}
func.func @caller(%x: tensor<2x32xf32>, %w: tensor<2x32x!mx.amxfp4>, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %y = func.call @called(%x, %w, %c) : (tensor<2x32xf32>, tensor<2x32x!mx.amxfp4>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      codes: "0x400000000123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
      scales: "0x400000003C3D3E3F"
    }
  }
#-}
