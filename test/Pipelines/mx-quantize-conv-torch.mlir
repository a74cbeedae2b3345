// Convolutions as torch-mlir writes them: the plain and the strided 1 x 1 become
// products of patches, the depthwise and the grouped one are left with a remark.
//
// RUN: mx-opt %S/Inputs/conv_torch.mlir --mx-quantize='min-k=1 min-n=1' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/conv_torch.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: not mx-opt %S/Inputs/conv_torch.mlir --mx-quantize='min-k=1 min-n=1 strict' 2>&1 >/dev/null | grep 'error:' | FileCheck %s --check-prefix=STRICT --implicit-check-not=error:

// The weights are multiples of 1/16 that mxint8 holds. The convolution starts its 72
// additions from the bias, mx.matmul adds it last: each addition rounds by at most
// 2^-24 of a sum below six times the rms, 2 * 72 * 6 * 2^-24 in all, and the sums that
// follow do not raise that share.
//
// RUN: mx-run %S/Inputs/conv_torch.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1},mx-reference' --arg=1x8x9x9xf32=uniform:1 --against=float --tolerance=5.2e-5

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<1x8x9x9xf32>)
//   CHECK-DAG:   %[[POINT:.+]] = mx.constant {{.*}} : tensor<32x16x!mx.amxfp4>
//   CHECK-DAG:   %[[PLAIN:.+]] = mx.constant {{.*}} : tensor<16x72x!mx.amxfp4>
//       CHECK:   %[[PADDED:.+]] = tensor.pad %[[X]]
//       CHECK:   %[[BIAS:.+]] = linalg.broadcast {{.*}} dimensions = [0, 2, 3]
//       CHECK:   %[[PATCHES:.+]] = linalg.generic {{.*}} ins(%[[PADDED]] : tensor<1x8x11x11xf32>) outs({{.+}} : tensor<1x72x81xf32>)
//       CHECK:   %[[ROWS:.+]] = linalg.transpose ins(%[[PATCHES]] : {{.*}}) permutation = [0, 2, 1]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[ROWS]] : tensor<1x81x72xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[PLAIN]] : tensor<1x81x72x!mx.amxfp4>, tensor<16x72x!mx.amxfp4>)
//       CHECK:   linalg.depthwise_conv_2d_nchw_chw
//       CHECK:   linalg.conv_2d_ngchw_gfchw
//       CHECK:   %[[B:.+]] = mx.quantize ins({{.+}} : tensor<1x9x16xf32>)
//       CHECK:   mx.matmul ins(%[[B]], %[[POINT]] : tensor<1x9x16x!mx.amxfp4>, tensor<32x16x!mx.amxfp4>)
//   CHECK-NOT:   linalg.conv

// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=72, M=81, N=16, Weights=amxfp4
// REMARK: remark: [Missed] UnsupportedOp | Category:mx-quantize | Function=main | Reason="found 'linalg.depthwise_conv_2d_nchw_chw'
// REMARK: remark: [Missed] UnsupportedOp | Category:mx-quantize | Function=main | Reason="found 'linalg.conv_2d_ngchw_gfchw'
// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=16, M=9, N=32, Weights=amxfp4

// STRICT: error: 'linalg.depthwise_conv_2d_nchw_chw' op is not quantized (UnsupportedOp)
// STRICT: error: 'linalg.conv_2d_ngchw_gfchw' op is not quantized (UnsupportedOp)
