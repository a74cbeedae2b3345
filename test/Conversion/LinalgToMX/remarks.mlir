// Each contraction has one remark, and one that is left alone is unchanged.
//
// RUN: mx-opt %s --convert-linalg-to-mx | FileCheck %s
// RUN: mx-opt %s --convert-linalg-to-mx --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %s --convert-linalg-to-mx=activations=nvfp4 --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=TENSOR
// RUN: not mx-opt %s --convert-linalg-to-mx=strict 2>&1 >/dev/null | grep 'error:' | FileCheck %s --check-prefix=STRICT --implicit-check-not=error:

// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=quantized | Activations=amxfp4, K=128, M=?, N=64, Weights=amxfp4
// TENSOR: [Passed] Quantized | {{.*}} Function=quantized | Activations=nvfp4, {{.*}}Note="the scale of the whole activation needs a pass over it first
// CHECK-LABEL: func @quantized(
//       CHECK:   mx.matmul
func.func @quantized(%x: tensor<?x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<?x128xf32>, tensor<128x64xf32>) outs(%c : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A skip is no failure, also when strict.
// REMARK: remark: [Missed] Skipped | Category:mx-quantize | Function=skipped | Reason="mx.skip is set"
// CHECK-LABEL: func @skipped(
//       CHECK:   linalg.matmul {mx.skip}
func.func @skipped(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.matmul {mx.skip} ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] NoWeight | {{.*}} Function=no_weight | Reason="the rhs is argument 1 without mx.weight, expected a constant or an argument with mx.weight"
// STRICT: error: 'linalg.matmul' op is not quantized (NoWeight): the rhs is argument 1 without mx.weight
// CHECK-LABEL: func @no_weight(
//       CHECK:   linalg.matmul
func.func @no_weight(%x: tensor<4x128xf32>, %w: tensor<128x64xf32>, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] NoWeight | {{.*}} Function=computed | Reason="the rhs is computed by 'math.exp', expected a constant or an argument with mx.weight (the lhs is one, but the weight must be the rhs)"
// STRICT: error: 'linalg.matmul' op is not quantized (NoWeight): the rhs is computed by 'math.exp'
func.func @computed(%x: tensor<4x128xf32> {mx.weight}, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %e = math.exp %w : tensor<128x64xf32>
  %y = linalg.matmul ins(%x, %e : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] SmallK | {{.*}} Function=small_k | Reason="K is 64, expected at least 128 (min-k)"
// STRICT: error: {{.*}} (SmallK): K is 64
func.func @small_k(%x: tensor<4x64xf32>, %w: tensor<64x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x64xf32>, tensor<64x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] SmallN | {{.*}} Function=small_n | Reason="N is 32, expected at least 64 (min-n)"
// STRICT: error: {{.*}} (SmallN): N is 32
func.func @small_n(%x: tensor<4x128xf32>, %w: tensor<128x32xf32> {mx.weight}, %c: tensor<4x32xf32>) -> tensor<4x32xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x128xf32>, tensor<128x32xf32>) outs(%c : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// REMARK: remark: [Missed] UnsupportedType | {{.*}} Function=f64 | Reason="lhs is tensor<4x128xf64>, expected f32, f16 or bf16"
// STRICT: error: {{.*}} (UnsupportedType): lhs is tensor<4x128xf64>
func.func @f64(%x: tensor<4x128xf64>, %w: tensor<128x64xf64> {mx.weight}, %c: tensor<4x64xf64>) -> tensor<4x64xf64> {
  %y = linalg.matmul ins(%x, %w : tensor<4x128xf64>, tensor<128x64xf64>) outs(%c : tensor<4x64xf64>) -> tensor<4x64xf64>
  return %y : tensor<4x64xf64>
}

// REMARK: remark: [Missed] UnsupportedMaps | {{.*}} Function=broadcast
// STRICT: error: {{.*}} (UnsupportedMaps): indexing maps broadcast or permute more than a transpose of an operand does
func.func @broadcast(%x: tensor<128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %w : tensor<128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] BufferSemantics | {{.*}} Function=buffers | Reason="works on buffers, expected tensors"
// STRICT: error: {{.*}} (BufferSemantics): works on buffers
func.func @buffers(%x: memref<4x128xf32>, %w: memref<128x64xf32>, %c: memref<4x64xf32>) {
  linalg.matmul ins(%x, %w : memref<4x128xf32>, memref<128x64xf32>) outs(%c : memref<4x64xf32>)
  return
}

// Other contractions: by name, by their body, with zero points, convolutions.
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.batch_matmul', expected linalg.matmul"
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.generic', expected linalg.matmul"
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.matvec', expected linalg.matmul"
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.conv_1d', expected linalg.matmul"
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.batch_matmul'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.generic'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.matvec'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.conv_1d'
func.func @others(%x: tensor<2x4x128xf32>, %w: tensor<2x128x64xf32> {mx.weight}, %c: tensor<2x4x64xf32>, %p: tensor<4x8xf32>, %q: tensor<8x6xf32>, %r: tensor<4x6xf32>,
                  %v: tensor<8xf32>, %o: tensor<4xf32>, %f: tensor<3xf32>, %g: tensor<6xf32>) -> (tensor<2x4x64xf32>, tensor<4x6xf32>, tensor<4xf32>, tensor<6xf32>) {
  %0 = linalg.batch_matmul ins(%x, %w : tensor<2x4x128xf32>, tensor<2x128x64xf32>) outs(%c : tensor<2x4x64xf32>) -> tensor<2x4x64xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%p, %q : tensor<4x8xf32>, tensor<8x6xf32>) outs(%r : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %2 = linalg.matvec ins(%p, %v : tensor<4x8xf32>, tensor<8xf32>) outs(%o : tensor<4xf32>) -> tensor<4xf32>
  %3 = linalg.conv_1d ins(%v, %f : tensor<8xf32>, tensor<3xf32>) outs(%g : tensor<6xf32>) -> tensor<6xf32>
  return %0, %1, %2, %3 : tensor<2x4x64xf32>, tensor<4x6xf32>, tensor<4xf32>, tensor<6xf32>
}

// No contraction, no remark.
func.func @elementwise(%x: tensor<4x8xf32>, %c: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = linalg.add ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%c : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
