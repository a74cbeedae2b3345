// mx.skip and mx.quantize on ops of TOSA reach the contractions that come of
// them; ops alike but for these stay apart, and locations are what they were.
//
// RUN: mx-opt %s --mx-lower-tosa --split-input-file --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1' --split-input-file --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1 strict' --split-input-file --verify-diagnostics

// REMARK: remark: loc("a"): [Missed] Skipped | {{.*}} Function=products
// REMARK: remark: loc(fused<"mine">["b"]): [Passed] Quantized | {{.*}} Function=products | Activations=none, {{.*}} Weights=mxfp8_e4m3
// REMARK: remark: loc("c"): [Passed] Quantized | {{.*}} Function=products | Activations=amxfp4, {{.*}} Weights=amxfp4
// CHECK-LABEL: func.func @products(
//       CHECK:   %[[A:.+]] = linalg.batch_matmul {mx.skip} ins({{.*}} loc("a")
//       CHECK:   %[[B:.+]] = linalg.batch_matmul {mx.quantize = #mx.policy<weights = mxfp8_e4m3, activations = none>} ins({{.*}} loc(fused<"mine">["b"])
//       CHECK:   %[[C:.+]] = linalg.batch_matmul ins({{.*}} loc("c")
//       CHECK:   return %[[A]], %[[B]], %[[C]]
//   CHECK-NOT:   distinct
func.func @products(%x: tensor<1x4x8xf32>, %w: tensor<1x8x5xf32> {mx.weight}) -> (tensor<1x4x5xf32>, tensor<1x4x5xf32>, tensor<1x4x5xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %a = tosa.matmul %x, %w, %zp, %zp {mx.skip} : (tensor<1x4x8xf32>, tensor<1x8x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x5xf32> loc("a")
  %b = tosa.matmul %x, %w, %zp, %zp {mx.quantize = #mx.policy<weights = mxfp8_e4m3, activations = none>} : (tensor<1x4x8xf32>, tensor<1x8x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x5xf32> loc(fused<"mine">["b"])
  %c = tosa.matmul %x, %w, %zp, %zp : (tensor<1x4x8xf32>, tensor<1x8x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x5xf32> loc("c")
  return %a, %b, %c : tensor<1x4x5xf32>, tensor<1x4x5xf32>, tensor<1x4x5xf32>
}

// -----

// The bias has its own ops, which carry nothing.
// REMARK: remark: [Missed] Skipped | {{.*}} Function=convolution
// CHECK-LABEL: func.func @convolution(
//   CHECK-NOT:   mx.skip
//       CHECK:   %[[Y:.+]] = linalg.conv_2d_nhwc_fhwc {{{.*}}mx.skip{{.*}}}
//   CHECK-NOT:   mx.skip
//       CHECK:   return %[[Y]]
func.func @convolution(%x: tensor<1x6x6x8xf32>, %w: tensor<5x2x3x8xf32> {mx.weight}, %b: tensor<5xf32>) -> tensor<1x5x4x5xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {mx.skip, acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x6x6x8xf32>, tensor<5x2x3x8xf32>, tensor<5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x5x4x5xf32>
  return %0 : tensor<1x5x4x5xf32>
}

// -----

// Integers, whose product is another op.
// REMARK: remark: [Missed] Skipped | {{.*}} Function=integers
// CHECK-LABEL: func.func @integers(
//       CHECK:   linalg.quantized_batch_matmul {mx.skip} ins(%arg0, %arg1,
func.func @integers(%x: tensor<1x4x8xi8>, %w: tensor<1x8x8xi8>) -> tensor<1x4x8xi32> {
  %zp = "tosa.const"() <{values = dense<3> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z = tosa.matmul %x, %w, %zp, %zp {mx.skip} : (tensor<1x4x8xi8>, tensor<1x8x8xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x8xi32>
  return %z : tensor<1x4x8xi32>
}

// -----

// A window of one element is no sum: there is nothing to quantize.
// REMARK: remark: [Missed] NoContraction | Category:mx-quantize | Function=products_alone | Reason="mx.quantize is set, and no contraction comes of the op"
// CHECK-LABEL: func.func @products_alone(
//   CHECK-NOT:   mx.quantize
//       CHECK:   return
func.func @products_alone(%x: tensor<1x4x4x8xf32>, %w: tensor<1x1x8x1xf32>, %b: tensor<8xf32>) -> tensor<1x4x4x8xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // expected-error @+1 {{TOSA is not lowered (NoContraction): mx.quantize is set}}
  %0 = tosa.depthwise_conv2d %x, %w, %b, %zp, %zp {mx.quantize = #mx.policy<weights = mxfp8_e4m3, activations = none>, acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x8xf32>, tensor<1x1x8x1xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x8xf32>
  return %0 : tensor<1x4x4x8xf32>
}
