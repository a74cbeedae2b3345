// RUN: mx-opt %s --split-input-file --verify-diagnostics

// mx.quantize (C1): the shape of the init.
func.func @quantize_c1(%x: tensor<4x64xf32>, %e: tensor<4x32x!mx.amxfp4>) {
  // expected-error @+1 {{init is 'tensor<4x32x!mx.amxfp4>', expected the shape of the source, 'tensor<4x64xf32>'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x32x!mx.amxfp4>) using amxfp4
  return
}

// -----

// mx.quantize (C1): its rank.
func.func @quantize_c1_rank(%x: tensor<4x64xf32>, %e: tensor<4x1x64x!mx.amxfp4>) {
  // expected-error @+1 {{init is 'tensor<4x1x64x!mx.amxfp4>', expected the shape of the source, 'tensor<4x64xf32>'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x1x64x!mx.amxfp4>) using amxfp4
  return
}

// -----

// mx.quantize (C2): an outer scale that the format lacks.
func.func @quantize_c2_none(%x: tensor<4x64xf32>, %o: tensor<f32>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{has an outer scale, but '!mx.amxfp4' has none}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outer(%o : tensor<f32>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4
  return
}

// -----

// mx.quantize (C2): none where the format has one.
func.func @quantize_c2_missing(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.nvfp4_row>) {
  // expected-error @+1 {{has no outer scale, expected one of type 'tensor<4xf32>' for '!mx.nvfp4_row'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.nvfp4_row>) using nvfp4_row
  return
}

// -----

// mx.quantize (C3): one for the tensor where the format wants one a row.
func.func @quantize_c3_row(%x: tensor<4x64xf32>, %o: tensor<f32>, %e: tensor<4x64x!mx.nvfp4_row>) {
  // expected-error @+1 {{outer scale is 'tensor<f32>', expected 'tensor<4xf32>'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outer(%o : tensor<f32>) outs(%e : tensor<4x64x!mx.nvfp4_row>) using nvfp4_row
  return
}

// -----

// mx.quantize (C3): another number of rows.
func.func @quantize_c3_extent(%x: tensor<4x64xf32>, %o: tensor<64xf32>, %e: tensor<4x64x!mx.nvfp4_row>) {
  // expected-error @+1 {{outer scale is 'tensor<64xf32>', expected 'tensor<4xf32>'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outer(%o : tensor<64xf32>) outs(%e : tensor<4x64x!mx.nvfp4_row>) using nvfp4_row
  return
}

// -----

// mx.quantize (C3): one a row where the format wants one for the tensor.
func.func @quantize_c3_tensor(%x: tensor<4x64xf32>, %o: tensor<4xf32>, %e: tensor<4x64x!mx.nvfp4>) {
  // expected-error @+1 {{outer scale is 'tensor<4xf32>', expected 'tensor<f32>'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outer(%o : tensor<4xf32>) outs(%e : tensor<4x64x!mx.nvfp4>) using nvfp4
  return
}

// -----

// mx.quantize (C4): a rule of fractions on powers of two.
func.func @quantize_c4_max_fp(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.mxfp4>) {
  // expected-error @+1 {{the max_fp scale rule needs scales with a fraction, found f8E8M0FNU}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.mxfp4>) using amxfp4
  return
}

// -----

// mx.quantize (C4): a rule of powers of two on fractions.
func.func @quantize_c4_pot(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{a power-of-two scale rule needs f8E8M0FNU scales, found f8E5M2}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using mxfp4
  return
}

// -----

// mx.quantize (C4): no search over 65,536 scales, nor over a step and a minimum.
func.func @quantize_c4_mse(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.int4_affine>) {
  // expected-error @+1 {{the search for the least error needs 8-bit scales, found f16}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.int4_affine>) using int4_affine mse
  return
}

// -----

// mx.quantize (C4): the emulator knows no search,
func.func @quantize_c4_emulator_mse(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{emulator parity excludes the search for the least error, found both}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4 mse emulator
  return
}

// -----

// other elements,
func.func @quantize_c4_emulator_element(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.mxint8>) {
  // expected-error @+1 {{emulator parity needs f4E2M1FN elements, found i8}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.mxint8>) using mxint8 emulator
  return
}

// -----

// outer scales,
func.func @quantize_c4_emulator_outer(%x: tensor<4x64xf32>, %o: tensor<f32>, %e: tensor<4x64x!mx.nvfp4>) {
  // expected-error @+1 {{emulator parity needs blocks without an outer scale, found one}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outer(%o : tensor<f32>) outs(%e : tensor<4x64x!mx.nvfp4>) using nvfp4 emulator
  return
}

// -----

// or other scales.
func.func @quantize_c4_emulator_scale(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4_ue5m3>) {
  // expected-error @+1 {{emulator parity needs f8E8M0FNU or f8E5M2 scales, found ue5m3}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4_ue5m3>) using amxfp4_ue5m3 emulator
  return
}

// -----

func.func @quantize_preset(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{unknown preset 'fp3', expected one of mxfp4, }}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using fp3
  return
}

