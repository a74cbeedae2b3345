// Attention as JAX writes it, by way of StableHLO: weights are arguments, products are
// generics of five loops. The projections have two N (head and depth), the last has two K.
//
// RUN: mx-opt %S/Inputs/attention_jax.mlir --mx-quantize='min-k=1 min-n=1' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/attention_jax.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %S/Inputs/attention_jax.mlir --mx-quantize='min-k=1 min-n=1 quantize-attention strict' --mx-verify-stage=stage=block | FileCheck %s --check-prefix=ATTENTION

// Integers as weights, which mxint8 holds. The float program adds the 64 terms of the
// last product by depth and then head, mx.matmul the other way around: each addition
// rounds by at most 2^-24 of a sum below six times the rms, 2 * 64 * 6 * 2^-24 in all.
//
// RUN: mx-run %S/Inputs/attention_jax.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1},mx-reference' --arg=2x6x32xf32=uniform:1 --arg=32x4x16xf32=integers:2 --arg=32x4x16xf32=integers:3 --arg=32x4x16xf32=integers:4 --arg=4x16x32xf32=integers:5 --against=float --tolerance=4.6e-5

// All in 8 bits on uniform data: an operand has noise of 0.004 of its rms, Q, K and V
// of 0.008 with their own quantization. Scores of rms 3.6 are off by 0.041, so P by
// 0.041 of itself; the rest is small beside it: 0.043 in all, and the largest of 384
// errors is below six times that.
//
// RUN: mx-run %S/Inputs/attention_jax.mlir --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 quantize-attention strict},mx-reference' --arg=2x6x32xf32=uniform:1 --arg=32x4x16xf32=uniform:2 --arg=32x4x16xf32=uniform:3 --arg=32x4x16xf32=uniform:4 --arg=4x16x32xf32=uniform:5 --against=float --tolerance=0.26

// CHECK-LABEL: func.func public @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x6x32xf32>, %[[WQ:.+]]: tensor<32x4x16xf32>, %[[WK:.+]]: tensor<32x4x16xf32>, %[[WV:.+]]: tensor<32x4x16xf32>, %[[WO:.+]]: tensor<4x16x32xf32>)
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<2x6x32xf32>)
//       CHECK:   %[[QT:.+]] = linalg.transpose ins(%[[WQ]] : {{.*}}) permutation = [1, 2, 0]
//       CHECK:   %[[QC:.+]] = tensor.collapse_shape %[[QT]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[QB:.+]] = mx.quantize ins(%[[QC]] : tensor<64x32xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[QB]] : tensor<2x6x32x!mx.amxfp4>, tensor<64x32x!mx.amxfp4>)
//       CHECK:   linalg.transpose ins(%[[WK]] :
//       CHECK:   mx.matmul ins(%[[A]],
//       CHECK:   linalg.transpose ins(%[[WV]] :
//       CHECK:   mx.matmul ins(%[[A]],
//   CHECK-NOT:   mx.matmul
//       CHECK:   %[[H:.+]] = mx.quantize ins(%{{.+}} : tensor<2x6x64xf32>)
//       CHECK:   %[[OT:.+]] = linalg.transpose ins(%[[WO]] : {{.*}}) permutation = [2, 0, 1]
//       CHECK:   %[[OC:.+]] = tensor.collapse_shape %[[OT]] {{\[\[}}0], [1, 2]]
//       CHECK:   %[[OB:.+]] = mx.quantize ins(%[[OC]] : tensor<32x64xf32>)
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[H]], %[[OB]] : tensor<2x6x64x!mx.amxfp4>, tensor<32x64x!mx.amxfp4>)
//       CHECK:   return %[[Y]]

// REMARK-COUNT-3: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=32, M=12, N=64, Weights=amxfp4
// REMARK-COUNT-2: remark: [Missed] Attention | Category:mx-quantize | Function=main
//         REMARK: remark: [Passed] Quantized | {{.*}} K=64, M=12, N=32

// Scores: both operands brought to [batch, head, length, depth].
// ATTENTION: mx.matmul ins({{.+}} : tensor<2x4x6x16x!mx.amxfp4>, tensor<2x4x6x16x!mx.amxfp4>) outs({{.+}} : tensor<2x4x6x6xf32>)
// ATTENTION: mx.matmul ins({{.+}} : tensor<2x4x16x6x!mx.amxfp4>, tensor<2x4x6x6x!mx.amxfp4>) outs({{.+}} : tensor<2x4x16x6xf32>)
