// The example of the README: a Linear layer becomes one mx.matmul on the weight
// as it is stored, and what it computes agrees with the reference.
//
// RUN: mx-opt %examples/matmul.mlir --mx-quantize | FileCheck %s
// RUN: mx-run %examples/matmul.mlir --pipeline=mx-quantize,mx-reference \
// RUN:   --arg=4x128xf32=normal:1 --arg=64x128xf32=normal:2 --against=reference

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x128xf32>, %[[W:.+]]: tensor<64x128xf32>
//   CHECK-NOT:   linalg.transpose
//   CHECK-DAG:   %[[A:.+]] = mx.quantize ins(%[[X]] : {{.+}}) outs({{.+}} : tensor<4x128x!mx.amxfp4>) using amxfp4
//   CHECK-DAG:   %[[B:.+]] = mx.quantize ins(%[[W]] : {{.+}}) outs({{.+}} : tensor<64x128x!mx.amxfp4>) using amxfp4
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] :
//       CHECK:   return %[[Y]]
