// What folds, to which bytes; the keys of resources lead to the bytes at the
// end. Four-bit codes lie two a byte, the earlier in the low nibble.
//
// RUN: mx-opt %s --canonicalize | FileCheck %s

// E5M2 scales, ties away: the largest magnitudes of the two sides over 6 are
// 3.72 and 0.217, nearest 3.5 (0x43) and 0.21875 (0x33). The quotients 6.37,
// 2.6, -5.94, 0.11, -0.91, 0.86, 0 are nearest 6, 3, -6, 0, -1, 1, 0: codes
// 7 5 F 0 A 2 0.
// CHECK-LABEL: func @asymmetric()
//  CHECK-NEXT:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[ASYM_C:mx_[0-9a-f]+]], scales = [[ASYM_S:mx_[0-9a-f]+]]> : tensor<1x7x!mx.amxfp4>
//  CHECK-NEXT:   return %[[Q]]
func.func @asymmetric() -> tensor<1x7x!mx.amxfp4> {
  %x = arith.constant dense<[[22.3, 9.1, -1.3, 0.4, -0.2, 3.0, 0.0]]> : tensor<1x7xf32>
  %e = tensor.empty() : tensor<1x7x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<1x7xf32>) outs(%e : tensor<1x7x!mx.amxfp4>) using amxfp4
  return %q : tensor<1x7x!mx.amxfp4>
}

// The side without an element has a copy of the other's scale: 0.9 / 6 is
// nearest 0.15625 (0x31); 5.76, 3.2, 0.64, 0.128 are nearest 6, 3, 0.5, 0.
// CHECK-LABEL: func @one_sided()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[ONE_C:mx_[0-9a-f]+]], scales = [[ONE_S:mx_[0-9a-f]+]]>
func.func @one_sided() -> tensor<4x!mx.amxfp4> {
  %x = arith.constant dense<[0.9, 0.5, 0.1, 0.02]> : tensor<4xf32>
  %e = tensor.empty() : tensor<4x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<4xf32>) outs(%e : tensor<4x!mx.amxfp4>) using amxfp4
  return %q : tensor<4x!mx.amxfp4>
}

// Two blocks: one of zeros has scales of 1 (0x3C); one with a NaN has scales of
// NaN (0x7F) and codes of 0.
// CHECK-LABEL: func @zeros_and_nan()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[NAN_C:mx_[0-9a-f]+]], scales = [[NAN_S:mx_[0-9a-f]+]]>
func.func @zeros_and_nan() -> tensor<2x2x!mx.amxfp4> {
  %x = arith.constant dense<[[0.0, -0.0], [1.0, 0x7FC00000]]> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x2x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<2x2xf32>) outs(%e : tensor<2x2x!mx.amxfp4>) using amxfp4
  return %q : tensor<2x2x!mx.amxfp4>
}

// Ties to even: the scale is 2^(2-2) (0x7F). The ties 5, -0.75, 2.5, -3.5 go to
// the even codes of 4, -1, 2, -4; codes 6 B 1 0 A 4 E 0. A zero keeps its sign:
// code 8.
// CHECK-LABEL: func @symmetric()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[SYM_C:mx_[0-9a-f]+]], scales = [[SYM_S:mx_[0-9a-f]+]]>
func.func @symmetric() -> tensor<9x!mx.mxfp4> {
  %x = arith.constant dense<[5.0, -1.3, 0.3, 0.24, -0.75, 2.5, -3.5, 0.05, -0.05]> : tensor<9xf32>
  %e = tensor.empty() : tensor<9x!mx.mxfp4>
  %q = mx.quantize ins(%x : tensor<9xf32>) outs(%e : tensor<9x!mx.mxfp4>) using mxfp4
  return %q : tensor<9x!mx.mxfp4>
}

// What 16 bits hold is quantized: 9.4 is 9.375 in bf16 and 9.398 in f16. 1.56 is
// nearest 1.5 (0x3E), 1 / 6 nearest 0.15625 (0x31); codes 7 7 F.
// CHECK-LABEL: func @bf16()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[HALF_C:mx_[0-9a-f]+]], scales = [[HALF_S:mx_[0-9a-f]+]]>
func.func @bf16() -> tensor<3x!mx.amxfp4> {
  %x = arith.constant dense<[9.4, 9.0, -1.0]> : tensor<3xbf16>
  %e = tensor.empty() : tensor<3x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<3xbf16>) outs(%e : tensor<3x!mx.amxfp4>) using amxfp4
  return %q : tensor<3x!mx.amxfp4>
}

