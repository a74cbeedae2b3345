// RUN: mx-opt %s --split-input-file --verify-diagnostics

func.func @one_axis(%w: tensor<64x!mx.amxfp4>) {
  // expected-error @+1 {{'mx.pack' op needs one block tensor with at least two axes}}
  %t = mx.pack %w : tensor<64x!mx.amxfp4>
  return
}

// -----

// C1.
func.func @unpack_one_axis(%t: tensor<1x576xi8>) {
  // expected-error @+1 {{'mx.unpack' op result is 'tensor<64x!mx.amxfp4>', expected two axes or more}}
  %w = mx.unpack %t : tensor<1x576xi8> -> tensor<64x!mx.amxfp4>
  return
}

// -----

// C1.
func.func @unpack_tiles(%t: tensor<3x1x576xi8>) {
  // expected-error @+1 {{'mx.unpack' op tiles is 'tensor<3x1x576xi8>', expected 'tensor<3x2x576xi8>'}}
  %w = mx.unpack %t : tensor<3x1x576xi8> -> tensor<40x100x!mx.amxfp4>
  return
}

// -----

// C2.
func.func @unpack_outer(%t: tensor<3x2x576xi8>) {
  // expected-error @+1 {{'mx.unpack' op has no outer scale, expected one for 'tensor<40x100x!mx.nvfp4>'}}
  %w = mx.unpack %t : tensor<3x2x576xi8> -> tensor<40x100x!mx.nvfp4>
  return
}

// -----

// C2.
func.func @unpack_outer_type(%t: tensor<3x2x576xi8>, %o: tensor<3xf32>) {
  // expected-error @+1 {{'mx.unpack' op outer is 'tensor<3xf32>', expected 'tensor<40xf32>'}}
  %w = mx.unpack %t outer(%o : tensor<3xf32>) : tensor<3x2x576xi8> -> tensor<40x100x!mx.nvfp4_row>
  return
}

// -----

// C3.
func.func @unpack_sizes(%t: tensor<3x?x576xi8>) {
  // expected-error @+1 {{'mx.unpack' op has 0 sizes, expected 1 for 'tensor<40x?x!mx.amxfp4>'}}
  %w = mx.unpack %t : tensor<3x?x576xi8> -> tensor<40x?x!mx.amxfp4>
  return
}

// -----

// mx.pack_parts (C1).
func.func @pack_parts(%c: memref<?x32xi8>, %s: memref<?x2x2xi8>, %t: memref<1x576xi8>) {
  // expected-error @+1 {{tiles is 'memref<1x576xi8>', expected 3 axes}}
  mx.pack_parts !mx.amxfp4 ins(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>) outs(%t : memref<1x576xi8>)
  return
}

// -----

// mx.unpack_parts (C1).
func.func @unpack_parts(%t: memref<1x1x576xi16>, %c: memref<?x32xi8>, %s: memref<?x2x2xi8>) {
  // expected-error @+1 {{tiles is 'memref<1x1x576xi16>', expected i8}}
  mx.unpack_parts !mx.amxfp4 ins(%t : memref<1x1x576xi16>) outs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
  return
}

// -----

// mx.matmul_parts (C1), (C2).
func.func @matmul_packed(%x: memref<4x64xf32>, %t: memref<1x1x576xi8>, %s: memref<8x2x2xi8>, %y: memref<4x8xf32>, %k: index) {
  // expected-error @+1 {{rhs has 2 operands, expected 1}}
  mx.matmul_parts lhs(%x : memref<4x64xf32>) rhs packed(%t, %s : memref<1x1x576xi8>, memref<8x2x2xi8>) : !mx.amxfp4
    k(%k) outs(%y : memref<4x8xf32>)
  return
}
