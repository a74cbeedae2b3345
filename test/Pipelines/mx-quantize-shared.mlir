// What is common to several products is there once.
//
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s

// An activation that each product reaches in its own way, by a transpose that is an
// op, a generic or in the maps, is brought to rows and quantized once. Weights of
// equal bytes are one constant, whatever their names.
// CHECK-LABEL: func @shared_behind_moves(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x?xf32>)
//   CHECK-DAG:   %[[W:.+]] = mx.constant {{.*}} : tensor<3x4x!mx.amxfp4>
//   CHECK-NOT:   mx.constant
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[X]] : {{.*}}) permutation = [1, 0]
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[T]] : tensor<?x4xf32>)
//   CHECK-NOT:   linalg.transpose
//   CHECK-NOT:   mx.quantize
// CHECK-COUNT-3:   mx.matmul ins(%[[A]], %[[W]] : tensor<?x4x!mx.amxfp4>, tensor<3x4x!mx.amxfp4>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   return
func.func @shared_behind_moves(%x: tensor<4x?xf32>) -> tensor<?x3xf32> {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c1 : tensor<4x?xf32>
  %w0 = arith.constant dense_resource<w0> : tensor<3x4xf32>
  %w1 = arith.constant dense_resource<w1> : tensor<3x4xf32>
  %e = tensor.empty(%m) : tensor<?x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
  %te = tensor.empty(%m) : tensor<?x4xf32>
  %t0 = linalg.transpose ins(%x : tensor<4x?xf32>) outs(%te : tensor<?x4xf32>) permutation = [1, 0]
  %q = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%t0, %w0 : tensor<?x4xf32>, tensor<3x4xf32>) outs(%init : tensor<?x3xf32>) -> tensor<?x3xf32>
  %t1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%x : tensor<4x?xf32>) outs(%te : tensor<?x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x4xf32>
  %k = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%t1, %w1 : tensor<?x4xf32>, tensor<3x4xf32>) outs(%q : tensor<?x3xf32>) -> tensor<?x3xf32>
  %v = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %w0 : tensor<4x?xf32>, tensor<3x4xf32>) outs(%k : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %v : tensor<?x3xf32>
}

// Reshapes that are written out for each product.
// CHECK-LABEL: func @shared_behind_reshapes(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x?x4xf32>, %[[W:.+]]: tensor<4x3xf32> {mx.weight}, %[[V:.+]]: tensor<4x3xf32> {mx.weight}, %[[C:.+]]: tensor<?x3xf32>)
//       CHECK:   %[[R:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
//   CHECK-NOT:   tensor.collapse_shape
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[R]] : tensor<?x4xf32>)
//       CHECK:   %[[B:.+]] = mx.quantize ins({{.+}} : tensor<3x4xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] :
//       CHECK:   %[[D:.+]] = mx.quantize ins({{.+}} : tensor<3x4xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[D]] :
//   CHECK-NOT:   mx.quantize
//       CHECK:   return
func.func @shared_behind_reshapes(%x: tensor<2x?x4xf32>, %w: tensor<4x3xf32> {mx.weight}, %v: tensor<4x3xf32> {mx.weight}, %c: tensor<?x3xf32>)
    -> (tensor<?x3xf32>, tensor<?x3xf32>) {
  %r0 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x?x4xf32> into tensor<?x4xf32>
  %y0 = linalg.matmul ins(%r0, %w : tensor<?x4xf32>, tensor<4x3xf32>) outs(%c : tensor<?x3xf32>) -> tensor<?x3xf32>
  %r1 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x?x4xf32> into tensor<?x4xf32>
  %y1 = linalg.matmul ins(%r1, %v : tensor<?x4xf32>, tensor<4x3xf32>) outs(%c : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y0, %y1 : tensor<?x3xf32>, tensor<?x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w0: "0x040000000000803F000080BF0000004000000000000000BF0000403F0000803F0000C0BF00004040000080BE0000803E00000000",
      w1: "0x040000000000803F000080BF0000004000000000000000BF0000403F0000803F0000C0BF00004040000080BE0000803E00000000"
    }
  }
#-}
