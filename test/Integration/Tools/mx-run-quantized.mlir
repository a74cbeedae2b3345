// A float file that is quantized on the way.

// Against float the error is that of the format: measured, not judged.
// RUN: mx-run %s --pipeline='mx-quantize{weights=amxfp4 activations=amxfp4},mx-reference' \
// RUN:   --arg=4x128xf32=normal:1 --arg=128x64xf32=normal:2 --against=float --json | FileCheck %s --check-prefix=FLOAT
// FLOAT: "max_error": 0.0
// FLOAT: "ok": null
// FLOAT: "sqnr_db": {{1[0-9]|2[0-9]}}.
// FLOAT: "tolerance": null

// Unless somebody says how much is good.
// RUN: mx-run %s --pipeline='mx-quantize{weights=amxfp4 activations=amxfp4},mx-reference' \
// RUN:   --arg=4x128xf32=normal:1 --arg=128x64xf32=normal:2 --against=float --tolerance=0.2
// RUN: not mx-run %s --pipeline='mx-quantize{weights=amxfp4 activations=amxfp4},mx-reference' \
// RUN:   --arg=4x128xf32=normal:1 --arg=128x64xf32=normal:2 --against=float --tolerance=1e-6

// Against the reference the default is the bound of both sides, 2 (r + 1) 2^-24
// with r = 2 * 128 / 32 + 1.
// RUN: mx-run %s --pipeline='builtin.module(mx-quantize{weights=amxfp4 activations=amxfp4},mx-reference)' \
// RUN:   --arg=4x128xf32=normal:1 --arg=128x64xf32=normal:2 --against=reference | FileCheck %s --check-prefix=REFERENCE
// REFERENCE: max error 0 of sum |x*w|, tolerance 1.19e-06: ok

// Weight-only: 2 * 128 roundings.
// RUN: mx-run %s --pipeline='mx-quantize{weights=amxfp4 activations=none},mx-reference' \
// RUN:   --arg=4x128xf32=normal:1 --arg=128x64xf32=normal:2 --against=reference | FileCheck %s --check-prefix=WEIGHTS
// WEIGHTS: of sum |x*w|, tolerance 3.06e-05: ok
func.func @main(%a: tensor<4x128xf32>, %b: tensor<128x64xf32> {mx.weight}) -> tensor<4x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x64xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<4x64xf32>) -> tensor<4x64xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x128xf32>, tensor<128x64xf32>)
                     outs(%c : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
