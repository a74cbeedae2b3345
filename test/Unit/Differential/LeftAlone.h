//===- LeftAlone.h - products that are not quantized ------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_DIFFERENTIAL_LEFTALONE_H
#define MX_TEST_UNIT_DIFFERENTIAL_LEFTALONE_H

#include "llvm/ADT/StringRef.h"

namespace mlir::mx::test {

/// A module with one op that `pipeline` refuses, with the reason's id.
struct LeftAlone {
  llvm::StringRef name;
  llvm::StringRef module;
  llvm::StringRef pipeline = "mx-quantize{min-k=0 min-n=0 strict=true}";
};

inline constexpr LeftAlone leftAlone[] = {
    {"`dot`", R"(
      func.func @main(%a: tensor<64xf32>, %b: tensor<64xf32>, %c: tensor<f32>) -> tensor<f32> {
        %r = linalg.dot ins(%a, %b : tensor<64xf32>, tensor<64xf32>) outs(%c : tensor<f32>) -> tensor<f32>
        return %r : tensor<f32>
      })"},
    {"`mmt4d`", R"(
      func.func @main(%a: tensor<2x4x8x16xf32>, %b: tensor<3x4x8x16xf32>, %c: tensor<2x3x8x8xf32>) -> tensor<2x3x8x8xf32> {
        %r = linalg.mmt4d ins(%a, %b : tensor<2x4x8x16xf32>, tensor<3x4x8x16xf32>) outs(%c : tensor<2x3x8x8xf32>) -> tensor<2x3x8x8xf32>
        return %r : tensor<2x3x8x8xf32>
      })"},
    {"`matmul` of f64", R"(
      func.func @main(%a: tensor<4x64xf64>, %b: tensor<64x8xf64>, %c: tensor<4x8xf64>) -> tensor<4x8xf64> {
        %r = linalg.matmul ins(%a, %b : tensor<4x64xf64>, tensor<64x8xf64>) outs(%c : tensor<4x8xf64>) -> tensor<4x8xf64>
        return %r : tensor<4x8xf64>
      })"},
    {"`matmul` of integers", R"(
      func.func @main(%a: tensor<4x64xi8>, %b: tensor<64x8xi8>, %c: tensor<4x8xi32>) -> tensor<4x8xi32> {
        %r = linalg.matmul ins(%a, %b : tensor<4x64xi8>, tensor<64x8xi8>) outs(%c : tensor<4x8xi32>) -> tensor<4x8xi32>
        return %r : tensor<4x8xi32>
      })"},
    {"`matmul` on memrefs", R"(
      func.func @main(%a: memref<4x64xf32>, %b: memref<64x8xf32>, %c: memref<4x8xf32>) {
        linalg.matmul ins(%a, %b : memref<4x64xf32>, memref<64x8xf32>) outs(%c : memref<4x8xf32>)
        return
      })"},
    {"`batch_matmul` of two activations, without `quantize-attention`", R"(
      func.func @main(%a: tensor<2x4x64xf32>, %b: tensor<2x64x8xf32>, %c: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
        %r = linalg.batch_matmul ins(%a, %b : tensor<2x4x64xf32>, tensor<2x64x8xf32>) outs(%c : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
        return %r : tensor<2x4x8xf32>
      })"},
    {"`quantized_matmul`", R"(
      func.func @main(%a: tensor<4x64xi8>, %b: tensor<64x8xi8>, %p: i32, %q: i32, %c: tensor<4x8xi32>) -> tensor<4x8xi32> {
        %r = linalg.quantized_matmul ins(%a, %b, %p, %q : tensor<4x64xi8>, tensor<64x8xi8>, i32, i32) outs(%c : tensor<4x8xi32>) -> tensor<4x8xi32>
        return %r : tensor<4x8xi32>
      })"},
    {"`generic` that adds more than products", R"(
      func.func @main(%a: tensor<4x64xf32>, %b: tensor<8x64xf32>, %c: tensor<4x8xf32>) -> tensor<4x8xf32> {
        %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
            ins(%a, %b : tensor<4x64xf32>, tensor<8x64xf32>) outs(%c : tensor<4x8xf32>) {
        ^bb0(%x: f32, %w: f32, %s: f32):
          %n = math.absf %x : f32
          %p = arith.mulf %n, %w : f32
          %y = arith.addf %s, %p : f32
          linalg.yield %y : f32
        } -> tensor<4x8xf32>
        return %r : tensor<4x8xf32>
      })"},
    {"`conv_2d_nchw_fchw`, dynamic", R"(
      func.func @main(%a: tensor<?x4x8x8xf32>, %b: tensor<8x4x3x3xf32>, %c: tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32> {
        %r = linalg.conv_2d_nchw_fchw ins(%a, %b : tensor<?x4x8x8xf32>, tensor<8x4x3x3xf32>) outs(%c : tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32>
        return %r : tensor<?x8x6x6xf32>
      })"},
    {"`conv_2d_nchw_fchw`, dilated", R"(
      func.func @main(%a: tensor<1x4x9x9xf32>, %b: tensor<8x4x3x3xf32>, %c: tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32> {
        %r = linalg.conv_2d_nchw_fchw {dilations = dense<2> : tensor<2xi64>} ins(%a, %b : tensor<1x4x9x9xf32>, tensor<8x4x3x3xf32>) outs(%c : tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32>
        return %r : tensor<1x8x5x5xf32>
      })"},
    {"`depthwise_conv_2d_nhwc_hwc`", R"(
      func.func @main(%a: tensor<1x8x8x4xf32>, %b: tensor<3x3x4xf32>, %c: tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> {
        %r = linalg.depthwise_conv_2d_nhwc_hwc ins(%a, %b : tensor<1x8x8x4xf32>, tensor<3x3x4xf32>) outs(%c : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
        return %r : tensor<1x6x6x4xf32>
      })"},
    {"`conv_1d_nwc_wcf`", R"(
      func.func @main(%a: tensor<1x8x4xf32>, %b: tensor<3x4x8xf32>, %c: tensor<1x6x8xf32>) -> tensor<1x6x8xf32> {
        %r = linalg.conv_1d_nwc_wcf ins(%a, %b : tensor<1x8x4xf32>, tensor<3x4x8xf32>) outs(%c : tensor<1x6x8xf32>) -> tensor<1x6x8xf32>
        return %r : tensor<1x6x8xf32>
      })"},
    {"`quant.qcast`", R"(
      func.func @main(%a: tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5>> {
        %r = quant.qcast %a : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.5>>
        return %r : tensor<4x!quant.uniform<i8:f32, 0.5>>
      })"},
};

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_DIFFERENTIAL_LEFTALONE_H
