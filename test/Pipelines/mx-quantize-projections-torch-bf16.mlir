// Two products of one input in bf16, by a weight stored [N, K] and by one stored
// [K, N]. Not taken apart first, torch-mlir writes a product of three axes by two as
// a linalg.batch_matmul by the weight repeated along the batch.
//
// RUN: mx-opt %S/Inputs/projections_torch_bf16.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/projections_torch_bf16.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:

// The weights are multiples of 1/16 that mxint8 holds, the second time the input
// is integers that it holds too: nothing is rounded but by the float program.
//
// RUN: mx-run %S/Inputs/projections_torch_bf16.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --arg=2x5x32xbf16=uniform:1 --against=float --tolerance=0
// RUN: mx-run %S/Inputs/projections_torch_bf16.mlir --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --arg=2x5x32xbf16=integers:1 --against=float --tolerance=0

// A weight is one matrix of codes [N, K]; the input is quantized once.
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x?x32xbf16>)
//   CHECK-DAG:   %[[KN:.+]] = mx.constant {{.*}} : tensor<48x32x!mx.amxfp4>
//   CHECK-DAG:   %[[NK:.+]] = mx.constant {{.*}} : tensor<48x32x!mx.amxfp4>
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<2x?x32xbf16>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   mx.matmul ins(%[[A]], %[[NK]] : tensor<2x?x32x!mx.amxfp4>, tensor<48x32x!mx.amxfp4>) outs({{.+}} : tensor<2x?x48xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[KN]] : tensor<2x?x32x!mx.amxfp4>, tensor<48x32x!mx.amxfp4>) outs({{.+}} : tensor<2x?x48xf32>)
//   CHECK-NOT:   mx.
//   CHECK-NOT:   linalg.batch_matmul
//   CHECK-NOT:   torch_tensor

// REMARK-COUNT-2: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=32, M=?, N=48, Weights=amxfp4
