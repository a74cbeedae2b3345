// What callers or other arguments would see wrongly is refused.
//
// RUN: mx-opt %s --mx-prepare-entry-points --split-input-file --verify-diagnostics

func.func @swap(%a: tensor<4xf32> {mx.in_place = 0 : i64}, %b: tensor<4xf32> {mx.in_place = 1 : i64})
    -> (tensor<4xf32>, tensor<4xf32>) {
  // expected-error @+1 {{result 0, which argument 0 is to hold, is made of argument 1, which is written to as well}}
  return %b, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{has an argument with 'mx.in_place', expected a public function that nothing in the module calls}}
func.func @called(%a: tensor<4xf32> {mx.in_place = 0 : i64}) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
func.func @caller(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @called(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{has an argument with 'mx.in_place', expected a public function that nothing in the module calls}}
func.func private @private(%a: tensor<4xf32> {mx.in_place = 0 : i64}) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
