// Stock mlir-opt learns the dialect, its passes and its pipelines from the
// plugin library. A sanitized library needs a sanitized host.
//
// UNSUPPORTED: sanitizer
// RUN: mlir-opt %s --load-dialect-plugin=%mxlib/MXPlugin.so | FileCheck %s --check-prefix=PARSED
// RUN: mlir-opt %s --load-dialect-plugin=%mxlib/MXPlugin.so --load-pass-plugin=%mxlib/MXPlugin.so \
// RUN:   --pass-pipeline='builtin.module(mx-quantize{weights=mxfp4 activations=none min-k=32 min-n=8},mx-verify-stage{stage=block})' | FileCheck %s
// RUN: mlir-opt %s --load-dialect-plugin=%mxlib/MXPlugin.so --load-pass-plugin=%mxlib/MXPlugin.so \
// RUN:   --pass-pipeline='builtin.module(mx-quantize{min-k=32 min-n=8},mx-reference)' | FileCheck %s --check-prefix=LLVM

// PARSED-LABEL: func.func @main(
//  PARSED-SAME:     %{{.+}}: tensor<4x32xf32>, %[[Q:.+]]: tensor<4x32x!mx.amxfp4>
//       PARSED:   mx.dequantize %[[Q]] : tensor<4x32x!mx.amxfp4> to tensor<4x32xf32>

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x32xf32>, %[[Q:.+]]: tensor<4x32x!mx.amxfp4>, %[[C:.+]]: tensor<4x8xf32>
//   CHECK-DAG:   %[[W:.+]] = mx.constant {{.+}} : tensor<8x32x!mx.mxfp4>
//   CHECK-DAG:   %[[Z:.+]] = mx.dequantize %[[Q]]
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[X]], %[[W]] : {{.+}}) outs(%[[C]] :
//       CHECK:   return %[[Y]], %[[Z]]

// LLVM: llvm.func @main(
func.func @main(%x: tensor<4x32xf32>, %q: tensor<4x32x!mx.amxfp4>, %c: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x32xf32>) {
  %w = arith.constant dense<0.5> : tensor<32x8xf32>
  %z = mx.dequantize %q : tensor<4x32x!mx.amxfp4> to tensor<4x32xf32>
  %y = linalg.matmul ins(%x, %w : tensor<4x32xf32>, tensor<32x8xf32>) outs(%c : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y, %z : tensor<4x8xf32>, tensor<4x32xf32>
}