// CHECK-LABEL: func @f16()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[HALF_C]], scales = [[HALF_S]]>
func.func @f16() -> tensor<3x!mx.amxfp4> {
  %x = arith.constant dense<[9.4, 9.0, -1.0]> : tensor<3xf16>
  %e = tensor.empty() : tensor<3x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<3xf16>) outs(%e : tensor<3x!mx.amxfp4>) using amxfp4
  return %q : tensor<3x!mx.amxfp4>
}

// Step 7.5 / 15 = 0.5 (0x3800), minimum -1 (0xBC00), little-endian; (x + 1) / 0.5
// is 0, 1, 2, 15. The short block is padded with code 0.
// CHECK-LABEL: func @affine()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[AFF_C:mx_[0-9a-f]+]], scales = [[AFF_S:mx_[0-9a-f]+]]>
func.func @affine() -> tensor<4x!mx.int4_affine> {
  %x = arith.constant dense<[-1.0, -0.5, 0.0, 6.5]> : tensor<4xf32>
  %e = tensor.empty() : tensor<4x!mx.int4_affine>
  %q = mx.quantize ins(%x : tensor<4xf32>) outs(%e : tensor<4x!mx.int4_affine>) using int4_affine
  return %q : tensor<4x!mx.int4_affine>
}

// An outer scale a row, folded on the way: 5376 / 2688 = 2 and 672 / 2688 = 0.25.
// Both rows have 2688 / 6 = 448 (0x7E) as their largest block scale; 0.5 and
// 0.375 of it are code 1.
// CHECK-LABEL: func @row_scale()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[ROW_C:mx_[0-9a-f]+]], scales = [[ROW_S:mx_[0-9a-f]+]], outer = [[ROW_O:mx_[0-9a-f]+]]>
func.func @row_scale() -> tensor<2x2x!mx.nvfp4_row> {
  %x = arith.constant dense<[[5376.0, -448.0], [672.0, 42.0]]> : tensor<2x2xf32>
  %o = mx.outer_scale %x : tensor<2x2xf32> for !mx.nvfp4_row
  %e = tensor.empty() : tensor<2x2x!mx.nvfp4_row>
  %q = mx.quantize ins(%x : tensor<2x2xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x2x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<2x2x!mx.nvfp4_row>
}

// One for the tensor; 672 / 2 = 336 is 56 (0x66) a sixth, 42 / 2 = 21 of it 0.375.
// CHECK-LABEL: func @tensor_scale()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[ROW_C]], scales = [[TEN_S:mx_[0-9a-f]+]], outer = [[TEN_O:mx_[0-9a-f]+]]>
func.func @tensor_scale() -> tensor<2x2x!mx.nvfp4> {
  %x = arith.constant dense<[[5376.0, -448.0], [672.0, 42.0]]> : tensor<2x2xf32>
  %o = mx.outer_scale %x : tensor<2x2xf32> for !mx.nvfp4
  %e = tensor.empty() : tensor<2x2x!mx.nvfp4>
  %q = mx.quantize ins(%x : tensor<2x2xf32>) outer(%o : tensor<f32>) outs(%e : tensor<2x2x!mx.nvfp4>) using nvfp4
  return %q : tensor<2x2x!mx.nvfp4>
}

// A splat folds at any size: 6 is 6 times 1.
// CHECK-LABEL: func @large_splat()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[SPLAT_C:mx_[0-9a-f]+]], scales = [[SPLAT_S:mx_[0-9a-f]+]]> : tensor<80x64x!mx.amxfp4>
func.func @large_splat() -> tensor<80x64x!mx.amxfp4> {
  %x = arith.constant dense<6.0> : tensor<80x64xf32>
  %e = tensor.empty() : tensor<80x64x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<80x64xf32>) outs(%e : tensor<80x64x!mx.amxfp4>) using amxfp4
  return %q : tensor<80x64x!mx.amxfp4>
}

