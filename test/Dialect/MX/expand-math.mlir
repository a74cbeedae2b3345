// exp, tanh and erf of f32 become arithmetic, within what the polynomials are
// known for, NaN and infinities included; other functions stay.
//
// RUN: mx-opt %s --mx-expand-math | FileCheck %s
// RUN: %python %S/Inputs/expand_math.py %t

// CHECK-LABEL: func @f(
//   CHECK-NOT:   math.{{exp |tanh|erf}}
//       CHECK:   math.sqrt
//       CHECK:   return
func.func @f(%x: f32) -> f32 {
  %0 = math.exp %x : f32
  %1 = math.tanh %0 : f32
  %2 = math.erf %1 : f32
  %3 = math.sqrt %2 : f32
  return %3 : f32
}
