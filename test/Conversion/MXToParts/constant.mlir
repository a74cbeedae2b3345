// RUN: mx-opt %s --convert-mx-to-parts | FileCheck %s

// A constant is its resources, by name; but the outer scale, whose loads upstream
// folds, is a dense constant, and so is one without elements.
// CHECK-LABEL: func @constant(
//   CHECK-DAG:   %[[C:.+]] = arith.constant dense_resource<c0> : tensor<2x8xi8>
//   CHECK-DAG:   %[[S:.+]] = arith.constant dense_resource<s0> : tensor<2x1x1xi8>
//   CHECK-DAG:   %[[O:.+]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
//       CHECK:   return %[[C]], %[[S]], %[[O]]
func.func @constant() -> tensor<2x16x!mx.nvfp4_row> {
  %q = mx.constant #mx.blocks<codes = c0, scales = s0, outer = o0> : tensor<2x16x!mx.nvfp4_row>
  return %q : tensor<2x16x!mx.nvfp4_row>
}

// CHECK-LABEL: func @no_rows(
//   CHECK-DAG:   %[[C:.+]] = arith.constant dense<> : tensor<0x8xi8>
//   CHECK-DAG:   %[[S:.+]] = arith.constant dense<> : tensor<0x1x1xi8>
//       CHECK:   return %[[C]], %[[S]]
func.func @no_rows() -> tensor<0x16x!mx.nvfp4_ue5m3> {
  %q = mx.constant #mx.blocks<codes = none, scales = none> : tensor<0x16x!mx.nvfp4_ue5m3>
  return %q : tensor<0x16x!mx.nvfp4_ue5m3>
}

{-#
  dialect_resources: {
    builtin: {
      c0: "0x400000001032547698BADCFE1032547698BADCFE",
      s0: "0x400000003838",
      o0: "0x400000000000803F00000040",
      none: "0x40000000"
    }
  }
#-}
