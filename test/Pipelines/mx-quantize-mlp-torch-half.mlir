// The gated MLP in f16 and bf16: products in f32 of 16-bit operands, rounded by a
// generic, but for the last: to add the bias in f32 torch-mlir widens the operands and
// the weight first.
//
// DEFINE: %{type} =
// DEFINE: %{file} = %S/Inputs/mlp_torch_%{type}.mlir
// DEFINE: %{check} = mx-opt %{file} --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s -DT=%{type}
// DEFINE: %{remarks} = mx-opt %{file} --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:

// The weights are multiples of 1/16 that mxint8 holds: nothing is rounded but by the
// float program itself.
//
// DEFINE: %{exact} = mx-run %{file} --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0

// All in 8 bits: the bound of mx-quantize-mlp-torch.mlir, 0.014 of the rms six times
// over; the roundings of bf16, at most 2^-9 each, hide below it.
//
// DEFINE: %{noisy} = mx-run %{file} --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0.084

// REDEFINE: %{type} = f16
// RUN: %{check}
// RUN: %{remarks}
// RUN: %{exact} --arg=2x5x32xf16=uniform:1
// RUN: %{exact} --arg=2x0x32xf16=zeros
// RUN: %{noisy} --arg=2x5x32xf16=uniform:1

// REDEFINE: %{type} = bf16
// RUN: %{check}
// RUN: %{remarks}
// RUN: %{exact} --arg=2x5x32xbf16=uniform:1
// RUN: %{exact} --arg=2x0x32xbf16=zeros
// RUN: %{noisy} --arg=2x5x32xbf16=uniform:1

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x?x32x[[T]]>)
//   CHECK-DAG:   %[[DOWN:.+]] = mx.constant {{.*}} : tensor<32x40x!mx.amxfp4>
//   CHECK-DAG:   %[[WUP:.+]] = mx.constant {{.*}} : tensor<40x32x!mx.amxfp4>
//   CHECK-DAG:   %[[WGATE:.+]] = mx.constant {{.*}} : tensor<40x32x!mx.amxfp4>
//   CHECK-NOT:   mx.constant
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[ROWS:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[ROWS]] : tensor<?x32x[[T]]>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   %[[GATE:.+]] = mx.matmul ins(%[[A]], %[[WGATE]] : tensor<?x32x!mx.amxfp4>, tensor<40x32x!mx.amxfp4>) outs({{.+}} : tensor<?x40xf32>)
//       CHECK:   linalg.generic {{.*}} ins(%[[GATE]] : tensor<?x40xf32>) outs({{.+}} : tensor<?x40x[[T]]>)
//       CHECK:   %[[UP:.+]] = mx.matmul ins(%[[A]], %[[WUP]] : tensor<?x32x!mx.amxfp4>, tensor<40x32x!mx.amxfp4>) outs({{.+}} : tensor<?x40xf32>)
//       CHECK:   linalg.generic {{.*}} ins(%[[UP]] : tensor<?x40xf32>) outs({{.+}} : tensor<?x40x[[T]]>)
//       CHECK:   %[[F32:.+]] = linalg.generic {{.*}} ins({{.+}} : tensor<?x40x[[T]]>) outs({{.+}} : tensor<?x40xf32>)
//       CHECK:   %[[H:.+]] = mx.quantize ins(%[[F32]] : tensor<?x40xf32>)
//       CHECK:   mx.matmul ins(%[[H]], %[[DOWN]] : tensor<?x40x!mx.amxfp4>, tensor<32x40x!mx.amxfp4>) outs({{.+}} : tensor<?x32xf32>)
//   CHECK-NOT:   linalg.matmul
//   CHECK-NOT:   torch_tensor_40_32
//   CHECK-NOT:   torch_tensor_32_40

// REMARK-COUNT-2: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=32, M=?, N=40, Weights=amxfp4
//         REMARK: remark: [Passed] Quantized | {{.*}} K=40, M=?, N=32
