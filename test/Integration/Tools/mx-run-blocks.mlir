// A file of block tensors: they go in and out as bytes. 0x3C is 1.0 in E5M2, and
// 0x22 holds the code of 1.0 twice: 64 products of 1 * 1.

// RUN: rm -rf %t && mkdir %t
// RUN: %python %S/Inputs/npy.py write %t/codes.npy '|u1' '(1,32)' \
// RUN:   0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 \
// RUN:   0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22
// RUN: %python %S/Inputs/npy.py write %t/scales.npy '|u1' '(1,2,2)' 0x3c 0x3c 0x3c 0x3c
// RUN: mx-run %s --arg=@%t/codes.npy --arg=@%t/scales.npy --arg=@%t/codes.npy --arg=@%t/scales.npy \
// RUN:   --result=@%t/y.npy --against=reference | FileCheck %s
// RUN: %python %S/Inputs/npy.py print %t/y.npy | FileCheck %s --check-prefix=VALUE
// CHECK: max error 0 of sum |x*w|, tolerance 7.15e-07: ok
// VALUE: <f4 (1, 1) 64.0

// It has no float form.
// RUN: %python %S/Inputs/refuses.py mx-run %s --arg=@%t/codes.npy --arg=@%t/scales.npy \
// RUN:   --arg=@%t/codes.npy --arg=@%t/scales.npy --against=float | FileCheck %s --check-prefix=FLOAT
// FLOAT: mx-run-blocks.mlir:[[# @LINE + 6]]:8: error: 'mx.matmul': the file is block-scaled and has no float form

func.func @main(%a: tensor<1x64x!mx.amxfp4>, %b: tensor<1x64x!mx.amxfp4>) -> tensor<1x1xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x1xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = mx.matmul ins(%a, %b : tensor<1x64x!mx.amxfp4>, tensor<1x64x!mx.amxfp4>)
                 outs(%c : tensor<1x1xf32>) {accumulate = #mx.accumulate<in_order>}
  return %y : tensor<1x1xf32>
}
