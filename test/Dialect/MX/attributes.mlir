// Attributes print what they hold, in one order, and parse back.
//
// RUN: mx-opt %s | FileCheck %s
// RUN: mx-opt %s | mx-opt | FileCheck %s
// RUN: mx-opt %s --emit-bytecode | mx-opt | FileCheck %s

// Keys of a quantizer come in any order; a scale rounding of nearest_even is
// the default and is not printed.
// CHECK-LABEL: func private @quantizers()
//  CHECK-SAME:     a = #mx.quantizer<rounding = nearest_even, scale_rule = max_fp>
//  CHECK-SAME:     b = #mx.quantizer<rounding = nearest_away, scale_rule = max_fp, scale_rounding = toward_zero>
//  CHECK-SAME:     c = #mx.quantizer<rounding = toward_zero, scale_rule = pot_ceil, scale_search = mse>
//  CHECK-SAME:     d = #mx.quantizer<rounding = nearest_away, scale_rule = pot_round, compat = emulator>
//  CHECK-SAME:     e = #mx.quantizer<rounding = nearest_even, scale_rule = pot_floor>,
//  CHECK-SAME:     f = #mx.quantizer<rounding = nearest_even, scale_rule = pot_fit>
func.func private @quantizers() attributes {
  a = #mx.quantizer<rounding = nearest_even, scale_rule = max_fp, scale_rounding = nearest_even>,
  b = #mx.quantizer<scale_rounding = toward_zero, scale_rule = max_fp, rounding = nearest_away>,
  c = #mx.quantizer<scale_search = mse, rounding = toward_zero, scale_rule = pot_ceil>,
  d = #mx.quantizer<compat = emulator, rounding = nearest_away, scale_rule = pot_round>,
  e = #mx.quantizer<rounding = nearest_even, scale_rule = pot_floor>,
  f = #mx.quantizer<rounding = nearest_even, scale_rule = pot_fit>
}

// A preset is a keyword, or a string with a block size; rules other than the
// preset's own are printed.
// CHECK-LABEL: func private @policies()
//  CHECK-SAME:     a = #mx.policy<weights = amxfp4, activations = none>
//  CHECK-SAME:     b = #mx.policy<weights = "amxfp4:64", activations = mxint8, weights_scale_rule = mse>
//  CHECK-SAME:     c = #mx.policy<weights = nvfp4, activations = "nvfp4_row:32", activations_scale_rule = mse>
//  CHECK-SAME:     d = #mx.policy<weights = int4_affine, activations = mxint8>
func.func private @policies() attributes {
  a = #mx.policy<activations = none, weights = "amxfp4">,
  b = #mx.policy<weights = "amxfp4:64", activations = mxint8, weights_scale_rule = mse>,
  c = #mx.policy<weights = nvfp4, activations = "nvfp4_row:32", activations_scale_rule = mse>,
  d = #mx.policy<weights = int4_affine, activations = mxint8, weights_scale_rule = preset, activations_scale_rule = preset>
}

// CHECK-LABEL: func private @orders()
//  CHECK-SAME:     a = #mx.accumulate<any_order>, b = #mx.accumulate<in_order>
func.func private @orders() attributes {
  a = #mx.accumulate<any_order>, b = #mx.accumulate<in_order>
}

// The discardable attributes, each where it belongs.
// CHECK-LABEL: func @discardable(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x8xf32>, %[[W:.+]]: tensor<8x4xf32> {mx.weight}, %[[C:.+]]: tensor<4x4xf32>)
//  CHECK-SAME:     mx.signature = (tensor<4x8xf32>) -> tensor<4x4x!mx.mxfp4>
//       CHECK:   %[[Y:.+]] = linalg.matmul {mx.skip} ins(%[[X]], %[[W]] :
//       CHECK:   linalg.matmul {mx.quantize = #mx.policy<weights = mxfp4, activations = none>} ins(%[[X]], %[[W]] : {{.*}}) outs(%[[Y]] :
func.func @discardable(%x: tensor<4x8xf32>, %w: tensor<8x4xf32> {mx.weight}, %c: tensor<4x4xf32>)
    -> tensor<4x4xf32> attributes {mx.signature = (tensor<4x8xf32>) -> tensor<4x4x!mx.mxfp4>} {
  %y = linalg.matmul {mx.skip} ins(%x, %w : tensor<4x8xf32>, tensor<8x4xf32>) outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  %z = linalg.matmul {mx.quantize = #mx.policy<weights = mxfp4, activations = none>}
    ins(%x, %w : tensor<4x8xf32>, tensor<8x4xf32>) outs(%y : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %z : tensor<4x4xf32>
}
