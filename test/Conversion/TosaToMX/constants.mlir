// Constants of narrow types become bytes: code k of b bits at bits b * k of the
// row, low bits first, so that the even k of 4-bit codes is the low nibble.
//
// RUN: mx-opt %s --convert-tosa-to-mx --split-input-file | FileCheck %s
// RUN: mx-opt %s --convert-tosa-to-mx --canonicalize --split-input-file | FileCheck %s --check-prefix=FOLD

// 0.5 is code 1, 1.0 code 2, -6.0 code F: bytes 0x21 and 0xF0.
// CHECK-LABEL: func.func @fp4(
//       CHECK:   %[[C:.+]] = "tosa.const"() <{values = dense<[33, -16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]> : tensor<16xi8>}>
//       CHECK:   %[[S:.+]] = "tosa.const"() <{values = dense<-128> : tensor<1x1xi8>}>
//       CHECK:   mx.join %[[C]], %[[S]] : (tensor<16xi8>, tensor<1x1xi8>) -> tensor<32x!mx.mxfp4>
//  FOLD-LABEL: func.func @fp4(
//        FOLD:   arith.constant dense<[1.000000e+00, 2.000000e+00, 0.000000e+00, -1.200000e+01, 0.000000e+00,
//        FOLD-NOT: mx.
func.func @fp4() -> tensor<32xf32> {
  %c = "tosa.const"() <{values = dense<[0.5, 1.0, 0.0, -6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]> : tensor<32xf4E2M1FN>}> : () -> tensor<32xf4E2M1FN>
  %s = "tosa.const"() <{values = dense<2.0> : tensor<1xf8E8M0FNU>}> : () -> tensor<1xf8E8M0FNU>
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<32xf4E2M1FN>, tensor<1xf8E8M0FNU>) -> tensor<32xf32>
  return %y : tensor<32xf32>
}

// -----

// Codes 8, 8, 8, 8 of six bits are bytes 0x08 0x82 0x20, of a splat too.
// CHECK-LABEL: func.func @fp6_splat(
//       CHECK:   arith.constant dense<[8, -126, 32, 8, -126, 32, 8, -126, 32, 8, -126, 32, 8, -126, 32, 8, -126, 32, 8, -126, 32, 8, -126, 32]> : tensor<24xi8>
//  FOLD-LABEL: func.func @fp6_splat(
//        FOLD:   arith.constant dense<1.000000e+00> : tensor<32xf32>
func.func @fp6_splat() -> tensor<32xf32> {
  %c = arith.constant dense<1.0> : tensor<32xf6E2M3FN>
  %s = arith.constant dense<1.0> : tensor<1xf8E8M0FNU>
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<32xf6E2M3FN>, tensor<1xf8E8M0FNU>) -> tensor<32xf32>
  return %y : tensor<32xf32>
}

// -----

// A type without literals of its own comes as a resource.
// CHECK-LABEL: func.func @mxint8(
//       CHECK:   %[[C:.+]] = "tosa.const"() <{values = dense_resource<codes> : tensor<32xi8>}>
//       CHECK:   mx.join %[[C]], %{{.+}} -> tensor<32x!mx.mxint8>
//  FOLD-LABEL: func.func @mxint8(
//        FOLD:   arith.constant dense<[1.000000e+00, -1.000000e+00, 1.984375{{.*}}]> : tensor<32xf32>
func.func @mxint8() -> tensor<32xf32> {
  %c = "tosa.const"() <{values = dense_resource<codes> : tensor<32x!tosa.mxint8>}> : () -> tensor<32x!tosa.mxint8>
  %s = "tosa.const"() <{values = dense<1.0> : tensor<1xf8E8M0FNU>}> : () -> tensor<1xf8E8M0FNU>
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<32x!tosa.mxint8>, tensor<1xf8E8M0FNU>) -> tensor<32xf32>
  return %y : tensor<32xf32>
}

