// mx.outer_scale is a reduction and a division of linalg.
//
// RUN: mx-opt %s --convert-mx-to-parts --mx-verify-stage=stage=parts --split-input-file | FileCheck %s

// For each row the largest finite magnitude, from 0, over 6 * 448; 1 where that
// is no normal number.
//       CHECK: #[[ALL:.+]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
//       CHECK: #[[ROWS:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func @rows(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x3x64xbf16>
//       CHECK:   %[[M:.+]] = tensor.dim %[[X]], %{{.+}}
//       CHECK:   %[[E:.+]] = tensor.empty(%[[M]]) : tensor<?x3xf32>
//       CHECK:   %[[ZERO:.+]] = arith.constant 0.0{{.+}} : f32
//       CHECK:   %[[F:.+]] = linalg.fill ins(%[[ZERO]] : f32) outs(%[[E]] :
//       CHECK:   %[[A:.+]] = linalg.generic {indexing_maps = [#[[ALL]], #[[ROWS]]], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]] : {{.+}}) outs(%[[F]] :
//       CHECK:   ^bb0(%[[V:.+]]: bf16, %[[AMAX:.+]]: f32):
//       CHECK:     %[[W:.+]] = arith.extf %[[V]] : bf16 to f32
//       CHECK:     %[[ABS:.+]] = math.absf %[[W]]
//       CHECK:     %[[INF:.+]] = arith.constant 0x7F800000 : f32
//   CHECK-DAG:     %[[FINITE:.+]] = arith.cmpf olt, %[[ABS]], %[[INF]]
//   CHECK-DAG:     %[[LARGER:.+]] = arith.cmpf olt, %[[AMAX]], %[[ABS]]
//       CHECK:     %[[TAKE:.+]] = arith.andi %[[FINITE]], %[[LARGER]]
//       CHECK:     %[[NEXT:.+]] = arith.select %[[TAKE]], %[[ABS]], %[[AMAX]]
//       CHECK:     linalg.yield %[[NEXT]]
//       CHECK:   %[[R:.+]] = linalg.generic {{.+}} iterator_types = ["parallel", "parallel"]} outs(%[[A]] :
//       CHECK:   ^bb0(%[[AMAX:.+]]: f32):
//       CHECK:     %[[UNIT:.+]] = arith.constant 2.688000e+03 : f32
//       CHECK:     %[[SCALE:.+]] = arith.divf %[[AMAX]], %[[UNIT]]
//       CHECK:     %[[LEAST:.+]] = arith.constant 1.17549435E-38 : f32
//       CHECK:     %[[NORMAL:.+]] = arith.cmpf oge, %[[SCALE]], %[[LEAST]]
//       CHECK:     %[[ONE:.+]] = arith.constant 1.0{{.+}} : f32
//       CHECK:     %[[OUT:.+]] = arith.select %[[NORMAL]], %[[SCALE]], %[[ONE]]
//       CHECK:     linalg.yield %[[OUT]]
//       CHECK:   return %[[R]]
func.func @rows(%x: tensor<?x3x64xbf16>) -> tensor<?x3xf32> {
  %o = mx.outer_scale %x : tensor<?x3x64xbf16> for !mx.nvfp4_row
  return %o : tensor<?x3xf32>
}

// -----

// For the whole tensor all axes are reduced, to no axes.
//       CHECK: #[[NONE:.+]] = affine_map<(d0, d1) -> ()>
// CHECK-LABEL: func @tensor(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x?xf32>
//       CHECK:   %[[A:.+]] = linalg.generic {indexing_maps = [#{{.+}}, #[[NONE]]], iterator_types = ["reduction", "reduction"]} ins(%[[X]] : {{.+}}) outs(%{{.+}} : tensor<f32>)
//   CHECK-NOT:     arith.extf
//       CHECK:   %[[R:.+]] = linalg.generic {{.+}} iterator_types = []} outs(%[[A]] : tensor<f32>)
//       CHECK:   return %[[R]]
func.func @tensor(%x: tensor<4x?xf32>) -> tensor<f32> {
  %o = mx.outer_scale %x : tensor<4x?xf32> for !mx.nvfp4
  return %o : tensor<f32>
}

// -----

// The unit is the format's: 127 * 57344 / 64, as i8 counts in 64ths only under
// an E8M0 scale; here it is 127 * 57344.
// CHECK-LABEL: func @unit(
//       CHECK:   arith.constant 0x4ADE4000 : f32
func.func @unit(%x: tensor<4x32xf32>) -> tensor<4xf32> {
  %o = mx.outer_scale %x : tensor<4x32xf32> for !mx.block<i8 x 32, f8E5M2, row_scale>
  return %o : tensor<4xf32>
}
