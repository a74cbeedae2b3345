// The three ops of TOSA on its six data types. Codes and scales become bytes.
//
// RUN: mx-opt %s --convert-tosa-to-mx --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @cast_to(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x64xf32>) -> (tensor<4x32xi8>, tensor<4x2x1xi8>)
//       CHECK:   %[[E:.+]] = tensor.empty() : tensor<4x64x!mx.mxfp4>
//       CHECK:   %[[Q:.+]] = mx.quantize ins(%[[X]] : tensor<4x64xf32>) outs(%[[E]] : tensor<4x64x!mx.mxfp4>) using #mx.quantizer<rounding = nearest_even, scale_rule = pot_fit>
//       CHECK:   %[[P:.+]]:2 = mx.split %[[Q]] : tensor<4x64x!mx.mxfp4>
//       CHECK:   return %[[P]]#0, %[[P]]#1
func.func @cast_to(%x: tensor<4x64xf32>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>) {
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<4x64xf32>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>)
  return %c, %s : tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>
}

// -----

// CHECK-LABEL: func.func @cast_from(
//  CHECK-SAME:     %[[C:.+]]: tensor<64xi8>, %[[S:.+]]: tensor<2x1xi8>) -> tensor<64xbf16>
//       CHECK:   %[[Q:.+]] = mx.join %[[C]], %[[S]] : (tensor<64xi8>, tensor<2x1xi8>) -> tensor<64x!mx.mxint8>
//       CHECK:   %[[Y:.+]] = mx.dequantize %[[Q]] : tensor<64x!mx.mxint8> to tensor<64xbf16>
//       CHECK:   return %[[Y]]
func.func @cast_from(%c: tensor<64x!tosa.mxint8>, %s: tensor<2xf8E8M0FNU>) -> tensor<64xbf16> {
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<64x!tosa.mxint8>, tensor<2xf8E8M0FNU>) -> tensor<64xbf16>
  return %y : tensor<64xbf16>
}

// -----

// A matrix for each batch.
// CHECK-LABEL: func.func @matmul(
//  CHECK-SAME:     %[[C:.+]]: tensor<2x4x48xi8>, %[[S:.+]]: tensor<2x4x2x1xi8>, %[[D:.+]]: tensor<2x8x48xi8>, %[[R:.+]]: tensor<2x8x2x1xi8>)
//   CHECK-DAG:   %[[A:.+]] = mx.join %[[C]], %[[S]] : (tensor<2x4x48xi8>, tensor<2x4x2x1xi8>) -> tensor<2x4x64x!mx.mxfp6_e2m3>
//   CHECK-DAG:   %[[B:.+]] = mx.join %[[D]], %[[R]] : (tensor<2x8x48xi8>, tensor<2x8x2x1xi8>) -> tensor<2x8x64x!mx.mxfp6_e2m3>
//   CHECK-DAG:   %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
//   CHECK-DAG:   %[[INIT:.+]] = linalg.fill ins(%[[ZERO]] : f32)
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : tensor<2x4x64x!mx.mxfp6_e2m3>, tensor<2x8x64x!mx.mxfp6_e2m3>) outs(%[[INIT]] : tensor<2x4x8xf32>)
//       CHECK:   return %[[Y]]
func.func @matmul(%c: tensor<2x4x64xf6E2M3FN>, %s: tensor<2x4x2xf8E8M0FNU>, %d: tensor<2x8x64xf6E2M3FN>, %r: tensor<2x8x2xf8E8M0FNU>) -> tensor<2x4x8xf32> {
  %y = tosa.matmul_t_block_scaled %c, %s, %d, %r {block_size = BLOCK_SIZE_32} : (tensor<2x4x64xf6E2M3FN>, tensor<2x4x2xf8E8M0FNU>, tensor<2x8x64xf6E2M3FN>, tensor<2x8x2xf8E8M0FNU>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// One matrix for all batches has no batch axis. M is known at run time.
// CHECK-LABEL: func.func @matmul_of_one_matrix(
//  CHECK-SAME:     %[[C:.+]]: tensor<2x?x64xi8>, %[[S:.+]]: tensor<2x?x2x1xi8>, %[[D:.+]]: tensor<1x8x64xi8>, %[[R:.+]]: tensor<1x8x2x1xi8>)
//   CHECK-DAG:   %[[ONE:.+]] = arith.constant 1 : index
//   CHECK-DAG:   %[[M:.+]] = tensor.dim %[[C]], %[[ONE]]
//   CHECK-DAG:   %[[E:.+]] = tensor.empty(%[[M]]) : tensor<2x?x8xf32>
//   CHECK-DAG:   %[[INIT:.+]] = linalg.fill ins(%{{.+}} : f32) outs(%[[E]] : tensor<2x?x8xf32>)
//   CHECK-DAG:   %[[A:.+]] = mx.join %[[C]], %[[S]] : {{.+}} -> tensor<2x?x64x!mx.mxfp8_e4m3>
//   CHECK-DAG:   %[[B:.+]] = mx.join %[[D]], %[[R]] : {{.+}} -> tensor<1x8x64x!mx.mxfp8_e4m3>
//   CHECK-DAG:   %[[W:.+]] = tensor.collapse_shape %[[B]] {{\[\[}}0, 1], [2]] : tensor<1x8x64x!mx.mxfp8_e4m3> into tensor<8x64x!mx.mxfp8_e4m3>
//       CHECK:   mx.matmul ins(%[[A]], %[[W]] : tensor<2x?x64x!mx.mxfp8_e4m3>, tensor<8x64x!mx.mxfp8_e4m3>) outs(%[[INIT]] : tensor<2x?x8xf32>)
func.func @matmul_of_one_matrix(%c: tensor<2x?x64xf8E4M3FN>, %s: tensor<2x?x2xf8E8M0FNU>, %d: tensor<1x8x64xf8E4M3FN>, %r: tensor<1x8x2xf8E8M0FNU>) -> tensor<2x?x8xf32> {
  %y = tosa.matmul_t_block_scaled %c, %s, %d, %r {block_size = BLOCK_SIZE_32} : (tensor<2x?x64xf8E4M3FN>, tensor<2x?x2xf8E8M0FNU>, tensor<1x8x64xf8E4M3FN>, tensor<1x8x2xf8E8M0FNU>) -> tensor<2x?x8xf32>
  return %y : tensor<2x?x8xf32>
}

// -----

// What is quantized here is multiplied as it is, without a way over bytes.
// CHECK-LABEL: func.func @chain(
//  CHECK-SAME:     %[[X:.+]]: tensor<1x4x64xf16>, %[[D:.+]]: tensor<1x8x48xi8>, %[[R:.+]]: tensor<1x8x2x1xi8>)
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<1x4x64xf16>) outs(%{{.+}} : tensor<1x4x64x!mx.mxfp6_e3m2>)
//   CHECK-NOT:   mx.join {{.*}} -> tensor<1x4x64
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} : tensor<1x4x64x!mx.mxfp6_e3m2>, tensor<8x64x!mx.mxfp6_e3m2>)
func.func @chain(%x: tensor<1x4x64xf16>, %d: tensor<1x8x64xf6E3M2FN>, %r: tensor<1x8x2xf8E8M0FNU>) -> tensor<1x4x8xf32> {
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<1x4x64xf16>) -> (tensor<1x4x64xf6E3M2FN>, tensor<1x4x2xf8E8M0FNU>)
  %y = tosa.matmul_t_block_scaled %c, %s, %d, %r {block_size = BLOCK_SIZE_32} : (tensor<1x4x64xf6E3M2FN>, tensor<1x4x2xf8E8M0FNU>, tensor<1x8x64xf6E3M2FN>, tensor<1x8x2xf8E8M0FNU>) -> tensor<1x4x8xf32>
  return %y : tensor<1x4x8xf32>
}

