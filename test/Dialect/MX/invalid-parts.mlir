// Ranks and elements of ops on parts.
// RUN: mx-opt %s --split-input-file --verify-diagnostics

// mx.quantize_parts (C3).
func.func @quantize_source(%x: memref<4x64xi32>, %c: memref<4x32xi8>, %s: memref<4x2x1xi8>) {
  // expected-error @+1 {{source is 'memref<4x64xi32>', expected f32, f16 or bf16}}
  mx.quantize_parts !mx.mxfp4 using mxfp4 ins(%x : memref<4x64xi32>) outs(%c, %s : memref<4x32xi8>, memref<4x2x1xi8>)
  return
}

// -----

// mx.quantize_parts (C3).
func.func @quantize_scales(%x: memref<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x2xi8>) {
  // expected-error @+1 {{scales is 'memref<4x2xi8>', expected 3 axes}}
  mx.quantize_parts !mx.mxfp4 using mxfp4 ins(%x : memref<4x64xf32>) outs(%c, %s : memref<4x32xi8>, memref<4x2xi8>)
  return
}

// -----

// mx.dequantize_parts (C2).
func.func @dequantize_codes(%c: memref<4x32xi16>, %s: memref<4x2x1xi8>, %x: memref<4x64xf32>) {
  // expected-error @+1 {{codes is 'memref<4x32xi16>', expected i8}}
  mx.dequantize_parts !mx.mxfp4 ins(%c, %s : memref<4x32xi16>, memref<4x2x1xi8>) outs(%x : memref<4x64xf32>)
  return
}

// -----

// mx.matmul_parts (C2).
func.func @matmul_init(%a: memref<4x64xf32>, %c: memref<8x32xi8>, %s: memref<8x2x1xi8>, %y: memref<f32>, %k: index) {
  // expected-error @+1 {{init is 'memref<f32>', expected 2 axes}}
  mx.matmul_parts lhs(%a : memref<4x64xf32>) rhs(%c, %s : memref<8x32xi8>, memref<8x2x1xi8>) : !mx.mxfp4
    k(%k) outs(%y : memref<f32>)
  return
}

// -----

// mx.matmul_parts (C2).
func.func @matmul_rhs(%a: memref<2x4x64xf32>, %c: memref<8xi8>, %s: memref<8x2x1xi8>, %y: memref<2x4x8xf32>, %k: index) {
  // expected-error @+1 {{codes is 'memref<8xi8>', expected 3 axes}}
  mx.matmul_parts lhs(%a : memref<2x4x64xf32>) rhs(%c, %s : memref<8xi8>, memref<8x2x1xi8>) : !mx.mxfp4
    k(%k) outs(%y : memref<2x4x8xf32>)
  return
}
