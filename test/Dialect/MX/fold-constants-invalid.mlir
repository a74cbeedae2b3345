// A constant whose bytes are not there is an error at its use.
//
// RUN: mx-opt %s --mx-fold-constants --split-input-file --verify-diagnostics

func.func @missing() -> tensor<2x4x!mx.mxint8> {
  // expected-note@+1 {{the constant is here}}
  %c = arith.constant dense_resource<gone> : tensor<4x2xf32>
  %t = tensor.empty() : tensor<2x4xf32>
  %w = linalg.transpose ins(%c : tensor<4x2xf32>) outs(%t : tensor<2x4xf32>) permutation = [1, 0]
  %e = tensor.empty() : tensor<2x4x!mx.mxint8>
  // expected-error@+1 {{constant operand: resource 'gone' is missing, expected 32 bytes}}
  %q = mx.quantize ins(%w : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  return %q : tensor<2x4x!mx.mxint8>
}

// -----

func.func @short() -> tensor<2x4x!mx.mxint8> {
  // expected-note@+1 {{the constant is here}}
  %w = arith.constant dense_resource<short> : tensor<2x4xf32>
  %e = tensor.empty() : tensor<2x4x!mx.mxint8>
  // expected-error@+1 {{constant operand: resource 'short' has 4 bytes, expected 32}}
  %q = mx.quantize ins(%w : tensor<2x4xf32>) outs(%e : tensor<2x4x!mx.mxint8>) using mxint8
  return %q : tensor<2x4x!mx.mxint8>
}

{-#
  dialect_resources: {
    builtin: {
      short: "0x040000000000803F"
    }
  }
#-}

// -----

func.func @scale() -> tensor<2xf32> {
  // expected-note@+1 {{the constant is here}}
  %w = arith.constant dense_resource<gone> : tensor<2x4xbf16>
  // expected-error@+1 {{constant operand: resource 'gone' is missing, expected 16 bytes}}
  %o = mx.outer_scale %w : tensor<2x4xbf16> for !mx.nvfp4_row
  return %o : tensor<2xf32>
}
