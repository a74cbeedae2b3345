// Data movement does to each part what it does to the tensor, the last axis
// counted in bytes of codes and in blocks.
//
// RUN: mx-opt %s --convert-mx-to-parts --mx-verify-stage=stage=parts --split-input-file | FileCheck %s

// Two elements a byte; two blocks of 16 from the third on; rows dropped.
// CHECK-LABEL: func @extract(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<8x40xi8>, %[[S:[^:]+]]: tensor<8x5x1xi8>, %[[O:[^:]+]]: tensor<8xf32>, %[[I:[^:]+]]: index)
//   CHECK-DAG:   %[[CS:.+]] = tensor.extract_slice %[[C]][%[[I]], 16] [1, 16] [1, 1] : tensor<8x40xi8> to tensor<16xi8>
//   CHECK-DAG:   %[[SS:.+]] = tensor.extract_slice %[[S]][%[[I]], 2, 0] [1, 2, 1] [1, 1, 1] : tensor<8x5x1xi8> to tensor<2x1xi8>
//   CHECK-DAG:   %[[OS:.+]] = tensor.extract_slice %[[O]][%[[I]]] [1] [1] : tensor<8xf32> to tensor<f32>
//       CHECK:   return %[[CS]], %[[SS]], %[[OS]]
func.func @extract(%q: tensor<8x72x!mx.nvfp4_row>, %i: index) -> tensor<32x!mx.nvfp4_row> {
  %s = tensor.extract_slice %q[%i, 32] [1, 32] [1, 1] : tensor<8x72x!mx.nvfp4_row> to tensor<32x!mx.nvfp4_row>
  return %s : tensor<32x!mx.nvfp4_row>
}

// -----

// The short block at the end is whole in the parts; a tensor's scale is shared
// by its slices.
// CHECK-LABEL: func @extract_end(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<8x40xi8>, %[[S:[^:]+]]: tensor<8x5x1xi8>, %[[O:[^:]+]]: tensor<f32>)
//   CHECK-DAG:   %[[CS:.+]] = tensor.extract_slice %[[C]][0, 32] [8, 8] [1, 1] : tensor<8x40xi8> to tensor<8x8xi8>
//   CHECK-DAG:   %[[SS:.+]] = tensor.extract_slice %[[S]][0, 4, 0] [8, 1, 1] [1, 1, 1]
//       CHECK:   return %[[CS]], %[[SS]], %[[O]]
func.func @extract_end(%q: tensor<8x72x!mx.nvfp4>) -> tensor<8x8x!mx.nvfp4> {
  %s = tensor.extract_slice %q[0, 64] [8, 8] [1, 1] : tensor<8x72x!mx.nvfp4> to tensor<8x8x!mx.nvfp4>
  return %s : tensor<8x8x!mx.nvfp4>
}

// -----

// All of a dynamic axis: bytes and blocks are computed from K, which is a part
// of the slice too. Rows with a stride.
//   CHECK-DAG: #[[BYTES:.+]] = affine_map<()[s0] -> ((s0 ceildiv 32) * 16)>
//   CHECK-DAG: #[[BLOCKS:.+]] = affine_map<()[s0] -> (s0 ceildiv 32)>
// CHECK-LABEL: func @extract_dynamic(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<?x?xi8>, %[[S:[^:]+]]: tensor<?x?x2xi8>, %[[K:[^:]+]]: index)
//   CHECK-DAG:   %[[BYTES_K:.+]] = affine.apply #[[BYTES]]()[%[[K]]]
//   CHECK-DAG:   %[[BLOCKS_K:.+]] = affine.apply #[[BLOCKS]]()[%[[K]]]
//       CHECK:   %[[CS:.+]] = tensor.extract_slice %[[C]][1, 0] [2, %[[BYTES_K]]] [3, 1] : tensor<?x?xi8> to tensor<2x?xi8>
//       CHECK:   %[[SS:.+]] = tensor.extract_slice %[[S]][1, 0, 0] [2, %[[BLOCKS_K]], 2] [3, 1, 1] : tensor<?x?x2xi8> to tensor<2x?x2xi8>
//       CHECK:   return %[[CS]], %[[SS]], %[[K]]
func.func @extract_dynamic(%q: tensor<?x?x!mx.amxfp4>) -> tensor<2x?x!mx.amxfp4> {
  %c1 = arith.constant 1 : index
  %k = tensor.dim %q, %c1 : tensor<?x?x!mx.amxfp4>
  %s = tensor.extract_slice %q[1, 0] [2, %k] [3, 1] : tensor<?x?x!mx.amxfp4> to tensor<2x?x!mx.amxfp4>
  return %s : tensor<2x?x!mx.amxfp4>
}

