// RUN: mx-opt %s --split-input-file --verify-diagnostics

// mx.rotate (C1): which rotation?
func.func @c1_none(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{has no size and no matrix, expected one of them}}
  %0 = mx.rotate %x : tensor<4x64xf32>
  return
}

// -----

func.func @c1_both(%x: tensor<4x64xf32>, %m: tensor<2x2xf32>) {
  // expected-error @+1 {{has a size and a matrix, expected one of them}}
  %0 = mx.rotate %x by(%m : tensor<2x2xf32>) size(2) : tensor<4x64xf32>
  return
}

// -----

// mx.rotate (C1): a power of two ...
func.func @c1_power(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{size is 48, expected a power of two up to 4096}}
  %0 = mx.rotate %x size(48) : tensor<4x64xf32>
  return
}

// -----

func.func @c1_zero(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{size is 0, expected a power of two up to 4096}}
  %0 = mx.rotate %x size(0) : tensor<4x64xf32>
  return
}

// -----

func.func @c1_negative(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{size is -64, expected a power of two up to 4096}}
  %0 = mx.rotate %x size(-64) : tensor<4x64xf32>
  return
}

// -----

// ... up to 4096.
func.func @c1_large(%x: tensor<4x8192xf32>) {
  // expected-error @+1 {{size is 8192, expected a power of two up to 4096}}
  %0 = mx.rotate %x size(8192) : tensor<4x8192xf32>
  return
}

// -----

// mx.rotate (C2): the matrix.
func.func @c2_square(%x: tensor<4x64xf32>, %m: tensor<2x4xf32>) {
  // expected-error @+1 {{matrix is 'tensor<2x4xf32>', expected a square of static extents, not empty}}
  %0 = mx.rotate %x by(%m : tensor<2x4xf32>) : tensor<4x64xf32>
  return
}

// -----

func.func @c2_dynamic(%x: tensor<4x64xf32>, %m: tensor<?x?xf32>) {
  // expected-error @+1 {{matrix is 'tensor<?x?xf32>', expected a square of static extents, not empty}}
  %0 = mx.rotate %x by(%m : tensor<?x?xf32>) : tensor<4x64xf32>
  return
}

// -----

func.func @c2_empty(%x: tensor<4x64xf32>, %m: tensor<0x0xf32>) {
  // expected-error @+1 {{matrix is 'tensor<0x0xf32>', expected a square of static extents, not empty}}
  %0 = mx.rotate %x by(%m : tensor<0x0xf32>) : tensor<4x64xf32>
  return
}

// -----

func.func @c2_rank(%x: tensor<4x64xf32>, %m: tensor<2xf32>) {
  // expected-error @+1 {{matrix is 'tensor<2xf32>', expected a square of static extents, not empty}}
  %0 = mx.rotate %x by(%m : tensor<2xf32>) : tensor<4x64xf32>
  return
}

// -----

func.func @c2_seed(%x: tensor<4x64xf32>, %m: tensor<2x2xf32>) {
  // expected-error @+1 {{has a seed beside a matrix, expected signs in it}}
  %0 = mx.rotate %x by(%m : tensor<2x2xf32>) seed(1) : tensor<4x64xf32>
  return
}

// -----

// mx.rotate (C3): an axis to rotate.
func.func @c3(%x: tensor<f32>) {
  // expected-error @+1 {{source is 'tensor<f32>', expected at least one axis}}
  %0 = mx.rotate %x size(2) : tensor<f32>
  return
}
