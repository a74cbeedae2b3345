// Attention with a dynamic length as torch-mlir writes it, with the asserts and the
// gathering generics of its broadcasts. The three projections of the input share one
// quantized activation; Q * K and P * V stay in floats unless they are asked for.
//
// RUN: mx-opt %S/Inputs/attention_torch.mlir --mx-quantize='min-k=1 min-n=1' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/attention_torch.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %S/Inputs/attention_torch.mlir --mx-quantize='min-k=1 min-n=1 quantize-attention strict' --mx-verify-stage=stage=block | FileCheck %s --check-prefix=ATTENTION

// The weights are multiples of 1/16 that mxint8 holds: nothing is rounded but by
// the float program itself.
//
// DEFINE: %{exact} = mx-run %S/Inputs/attention_torch.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1},mx-reference' --against=float --tolerance=0
// RUN: %{exact} --arg=2x5x32xf32=uniform:1
// RUN: %{exact} --arg=2x1x32xf32=uniform:2
// RUN: %{exact} --arg=2x0x32xf32=zeros

// All in 8 bits: the noise of mxint8 is 0.004 of the rms for the uniform input and
// 0.006 for values that are closer to normal. Scores of rms 0.8 are off by 0.008,
// so P by 0.008 of itself and 0.006 for its quantization, V by 0.007, the input of
// the last product by 0.006: 0.014 in all, and the largest of 320 errors is below
// six times that.
//
// RUN: mx-run %S/Inputs/attention_torch.mlir --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 quantize-attention strict},mx-reference' --arg=2x5x32xf32=uniform:1 --against=float --tolerance=0.084

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x?x32xf32>)
//   CHECK-DAG:   %[[WO:.+]] = mx.constant {{.*}} : tensor<32x32x!mx.amxfp4>
//   CHECK-DAG:   %[[WV:.+]] = mx.constant {{.*}} : tensor<32x32x!mx.amxfp4>
//   CHECK-DAG:   %[[WK:.+]] = mx.constant {{.*}} : tensor<16x32x!mx.amxfp4>
//   CHECK-DAG:   %[[WQ:.+]] = mx.constant {{.*}} : tensor<16x32x!mx.amxfp4>
//   CHECK-NOT:   mx.constant
//       CHECK:   %[[ROWS:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[ROWS]] : tensor<?x32xf32>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   mx.matmul ins(%[[A]], %[[WQ]] : tensor<?x32x!mx.amxfp4>, tensor<16x32x!mx.amxfp4>)
//       CHECK:   mx.matmul ins(%[[A]], %[[WK]] : tensor<?x32x!mx.amxfp4>, tensor<16x32x!mx.amxfp4>)
//       CHECK:   mx.matmul ins(%[[A]], %[[WV]] : tensor<?x32x!mx.amxfp4>, tensor<32x32x!mx.amxfp4>)
//   CHECK-NOT:   mx.
//       CHECK:   linalg.batch_matmul ins({{.+}} : tensor<4x?x8xf32>, tensor<4x8x?xf32>)
//   CHECK-NOT:   mx.
//       CHECK:   %[[PV:.+]] = linalg.batch_matmul ins({{.+}} : tensor<4x?x?xf32>, tensor<4x?x16xf32>)
//       CHECK:   %[[HEADS:.+]] = tensor.expand_shape %[[PV]] {{\[\[}}0, 1], [2], [3]]
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[HEADS]] : {{.*}}) permutation = [0, 2, 1, 3]
//       CHECK:   %[[O:.+]] = tensor.collapse_shape %[[T]] {{\[\[}}0, 1], [2, 3]]
//       CHECK:   %[[H:.+]] = mx.quantize ins(%[[O]] : tensor<?x32xf32>)
//       CHECK:   mx.matmul ins(%[[H]], %[[WO]] : tensor<?x32x!mx.amxfp4>, tensor<32x32x!mx.amxfp4>)

// REMARK-COUNT-2: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=32, M=?, N=16, Weights=amxfp4
//         REMARK: remark: [Passed] Quantized | {{.*}} K=32, M=?, N=32
// REMARK-COUNT-2: remark: [Missed] Attention | Category:mx-quantize | Function=main | Reason="neither operand is a weight, and each batch has its own of both
//         REMARK: remark: [Passed] Quantized | {{.*}} K=32, M=?, N=32

// ATTENTION: %[[Q:.+]] = mx.quantize ins({{.+}} : tensor<4x?x8xf32>)
// ATTENTION: %[[K:.+]] = mx.quantize ins({{.+}} : tensor<4x?x8xf32>)
// ATTENTION: mx.matmul ins(%[[Q]], %[[K]] : tensor<4x?x8x!mx.amxfp4>, tensor<4x?x8x!mx.amxfp4>) outs({{.+}} : tensor<4x?x?xf32>)
// ATTENTION: %[[P:.+]] = mx.quantize ins({{.+}} : tensor<4x?x?xf32>)
// ATTENTION: %[[V:.+]] = mx.quantize ins({{.+}} : tensor<4x16x?xf32>)
// ATTENTION: mx.matmul ins(%[[P]], %[[V]] : tensor<4x?x?x!mx.amxfp4>, tensor<4x16x?x!mx.amxfp4>) outs({{.+}} : tensor<4x?x16xf32>)
// ATTENTION-NOT: linalg.batch_matmul