// -----

// Rows may have strides, in elements as in bytes.
// CHECK-LABEL: func @strides(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<8x32xi8>, %[[S:[^:]+]]: tensor<8x4x1xi8>, %[[O:[^:]+]]: tensor<8xf32>, %[[N:[^:]+]]: index)
//   CHECK-DAG:   %[[CS:.+]] = tensor.extract_slice %[[C]][1, 8] [2, 16] [%[[N]], 1] : tensor<8x32xi8> to tensor<2x16xi8>
//   CHECK-DAG:   %[[SS:.+]] = tensor.extract_slice %[[S]][1, 1, 0] [2, 2, 1] [%[[N]], 1, 1] :
//   CHECK-DAG:   %[[OS:.+]] = tensor.extract_slice %[[O]][1] [2] [%[[N]]] :
//   CHECK-DAG:   %[[CI:.+]] = tensor.insert_slice %[[CS]] into %[[C]][0, 0] [2, 16] [3, 1] :
//   CHECK-DAG:   %[[SI:.+]] = tensor.insert_slice %[[SS]] into %[[S]][0, 0, 0] [2, 2, 1] [3, 1, 1] :
//   CHECK-DAG:   %[[OI:.+]] = tensor.insert_slice %[[OS]] into %[[O]][0] [2] [3] :
//       CHECK:   return %[[CI]], %[[SI]], %[[OI]]
func.func @strides(%q: tensor<8x64x!mx.nvfp4_row>, %n: index) -> tensor<8x64x!mx.nvfp4_row> {
  %s = tensor.extract_slice %q[1, 16] [2, 32] [%n, 1] : tensor<8x64x!mx.nvfp4_row> to tensor<2x32x!mx.nvfp4_row>
  %r = tensor.insert_slice %s into %q[0, 0] [2, 32] [3, 1] : tensor<2x32x!mx.nvfp4_row> into tensor<8x64x!mx.nvfp4_row>
  return %r : tensor<8x64x!mx.nvfp4_row>
}

// -----

// CHECK-LABEL: func @insert(
//  CHECK-SAME:     %[[SC:[^:]+]]: tensor<64xi8>, %[[SS:[^:]+]]: tensor<2x1xi8>, %[[DC:[^:]+]]: tensor<4x128xi8>, %[[DS:[^:]+]]: tensor<4x4x1xi8>, %[[I:[^:]+]]: index)
//   CHECK-DAG:   %[[C:.+]] = tensor.insert_slice %[[SC]] into %[[DC]][%[[I]], 32] [1, 64] [1, 1] : tensor<64xi8> into tensor<4x128xi8>
//   CHECK-DAG:   %[[S:.+]] = tensor.insert_slice %[[SS]] into %[[DS]][%[[I]], 1, 0] [1, 2, 1] [1, 1, 1] : tensor<2x1xi8> into tensor<4x4x1xi8>
//       CHECK:   return %[[C]], %[[S]]
func.func @insert(%s: tensor<64x!mx.mxint8>, %d: tensor<4x128x!mx.mxint8>, %i: index) -> tensor<4x128x!mx.mxint8> {
  %r = tensor.insert_slice %s into %d[%i, 32] [1, 64] [1, 1] : tensor<64x!mx.mxint8> into tensor<4x128x!mx.mxint8>
  return %r : tensor<4x128x!mx.mxint8>
}

// -----

// Row scales are inserted; an empty tensor takes the one scale of its source.
// CHECK-LABEL: func @insert_outer(
//  CHECK-SAME:     tensor<2x16xi8>, %{{[^:]+}}: tensor<2x2x1xi8>, %[[SO:[^:]+]]: tensor<2xf32>, %{{[^:]+}}: tensor<8x16xi8>, %{{[^:]+}}: tensor<8x2x1xi8>, %[[DO:[^:]+]]: tensor<8xf32>, %{{[^:]+}}: tensor<2x16xi8>, %{{[^:]+}}: tensor<2x2x1xi8>, %[[TO:[^:]+]]: tensor<f32>)
//       CHECK:   %[[RO:.+]] = tensor.insert_slice %[[SO]] into %[[DO]][2] [2] [1] : tensor<2xf32> into tensor<8xf32>
//       CHECK:   return %{{.+}}, %{{.+}}, %[[RO]], %{{.+}}, %{{.+}}, %[[TO]] :
func.func @insert_outer(%s: tensor<2x32x!mx.nvfp4_row>, %d: tensor<8x32x!mx.nvfp4_row>, %t: tensor<2x32x!mx.nvfp4>)
    -> (tensor<8x32x!mx.nvfp4_row>, tensor<8x32x!mx.nvfp4>) {
  %r = tensor.insert_slice %s into %d[2, 0] [2, 32] [1, 1] : tensor<2x32x!mx.nvfp4_row> into tensor<8x32x!mx.nvfp4_row>
  %e = tensor.empty() : tensor<8x32x!mx.nvfp4>
  %u = tensor.insert_slice %t into %e[2, 0] [2, 32] [1, 1] : tensor<2x32x!mx.nvfp4> into tensor<8x32x!mx.nvfp4>
  return %r, %u : tensor<8x32x!mx.nvfp4_row>, tensor<8x32x!mx.nvfp4>
}