// With an outer scale of 2 for each of its rows: 5376 = 6 * 448 * 2.
// CHECK-LABEL: func @large_splat_rows()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[SPLAT_C]], scales = [[SPLATROW_S:mx_[0-9a-f]+]], outer = [[SPLATROW_O:mx_[0-9a-f]+]]> : tensor<80x64x!mx.nvfp4_row>
func.func @large_splat_rows() -> tensor<80x64x!mx.nvfp4_row> {
  %x = arith.constant dense<5376.0> : tensor<80x64xf32>
  %o = mx.outer_scale %x : tensor<80x64xf32> for !mx.nvfp4_row
  %e = tensor.empty() : tensor<80x64x!mx.nvfp4_row>
  %q = mx.quantize ins(%x : tensor<80x64xf32>) outer(%o : tensor<80xf32>) outs(%e : tensor<80x64x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<80x64x!mx.nvfp4_row>
}

// Unless the scales of its rows differ at run time, or may.
// CHECK-LABEL: func @unknown_outer(
//  CHECK-SAME:     %[[O:.+]]: tensor<2xf32>)
//       CHECK:   mx.quantize ins(%{{.+}} : tensor<2x2xf32>) outer(%[[O]] :
func.func @unknown_outer(%o: tensor<2xf32>) -> tensor<2x2x!mx.nvfp4_row> {
  %x = arith.constant dense<1.0> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x2x!mx.nvfp4_row>
  %q = mx.quantize ins(%x : tensor<2x2xf32>) outer(%o : tensor<2xf32>) outs(%e : tensor<2x2x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<2x2x!mx.nvfp4_row>
}

// Nothing to quantize is left as it is, row scales and all.
// CHECK-LABEL: func @no_elements()
//       CHECK:   %[[O:.+]] = mx.outer_scale %{{.+}} : tensor<4x0xf32>
//       CHECK:   mx.quantize ins(%{{.+}} : tensor<4x0xf32>) outer(%[[O]] :
func.func @no_elements() -> tensor<4x0x!mx.nvfp4_row> {
  %x = arith.constant dense<> : tensor<4x0xf32>
  %o = mx.outer_scale %x : tensor<4x0xf32> for !mx.nvfp4_row
  %e = tensor.empty() : tensor<4x0x!mx.nvfp4_row>
  %q = mx.quantize ins(%x : tensor<4x0xf32>) outer(%o : tensor<4xf32>) outs(%e : tensor<4x0x!mx.nvfp4_row>) using nvfp4_row
  return %q : tensor<4x0x!mx.nvfp4_row>
}

// Infinite and NaN elements do not count; of a row without others it is 1.
// CHECK-LABEL: func @outer_scale()
//   CHECK-DAG:   %[[R:.+]] = arith.constant dense<[2.000000e+00, 1.000000e+00, 1.000000e+00]> : tensor<3xf32>
//   CHECK-DAG:   %[[T:.+]] = arith.constant dense<2.000000e+00> : tensor<f32>
//       CHECK:   return %[[R]], %[[T]]
func.func @outer_scale() -> (tensor<3xf32>, tensor<f32>) {
  %x = arith.constant dense<[[-5376.0, 0xFF800000], [0.0, 0.0], [0x7FC00000, 0.0]]> : tensor<3x2xf32>
  %r = mx.outer_scale %x : tensor<3x2xf32> for !mx.amxfp4_e4m3
  %t = mx.outer_scale %x : tensor<3x2xf32> for !mx.nvfp4
  return %r, %t : tensor<3xf32>, tensor<f32>
}

// Quantizing loses: what comes back is not what went in.
// CHECK-LABEL: func @round_trip_stays(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x64xf32>
//       CHECK:   %[[Q:.+]] = mx.quantize ins(%[[X]] :
//       CHECK:   %[[Y:.+]] = mx.dequantize %[[Q]]
//       CHECK:   return %[[Y]]
func.func @round_trip_stays(%x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %e = tensor.empty() : tensor<4x64x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4
  %y = mx.dequantize %q : tensor<4x64x!mx.amxfp4> to tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// A constant decodes to values: those of @asymmetric times 3.5 and 0.21875.
// CHECK-LABEL: func @values()
//       CHECK:   %[[Y:.+]] = arith.constant dense<{{\[}}[2.100000e+01, 1.050000e+01, -1.312500e+00, 0.000000e+00, -2.187500e-01, 3.500000e+00, 0.000000e+00]]> : tensor<1x7xf32>
//  CHECK-NEXT:   return %[[Y]]
func.func @values() -> tensor<1x7xf32> {
  %q = mx.constant #mx.blocks<codes = c_b1, scales = s_b1> : tensor<1x7x!mx.amxfp4>
  %y = mx.dequantize %q : tensor<1x7x!mx.amxfp4> to tensor<1x7xf32>
  return %y : tensor<1x7xf32>
}

// The only rounding is to the result type: 6 * 0.203125 = 1.21875 has six bits.
// The second block is one of NaN, the third negative with a NaN for the positive.
// CHECK-LABEL: func @values_bf16()
//       CHECK:   arith.constant dense<{{\[}}[1.218750e+00, -6.000000e+00], [0x7FC0, 0x7FC0], [0x7FC0, 0x7FC0]]> : tensor<3x2xbf16>
func.func @values_bf16() -> tensor<3x2xbf16> {
  %q = mx.constant #mx.blocks<codes = c_nan, scales = s_nan> : tensor<3x2x!mx.block<f4E2M1FN x 8, ue5m3, asymmetric>>
  %y = mx.dequantize %q : tensor<3x2x!mx.block<f4E2M1FN x 8, ue5m3, asymmetric>> to tensor<3x2xbf16>
  return %y : tensor<3x2xbf16>
}

// Step, minimum; and an outer scale of 2 on top of a scale of 0.5.
// CHECK-LABEL: func @values_affine_and_outer()
//   CHECK-DAG:   %[[A:.+]] = arith.constant dense<[-1.000000e+00, -5.000000e-01, 6.500000e+00]> : tensor<3xf16>
//   CHECK-DAG:   %[[O:.+]] = arith.constant dense<{{\[}}[6.000000e+00, -5.000000e-01]]> : tensor<1x2xf32>
//       CHECK:   return %[[A]], %[[O]]
func.func @values_affine_and_outer() -> (tensor<3xf16>, tensor<1x2xf32>) {
  %a = mx.constant #mx.blocks<codes = c_aff, scales = s_aff> : tensor<3x!mx.int4_affine>
  %x = mx.dequantize %a : tensor<3x!mx.int4_affine> to tensor<3xf16>
  %q = mx.constant #mx.blocks<codes = c_nv, scales = s_nv, outer = o_nv> : tensor<1x2x!mx.nvfp4>
  %y = mx.dequantize %q : tensor<1x2x!mx.nvfp4> to tensor<1x2xf32>
  return %x, %y : tensor<3xf16>, tensor<1x2xf32>
}

// A large one stays small.
// CHECK-LABEL: func @large_values()
//       CHECK:   %[[Q:.+]] = mx.constant #mx.blocks<codes = [[SPLAT_C]], scales = [[SPLAT_S]]>
//       CHECK:   mx.dequantize %[[Q]]
func.func @large_values() -> tensor<80x64xf32> {
  %x = arith.constant dense<6.0> : tensor<80x64xf32>
  %e = tensor.empty() : tensor<80x64x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<80x64xf32>) outs(%e : tensor<80x64x!mx.amxfp4>) using amxfp4
  %y = mx.dequantize %q : tensor<80x64x!mx.amxfp4> to tensor<80x64xf32>
  return %y : tensor<80x64xf32>
}

// CHECK-LABEL: func @split_of_join(
//  CHECK-SAME:     %[[C:.+]]: tensor<4x?xi8>, %[[S:.+]]: tensor<4x?x1xi8>, %[[O:.+]]: tensor<4xf32>, %[[K:.+]]: index
//  CHECK-NEXT:   return %[[K]], %[[O]], %[[S]], %[[C]]
func.func @split_of_join(%c: tensor<4x?xi8>, %s: tensor<4x?x1xi8>, %o: tensor<4xf32>, %k: index) -> (index, tensor<4xf32>, tensor<4x?x1xi8>, tensor<4x?xi8>) {
  %q = mx.join %c, %s, %o, %k : (tensor<4x?xi8>, tensor<4x?x1xi8>, tensor<4xf32>, index) -> tensor<4x?x!mx.nvfp4_row>
  %p:4 = mx.split %q : tensor<4x?x!mx.nvfp4_row>
  return %p#3, %p#2, %p#1, %p#0 : index, tensor<4xf32>, tensor<4x?x1xi8>, tensor<4x?xi8>
}

// CHECK-LABEL: func @join_of_split(
//  CHECK-SAME:     %[[Q:.+]]: tensor<4x64x!mx.amxfp4>
//  CHECK-NEXT:   return %[[Q]]
func.func @join_of_split(%q: tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4> {
  %p:2 = mx.split %q : tensor<4x64x!mx.amxfp4>
  %j = mx.join %p#0, %p#1 : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4>
  return %j : tensor<4x64x!mx.amxfp4>
}

// Parts of two tensors make a third, and the same bytes may mean another format.
// CHECK-LABEL: func @join_of_others(
//  CHECK-SAME:     %[[A:.+]]: tensor<4x64x!mx.amxfp4>, %[[B:.+]]: tensor<4x64x!mx.amxfp4>
//       CHECK:   %[[P:.+]]:2 = mx.split %[[A]]
//       CHECK:   %[[R:.+]]:2 = mx.split %[[B]]
//       CHECK:   %[[M:.+]] = mx.join %[[P]]#0, %[[R]]#1 :
//       CHECK:   %[[N:.+]] = mx.join %[[P]]#0, %[[P]]#1 : {{.+}} -> tensor<4x64x!mx.amxfp4_ue5m3>
//       CHECK:   return %[[M]], %[[N]]
func.func @join_of_others(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<4x64x!mx.amxfp4>) -> (tensor<4x64x!mx.amxfp4>, tensor<4x64x!mx.amxfp4_ue5m3>) {
  %p:2 = mx.split %a : tensor<4x64x!mx.amxfp4>
  %r:2 = mx.split %b : tensor<4x64x!mx.amxfp4>
  %m = mx.join %p#0, %r#1 : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4>
  %n = mx.join %p#0, %p#1 : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4_ue5m3>
  return %m, %n : tensor<4x64x!mx.amxfp4>, tensor<4x64x!mx.amxfp4_ue5m3>
}

// A join that forgets an extent is not undone: the types differ.
// CHECK-LABEL: func @split_of_cast_join(
//       CHECK:   %[[Q:.+]] = mx.join
//       CHECK:   %[[P:.+]]:2 = mx.split %[[Q]]
//       CHECK:   return %[[P]]#0
func.func @split_of_cast_join(%c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>) -> tensor<?x32xi8> {
  %q = mx.join %c, %s : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<?x64x!mx.amxfp4>
  %p:2 = mx.split %q : tensor<?x64x!mx.amxfp4>
  return %p#0 : tensor<?x32xi8>
}

// A checkpoint's bytes are a constant, taken as they are: here the codes 0 .. 15
// and a scale of 2^-126; a splat is spread out.
// CHECK-LABEL: func @join_of_constants()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[JOIN_C:mx_[0-9a-f]+]], scales = [[JOIN_S:mx_[0-9a-f]+]], outer = [[JOIN_O:mx_[0-9a-f]+]]> : tensor<2x16x!mx.nvfp4_row>
func.func @join_of_constants() -> tensor<2x16x!mx.nvfp4_row> {
  %c = arith.constant dense<[[16, 50, 84, 118, -104, -70, -36, -2], [16, 50, 84, 118, -104, -70, -36, -2]]> : tensor<2x8xi8>
  %s = arith.constant dense<1> : tensor<2x1x1xi8>
  %o = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %q = mx.join %c, %s, %o : (tensor<2x8xi8>, tensor<2x1x1xi8>, tensor<2xf32>) -> tensor<2x16x!mx.nvfp4_row>
  return %q : tensor<2x16x!mx.nvfp4_row>
}

// Also from resources; equal bytes have one key.
// CHECK-LABEL: func @join_of_resources()
//  CHECK-NEXT:   mx.constant #mx.blocks<codes = [[JOIN_C]], scales = [[JOIN_S]], outer = [[TEN_O]]> : tensor<2x16x!mx.nvfp4>
func.func @join_of_resources() -> tensor<2x16x!mx.nvfp4> {
  %c = arith.constant dense_resource<raw_c> : tensor<2x8xi8>
  %s = arith.constant dense_resource<raw_s> : tensor<2x1x1xi8>
  %o = arith.constant dense_resource<raw_o> : tensor<f32>
  %q = mx.join %c, %s, %o : (tensor<2x8xi8>, tensor<2x1x1xi8>, tensor<f32>) -> tensor<2x16x!mx.nvfp4>
  return %q : tensor<2x16x!mx.nvfp4>
}

// A resource that is missing or short is not read.
// CHECK-LABEL: func @join_of_missing()
//       CHECK:   mx.join
//       CHECK:   mx.join
func.func @join_of_missing() -> (tensor<2x16x!mx.nvfp4_ue5m3>, tensor<2x16x!mx.nvfp4_ue5m3>) {
  %c = arith.constant dense_resource<raw_c> : tensor<2x8xi8>
  %m = arith.constant dense_resource<nobody_has_it> : tensor<2x1x1xi8>
  %s = arith.constant dense_resource<raw_s> : tensor<2x1x1xi8>
  %h = arith.constant dense_resource<raw_s> : tensor<2x8xi8>
  %p = mx.join %c, %m : (tensor<2x8xi8>, tensor<2x1x1xi8>) -> tensor<2x16x!mx.nvfp4_ue5m3>
  %q = mx.join %h, %s : (tensor<2x8xi8>, tensor<2x1x1xi8>) -> tensor<2x16x!mx.nvfp4_ue5m3>
  return %p, %q : tensor<2x16x!mx.nvfp4_ue5m3>, tensor<2x16x!mx.nvfp4_ue5m3>
}

// The bytes, after an alignment of 64.
// CHECK-LABEL: dialect_resources:
//   CHECK-DAG: [[ASYM_C]]: "0x40000000570F2A00000000000000000000000000"
//   CHECK-DAG: [[ASYM_S]]: "0x400000004333"
//   CHECK-DAG: [[ONE_C]]: "0x4000000057010000000000000000000000000000"
//   CHECK-DAG: [[ONE_S]]: "0x400000003131"
//   CHECK-DAG: [[NAN_C]]: "0x40000000{{0+}}"
//   CHECK-DAG: [[NAN_S]]: "0x400000003C3C7F7F"
//   CHECK-DAG: [[SYM_C]]: "0x40000000B6014A0E080000000000000000000000"
//   CHECK-DAG: [[SYM_S]]: "0x400000007F"
//   CHECK-DAG: [[HALF_C]]: "0x40000000770F0000000000000000000000000000"
//   CHECK-DAG: [[HALF_S]]: "0x400000003E31"
//   CHECK-DAG: [[AFF_C]]: "0x4000000010F20000000000000000000000000000"
//   CHECK-DAG: [[AFF_S]]: "0x40000000003800BC"
//   CHECK-DAG: [[ROW_C]]: "0x4000000097000000000000001700000000000000"
//   CHECK-DAG: [[ROW_S]]: "0x400000007E7E"
//   CHECK-DAG: [[ROW_O]]: "0x40000000000000400000803E"
//   CHECK-DAG: [[TEN_S]]: "0x400000007E66"
//   CHECK-DAG: [[TEN_O]]: "0x4000000000000040"
//   CHECK-DAG: [[SPLAT_C]]: "0x40000000{{(77)+}}"
//   CHECK-DAG: [[SPLAT_S]]: "0x40000000{{(3C3C)+}}"
//   CHECK-DAG: [[SPLATROW_S]]: "0x40000000{{(7E)+}}"
//   CHECK-DAG: [[SPLATROW_O]]: "0x40000000{{(00000040)+}}"
//   CHECK-DAG: [[JOIN_C]]: "0x400000001032547698BADCFE1032547698BADCFE"
//   CHECK-DAG: [[JOIN_S]]: "0x400000000101"
//   CHECK-DAG: [[JOIN_O]]: "0x400000000000803F00000040"

{-#
  dialect_resources: {
    builtin: {
      c_b1: "0x40000000570F2A00000000000000000000000000",
      s_b1: "0x400000004333",
      c_nan: "0x40000000F7000000F7000000FF000000",
      s_nan: "0x40000000657878FFFF78",
      c_aff: "0x4000000010FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
      s_aff: "0x40000000003800BC",
      c_nv: "0x4000000097FFFFFFFFFFFFFF",
      s_nv: "0x4000000030",
      o_nv: "0x4000000000000040",
      raw_c: "0x400000001032547698BADCFE1032547698BADCFE",
      raw_s: "0x400000000101",
      raw_o: "0x4000000000000040"
    }
  }
#-}
