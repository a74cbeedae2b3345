// RUN: mx-opt %s --mx-verify-stage=stage=float --split-input-file --verify-diagnostics

// Tensors, attributes that steer, and the ops of anybody else are fine.
func.func @floats(%x: tensor<4x64xf32>, %w: tensor<64x8xf32> {mx.weight}, %c: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = linalg.matmul {mx.skip} ins(%x, %w : tensor<4x64xf32>, tensor<64x8xf32>) outs(%c : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

func.func @mx_op(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{'mx.outer_scale' op is an mx op, expected none at stage float}}
  %o = mx.outer_scale %x : tensor<4x64xf32> for !mx.nvfp4
  return
}

// -----

// expected-error @+1 {{'func.func' op has type 'tensor<4x64x!mx.amxfp4>', expected none at stage float}}
func.func private @mx_type(f32, tensor<4x64x!mx.amxfp4>)
