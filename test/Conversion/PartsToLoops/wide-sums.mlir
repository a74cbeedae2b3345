// Sums that 64 bits do not hold are 128 wide: products of E5M2 elements, whose
// NaN makes the block NaN.
//
// RUN: mx-opt %s --convert-mx-parts-to-loops --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func @wide(
//   CHECK-DAG:   %[[FALSE:.+]] = arith.constant false
//   CHECK-DAG:   %[[ZERO:.+]] = arith.constant 0 : i128
//       CHECK:   %[[S:.+]]:2 = scf.for {{.+}} iter_args(%[[SUM:.+]] = %[[ZERO]], %[[NAN:.+]] = %[[FALSE]]) -> (i128, i1)
//   CHECK-DAG:     arith.addi %[[SUM]], %{{.+}} : i128
//   CHECK-DAG:     arith.ori %[[NAN]], %{{.+}} : i1
//   CHECK-DAG:   arith.shrsi %[[S]]#0, %{{.+}} : i128
//   CHECK-DAG:   arith.ori %[[S]]#1, %{{.+}} : i1
func.func @wide(%c: memref<4x32xi8>, %s: memref<4x1x1xi8>, %y: memref<4x4xf32>, %k: index) {
  mx.matmul_parts lhs(%c, %s : memref<4x32xi8>, memref<4x1x1xi8>) : !mx.block<f8E5M2 x 32, f8E8M0FNU>
    rhs(%c, %s : memref<4x32xi8>, memref<4x1x1xi8>) : !mx.block<f8E5M2 x 32, f8E8M0FNU> k(%k) outs(%y : memref<4x4xf32>)
  return
}
