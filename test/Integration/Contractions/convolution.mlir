// 2-D convolutions against the float result (see matmul.mlir).
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/nhwc_hwcf.mlir --arg=2x8x9x4xf32=integers:1 --arg=2x3x4x5xf32=integers:2 --arg=2x7x7x5xf32=integers:3
// RUN: %{run} %t/nhwc_hwcf_strided.mlir --arg=2x9x11x4xf32=integers:1 --arg=2x3x4x5xf32=integers:2 --arg=2x4x3x5xf32=integers:3
// RUN: %{run} %t/nhwc_fhwc.mlir --arg=2x8x9x4xf32=integers:1 --arg=5x2x3x4xf32=integers:2 --arg=2x7x7x5xf32=integers:3
// RUN: %{run} %t/nhwc_fhwc_strided.mlir --arg=2x9x11x4xf32=integers:1 --arg=5x2x3x4xf32=integers:2 --arg=2x4x3x5xf32=integers:3
// RUN: %{run} %t/nchw_fchw.mlir --arg=2x4x8x9xf32=integers:1 --arg=5x4x2x3xf32=integers:2 --arg=2x5x7x7xf32=integers:3
// RUN: %{run} %t/nchw_fchw_strided.mlir --arg=2x4x9x11xf32=integers:1 --arg=5x4x2x3xf32=integers:2 --arg=2x5x4x3xf32=integers:3
// RUN: %{run} %t/half.mlir --arg=2x4x4x5xf16=integers:1 --arg=5x4x2x3xf16=integers:2 --arg=2x5x3x3xf32=integers:3
// RUN: %{run} %t/no_image.mlir --arg=0x4x8x9xf32=zeros --arg=5x4x2x3xf32=integers:2 --arg=0x5x7x7xf32=zeros

// Images without pixels stay in float.
// RUN: mx-run --pipeline='mx-quantize{min-k=1 min-n=1},mx-reference' --against=float --tolerance=0 %t/no_pixels.mlir --arg=1x2x3x4xf32=integers:1 --arg=5x3x3x4xf32=integers:2 --arg=1x0x1x5xf32=zeros

// The weight alone.
// DEFINE: %{weight} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=none min-k=0 min-n=0 strict},mx-reference' --against=float --tolerance=0
// RUN: %{weight} %t/nhwc_fhwc_strided.mlir --arg=2x9x11x4xf32=integers:1 --arg=5x2x3x4xf32=integers:2 --arg=2x4x3x5xf32=integers:3
// RUN: %{weight} %t/nchw_fchw.mlir --arg=2x4x8x9xf32=integers:1 --arg=5x4x2x3xf32=integers:2 --arg=2x5x7x7xf32=integers:3

//--- nhwc_hwcf.mlir
func.func @main(%x: tensor<2x8x9x4xf32>, %f: tensor<2x3x4x5xf32> {mx.weight}, %c: tensor<2x7x7x5xf32>) -> tensor<2x7x7x5xf32> {
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<2x8x9x4xf32>, tensor<2x3x4x5xf32>) outs(%c : tensor<2x7x7x5xf32>) -> tensor<2x7x7x5xf32>
  return %y : tensor<2x7x7x5xf32>
}

//--- nhwc_hwcf_strided.mlir
func.func @main(%x: tensor<2x9x11x4xf32>, %f: tensor<2x3x4x5xf32>, %c: tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 3]> : vector<2xi64>}
         ins(%x, %f : tensor<2x9x11x4xf32>, tensor<2x3x4x5xf32>) outs(%c : tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  return %y : tensor<2x4x3x5xf32>
}

//--- nhwc_fhwc.mlir
func.func @main(%x: tensor<2x8x9x4xf32>, %f: tensor<5x2x3x4xf32>, %c: tensor<2x7x7x5xf32>) -> tensor<2x7x7x5xf32> {
  %y = linalg.conv_2d_nhwc_fhwc ins(%x, %f : tensor<2x8x9x4xf32>, tensor<5x2x3x4xf32>) outs(%c : tensor<2x7x7x5xf32>) -> tensor<2x7x7x5xf32>
  return %y : tensor<2x7x7x5xf32>
}

//--- nhwc_fhwc_strided.mlir
func.func @main(%x: tensor<2x9x11x4xf32>, %f: tensor<5x2x3x4xf32>, %c: tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32> {
  %y = linalg.conv_2d_nhwc_fhwc {strides = dense<[2, 3]> : vector<2xi64>}
         ins(%x, %f : tensor<2x9x11x4xf32>, tensor<5x2x3x4xf32>) outs(%c : tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  return %y : tensor<2x4x3x5xf32>
}

//--- nchw_fchw.mlir
func.func @main(%x: tensor<2x4x8x9xf32>, %f: tensor<5x4x2x3xf32>, %c: tensor<2x5x7x7xf32>) -> tensor<2x5x7x7xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %f : tensor<2x4x8x9xf32>, tensor<5x4x2x3xf32>) outs(%c : tensor<2x5x7x7xf32>) -> tensor<2x5x7x7xf32>
  return %y : tensor<2x5x7x7xf32>
}

//--- nchw_fchw_strided.mlir
func.func @main(%x: tensor<2x4x9x11xf32>, %f: tensor<5x4x2x3xf32>, %c: tensor<2x5x4x3xf32>) -> tensor<2x5x4x3xf32> {
  %y = linalg.conv_2d_nchw_fchw {strides = dense<[2, 3]> : vector<2xi64>}
         ins(%x, %f : tensor<2x4x9x11xf32>, tensor<5x4x2x3xf32>) outs(%c : tensor<2x5x4x3xf32>) -> tensor<2x5x4x3xf32>
  return %y : tensor<2x5x4x3xf32>
}

//--- half.mlir
func.func @main(%x: tensor<2x4x4x5xf16>, %f: tensor<5x4x2x3xf16>, %c: tensor<2x5x3x3xf32>) -> tensor<2x5x3x3xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %f : tensor<2x4x4x5xf16>, tensor<5x4x2x3xf16>) outs(%c : tensor<2x5x3x3xf32>) -> tensor<2x5x3x3xf32>
  return %y : tensor<2x5x3x3xf32>
}

//--- no_image.mlir
func.func @main(%x: tensor<0x4x8x9xf32>, %f: tensor<5x4x2x3xf32>, %c: tensor<0x5x7x7xf32>) -> tensor<0x5x7x7xf32> {
  %y = linalg.conv_2d_nchw_fchw ins(%x, %f : tensor<0x4x8x9xf32>, tensor<5x4x2x3xf32>) outs(%c : tensor<0x5x7x7xf32>) -> tensor<0x5x7x7xf32>
  return %y : tensor<0x5x7x7xf32>
}

//--- no_pixels.mlir
func.func @main(%x: tensor<1x2x3x4xf32>, %f: tensor<5x3x3x4xf32>, %c: tensor<1x0x1x5xf32>) -> tensor<1x0x1x5xf32> {
  %y = linalg.conv_2d_nhwc_fhwc ins(%x, %f : tensor<1x2x3x4xf32>, tensor<5x3x3x4xf32>) outs(%c : tensor<1x0x1x5xf32>) -> tensor<1x0x1x5xf32>
  return %y : tensor<1x0x1x5xf32>
}
