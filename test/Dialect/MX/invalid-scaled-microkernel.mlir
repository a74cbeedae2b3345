// RUN: mx-opt %s --split-input-file --verify-diagnostics

// C1
func.func @columns_of_scales(%a: memref<6x?xi16>, %b: memref<?x32xi16>, %x: memref<6x?xf32>,
                             %w: memref<?x8xf32>, %c: memref<6x16xf32>, %k: index) {
  // expected-error @+1 {{expected static extents of c, its rows in a and a_scales, its columns in b_scales and twice as many in b}}
  mx.scaled_microkernel "x86-64-v3" ins(%a, %b : memref<6x?xi16>, memref<?x32xi16>)
    scales(%x, %w : memref<6x?xf32>, memref<?x8xf32>) block 32 k(%k) outs(%c : memref<6x16xf32>)
  return
}

// -----

// C2
func.func @strided(%a: memref<1x64xi16, strided<[128, 2]>>, %b: memref<?x16xi16>, %x: memref<1x?xf32>,
                   %w: memref<?x8xf32>, %c: memref<1x8xf32>, %k: index) {
  // expected-error @+1 {{expected contiguous rows}}
  mx.scaled_microkernel "x86-64-v3" ins(%a, %b : memref<1x64xi16, strided<[128, 2]>>, memref<?x16xi16>)
    scales(%x, %w : memref<1x?xf32>, memref<?x8xf32>) block 32 k(%k) outs(%c : memref<1x8xf32>)
  return
}

// -----

// C3
func.func @half_a_vector(%a: memref<1x?xi16>, %b: memref<?x16xi16>, %x: memref<1x?xf32>,
                         %w: memref<?x8xf32>, %c: memref<1x8xf32>, %k: index) {
  // expected-error @+1 {{c has 8 columns, expected a multiple of the 16 lanes of znver4}}
  mx.scaled_microkernel "znver4" ins(%a, %b : memref<1x?xi16>, memref<?x16xi16>)
    scales(%x, %w : memref<1x?xf32>, memref<?x8xf32>) block 32 k(%k) outs(%c : memref<1x8xf32>)
  return
}

// -----

// C3
func.func @generic(%a: memref<1x?xi16>, %b: memref<?x16xi16>, %x: memref<1x?xf32>,
                   %w: memref<?x8xf32>, %c: memref<1x8xf32>, %k: index) {
  // expected-error @+1 {{target 'generic' has no vpmaddwd}}
  mx.scaled_microkernel "generic" ins(%a, %b : memref<1x?xi16>, memref<?x16xi16>)
    scales(%x, %w : memref<1x?xf32>, memref<?x8xf32>) block 32 k(%k) outs(%c : memref<1x8xf32>)
  return
}

// -----

// C4
func.func @odd_block(%a: memref<1x?xi16>, %b: memref<?x16xi16>, %x: memref<1x?xf32>,
                     %w: memref<?x8xf32>, %c: memref<1x8xf32>, %k: index) {
  // expected-error @+1 {{block is 7, expected a positive even number}}
  mx.scaled_microkernel "x86-64-v3" ins(%a, %b : memref<1x?xi16>, memref<?x16xi16>)
    scales(%x, %w : memref<1x?xf32>, memref<?x8xf32>) block 7 k(%k) outs(%c : memref<1x8xf32>)
  return
}