// -----

// K is known at run time: 32 for each scale.
// CHECK-LABEL: func.func @dynamic_k(
//  CHECK-SAME:     %[[C:.+]]: tensor<?x?xi8>, %[[S:.+]]: tensor<?x?x1xi8>)
//   CHECK-DAG:   %[[AXIS:.+]] = arith.constant 1 : index
//   CHECK-DAG:   %[[SIZE:.+]] = arith.constant 32 : index
//   CHECK-DAG:   %[[BLOCKS:.+]] = tensor.dim %[[S]], %[[AXIS]]
//       CHECK:   %[[K:.+]] = arith.muli %[[BLOCKS]], %[[SIZE]]
//       CHECK:   mx.join %[[C]], %[[S]], %[[K]] : (tensor<?x?xi8>, tensor<?x?x1xi8>, index) -> tensor<?x?x!mx.mxfp8_e5m2>
func.func @dynamic_k(%c: tensor<?x?xf8E5M2>, %s: tensor<?x?xf8E8M0FNU>) -> tensor<?x?xf32> {
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<?x?xf8E5M2>, tensor<?x?xf8E8M0FNU>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A result that says less than its operands.
// CHECK-LABEL: func.func @casts_of_shape(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x64xf32>) -> (tensor<?x32xi8>, tensor<?x2x1xi8>, tensor<?x64xf32>)
//       CHECK:   %[[P:.+]]:2 = mx.split %{{.+}} : tensor<4x64x!mx.mxfp4>
//   CHECK-DAG:   %[[C:.+]] = tensor.cast %[[P]]#0 : tensor<4x32xi8> to tensor<?x32xi8>
//   CHECK-DAG:   %[[S:.+]] = tensor.cast %[[P]]#1 : tensor<4x2x1xi8> to tensor<?x2x1xi8>
//       CHECK:   %[[Y:.+]] = mx.dequantize %{{.+}} : tensor<?x64x!mx.mxfp4> to tensor<?x64xf32>
//       CHECK:   return %[[C]], %[[S]], %[[Y]]
func.func @casts_of_shape(%x: tensor<4x64xf32>) -> (tensor<?x64xf4E2M1FN>, tensor<?x2xf8E8M0FNU>, tensor<?x64xf32>) {
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<4x64xf32>) -> (tensor<?x64xf4E2M1FN>, tensor<?x2xf8E8M0FNU>)
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<?x64xf4E2M1FN>, tensor<?x2xf8E8M0FNU>) -> tensor<?x64xf32>
  return %c, %s, %y : tensor<?x64xf4E2M1FN>, tensor<?x2xf8E8M0FNU>, tensor<?x64xf32>
}
