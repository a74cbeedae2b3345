// What torch-mlir writes for a gated MLP on three axes with a dynamic length converts
// whole: no weight is transposed, none stays in floats, the input is quantized once.
//
// RUN: mx-opt %S/Inputs/mlp_torch.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/mlp_torch.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %S/Inputs/mlp_torch.mlir --mx-quantize --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=DEFAULT

// The weights are multiples of 1/16 that mxint8 holds: nothing is rounded but by the
// float program itself.
//
// DEFINE: %{exact} = mx-run %S/Inputs/mlp_torch.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{exact} --arg=2x5x32xf32=uniform:1
// RUN: %{exact} --arg=2x1x32xf32=uniform:2
// RUN: %{exact} --arg=2x0x32xf32=zeros

// All in 8 bits: the steps of mxint8 are 2^-6 of the block's scale, the noise
// 2^-6 / sqrt(12) = 0.0045 of it. Uniform input has a scale of 0.87 of its rms, so
// noise of 0.004, which silu(gate) * up has twice: 0.006. The largest of that product's
// block is some four times its rms and the scale 0.7 of it: another 0.013. 0.014 in
// all, and the largest of 320 errors is below six times that.
//
// RUN: mx-run %S/Inputs/mlp_torch.mlir --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --arg=2x5x32xf32=uniform:1 --against=float --tolerance=0.084

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x?x32xf32>)
//   CHECK-DAG:   %[[DOWN:.+]] = mx.constant {{.*}} : tensor<32x40x!mx.amxfp4>
//   CHECK-DAG:   %[[WUP:.+]] = mx.constant {{.*}} : tensor<40x32x!mx.amxfp4>
//   CHECK-DAG:   %[[WGATE:.+]] = mx.constant {{.*}} : tensor<40x32x!mx.amxfp4>
//   CHECK-NOT:   mx.constant
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[ROWS:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[ROWS]] : tensor<?x32xf32>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   %[[GATE:.+]] = mx.matmul ins(%[[A]], %[[WGATE]] : tensor<?x32x!mx.amxfp4>, tensor<40x32x!mx.amxfp4>)
//       CHECK:   tensor.expand_shape %[[GATE]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[UP:.+]] = mx.matmul ins(%[[A]], %[[WUP]] : tensor<?x32x!mx.amxfp4>, tensor<40x32x!mx.amxfp4>)
//       CHECK:   tensor.expand_shape %[[UP]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[H:.+]] = mx.quantize ins(%{{.+}} : tensor<?x40xf32>)
//       CHECK:   mx.matmul ins(%[[H]], %[[DOWN]] : tensor<?x40x!mx.amxfp4>, tensor<32x40x!mx.amxfp4>)
//   CHECK-NOT:   linalg.matmul
//   CHECK-NOT:   torch_tensor_40_32
//   CHECK-NOT:   torch_tensor_32_40

// REMARK-COUNT-2: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=32, M=?, N=40, Weights=amxfp4
//         REMARK: remark: [Passed] Quantized | {{.*}} K=40, M=?, N=32

// DEFAULT-COUNT-3: [Missed] SmallK