// -----

func.func @quantize_attribute(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{attribute 'quantizer' failed to satisfy constraint: how codes and scales are chosen}}
  %0 = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using #mx.accumulate<in_order>
  return
}

// -----

func.func @quantize_f64(%x: tensor<4x64xf64>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<4x64xf64>'}}
  %0 = mx.quantize ins(%x : tensor<4x64xf64>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4
  return
}

// -----

// mx.outer_scale (C1): a format without one, which shows when types are inferred.
func.func @outer_scale_c1(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{needs a ranked source with at least one axis and a format with an outer scale (C1)}}
  %0 = mx.outer_scale %x : tensor<4x64xf32> for !mx.amxfp4
  return
}

// -----

func.func @outer_scale_rank_0(%x: tensor<f32>) {
  // expected-error @+1 {{needs a ranked source with at least one axis and a format with an outer scale (C1)}}
  %0 = mx.outer_scale %x : tensor<f32> for !mx.nvfp4
  return
}

// -----

// mx.dequantize (C1): the shape of the result.
func.func @dequantize_c1(%q: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{result is 'tensor<4x32xf32>', expected the shape of the source, 'tensor<4x64x!mx.amxfp4>'}}
  %0 = mx.dequantize %q : tensor<4x64x!mx.amxfp4> to tensor<4x32xf32>
  return
}

// -----

// A block needs an axis to lie on.
func.func @dequantize_rank_0(%q: tensor<!mx.amxfp4>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of block-scaled element values with at least one axis, but got 'tensor<!mx.amxfp4>'}}
  %0 = mx.dequantize %q : tensor<!mx.amxfp4> to tensor<f32>
  return
}

// -----

func.func @split_rank_0(%q: tensor<!mx.amxfp4>) {
  // expected-error @+1 {{'mx.split' op needs one block tensor with at least one axis}}
  %0:2 = mx.split %q : tensor<!mx.amxfp4>
  return
}

// -----

// mx.matmul (C1): the same K.
func.func @matmul_c1(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<8x32x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{lhs is 'tensor<4x64x!mx.amxfp4>' and rhs is 'tensor<8x32x!mx.amxfp4>', expected the same K}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<8x32x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
  return
}

// -----

// mx.matmul (C2): the init's M,
func.func @matmul_c2_m(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<5x8xf32>) {
  // expected-error @+1 {{init is 'tensor<5x8xf32>', expected the shape 'tensor<4x8xf32>'}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<5x8xf32>)
  return
}

// -----

// its N,
func.func @matmul_c2_n(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<4x64xf32>) {
  // expected-error @+1 {{init is 'tensor<4x64xf32>', expected the shape 'tensor<4x8xf32>'}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<4x64xf32>)
  return
}

// -----

// and its batches.
func.func @matmul_c2_batch(%a: tensor<2x4x64x!mx.amxfp4>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{init is 'tensor<4x8xf32>', expected the shape 'tensor<2x4x8xf32>'}}
  %0 = mx.matmul ins(%a, %b : tensor<2x4x64x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
  return
}

// -----

// mx.matmul (C3): other batches than the lhs has,
func.func @matmul_c3(%a: tensor<2x4x64x!mx.amxfp4>, %b: tensor<3x8x64x!mx.amxfp4>, %c: tensor<2x4x8xf32>) {
  // expected-error @+1 {{rhs is 'tensor<3x8x64x!mx.amxfp4>', expected no batch axes or those of the lhs, 'tensor<2x4x64x!mx.amxfp4>'}}
  %0 = mx.matmul ins(%a, %b : tensor<2x4x64x!mx.amxfp4>, tensor<3x8x64x!mx.amxfp4>) outs(%c : tensor<2x4x8xf32>)
  return
}

// -----

// or batches where the lhs has none.
func.func @matmul_c3_none(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<3x8x64x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{rhs is 'tensor<3x8x64x!mx.amxfp4>', expected no batch axes or those of the lhs, 'tensor<4x64x!mx.amxfp4>'}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<3x8x64x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
  return
}

// -----

// mx.matmul (C4): products with floats have no blocks to order.
func.func @matmul_c4(%a: tensor<4x64xf32>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{in_order needs a block lhs, found 'tensor<4x64xf32>'}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64xf32>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<4x8xf32>) {accumulate = #mx.accumulate<in_order>}
  return
}

// -----

func.func @matmul_lhs_rank(%a: tensor<64x!mx.amxfp4>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<8xf32>) {
  // expected-error @+1 {{lhs is 'tensor<64x!mx.amxfp4>', expected at least two axes}}
  %0 = mx.matmul ins(%a, %b : tensor<64x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<8xf32>)
  return
}

// -----

