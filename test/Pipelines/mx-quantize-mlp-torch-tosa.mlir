// An MLP of torch-mlir in TOSA: tosa.matmul by a weight [1, K, N], biases added by
// broadcast, relu as a clamp.
//
// RUN: mx-opt %S/Inputs/mlp_torch_tosa.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/mlp_torch_tosa.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:

// The weights are multiples of 1/16 that mxint8 holds: nothing is rounded but by
// the float program itself.
//
// RUN: mx-run %S/Inputs/mlp_torch_tosa.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --arg=2x5x32xf32=uniform:1 --against=float --tolerance=0

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x5x32xf32>)
//   CHECK-DAG:   %[[DOWN:.+]] = mx.constant {{.*}} : tensor<1x32x64x!mx.amxfp4>
//   CHECK-DAG:   %[[UP:.+]] = mx.constant {{.*}} : tensor<1x64x32x!mx.amxfp4>
//   CHECK-NOT:   tosa.
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[ROWS:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[BATCH:.+]] = tensor.expand_shape %[[ROWS]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[BATCH]] : tensor<1x10x32xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[UP]] : tensor<1x10x32x!mx.amxfp4>, tensor<1x64x32x!mx.amxfp4>)
//       CHECK:   %[[H:.+]] = mx.quantize ins({{.+}} : tensor<1x10x64xf32>)
//       CHECK:   mx.matmul ins(%[[H]], %[[DOWN]] : tensor<1x10x64x!mx.amxfp4>, tensor<1x32x64x!mx.amxfp4>)
//   CHECK-NOT:   tosa.
//   CHECK-NOT:   linalg.batch_matmul

// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, Batch=1, K=32, M=10, N=64, Weights=amxfp4
// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, Batch=1, K=64, M=10, N=32, Weights=amxfp4