// -----

// CHECK-LABEL: func @empty(
//  CHECK-SAME:     %[[M:.+]]: index)
//   CHECK-DAG:   %[[C:.+]] = tensor.empty(%[[M]]) : tensor<?x24xi8>
//   CHECK-DAG:   %[[S:.+]] = tensor.empty(%[[M]]) : tensor<?x3x1xi8>
//   CHECK-DAG:   %[[O:.+]] = tensor.empty(%[[M]]) : tensor<?xf32>
//   CHECK-DAG:   %[[T:.+]] = tensor.empty() : tensor<f32>
//       CHECK:   return %[[C]], %[[S]], %[[O]], %{{.+}}, %{{.+}}, %[[T]] :
func.func @empty(%m: index) -> (tensor<?x40x!mx.nvfp4_row>, tensor<?x40x!mx.nvfp4>) {
  %q = tensor.empty(%m) : tensor<?x40x!mx.nvfp4_row>
  %t = tensor.empty(%m) : tensor<?x40x!mx.nvfp4>
  return %q, %t : tensor<?x40x!mx.nvfp4_row>, tensor<?x40x!mx.nvfp4>
}

// -----

//   CHECK-DAG: #[[BYTES:.+]] = affine_map<()[s0] -> ((s0 ceildiv 32) * 16)>
//   CHECK-DAG: #[[BLOCKS:.+]] = affine_map<()[s0] -> (s0 ceildiv 32)>
// CHECK-LABEL: func @empty_dynamic(
//  CHECK-SAME:     %[[K:.+]]: index)
//   CHECK-DAG:   %[[CODES:.+]] = affine.apply #[[BYTES]]()[%[[K]]]
//   CHECK-DAG:   %[[SCALES:.+]] = affine.apply #[[BLOCKS]]()[%[[K]]]
//       CHECK:   %[[C:.+]] = tensor.empty(%[[CODES]]) : tensor<4x?xi8>
//       CHECK:   %[[S:.+]] = tensor.empty(%[[SCALES]]) : tensor<4x?x4xi8>
//       CHECK:   return %[[C]], %[[S]], %[[K]]
func.func @empty_dynamic(%k: index) -> tensor<4x?x!mx.int4_affine> {
  %q = tensor.empty(%k) : tensor<4x?x!mx.int4_affine>
  return %q : tensor<4x?x!mx.int4_affine>
}

// -----

// The last group, the blocked axis, is two in the scales and none in the outer.
// CHECK-LABEL: func @expand(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<?x16xi8>, %[[S:[^:]+]]: tensor<?x2x1xi8>, %[[O:[^:]+]]: tensor<?xf32>, %[[M:[^:]+]]: index)
//   CHECK-DAG:   %[[EC:.+]] = tensor.expand_shape %[[C]] {{\[}}[0, 1], [2]] output_shape [%[[M]], 3, 16] : tensor<?x16xi8> into tensor<?x3x16xi8>
//   CHECK-DAG:   %[[ES:.+]] = tensor.expand_shape %[[S]] {{\[}}[0, 1], [2], [3]] output_shape [%[[M]], 3, 2, 1] : tensor<?x2x1xi8> into tensor<?x3x2x1xi8>
//   CHECK-DAG:   %[[EO:.+]] = tensor.expand_shape %[[O]] {{\[}}[0, 1]] output_shape [%[[M]], 3] : tensor<?xf32> into tensor<?x3xf32>
//       CHECK:   return %[[EC]], %[[ES]], %[[EO]]
func.func @expand(%q: tensor<?x32x!mx.nvfp4_row>, %m: index) -> tensor<?x3x32x!mx.nvfp4_row> {
  %r = tensor.expand_shape %q [[0, 1], [2]] output_shape [%m, 3, 32] : tensor<?x32x!mx.nvfp4_row> into tensor<?x3x32x!mx.nvfp4_row>
  return %r : tensor<?x3x32x!mx.nvfp4_row>
}