func.func @matmul_rhs_rank(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<64x!mx.amxfp4>, %c: tensor<4xf32>) {
  // expected-error @+1 {{rhs is 'tensor<64x!mx.amxfp4>', expected at least two axes}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<64x!mx.amxfp4>) outs(%c : tensor<4xf32>)
  return
}

// -----

func.func @matmul_float_rhs(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<8x64xf32>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of block-scaled element values with at least one axis, but got 'tensor<8x64xf32>'}}
  %0 = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<8x64xf32>) outs(%c : tensor<4x8xf32>)
  return
}

// -----

// mx.join (C1): as many operands as parts; here K is missing,
func.func @join_c1_k(%c: tensor<4x?xi8>, %s: tensor<4x?x2xi8>) {
  // expected-error @+1 {{has 2 parts, expected 3 of 'tensor<4x?x!mx.amxfp4>'}}
  %0 = mx.join %c, %s : (tensor<4x?xi8>, tensor<4x?x2xi8>) -> tensor<4x?x!mx.amxfp4>
  return
}

// -----

// here all are.
func.func @join_c1_none() {
  // expected-error @+1 {{has 0 parts, expected 2 of 'tensor<4x64x!mx.amxfp4>'}}
  %0 = mx.join : () -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

// mx.join (C2): a part's extents,
func.func @join_c2_extent(%c: tensor<4x64xi8>, %s: tensor<4x2x2xi8>) {
  // expected-error @+1 {{part 0 is 'tensor<4x64xi8>', expected 'tensor<4x32xi8>'}}
  %0 = mx.join %c, %s : (tensor<4x64xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

// its elements,
func.func @join_c2_element(%c: tensor<4x32xi8>, %s: tensor<4x2x2xf32>) {
  // expected-error @+1 {{part 1 is 'tensor<4x2x2xf32>', expected 'tensor<4x2x2xi8>'}}
  %0 = mx.join %c, %s : (tensor<4x32xi8>, tensor<4x2x2xf32>) -> tensor<4x64x!mx.amxfp4>
  return
}

// -----

// and its kind: the outer scale is no index.
func.func @join_c2_kind(%c: tensor<4x32xi8>, %s: tensor<4x4x1xi8>, %o: index) {
  // expected-error @+1 {{part 2 is 'index', expected 'tensor<f32>'}}
  %0 = mx.join %c, %s, %o : (tensor<4x32xi8>, tensor<4x4x1xi8>, index) -> tensor<4x64x!mx.nvfp4>
  return
}

// -----

// mx.quantize_parts (C1).
func.func @quantize_parts_c1(%x: memref<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x4x1xi8>) {
  // expected-error @+1 {{has no outer scale, expected one for '!mx.nvfp4'}}
  mx.quantize_parts !mx.nvfp4 using nvfp4 ins(%x : memref<4x64xf32>) outs(%c, %s : memref<4x32xi8>, memref<4x4x1xi8>)
  return
}

// -----

// mx.quantize_parts (C2).
func.func @quantize_parts_c2(%x: memref<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x2x1xi8>) {
  // expected-error @+1 {{the max_fp scale rule needs scales with a fraction, found f8E8M0FNU}}
  mx.quantize_parts !mx.mxfp4 using nvfp4 ins(%x : memref<4x64xf32>) outs(%c, %s : memref<4x32xi8>, memref<4x2x1xi8>)
  return
}

// -----

// mx.dequantize_parts (C1).
func.func @dequantize_parts_c1(%x: memref<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x2x1xi8>, %o: memref<f32>) {
  // expected-error @+1 {{has an outer scale, expected none for '!mx.mxfp4'}}
  mx.dequantize_parts !mx.mxfp4 ins(%c, %s : memref<4x32xi8>, memref<4x2x1xi8>) outer(%o : memref<f32>) outs(%x : memref<4x64xf32>)
  return
}

// -----

// mx.matmul_parts (C1): a float lhs is one operand,
func.func @matmul_parts_c1_lhs(%c: memref<4x32xi8>, %s: memref<4x2x1xi8>, %y: memref<4x4xf32>, %k: index) {
  // expected-error @+1 {{lhs has 2 operands, expected 1 without a format}}
  mx.matmul_parts lhs(%c, %s : memref<4x32xi8>, memref<4x2x1xi8>) rhs(%c, %s : memref<4x32xi8>, memref<4x2x1xi8>) : !mx.mxfp4
    k(%k) outs(%y : memref<4x4xf32>)
  return
}

// -----

// a block operand with an outer scale three.
func.func @matmul_parts_c1_rhs(%x: memref<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x4x1xi8>, %y: memref<4x4xf32>, %k: index) {
  // expected-error @+1 {{rhs has 2 operands, expected 3 of '!mx.nvfp4'}}
  mx.matmul_parts lhs(%x : memref<4x64xf32>) rhs(%c, %s : memref<4x32xi8>, memref<4x4x1xi8>) : !mx.nvfp4
    k(%k) outs(%y : memref<4x4xf32>)
  return
}
