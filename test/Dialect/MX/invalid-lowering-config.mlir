// A config written by hand is obeyed or refused at its place.
// RUN: mx-opt %s --split-input-file --verify-diagnostics

// (C1)
// expected-error @+1 {{unknown target 'pentium'}}
#a = #mx.lowering_config<target = "pentium", kernel = "f32", rows = 1, vectors = 1, k_block = 256>

// -----

// (C1)
// expected-error @+1 {{unknown kernel 'f64'}}
#a = #mx.lowering_config<target = "znver4", kernel = "f64", rows = 1, vectors = 1, k_block = 256>

// -----

// (C1)
// expected-error @+1 {{target 'generic' has no kernel 'bf16'}}
#a = #mx.lowering_config<target = "generic", kernel = "bf16", rows = 1, vectors = 1, k_block = 256>

// -----

// (C2)
// expected-error @+1 {{tile of 8 x 2 needs 19 vector registers, x86-64-v3 has 16}}
#a = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 8, vectors = 2, k_block = 256>

// -----

// (C2)
// expected-error @+1 {{tile of 0 x 2, expected 1 to 16 rows and vectors}}
#a = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", vectors = 2, k_block = 256>

// -----

// (C2)
// expected-error @+1 {{tile of 2 x 3, expected a power of two of vectors}}
#a = #mx.lowering_config<target = "generic", kernel = "f32", rows = 2, vectors = 3, k_block = 256>

// -----

// (C2)
// expected-error @+1 {{tile of 2 x 2, expected one vector}}
#a = #mx.lowering_config<target = "znver4", kernel = "ab", rows = 2, vectors = 2, k_block = 256>

// -----

// (C2)
// expected-error @+1 {{found a tile or a block, expected none for 'quantize'}}
#a = #mx.lowering_config<target = "x86-64-v3", kernel = "quantize", k_block = 256>

// -----

// (C3)
// expected-error @+1 {{k_block is 64, expected a positive multiple of 256 up to 65536}}
#a = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 64>

// -----

// (C3)
// expected-error @+1 {{k_block is 1099511627776, expected a positive multiple of 256 up to 65536}}
#a = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 1099511627776>

// -----

// expected-error @+1 {{row_block is -6, expected 0 or a number of rows}}
#a = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 256, row_block = -6>
func.func private @block() attributes {x = #a}

// -----

// mx.quantize (C5).
func.func @affine(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.int4_affine>) {
  // expected-error @+1 {{lowering_config: affine blocks are encoded one by one}}
  %q = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.int4_affine>) using int4_affine
    {lowering_config = #mx.lowering_config<target = "znver4", kernel = "quantize">}
  return
}

// -----

// mx.quantize (C5).
func.func @wrong_kernel(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4>) {
  // expected-error @+1 {{lowering_config: kernel is 'f32', expected 'quantize'}}
  %q = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4
    {lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 6, vectors = 4, k_block = 256>}
  return
}

// -----

// mx.matmul (C5).
func.func @in_order(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{lowering_config: no kernel adds in order}}
  %y = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
    {accumulate = #mx.accumulate<in_order>,
     lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 6, vectors = 4, k_block = 256>}
  return
}

// -----

// mx.matmul (C5).
func.func @not_exact(%a: tensor<4x64xf32>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{lowering_config: vdpbf16ps flushes subnormals, which floats may hold, found f32}}
  %y = mx.matmul ins(%a, %b : tensor<4x64xf32>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
    {lowering_config = #mx.lowering_config<target = "znver4", kernel = "bf16", rows = 6, vectors = 4, k_block = 256>}
  return
}

// -----

func.func @half_a_tile(%a: tensor<4x64x!mx.amxfp4>, %b: tensor<8x64x!mx.amxfp4>, %c: tensor<4x8xf32>) {
  // expected-error @+1 {{lowering_config: kernel 'i16' has 8 columns, expected a multiple of 16}}
  %y = mx.matmul ins(%a, %b : tensor<4x64x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%c : tensor<4x8xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "i16", rows = 6, vectors = 1, k_block = 256>}
  return
}

// -----

// mx.microkernel (C1).
func.func @dynamic_tile(%a: memref<?x64xf32>, %b: memref<64x8xf32>, %c: memref<?x8xf32>, %k: index) {
  // expected-error @+1 {{expected static extents of c, its rows in a and its columns in b}}
  mx.microkernel "x86-64-v3" ins(%a, %b : memref<?x64xf32>, memref<64x8xf32>) k(%k) outs(%c : memref<?x8xf32>)
  return
}

// -----

// mx.microkernel (C2).
func.func @strided(%a: memref<1x64xf32, strided<[128, 2]>>, %b: memref<64x8xf32>, %c: memref<1x8xf32>, %k: index) {
  // expected-error @+1 {{expected contiguous rows}}
  mx.microkernel "x86-64-v3" ins(%a, %b : memref<1x64xf32, strided<[128, 2]>>, memref<64x8xf32>) k(%k) outs(%c : memref<1x8xf32>)
  return
}

// -----

// mx.microkernel (C3).
func.func @columns(%a: memref<1x64xf32>, %b: memref<64x8xf32>, %c: memref<1x8xf32>, %k: index) {
  // expected-error @+1 {{c has 8 columns, expected a multiple of the 16 lanes of znver4}}
  mx.microkernel "znver4" ins(%a, %b : memref<1x64xf32>, memref<64x8xf32>) k(%k) outs(%c : memref<1x8xf32>)
  return
}

// -----

// (C4)
// expected-error @+1 {{threads are 0, expected 1 to 1024}}
#a = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 1, vectors = 1, k_block = 256, threads = 0>