// -----

// CHECK-LABEL: func @collapse(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<2x3x?xi8>, %[[S:[^:]+]]: tensor<2x3x?x1xi8>, %[[O:[^:]+]]: tensor<f32>, %[[K:[^:]+]]: index)
//   CHECK-DAG:   %[[CC:.+]] = tensor.collapse_shape %[[C]] {{\[}}[0, 1], [2]] : tensor<2x3x?xi8> into tensor<6x?xi8>
//   CHECK-DAG:   %[[CS:.+]] = tensor.collapse_shape %[[S]] {{\[}}[0, 1], [2], [3]] : tensor<2x3x?x1xi8> into tensor<6x?x1xi8>
//       CHECK:   return %[[CC]], %[[CS]], %[[O]], %[[K]]
func.func @collapse(%q: tensor<2x3x?x!mx.nvfp4>) -> tensor<6x?x!mx.nvfp4> {
  %r = tensor.collapse_shape %q [[0, 1], [2]] : tensor<2x3x?x!mx.nvfp4> into tensor<6x?x!mx.nvfp4>
  return %r : tensor<6x?x!mx.nvfp4>
}

// -----

// K comes and goes with the static extent.
// CHECK-LABEL: func @cast(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<4x24xi8>, %[[S:[^:]+]]: tensor<4x3x1xi8>, %[[O:[^:]+]]: tensor<4xf32>, %[[D:[^:]+]]: tensor<?x?xi8>, %[[T:[^:]+]]: tensor<?x?x2xi8>, %{{[^:]+}}: index)
//   CHECK-DAG:   %[[CC:.+]] = tensor.cast %[[C]] : tensor<4x24xi8> to tensor<?x?xi8>
//   CHECK-DAG:   %[[SC:.+]] = tensor.cast %[[S]] : tensor<4x3x1xi8> to tensor<?x?x1xi8>
//   CHECK-DAG:   %[[OC:.+]] = tensor.cast %[[O]] : tensor<4xf32> to tensor<?xf32>
//   CHECK-DAG:   %[[K:.+]] = arith.constant 40 : index
//   CHECK-DAG:   %[[DC:.+]] = tensor.cast %[[D]] : tensor<?x?xi8> to tensor<4x32xi8>
//   CHECK-DAG:   %[[TC:.+]] = tensor.cast %[[T]] : tensor<?x?x2xi8> to tensor<4x2x2xi8>
//       CHECK:   return %[[CC]], %[[SC]], %[[OC]], %[[K]], %[[DC]], %[[TC]] :
func.func @cast(%q: tensor<4x40x!mx.nvfp4_row>, %d: tensor<?x?x!mx.amxfp4>) -> (tensor<?x?x!mx.nvfp4_row>, tensor<4x40x!mx.amxfp4>) {
  %r = tensor.cast %q : tensor<4x40x!mx.nvfp4_row> to tensor<?x?x!mx.nvfp4_row>
  %s = tensor.cast %d : tensor<?x?x!mx.amxfp4> to tensor<4x40x!mx.amxfp4>
  return %r, %s : tensor<?x?x!mx.nvfp4_row>, tensor<4x40x!mx.amxfp4>
}

// -----

// The extent of the last axis is never that of the codes.
// CHECK-LABEL: func @dim(
//  CHECK-SAME:     %{{[^:]+}}: tensor<?x20xi8>, %{{[^:]+}}: tensor<?x{{.+}}xi8>, %[[D:[^:]+]]: tensor<4x?xi8>, %{{[^:]+}}: tensor<4x?x2xi8>, %[[K:[^:]+]]: index)
//       CHECK:   %[[STATIC:.+]] = arith.constant 40 : index
//       CHECK:   %[[ROWS:.+]] = tensor.dim %{{.+}}, %{{.+}} : tensor<?x20xi8>
//       CHECK:   return %[[STATIC]], %[[ROWS]], %[[K]] :
func.func @dim(%q: tensor<?x40x!mx.block<f4E2M1FN x 8, f8E8M0FNU>>, %d: tensor<4x?x!mx.amxfp4>) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = tensor.dim %q, %c1 : tensor<?x40x!mx.block<f4E2M1FN x 8, f8E8M0FNU>>
  %1 = tensor.dim %q, %c0 : tensor<?x40x!mx.block<f4E2M1FN x 8, f8E8M0FNU>>
  %2 = tensor.dim %d, %c1 : tensor<4x?x!mx.amxfp4>
  return %0, %1, %2 : index, index, index
}