{-#
  dialect_resources: {
    builtin: {
      codes: "0x4000000040C07F0000000000000000000000000000000000000000000000000000000000"
    }
  }
#-}

// -----

// Packed resources are others: bytes 0x21, 0x43, ... of codes 1, 2, 3, 4, ...
// CHECK-LABEL: func.func @fp4_resource(
//       CHECK:   "tosa.const"() <{values = dense_resource<[[KEY:.+]]> : tensor<1x1x16xi8>}>
//       CHECK:   %[[C:.+]] = arith.constant dense_resource<[[KEY]]> : tensor<1x16xi8>
//       CHECK:   mx.join %[[C]], %{{.+}} : (tensor<1x16xi8>, tensor<1x1x1xi8>) -> tensor<1x32x!mx.mxfp4>
//       CHECK:   [[KEY]]: "0x40000000214365878967452301EFCDAB00000000"
//  FOLD-LABEL: func.func @fp4_resource(
//        FOLD:   %[[W:.+]] = mx.constant #mx.blocks<codes = [[CODES:.+]], scales = {{.+}}> : tensor<1x32x!mx.mxfp4>
//        FOLD:   mx.matmul ins(%{{.+}}, %[[W]] :
//        FOLD:   [[CODES]]: "0x40000000214365878967452301EFCDAB00000000"
func.func @fp4_resource(%c: tensor<2x4x32xf4E2M1FN>, %s: tensor<2x4x1xf8E8M0FNU>) -> tensor<2x4x1xf32> {
  %d = "tosa.const"() <{values = dense_resource<nibbles> : tensor<1x1x32xf4E2M1FN>}> : () -> tensor<1x1x32xf4E2M1FN>
  %r = "tosa.const"() <{values = dense<1.0> : tensor<1x1x1xf8E8M0FNU>}> : () -> tensor<1x1x1xf8E8M0FNU>
  %y = tosa.matmul_t_block_scaled %c, %s, %d, %r {block_size = BLOCK_SIZE_32} : (tensor<2x4x32xf4E2M1FN>, tensor<2x4x1xf8E8M0FNU>, tensor<1x1x32xf4E2M1FN>, tensor<1x1x1xf8E8M0FNU>) -> tensor<2x4x1xf32>
  return %y : tensor<2x4x1xf32>
}

{-#
  dialect_resources: {
    builtin: {
      nibbles: "0x400000000102030405060708090807060504030201000F0E0D0C0B0A0000000000000000"
    }
  }
#-}

// -----

// A constant matrix for all batches loses the batch axis and folds.
// CHECK-LABEL: func.func @weight(
//  FOLD-LABEL: func.func @weight(
//        FOLD:   %[[W:.+]] = mx.constant {{.*}} : tensor<8x32x!mx.mxfp8_e5m2>
//        FOLD:   mx.matmul ins(%{{.+}}, %[[W]] : tensor<?x4x32x!mx.mxfp8_e5m2>, tensor<8x32x!mx.mxfp8_e5m2>)
func.func @weight(%x: tensor<?x4x32xf32>) -> tensor<?x4x8xf32> {
  %d = "tosa.const"() <{values = dense<1.5> : tensor<1x8x32xf8E5M2>}> : () -> tensor<1x8x32xf8E5M2>
  %r = "tosa.const"() <{values = dense<1.0> : tensor<1x8x1xf8E8M0FNU>}> : () -> tensor<1x8x1xf8E8M0FNU>
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<?x4x32xf32>) -> (tensor<?x4x32xf8E5M2>, tensor<?x4x1xf8E8M0FNU>)
  %y = tosa.matmul_t_block_scaled %c, %s, %d, %r {block_size = BLOCK_SIZE_32} : (tensor<?x4x32xf8E5M2>, tensor<?x4x1xf8E8M0FNU>, tensor<1x8x32xf8E5M2>, tensor<1x8x1xf8E8M0FNU>) -> tensor<?x4x8xf32>
  return %y : tensor<?x4x8xf32>
}
