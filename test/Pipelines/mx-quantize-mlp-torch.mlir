// What torch-mlir writes for a gated MLP converts whole: no weight is
// transposed, none stays in floats, the input is quantized once.
//
// In 8 bits the run is off by the noise of uniform data in mxint8, 2^-7 / sqrt(12)
// of the block's scale: 0.004 of the rms for an operand, 0.008 for gate * up, which
// adds its own quantization (0.008) and that of the last weight; 0.012 in all. The
// largest of 64 errors is below six times that.
//
// RUN: mx-opt %S/Inputs/mlp_torch.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/mlp_torch.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %S/Inputs/mlp_torch.mlir --mx-quantize --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=DEFAULT
// RUN: mx-run %S/Inputs/mlp_torch.mlir --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --arg=4x16xf32=uniform:1 --against=float --tolerance=0.08

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<4x16xf32>)
//   CHECK-NOT:   linalg.matmul
//   CHECK-NOT:   linalg.transpose
//   CHECK-DAG:   %[[DOWN:.+]] = mx.constant {{.*}} : tensor<16x64x!mx.amxfp4>
//   CHECK-DAG:   %[[UP:.+]] = mx.constant {{.*}} : tensor<64x16x!mx.amxfp4>
//   CHECK-DAG:   %[[GATE:.+]] = mx.constant {{.*}} : tensor<64x16x!mx.amxfp4>
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<4x16xf32>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} : tensor<4x16x!mx.amxfp4>, tensor<64x16x!mx.amxfp4>)
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} : tensor<4x16x!mx.amxfp4>, tensor<64x16x!mx.amxfp4>)
//       CHECK:   %[[H:.+]] = mx.quantize ins(%{{.+}} : tensor<4x64xf32>)
//       CHECK:   mx.matmul ins(%[[H]], %[[DOWN]] : tensor<4x64x!mx.amxfp4>, tensor<16x64x!mx.amxfp4>)
//   CHECK-NOT:   torch_tensor_64_16
//   CHECK-NOT:   torch_tensor_16_64

// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=16, M=4, N=64, Weights=amxfp4
// REMARK: remark: [Passed] Quantized | {{.*}} K=16, M=4, N=64
// REMARK: remark: [Passed] Quantized | {{.*}} K=64, M=4, N=16

// DEFAULT-COUNT-3: [Missed] SmallK
