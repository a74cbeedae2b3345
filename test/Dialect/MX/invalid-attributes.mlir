// Attributes that cannot be read, or that stand where they mean nothing.
//
// RUN: mx-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{found 'nearest', expected one of nearest_even, nearest_away, toward_zero}}
func.func private @rounding() attributes {a = #mx.quantizer<rounding = nearest, scale_rule = max_fp>}

// -----

// expected-error @+1 {{found 'max', expected one of max_fp, pot_floor, pot_ceil, pot_round, pot_fit}}
func.func private @scale_rule() attributes {a = #mx.quantizer<rounding = nearest_even, scale_rule = max>}

// -----

// expected-error @+1 {{found 'up', expected one of nearest_even, nearest_away, toward_zero}}
func.func private @scale_rounding() attributes {a = #mx.quantizer<rounding = nearest_even, scale_rule = max_fp, scale_rounding = up>}

// -----

// expected-error @+1 {{expected 'mse' of 'scale_search'}}
func.func private @scale_search() attributes {a = #mx.quantizer<rounding = nearest_even, scale_rule = max_fp, scale_search = mae>}

// -----

// expected-error @+1 {{expected 'emulator' of 'compat'}}
func.func private @compat() attributes {a = #mx.quantizer<rounding = nearest_even, scale_rule = max_fp, compat = paper>}

// -----

// expected-error @+1 {{unknown key 'round', expected rounding, scale_rule, scale_rounding, scale_search or compat}}
func.func private @key() attributes {a = #mx.quantizer<round = nearest_even>}

// -----

// expected-error @+1 {{found 'rounding' a second time}}
func.func private @twice() attributes {a = #mx.quantizer<rounding = nearest_even, rounding = nearest_away, scale_rule = max_fp>}

// -----

// expected-error @+1 {{expected 'rounding', found none}}
func.func private @empty() attributes {a = #mx.quantizer<>}

// -----

// expected-error @+1 {{expected 'scale_rule', found none}}
func.func private @no_rule() attributes {a = #mx.quantizer<rounding = nearest_even>}

// -----

// expected-error @+1 {{weights: unknown preset 'fp3', expected one of mxfp4, }}
func.func private @weights() attributes {a = #mx.policy<weights = fp3, activations = none>}

// -----

// A weight-only product has activations of none; weights of none have no sense.
// expected-error @+1 {{weights: unknown preset 'none', expected one of mxfp4, }}
func.func private @no_weights() attributes {a = #mx.policy<weights = none, activations = mxfp4>}

// -----

// expected-error @+1 {{activations: unknown preset 'fp3', expected one of mxfp4, }}
func.func private @activations() attributes {a = #mx.policy<weights = mxfp4, activations = fp3>}

// -----

// expected-error @+1 {{expected 'activations', found none}}
func.func private @policy_half() attributes {a = #mx.policy<weights = mxfp4>}

// -----

// expected-error @+1 {{expected 'weights', found none}}
func.func private @policy_other_half() attributes {a = #mx.policy<activations = mxfp4>}

// -----

// expected-error @+1 {{found 'weights' a second time}}
func.func private @policy_twice() attributes {a = #mx.policy<weights = mxfp4, weights = amxfp4, activations = none>}

// -----

// expected-error @+1 {{unknown key 'mode', expected weights, activations, weights_scale_rule or activations_scale_rule}}
func.func private @policy_key() attributes {a = #mx.policy<mode = fast>}

// -----

// expected-error @+1 {{found 'max_fp', expected one of preset, mse}}
func.func private @policy_rule() attributes {a = #mx.policy<weights = mxfp4, activations = none, weights_scale_rule = max_fp>}

// -----

// expected-error @+1 {{weights: preset 'amxfp4:48': block size is 48, expected a power of two from 8 to 256}}
func.func private @policy_size() attributes {a = #mx.policy<weights = "amxfp4:48", activations = none>}

// -----

// expected-error @+1 {{weights: block size 'big' of preset 'amxfp4:big' is not a number in range, expected a power of two from 8 to 256}}
func.func private @policy_number() attributes {a = #mx.policy<weights = "amxfp4:big", activations = none>}

// -----

// expected-error @+1 {{weights: the search for the least error needs 8-bit scales, found f16}}
func.func private @policy_mse() attributes {a = #mx.policy<weights = int4, activations = none, weights_scale_rule = mse>}

// -----

// expected-error @+1 {{activations: none has no scale rule}}
func.func private @policy_none_mse() attributes {a = #mx.policy<weights = mxfp4, activations = none, activations_scale_rule = mse>}

// -----

// expected-error @+2 {{expected ::mlir::mx::Accumulate to be one of: any_order, in_order}}
// expected-error @+1 {{failed to parse MX_AccumulateAttr parameter 'value'}}
func.func private @accumulate() attributes {a = #mx.accumulate<out_of_order>}

// -----

// expected-error @+1 {{attribute 'mx.skip' is true, expected a unit attribute}}
func.func private @skip() attributes {mx.skip = true}

// -----

// expected-error @+1 {{attribute 'mx.quantize' is "amxfp4", expected #mx.policy<...>}}
func.func private @quantize() attributes {mx.quantize = "amxfp4"}

// -----

// expected-error @+1 {{attribute 'mx.signature' is f32, expected a function type}}
func.func private @signature() attributes {mx.signature = f32}

// -----

// expected-error @+1 {{attribute 'mx.signature' is unit, expected a function type}}
func.func private @signature_unit() attributes {mx.signature}

// -----

// expected-error @+1 {{attribute 'mx.weight' belongs on a function argument, found it on the op}}
func.func private @weight() attributes {mx.weight}

// -----

// expected-error @+1 {{attribute 'mx.weight' of argument 1 is "yes", expected a unit attribute}}
func.func private @weight_kind(f32, f32 {mx.weight = "yes"})

// -----

// expected-error @+1 {{attribute 'mx.in_place' is true, expected array<i64: ...> on a function, or an i64 on an argument}}
func.func private @in_place_function() attributes {mx.in_place = true}

// -----

// expected-error @+1 {{attribute 'mx.in_place' of argument 0 is unit, expected an i64, the number of a result of the function}}
func.func private @in_place_kind(tensor<4xf32> {mx.in_place}) -> tensor<4xf32>

// -----

// expected-error @+1 {{attribute 'mx.in_place' of argument 0 is 1 : i64, expected the number of one of 1 results}}
func.func private @in_place_range(tensor<4xf32> {mx.in_place = 1 : i64}) -> tensor<4xf32>

// -----

// expected-error @+1 {{expected the number of a result of the argument's type 'tensor<4xf32>', a tensor, found 'tensor<5xf32>'}}
func.func private @in_place_type(tensor<4xf32> {mx.in_place = 0 : i64}) -> tensor<5xf32>

// -----

// expected-error @+1 {{attribute 'mx.in_place' of argument 0 is 0 : i64, expected no block tensors among the results}}
func.func private @in_place_blocks(tensor<4xf32> {mx.in_place = 0 : i64}) -> (tensor<4xf32>, tensor<4x32x!mx.amxfp4>)

// -----

// expected-error @+1 {{attribute 'mx.in_place' of argument 1 is 0 : i64, expected a result of its own, found that of argument 0}}
func.func private @in_place_twice(tensor<4xf32> {mx.in_place = 0 : i64}, tensor<4xf32> {mx.in_place = 0 : i64}) -> tensor<4xf32>
