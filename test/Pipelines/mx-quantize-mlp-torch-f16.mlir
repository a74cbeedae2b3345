// An MLP in f16 on three axes with a dynamic length as torch-mlir writes it:
// products in f32 of f16 operands, rounded to f16 by a generic.
//
// RUN: mx-opt %S/Inputs/mlp_torch_f16.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/mlp_torch_f16.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:

// The weights are multiples of 1/16 that mxint8 holds: nothing is rounded but by
// the float program itself.
//
// DEFINE: %{exact} = mx-run %S/Inputs/mlp_torch_f16.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{exact} --arg=1x5x32xf16=uniform:1
// RUN: %{exact} --arg=1x0x32xf16=zeros

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<1x?x32xf16>)
//   CHECK-NOT:   linalg.transpose
//   CHECK-DAG:   %[[UP:.+]] = mx.constant {{.*}} : tensor<48x32x!mx.amxfp4>
//   CHECK-DAG:   %[[DOWN:.+]] = mx.constant {{.*}} : tensor<32x48x!mx.amxfp4>
//       CHECK:   %[[ROWS:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[ROWS]] : tensor<?x32xf16>)
//       CHECK:   mx.matmul ins(%[[A]], %[[UP]] : tensor<?x32x!mx.amxfp4>, tensor<48x32x!mx.amxfp4>) outs({{.+}} : tensor<?x48xf32>)
//       CHECK:   %[[H:.+]] = mx.quantize ins(%{{.+}} : tensor<?x48xf16>)
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[H]], %[[DOWN]] : tensor<?x48x!mx.amxfp4>, tensor<32x48x!mx.amxfp4>) outs({{.+}} : tensor<?x32xf32>)
//       CHECK:   linalg.generic {{.*}} ins(%[[Y]] : tensor<?x32xf32>) outs({{.+}} : tensor<?x32xf16>)
//   CHECK-NOT:   torch_tensor

// REMARK: remark: [Passed] Quantized | {{.*}} Activations=amxfp4, K=32, M=?, N=48, Weights=amxfp4
// REMARK: remark: [Passed] Quantized | {{.*}} Activations=amxfp4, K=48, M=?, N=32, Weights=amxfp4
