// What is left alone stays as it is, with all that its values flow through, and
// a remark says why. `strict` makes an error of each.
//
// RUN: mx-opt %s --convert-tosa-to-mx --split-input-file --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %s --convert-tosa-to-mx --split-input-file | FileCheck %s
// RUN: mx-opt %s --convert-tosa-to-mx=strict --split-input-file --verify-diagnostics

// REMARK: remark: [Passed] Converted | Category:mx-quantize | Function=passed | Format=mxfp4
// CHECK-LABEL: func.func @passed(
//  CHECK-SAME:     tensor<4x32xi8>
//       CHECK:   mx.dequantize
func.func @passed(%c: tensor<4x64xf4E2M1FN>, %s: tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32> {
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// -----

// Both ops, since the first one's values flow to the concatenation; the op of
// another group is converted all the same.
// REMARK: remark: [Missed] UnsupportedUse | Category:mx-quantize | Function=other_op | Reason="'tosa.concat' holds tensor<4x64xf4E2M1FN>, which only block-scaled ops, constants, functions and scf may do"
// REMARK: remark: [Missed] UnsupportedUse | {{.*}} Reason="'tosa.concat' holds
// REMARK: remark: [Passed] Converted | {{.*}} Format=mxfp8_e5m2
// CHECK-LABEL: func.func @other_op(
//  CHECK-SAME:     %{{.+}}: tensor<4x64xf32>, %{{.+}}: tensor<4x64xf4E2M1FN>, %{{.+}}: tensor<8x2xf8E8M0FNU>, %{{.+}}: tensor<4x64xi8>, %{{.+}}: tensor<4x2x1xi8>)
//       CHECK:   tosa.cast_to_block_scaled
//       CHECK:   tosa.concat
//       CHECK:   tosa.cast_from_block_scaled
//       CHECK:   mx.dequantize
func.func @other_op(%x: tensor<4x64xf32>, %d: tensor<4x64xf4E2M1FN>, %r: tensor<8x2xf8E8M0FNU>, %e: tensor<4x64xf8E5M2>, %t: tensor<4x2xf8E8M0FNU>) -> (tensor<8x64xf32>, tensor<4x64xf32>) {
  // expected-error @+1 {{'tosa.cast_to_block_scaled' op is not converted (UnsupportedUse): 'tosa.concat' holds tensor<4x64xf4E2M1FN>}}
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<4x64xf32>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>)
  %both = tosa.concat %c, %d {axis = 0 : i32} : (tensor<4x64xf4E2M1FN>, tensor<4x64xf4E2M1FN>) -> tensor<8x64xf4E2M1FN>
  // expected-error @+1 {{is not converted (UnsupportedUse): 'tosa.concat' holds}}
  %y = tosa.cast_from_block_scaled %both, %r {block_size = BLOCK_SIZE_32} : (tensor<8x64xf4E2M1FN>, tensor<8x2xf8E8M0FNU>) -> tensor<8x64xf32>
  %z = tosa.cast_from_block_scaled %e, %t {block_size = BLOCK_SIZE_32} : (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return %y, %z : tensor<8x64xf32>, tensor<4x64xf32>
}

// -----

// REMARK: remark: [Missed] UnsupportedType | {{.*}} Function=unranked | Reason="found tensor<*xf32>, expected a ranked tensor of f32, f16 or bf16"
// CHECK-LABEL: func.func @unranked(
//       CHECK:   tosa.cast_to_block_scaled
func.func @unranked(%x: tensor<*xf32>) -> (tensor<*xf8E5M2>, tensor<*xf8E8M0FNU>) {
  // expected-error @+1 {{is not converted (UnsupportedType): found tensor<*xf32>}}
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<*xf32>) -> (tensor<*xf8E5M2>, tensor<*xf8E8M0FNU>)
  return %c, %s : tensor<*xf8E5M2>, tensor<*xf8E8M0FNU>
}

// -----

// REMARK: remark: [Missed] UnsupportedType | {{.*}} Function=doubles | Reason="found tensor<4x64xf64>, expected a ranked tensor of f32, f16 or bf16"
// CHECK-LABEL: func.func @doubles(
//       CHECK:   tosa.cast_from_block_scaled
func.func @doubles(%c: tensor<4x64xf8E5M2>, %s: tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf64> {
  // expected-error @+1 {{is not converted (UnsupportedType): found tensor<4x64xf64>}}
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf64>
  return %y : tensor<4x64xf64>
}

// -----

// REMARK: remark: [Missed] UnsupportedType | {{.*}} Function=from_fp8 | Reason="found tensor<4x64xf8E5M2>, expected a ranked tensor of f32, f16 or bf16"
// CHECK-LABEL: func.func @from_fp8(
//       CHECK:   tosa.cast_to_block_scaled
func.func @from_fp8(%x: tensor<4x64xf8E5M2>) -> (tensor<4x64xf8E4M3FN>, tensor<4x2xf8E8M0FNU>) {
  // expected-error @+1 {{is not converted (UnsupportedType): found tensor<4x64xf8E5M2>}}
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<4x64xf8E5M2>) -> (tensor<4x64xf8E4M3FN>, tensor<4x2xf8E8M0FNU>)
  return %c, %s : tensor<4x64xf8E4M3FN>, tensor<4x2xf8E8M0FNU>
}

// -----

// REMARK: remark: [Missed] UnsupportedShape | {{.*}} Function=dynamic_batch | Reason="b_data is tensor<?x8x64xf8E5M2>, expected a static batch: whether it is repeated must be known"
// CHECK-LABEL: func.func @dynamic_batch(
//       CHECK:   tosa.matmul_t_block_scaled
func.func @dynamic_batch(%c: tensor<2x4x64xf8E5M2>, %s: tensor<2x4x2xf8E8M0FNU>, %d: tensor<?x8x64xf8E5M2>, %r: tensor<?x8x2xf8E8M0FNU>) -> tensor<2x4x8xf32> {
  // expected-error @+1 {{is not converted (UnsupportedShape): b_data is}}
  %y = tosa.matmul_t_block_scaled %c, %s, %d, %r {block_size = BLOCK_SIZE_32} : (tensor<2x4x64xf8E5M2>, tensor<2x4x2xf8E8M0FNU>, tensor<?x8x64xf8E5M2>, tensor<?x8x2xf8E8M0FNU>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// REMARK: remark: [Missed] UnsupportedUse | {{.*}} Function=declaration | Reason="passes to 'elsewhere', which has no body here"
// CHECK: func.func private @elsewhere(tensor<4x64xf8E5M2>)
func.func private @elsewhere(tensor<4x64xf8E5M2>)
func.func @declaration(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{is not converted (UnsupportedUse): passes to 'elsewhere'}}
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<4x64xf32>) -> (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>)
  call @elsewhere(%c) : (tensor<4x64xf8E5M2>) -> ()
  return
}

// -----

// REMARK: remark: [Missed] UnsupportedUse | {{.*}} Function=escapes | Reason="'escapes' is used by 'func.constant'"
// CHECK-LABEL: func.func private @escapes(
//  CHECK-SAME:     tensor<4x64xf8E5M2>
func.func private @escapes(%c: tensor<4x64xf8E5M2>, %s: tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32> {
  // expected-error @+1 {{is not converted (UnsupportedUse): 'escapes' is used by 'func.constant'}}
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
func.func @pointer() {
  %f = func.constant @escapes : (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return
}

// -----

// REMARK: remark: [Missed] UnsupportedUse | {{.*}} Function=branches | Reason="a block of 'func.func' takes tensor<4x64xf8E5M2>"
// CHECK-LABEL: func.func @branches(
//       CHECK:   ^bb1(%{{.+}}: tensor<4x64xf8E5M2>)
func.func @branches(%c: tensor<4x64xf8E5M2>, %s: tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32> {
  cf.br ^bb1(%c : tensor<4x64xf8E5M2>)
^bb1(%d: tensor<4x64xf8E5M2>):
  // expected-error @+1 {{is not converted (UnsupportedUse): a block of 'func.func' takes}}
  %y = tosa.cast_from_block_scaled %d, %s {block_size = BLOCK_SIZE_32} : (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// -----

// REMARK: remark: [Missed] UnreadableConstant | {{.*}} Function=elided | Reason="resource 'elided' has 0 bytes, expected 64"
// CHECK-LABEL: func.func @elided(
//       CHECK:   tosa.cast_from_block_scaled
func.func @elided(%s: tensor<2xf8E8M0FNU>) -> tensor<64xf32> {
  %c = "tosa.const"() <{values = dense_resource<elided> : tensor<64x!tosa.mxint8>}> : () -> tensor<64x!tosa.mxint8>
  // expected-error @+1 {{is not converted (UnreadableConstant): resource 'elided' has 0 bytes, expected 64}}
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<64x!tosa.mxint8>, tensor<2xf8E8M0FNU>) -> tensor<64xf32>
  return %y : tensor<64xf32>
}

// -----

// The scales of quant types are given, those of mx computed.
// REMARK: remark: [Missed] QuantCast | Category:mx-quantize | Function=quant | Reason="scales of quant types are part of the program, those of mx are computed; bring the op to floats before"
// REMARK: remark: [Missed] QuantCast | {{.*}} Function=quant
// REMARK: remark: [Missed] QuantCast | {{.*}} Function=quant
// CHECK-LABEL: func.func @quant(
//       CHECK:   quant.qcast
!q = !quant.uniform<i8:f32, 2.0>
func.func @quant(%x: tensor<4x64xf32>) -> (tensor<4x64xi8>, tensor<4x64xf32>) {
  // expected-error @+1 {{'quant.qcast' op is not converted (QuantCast)}}
  %0 = quant.qcast %x : tensor<4x64xf32> to tensor<4x64x!q>
  // expected-error @+1 {{'quant.scast' op is not converted (QuantCast)}}
  %1 = quant.scast %0 : tensor<4x64x!q> to tensor<4x64xi8>
  // expected-error @+1 {{'quant.dcast' op is not converted (QuantCast)}}
  %2 = quant.dcast %0 : tensor<4x64x!q> to tensor<4x64xf32>
  return %1, %2 : tensor<4x64xi8>, tensor<4x64xf32>
}
