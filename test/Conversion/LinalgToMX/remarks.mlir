// Each contraction has one remark, and one that is left alone is unchanged.
//
// RUN: mx-opt %s --convert-linalg-to-mx | FileCheck %s
// RUN: mx-opt %s --convert-linalg-to-mx --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %s --convert-linalg-to-mx=activations=nvfp4 --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=TENSOR
// RUN: mx-opt %s --convert-linalg-to-mx=quantize-attention --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=ATTENTION
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

// With one weight for all batches neither operand has to say that it is one.
// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=unmarked | Activations=amxfp4, K=128, M=4, N=64, Weights=amxfp4
// CHECK-LABEL: func @unmarked(
//       CHECK:   mx.matmul
func.func @unmarked(%x: tensor<4x128xf32>, %w: tensor<128x64xf32>, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] Attention | {{.*}} Function=attention | Reason="neither operand is a weight, and each batch has its own of both (the lhs is computed by 'math.exp', the rhs is argument 1 without mx.weight): quantized where quantize-attention is set"
// STRICT: error: 'linalg.batch_matmul' op is not quantized (Attention): neither operand is a weight
// ATTENTION: [Passed] Quantized | {{.*}} Function=attention | Activations=amxfp4, Batch=2, K=128, M=4, N=64, Weights=amxfp4
// CHECK-LABEL: func @attention(
//       CHECK:   linalg.batch_matmul
func.func @attention(%x: tensor<2x4x128xf32>, %v: tensor<2x128x64xf32>, %c: tensor<2x4x64xf32>) -> tensor<2x4x64xf32> {
  %e = math.exp %x : tensor<2x4x128xf32>
  %y = linalg.batch_matmul ins(%e, %v : tensor<2x4x128xf32>, tensor<2x128x64xf32>) outs(%c : tensor<2x4x64xf32>) -> tensor<2x4x64xf32>
  return %y : tensor<2x4x64xf32>
}

// A policy asks for one attention by name.
// REMARK: remark: [Passed] Quantized | {{.*}} Function=attention_by_policy | Activations=none, Batch=2, K=128, M=4, N=64, Weights=mxfp4
func.func @attention_by_policy(%x: tensor<2x4x128xf32>, %v: tensor<2x128x64xf32>, %c: tensor<2x4x64xf32>) -> tensor<2x4x64xf32> {
  %y = linalg.batch_matmul {mx.quantize = #mx.policy<weights = mxfp4, activations = none>}
         ins(%x, %v : tensor<2x4x128xf32>, tensor<2x128x64xf32>) outs(%c : tensor<2x4x64xf32>) -> tensor<2x4x64xf32>
  return %y : tensor<2x4x64xf32>
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

// REMARK: remark: [Missed] UnsupportedMaps | {{.*}} Function=summed_alone | Reason="an operand is summed along an axis that the other does not have"
// STRICT: error: {{.*}} (UnsupportedMaps): an operand is summed along an axis
// CHECK-LABEL: func @summed_alone(
//       CHECK:   linalg.generic
func.func @summed_alone(%x: tensor<4x3x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k, l) -> (m, l, k)>, affine_map<(m, n, k, l) -> (k, n)>, affine_map<(m, n, k, l) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
         ins(%x, %w : tensor<4x3x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] UnsupportedMaps | {{.*}} Function=fixed_row | Reason="an operand is read at other indices than those of the loops"
// STRICT: error: {{.*}} (UnsupportedMaps): an operand is read at other indices
// CHECK-LABEL: func @fixed_row(
//       CHECK:   linalg.generic
func.func @fixed_row(%x: tensor<1x128xf32>, %w: tensor<128x64xf32>, %c: tensor<64xf32>) -> tensor<64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(n, k) -> (0, k)>, affine_map<(n, k) -> (k, n)>, affine_map<(n, k) -> (n)>], iterator_types = ["parallel", "reduction"]}
         ins(%x, %w : tensor<1x128xf32>, tensor<128x64xf32>) outs(%c : tensor<64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  return %y : tensor<64xf32>
}

// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=negated | Reason="computes more than a sum of products"
// STRICT: error: {{.*}} (UnsupportedBody): computes more
// CHECK-LABEL: func @negated(
//       CHECK:   linalg.generic
func.func @negated(%x: tensor<4x128xf32>, %w: tensor<128x64xf32>, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %n = arith.negf %a : f32
    %m = arith.mulf %n, %b : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// Products that are summed in another way.
// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=subtracted | Reason="computes more than a sum of products"
// STRICT: error: {{.*}} (UnsupportedBody): computes more than a sum of products
// CHECK-LABEL: func @subtracted(
//       CHECK:   linalg.generic
func.func @subtracted(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.subf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=fused | Reason="computes more than a sum of products"
// STRICT: error: {{.*}} (UnsupportedBody): computes more than a sum of products
// CHECK-LABEL: func @fused(
//       CHECK:   linalg.generic
func.func @fused(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = math.fma %a, %b, %out : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=three_inputs | Reason="has 3 inputs and 1 results, expected a product of two inputs"
// STRICT: error: {{.*}} (UnsupportedBody): has 3 inputs and 1 results, expected a product of two inputs
// CHECK-LABEL: func @three_inputs(
//       CHECK:   linalg.generic
func.func @three_inputs(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %v: tensor<64xf32>, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w, %v : tensor<4x128xf32>, tensor<128x64xf32>, tensor<64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %f: f32, %out: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.mulf %p, %f : f32
    %s = arith.addf %out, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// The product of an input and itself.
// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=squared | Reason="computes more than a sum of products"
// STRICT: error: {{.*}} (UnsupportedBody): computes more than a sum of products
// CHECK-LABEL: func @squared(
//       CHECK:   linalg.generic
func.func @squared(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %a : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// Roundings that mx.matmul would not do.
// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=input_rounded | Reason="converts an input twice, or the sum: these roundings would be lost"
// STRICT: error: {{.*}} (UnsupportedBody): converts an input twice, or the sum: these roundings would be lost
// CHECK-LABEL: func @input_rounded(
//       CHECK:   linalg.generic
func.func @input_rounded(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %h = arith.truncf %a : f32 to bf16
    %e = arith.extf %h : bf16 to f32
    %m = arith.mulf %e, %b : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=input_narrow | Reason="converts an input twice, or the sum: these roundings would be lost"
// STRICT: error: {{.*}} (UnsupportedBody): converts an input twice, or the sum: these roundings would be lost
// CHECK-LABEL: func @input_narrow(
//       CHECK:   linalg.generic
func.func @input_narrow(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf16>) -> tensor<4x64xf16> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf16>) {
  ^bb0(%a: f32, %b: f32, %out: f16):
    %h = arith.truncf %a : f32 to f8E5M2
    %e = arith.extf %h : f8E5M2 to f16
    %g = arith.truncf %b : f32 to f16
    %m = arith.mulf %e, %g : f16
    %s = arith.addf %out, %m : f16
    linalg.yield %s : f16
  } -> tensor<4x64xf16>
  return %y : tensor<4x64xf16>
}

// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=product_rounded | Reason="converts an input twice, or the sum: these roundings would be lost"
// STRICT: error: {{.*}} (UnsupportedBody): converts an input twice, or the sum: these roundings would be lost
// CHECK-LABEL: func @product_rounded(
//       CHECK:   linalg.generic
func.func @product_rounded(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %h = arith.truncf %a : f32 to f16
    %g = arith.truncf %b : f32 to f16
    %p = arith.mulf %h, %g : f16
    %e = arith.extf %p : f16 to f32
    %s = arith.addf %out, %e : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=sum_rounded | Reason="converts an input twice, or the sum: these roundings would be lost"
// STRICT: error: {{.*}} (UnsupportedBody): converts an input twice, or the sum: these roundings would be lost
// CHECK-LABEL: func @sum_rounded(
//       CHECK:   linalg.generic
func.func @sum_rounded(%x: tensor<4x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %out, %m : f32
    %h = arith.truncf %r : f32 to bf16
    %s = arith.extf %h : bf16 to f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// What is asked for by name is not passed over in silence.
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=no_products | Reason="found 'linalg.generic' with mx.quantize, expected a contraction"
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=no_products | Reason="found 'arith.addf' with mx.quantize, expected a contraction"
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.generic' with mx.quantize
// STRICT: error: {{.*}} (UnsupportedOp): found 'arith.addf' with mx.quantize
func.func @no_products(%x: tensor<4x128xf32>, %c: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %y = linalg.generic {mx.quantize = #mx.policy<weights = mxfp4, activations = none>, indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>], iterator_types = ["parallel", "reduction"]}
         ins(%x : tensor<4x128xf32>) outs(%c : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %out, %a : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %z = arith.addf %y, %c {mx.quantize = #mx.policy<weights = mxfp4, activations = none>} : tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// Sums of other things are not: pooling, a variance, a maximum.
// CHECK-LABEL: func @silent(
func.func @silent(%x: tensor<1x4x4x3xf32>, %w: tensor<2x2xf32>, %p: tensor<1x3x3x3xf32>, %v: tensor<4x128xf32>, %m: tensor<4xf32>, %c: tensor<4xf32>)
    -> (tensor<1x3x3x3xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = linalg.pooling_nhwc_sum ins(%x, %w : tensor<1x4x4x3xf32>, tensor<2x2xf32>) outs(%p : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>, affine_map<(m, k) -> (m)>], iterator_types = ["parallel", "reduction"]}
         ins(%v, %m : tensor<4x128xf32>, tensor<4xf32>) outs(%c : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    %q = arith.mulf %d, %d : f32
    %s = arith.addf %out, %q : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %2 = linalg.reduce { arith.maximumf } ins(%v : tensor<4x128xf32>) outs(%c : tensor<4xf32>) dimensions = [1]
  return %0, %1, %2 : tensor<1x3x3x3xf32>, tensor<4xf32>, tensor<4xf32>
}

// A factor more is no product of two operands.
// REMARK: remark: [Missed] UnsupportedBody | {{.*}} Function=scaled | Reason="computes more than a sum of products"
// STRICT: error: {{.*}} (UnsupportedBody): computes more
// CHECK-LABEL: func @scaled(
//       CHECK:   linalg.generic
func.func @scaled(%x: tensor<4x128xf32>, %w: tensor<128x64xf32>, %c: tensor<4x64xf32>, %f: f32) -> tensor<4x64xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>) outs(%c : tensor<4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %n = arith.mulf %a, %f : f32
    %m = arith.mulf %n, %b : f32
    %s = arith.addf %out, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// REMARK: remark: [Missed] BufferSemantics | {{.*}} Function=buffers | Reason="works on buffers, expected tensors"
// STRICT: error: {{.*}} (BufferSemantics): works on buffers
func.func @buffers(%x: memref<4x128xf32>, %w: memref<128x64xf32>, %c: memref<4x64xf32>) {
  linalg.matmul ins(%x, %w : memref<4x128xf32>, memref<128x64xf32>) outs(%c : memref<4x64xf32>)
  return
}

// Kinds that are left alone.
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.dot', a product of vectors, expected an axis that one operand has alone"
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.mmt4d', which is packed already: quantize before packing"
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.depthwise_conv_2d_nhwc_hwc', expected a contraction of two operands
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.quantized_matmul', expected a contraction of two operands
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=others | Reason="found 'linalg.conv_1d', expected a contraction of two operands, or conv_2d_nhwc_hwcf, conv_2d_nhwc_fhwc or conv_2d_nchw_fchw"
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.dot'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.mmt4d'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.depthwise_conv_2d_nhwc_hwc'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.quantized_matmul'
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.conv_1d'
// CHECK-LABEL: func @others(
//       CHECK:   linalg.dot
//       CHECK:   linalg.mmt4d
//       CHECK:   linalg.conv_1d
func.func @others(%v: tensor<8xf32>, %d: tensor<f32>, %x: tensor<2x4x8x1xf32>, %w: tensor<3x4x8x1xf32>, %c: tensor<2x3x8x8xf32>,
                  %z: tensor<2x8x8x4xf32>, %zf: tensor<3x3x4xf32>, %zc: tensor<2x6x6x4xf32>, %i: tensor<4x4xi8>, %p: i32, %j: tensor<4x4xi32>,
                  %f: tensor<3xf32>, %g: tensor<6xf32>) -> (tensor<f32>, tensor<2x3x8x8xf32>, tensor<2x6x6x4xf32>, tensor<4x4xi32>, tensor<6xf32>) {
  %0 = linalg.dot ins(%v, %v : tensor<8xf32>, tensor<8xf32>) outs(%d : tensor<f32>) -> tensor<f32>
  %1 = linalg.mmt4d ins(%x, %w : tensor<2x4x8x1xf32>, tensor<3x4x8x1xf32>) outs(%c : tensor<2x3x8x8xf32>) -> tensor<2x3x8x8xf32>
  %2 = linalg.depthwise_conv_2d_nhwc_hwc ins(%z, %zf : tensor<2x8x8x4xf32>, tensor<3x3x4xf32>) outs(%zc : tensor<2x6x6x4xf32>) -> tensor<2x6x6x4xf32>
  %3 = linalg.quantized_matmul ins(%i, %i, %p, %p : tensor<4x4xi8>, tensor<4x4xi8>, i32, i32) outs(%j : tensor<4x4xi32>) -> tensor<4x4xi32>
  %4 = linalg.conv_1d ins(%v, %f : tensor<8xf32>, tensor<3xf32>) outs(%g : tensor<6xf32>) -> tensor<6xf32>
  return %0, %1, %2, %3, %4 : tensor<f32>, tensor<2x3x8x8xf32>, tensor<2x6x6x4xf32>, tensor<4x4xi32>, tensor<6xf32>
}

// REMARK: remark: [Missed] UnsupportedType | {{.*}} Function=integers | Reason="lhs is tensor<4x128xi8>, expected f32, f16 or bf16"
// STRICT: error: {{.*}} (UnsupportedType): lhs is tensor<4x128xi8>
func.func @integers(%x: tensor<4x128xi8>, %w: tensor<128x64xi8>, %c: tensor<4x64xi32>) -> tensor<4x64xi32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x128xi8>, tensor<128x64xi8>) outs(%c : tensor<4x64xi32>) -> tensor<4x64xi32>
  return %y : tensor<4x64xi32>
}

// K of 2^64.
// REMARK: remark: [Missed] UnsupportedShape | {{.*}} Function=huge | Reason="the axes of M, N, K or the batch make one of more than 2^63 - 1"
// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=huge | Reason="the axes of M or K make one of more than 2^63 - 1"
// STRICT: error: {{.*}} (UnsupportedShape): the axes
// STRICT: error: {{.*}} (UnsupportedConvolution): the axes
// CHECK-LABEL: func @huge(
//       CHECK:   linalg.contract
//       CHECK:   linalg.conv_2d_nhwc_fhwc
func.func @huge(%x: tensor<4294967296x4294967296x4xf32>, %w: tensor<4294967296x4294967296x64xf32>, %c: tensor<4x64xf32>,
                %i: tensor<1x4294967296x4294967296x1xf32>, %f: tensor<64x4294967296x4294967296x1xf32>, %d: tensor<1x1x1x64xf32>) -> (tensor<4x64xf32>, tensor<1x1x1x64xf32>) {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k, l) -> (k, l, m)>, affine_map<(m, n, k, l) -> (k, l, n)>, affine_map<(m, n, k, l) -> (m, n)>]
         ins(%x, %w : tensor<4294967296x4294967296x4xf32>, tensor<4294967296x4294967296x64xf32>) outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  %z = linalg.conv_2d_nhwc_fhwc ins(%i, %f : tensor<1x4294967296x4294967296x1xf32>, tensor<64x4294967296x4294967296x1xf32>) outs(%d : tensor<1x1x1x64xf32>) -> tensor<1x1x1x64xf32>
  return %y, %z : tensor<4x64xf32>, tensor<1x1x1x64xf32>
}

// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=dilated | Reason="the filter is dilated, expected dilations of 1"
// STRICT: error: {{.*}} (UnsupportedConvolution): the filter is dilated
func.func @dilated(%x: tensor<1x9x9x32xf32>, %w: tensor<2x2x32x64xf32> {mx.weight}, %c: tensor<1x7x7x64xf32>) -> tensor<1x7x7x64xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {dilations = dense<2> : vector<2xi64>}
         ins(%x, %w : tensor<1x9x9x32xf32>, tensor<2x2x32x64xf32>) outs(%c : tensor<1x7x7x64xf32>) -> tensor<1x7x7x64xf32>
  return %y : tensor<1x7x7x64xf32>
}

// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=dynamic_convolution | Reason="the image is tensor<?x32x9x9xf32>, expected static extents"
// STRICT: error: {{.*}} (UnsupportedConvolution): the image is
func.func @dynamic_convolution(%x: tensor<?x32x9x9xf32>, %w: tensor<64x32x2x2xf32> {mx.weight}, %c: tensor<?x64x8x8xf32>) -> tensor<?x64x8x8xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<?x32x9x9xf32>, tensor<64x32x2x2xf32>) outs(%c : tensor<?x64x8x8xf32>) -> tensor<?x64x8x8xf32>
  return %y : tensor<?x64x8x8xf32>
}

// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=mixed_convolution | Reason="image and filter are of f16 and bf16, expected one element type"
// STRICT: error: {{.*}} (UnsupportedConvolution): image and filter are of f16 and bf16
func.func @mixed_convolution(%x: tensor<2x32x9x9xf16>, %w: tensor<64x32x2x2xbf16>, %c: tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<2x32x9x9xf16>, tensor<64x32x2x2xbf16>) outs(%c : tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32>
  return %y : tensor<2x64x8x8xf32>
}

// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=no_channels | Reason="the filter is tensor<64x0x2x2xf32>, expected windows with elements"
// STRICT: error: {{.*}} (UnsupportedConvolution): the filter is
func.func @no_channels(%x: tensor<2x0x9x9xf32>, %w: tensor<64x0x2x2xf32>, %c: tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<2x0x9x9xf32>, tensor<64x0x2x2xf32>) outs(%c : tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32>
  return %y : tensor<2x64x8x8xf32>
}

// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=no_pixels | Reason="the accumulator is tensor<1x0x1x64xf32>, expected images with pixels"
// REMARK: remark: [Missed] UnsupportedConvolution | {{.*}} Function=no_pixels | Reason="the accumulator is tensor<1x64x1x0xf32>, expected images with pixels"
// STRICT: error: {{.*}} (UnsupportedConvolution): the accumulator is tensor<1x0x1x64xf32>
// STRICT: error: {{.*}} (UnsupportedConvolution): the accumulator is tensor<1x64x1x0xf32>
// CHECK-LABEL: func @no_pixels(
//       CHECK:   linalg.conv_2d_nhwc_hwcf
//       CHECK:   linalg.conv_2d_nchw_fchw
func.func @no_pixels(%x: tensor<1x2x3x32xf32>, %w: tensor<3x3x32x64xf32>, %c: tensor<1x0x1x64xf32>,
                     %u: tensor<1x32x3x2xf32>, %v: tensor<64x32x3x3xf32>, %d: tensor<1x64x1x0xf32>) -> (tensor<1x0x1x64xf32>, tensor<1x64x1x0xf32>) {
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x2x3x32xf32>, tensor<3x3x32x64xf32>) outs(%c : tensor<1x0x1x64xf32>) -> tensor<1x0x1x64xf32>
  %z = linalg.conv_2d_nchw_fchw ins(%u, %v : tensor<1x32x3x2xf32>, tensor<64x32x3x3xf32>) outs(%d : tensor<1x64x1x0xf32>) -> tensor<1x64x1x0xf32>
  return %y, %z : tensor<1x0x1x64xf32>, tensor<1x64x1x0xf32>
}

// The K of a convolution is that of its windows.
// REMARK: remark: [Passed] Quantized | {{.*}} Function=convolution | Activations=amxfp4, K=128, M=128, N=64, Weights=amxfp4
func.func @convolution(%x: tensor<2x32x9x9xf32>, %w: tensor<64x32x2x2xf32> {mx.weight}, %c: tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<2x32x9x9xf32>, tensor<64x32x2x2xf32>) outs(%c : tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32>
  return %y : tensor<2x64x8x8xf32>
}

// REMARK: remark: [Missed] SmallK | {{.*}} Function=small_convolution | Reason="K is 12, expected at least 128 (min-k)"
// STRICT: error: {{.*}} (SmallK): K is 12
// CHECK-LABEL: func @small_convolution(
//   CHECK-NOT:   tensor.collapse_shape
//       CHECK:   linalg.conv_2d_nchw_fchw
func.func @small_convolution(%x: tensor<2x3x9x9xf32>, %w: tensor<64x3x2x2xf32> {mx.weight}, %c: tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<2x3x9x9xf32>, tensor<64x3x2x2xf32>) outs(%c : tensor<2x64x8x8xf32>) -> tensor<2x64x8x8xf32>
  return %y : tensor<2x64x8x8xf32>
}

// A product of vectors in each batch has no rows either.
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=batch_dot | Reason="found 'linalg.contract', a product of vectors, expected an axis that one operand has alone"
// STRICT: error: {{.*}} (UnsupportedOp): found 'linalg.contract'
func.func @batch_dot(%x: tensor<4x128xf32>, %w: tensor<4x128xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(b, k) -> (b, k)>, affine_map<(b, k) -> (b, k)>, affine_map<(b, k) -> (b)>]
         ins(%x, %w : tensor<4x128xf32>, tensor<4x128xf32>) outs(%c : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// No contraction, no remark: a pool has the loops of a convolution, a variance
// sums products.
func.func @pool(%x: tensor<1x4x4x8xf32>, %p: tensor<2x2xf32>, %c: tensor<1x3x3x8xf32>) -> tensor<1x3x3x8xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(n, h, w, c, i, j) -> (n, h + i, w + j, c)>, affine_map<(n, h, w, c, i, j) -> (i, j)>, affine_map<(n, h, w, c, i, j) -> (n, h, w, c)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
         ins(%x, %p : tensor<1x4x4x8xf32>, tensor<2x2xf32>) outs(%c : tensor<1x3x3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.maximumf %a, %out : f32
    linalg.yield %m : f32
  } -> tensor<1x3x3x8xf32>
  return %y : tensor<1x3x3x8xf32>
}
func.func @variance(%x: tensor<4x128xf32>, %m: tensor<4xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>, affine_map<(m, k) -> (m)>], iterator_types = ["parallel", "reduction"]}
         ins(%x, %m : tensor<4x128xf32>, tensor<4xf32>) outs(%c : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    %q = arith.mulf %d, %d : f32
    %s = arith.addf %out, %q : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @elementwise(%x: tensor<4x8xf32>, %c: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = linalg.add ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%c : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
