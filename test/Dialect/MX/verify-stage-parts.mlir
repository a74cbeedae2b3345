// RUN: mx-opt %s --mx-verify-stage=stage=parts --split-input-file --verify-diagnostics

// The type as an attribute of an op on parts is what that stage is.
func.func @parts(%c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>, %x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %0 = mx.dequantize_parts !mx.amxfp4 ins(%c, %s : tensor<4x32xi8>, tensor<4x2x2xi8>) outs(%x : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %0 : tensor<4x64xf32>
}

// -----

func.func @block_op(%x: tensor<4x64xf32>) {
  // expected-error @+1 {{'mx.outer_scale' op works on block tensors, expected ops on parts at stage parts}}
  %o = mx.outer_scale %x : tensor<4x64xf32> for !mx.nvfp4
  return
}

// -----

// expected-error @+1 {{'func.func' op has type 'tensor<4x64x!mx.amxfp4>', expected codes and scales at stage parts}}
func.func private @block_type() -> (f32, tensor<4x64x!mx.amxfp4>)

// -----

func.func @inner() {
  // expected-error @+1 {{'tensor.empty' op has type 'tensor<4x64x!mx.amxfp4>', expected codes and scales at stage parts}}
  %0 = tensor.empty() : tensor<4x64x!mx.amxfp4>
  return
}
