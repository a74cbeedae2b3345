// What a slice decodes to is the slice of what the whole decodes to, and a
// product of slices is the slice of the product: values, not only bytes.
//
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{arguments} = --arg=4x96xf32=normal:3 --arg=8x96xf32=normal:4
// RUN: mx-run %s --entry=on_floats %{arguments} --result=@%t/x.npy --result=@%t/y.npy
// RUN: mx-run %s --entry=on_blocks %{arguments} --result=@%t/x1.npy --result=@%t/y1.npy
// RUN: cmp %t/x.npy %t/x1.npy
// RUN: cmp %t/y.npy %t/y1.npy

!a = tensor<4x96x!mx.nvfp4>
!b = tensor<8x96x!mx.int4_affine>

func.func private @quantize(%x: tensor<4x96xf32>, %w: tensor<8x96xf32>) -> (!a, !b) {
  %o = mx.outer_scale %x : tensor<4x96xf32> for !mx.nvfp4
  %ea = tensor.empty() : !a
  %a = mx.quantize ins(%x : tensor<4x96xf32>) outer(%o : tensor<f32>) outs(%ea : !a) using nvfp4
  %eb = tensor.empty() : !b
  %b = mx.quantize ins(%w : tensor<8x96xf32>) outs(%eb : !b) using int4_affine
  return %a, %b : !a, !b
}

func.func @on_floats(%x: tensor<4x96xf32>, %w: tensor<8x96xf32>) -> (tensor<2x32xf32>, tensor<2x3xf32>) {
  %a, %b = call @quantize(%x, %w) : (tensor<4x96xf32>, tensor<8x96xf32>) -> (!a, !b)
  %d = mx.dequantize %a : !a to tensor<4x96xf32>
  %s = tensor.extract_slice %d[1, 64] [2, 32] [2, 1] : tensor<4x96xf32> to tensor<2x32xf32>
  %zero = arith.constant dense<0.0> : tensor<4x8xf32>
  %y = mx.matmul ins(%a, %b : !a, !b) outs(%zero : tensor<4x8xf32>)
  %z = tensor.extract_slice %y[1, 5] [2, 3] [2, 1] : tensor<4x8xf32> to tensor<2x3xf32>
  return %s, %z : tensor<2x32xf32>, tensor<2x3xf32>
}

func.func @on_blocks(%x: tensor<4x96xf32>, %w: tensor<8x96xf32>) -> (tensor<2x32xf32>, tensor<2x3xf32>) {
  %a, %b = call @quantize(%x, %w) : (tensor<4x96xf32>, tensor<8x96xf32>) -> (!a, !b)
  %s = tensor.extract_slice %a[1, 64] [2, 32] [2, 1] : !a to tensor<2x32x!mx.nvfp4>
  %d = mx.dequantize %s : tensor<2x32x!mx.nvfp4> to tensor<2x32xf32>
  %zero = arith.constant dense<0.0> : tensor<2x3xf32>
  %sa = tensor.extract_slice %a[1, 0] [2, 96] [2, 1] : !a to tensor<2x96x!mx.nvfp4>
  %sb = tensor.extract_slice %b[5, 0] [3, 96] [1, 1] : !b to tensor<3x96x!mx.int4_affine>
  %y = mx.matmul ins(%sa, %sb : tensor<2x96x!mx.nvfp4>, tensor<3x96x!mx.int4_affine>) outs(%zero : tensor<2x3xf32>)
  return %d, %y : tensor<2x32xf32>, tensor<2x3xf32>
}
