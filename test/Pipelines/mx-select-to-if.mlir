// A scalar condition chooses between tensors of unlike dynamic extents.
// RUN: mx-opt %s --mx-select-to-if | FileCheck %s
// RUN: mx-run %s --pipeline=mx-float-to-llvm --arg=i1=zeros --arg=5x32xf32=normal:1 \
// RUN:   --arg=2x32xf32=normal:2 --json | FileCheck %s --check-prefix=SECOND

// SECOND:      "shape": [
// SECOND-NEXT:   2,
// SECOND-NEXT:   32

// CHECK-LABEL: func @main(
//  CHECK-SAME:     %[[C:.+]]: i1, %[[X:.+]]: tensor<?x32xf32>, %[[Z:.+]]: tensor<?x32xf32>)
//       CHECK:   %[[Y:.+]] = scf.if %[[C]] -> (tensor<?x32xf32>) {
//       CHECK:     scf.yield %[[X]]
//       CHECK:   } else {
//       CHECK:     scf.yield %[[Z]]
//       CHECK:   return %[[Y]]
func.func @main(%c: i1, %x: tensor<?x32xf32>, %z: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = arith.select %c, %x, %z : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Scalars, and choices element by element, stay.
// CHECK-LABEL: func @others(
//   CHECK-NOT:   scf.if
//       CHECK:   arith.select {{.+}} : f32
//       CHECK:   arith.select {{.+}} : tensor<4xi1>, tensor<4xf32>
func.func @others(%c: i1, %a: f32, %b: f32, %m: tensor<4xi1>, %x: tensor<4xf32>, %z: tensor<4xf32>) -> (f32, tensor<4xf32>) {
  %0 = arith.select %c, %a, %b : f32
  %1 = arith.select %m, %x, %z : tensor<4xi1>, tensor<4xf32>
  return %0, %1 : f32, tensor<4xf32>
}
