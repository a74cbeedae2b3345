// Products of TOSA: float ones against the float result, bit for bit, on
// integers that mxint8 and sums in all types hold (see Contractions/matmul.mlir);
// no two extents of a case are equal. Block-scaled ones worked by hand.
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/linear.mlir --arg=1x4x8xf32=integers:1
// RUN: sed 's/f32/f16/g' %t/linear.mlir > %t/f16.mlir
// RUN: %{run} %t/f16.mlir --arg=1x4x8xf16=integers:1
// RUN: sed 's/f32/bf16/g' %t/linear.mlir > %t/bf16.mlir
// RUN: %{run} %t/bf16.mlir --arg=1x4x8xbf16=integers:1
// RUN: %{run} %t/dynamic.mlir --arg=2x4x5xf32=integers:1 --arg=2x5x3xf32=integers:2
// RUN: %{run} %t/dynamic.mlir --arg=3x1x7xf32=integers:1 --arg=3x7x2xf32=integers:2
// RUN: %{run} %t/conv.mlir --arg=2x7x6x3xf32=integers:1

// Sums are at most 64 + 7: bf16 holds them.
//--- linear.mlir
func.func @main(%x: tensor<1x4x8xf32>) -> tensor<1x4x5xf32> {
  %w = "tosa.const"() <{values = dense<[
    [1.0, 0.0, -1.0, 1.0, 1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 1.0, -1.0, 0.0, 1.0, 1.0, 1.0],
    [-1.0, 1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 1.0], [1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 1.0, -1.0],
    [0.0, 0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0]]> : tensor<5x8xf32>}> : () -> tensor<5x8xf32>
  %t = tosa.transpose %w {perms = array<i32: 1, 0>} : (tensor<5x8xf32>) -> tensor<8x5xf32>
  %s = tosa.const_shape {values = dense<[1, 8, 5]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %r = tosa.reshape %t, %s : (tensor<8x5xf32>, !tosa.shape<3>) -> tensor<1x8x5xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %m = tosa.matmul %x, %r, %zp, %zp : (tensor<1x4x8xf32>, tensor<1x8x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x5xf32>
  %b = "tosa.const"() <{values = dense<[[[1.0, -7.0, 3.0, 0.0, 5.0]]]> : tensor<1x1x5xf32>}> : () -> tensor<1x1x5xf32>
  %y = tosa.add %m, %b : (tensor<1x4x5xf32>, tensor<1x1x5xf32>) -> tensor<1x4x5xf32>
  return %y : tensor<1x4x5xf32>
}

//--- dynamic.mlir
func.func @main(%x: tensor<?x?x?xf32>, %w: tensor<?x?x?xf32> {mx.weight}) -> tensor<?x?x?xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.matmul %x, %w, %zp, %zp : (tensor<?x?x?xf32>, tensor<?x?x?xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}

// The bias is the accumulator.
//--- conv.mlir
func.func @main(%x: tensor<2x7x6x3xf32>) -> tensor<2x6x3x2xf32> {
  %w = "tosa.const"() <{values = dense<[
    [[[1.0, -2.0, 3.0], [0.0, 4.0, -1.0]], [[2.0, 2.0, -3.0], [5.0, -4.0, 1.0]]],
    [[[-1.0, 6.0, 0.0], [7.0, -8.0, 2.0]], [[1.0, 0.0, 3.0], [-5.0, 4.0, 2.0]]]]> : tensor<2x2x2x3xf32>}> : () -> tensor<2x2x2x3xf32>
  %b = "tosa.const"() <{values = dense<[3.0, -5.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 2>}
    : (tensor<2x7x6x3xf32>, tensor<2x2x2x3xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x6x3x2xf32>
  return %y : tensor<2x6x3x2xf32>
}

// 32 products of x and 1.5 * scale: of 1 they sum up to 48 * scale. Batch 1 is
// twice batch 0, row 1 three times row 0.
// RUN: %python %S/../Tools/Inputs/npy.py write %t/x.npy '<f4' '(2,2,1)' 1 3 2 6
// RUN: mx-run %t/blocks.mlir --pipeline=mx-quantize,mx-reference --arg=@%t/x.npy --result=@%t/y.npy
// RUN: %python %S/../Tools/Inputs/npy.py print %t/y.npy | FileCheck %s
// CHECK: <f4 (2, 2, 3) 48.0 96.0 24.0 144.0 288.0 72.0 96.0 192.0 48.0 288.0 576.0 144.0{{$}}
//--- blocks.mlir
func.func @main(%x: tensor<2x2x1xf32>) -> tensor<2x2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1x1x32xf32>}> : () -> tensor<1x1x32xf32>
  %rows = tosa.add %x, %zero : (tensor<2x2x1xf32>, tensor<1x1x32xf32>) -> tensor<2x2x32xf32>
  %a, %as = tosa.cast_to_block_scaled %rows {block_size = BLOCK_SIZE_32} : (tensor<2x2x32xf32>) -> (tensor<2x2x32xf4E2M1FN>, tensor<2x2x1xf8E8M0FNU>)
  %b = "tosa.const"() <{values = dense<1.5> : tensor<1x3x32xf4E2M1FN>}> : () -> tensor<1x3x32xf4E2M1FN>
  %bs = "tosa.const"() <{values = dense<[[[1.0], [2.0], [0.5]]]> : tensor<1x3x1xf8E8M0FNU>}> : () -> tensor<1x3x1xf8E8M0FNU>
  %y = tosa.matmul_t_block_scaled %a, %as, %b, %bs {block_size = BLOCK_SIZE_32} : (tensor<2x2x32xf4E2M1FN>, tensor<2x2x1xf8E8M0FNU>, tensor<1x3x32xf4E2M1FN>, tensor<1x3x1xf8E8M0FNU>) -> tensor<2x2x3xf32>
  return %y : tensor<2x2x3xf32>
}
