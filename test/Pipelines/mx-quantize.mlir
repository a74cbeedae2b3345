// The whole step: convert, fold, clean up.
//
// RUN: mx-opt %s --mx-quantize --mx-verify-stage=stage=block | FileCheck %s
// RUN: mx-opt %s --pass-pipeline='builtin.module(mx-quantize{weights=mxfp4 activations=none min-k=129})' | FileCheck %s --check-prefix=SMALL
// RUN: not mx-opt %s --mx-quantize='min-k=129 strict' 2>&1 | FileCheck %s --check-prefix=STRICT

// Three products of one activation quantize it once; equal weights are one
// constant; a 16-bit one is extended on the way.
// CHECK-LABEL: func @shared(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x128xf32>, %[[C:.+]]: tensor<?x64xf32>
//   CHECK-DAG:   %[[W:.+]] = mx.constant {{.*}} : tensor<64x128x!mx.amxfp4>
//   CHECK-NOT:   mx.constant
//   CHECK-NOT:   linalg.
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] :
//   CHECK-NOT:   mx.quantize
//       CHECK:   %[[Q:.+]] = mx.matmul ins(%[[A]], %[[W]] : {{.*}}) outs(%[[C]] :
//       CHECK:   %[[K:.+]] = mx.matmul ins(%[[A]], %[[W]] : {{.*}}) outs(%[[Q]] :
//       CHECK:   %[[V:.+]] = mx.matmul ins(%[[A]], %[[W]] : {{.*}}) outs(%[[K]] :
//       CHECK:   return %[[V]]
// SMALL-LABEL: func @shared(
//       SMALL:   linalg.matmul
//       SMALL:   linalg.matmul
//       SMALL:   linalg.matmul
//      STRICT: error: 'linalg.matmul' op is not quantized (SmallK): K is 128, expected at least 129 (min-k)
func.func @shared(%x: tensor<?x128xf32>, %c: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %w = arith.constant dense<0.5> : tensor<128x64xf32>
  %n = arith.constant dense<0.5> : tensor<64x128xf32>
  %h = arith.constant dense<0.5> : tensor<64x128xbf16>
  %e = tensor.empty() : tensor<128x64xf32>
  %t = linalg.transpose ins(%n : tensor<64x128xf32>) outs(%e : tensor<128x64xf32>) permutation = [1, 0]
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%h : tensor<64x128xbf16>) outs(%e : tensor<128x64xf32>) {
  ^bb0(%in: bf16, %out: f32):
    %0 = arith.extf %in : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<128x64xf32>
  %q = linalg.matmul ins(%x, %w : tensor<?x128xf32>, tensor<128x64xf32>) outs(%c : tensor<?x64xf32>) -> tensor<?x64xf32>
  %k = linalg.matmul ins(%x, %t : tensor<?x128xf32>, tensor<128x64xf32>) outs(%q : tensor<?x64xf32>) -> tensor<?x64xf32>
  %v = linalg.matmul ins(%x, %f : tensor<?x128xf32>, tensor<128x64xf32>) outs(%k : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %v : tensor<?x64xf32>
}
