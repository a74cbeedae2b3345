// A product has threads where it is long, a quantizer only where it reads many
// rows: what it would gain is less than what starting threads may cost.
//
// RUN: mx-opt %s --mx-select-lowering='target=x86-64-v3 threads=2' | FileCheck %s

// CHECK-LABEL: func @few(
//       CHECK:   mx.quantize {{.*}} {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "quantize">}
//       CHECK:   mx.matmul {{.*}} threads = 2>}
func.func @few(%x: tensor<16x4096xf32>, %e: tensor<16x4096x!mx.amxfp4>, %w: tensor<4096x4096x!mx.amxfp4>, %c: tensor<16x4096xf32>) -> tensor<16x4096xf32> {
  %q = mx.quantize ins(%x : tensor<16x4096xf32>) outs(%e : tensor<16x4096x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%q, %w : tensor<16x4096x!mx.amxfp4>, tensor<4096x4096x!mx.amxfp4>) outs(%c : tensor<16x4096xf32>)
  return %y : tensor<16x4096xf32>
}

// CHECK-LABEL: func @many(
//       CHECK:   mx.quantize {{.*}} {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "quantize", threads = 2>}
//       CHECK:   mx.matmul {{.*}} threads = 2>}
func.func @many(%x: tensor<512x4096xf32>, %e: tensor<512x4096x!mx.amxfp4>, %w: tensor<4096x4096x!mx.amxfp4>, %c: tensor<512x4096xf32>) -> tensor<512x4096xf32> {
  %q = mx.quantize ins(%x : tensor<512x4096xf32>) outs(%e : tensor<512x4096x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%q, %w : tensor<512x4096x!mx.amxfp4>, tensor<4096x4096x!mx.amxfp4>) outs(%c : tensor<512x4096xf32>)
  return %y : tensor<512x4096xf32>
}

// A short product has none.
//
// CHECK-LABEL: func @short(
//   CHECK-NOT:   threads
//       CHECK:   return
func.func @short(%x: tensor<4x256x!mx.amxfp4>, %w: tensor<256x256x!mx.amxfp4>, %c: tensor<4x256xf32>) -> tensor<4x256xf32> {
  %y = mx.matmul ins(%x, %w : tensor<4x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%c : tensor<4x256xf32>)
  return %y : tensor<4x256xf32>
}

// Versions differ in this, too.
//
// CHECK-LABEL: func @versions(
//       CHECK:   case 0 {
//       CHECK:     mx.quantize {{.*}} kernel = "quantize">}
//       CHECK:     mx.matmul {{.*}} threads = 2>}
//       CHECK:   default {
//       CHECK:     mx.quantize {{.*}} kernel = "quantize", threads = 2>}
//       CHECK:     mx.matmul {{.*}} threads = 2>}
func.func @versions(%x: tensor<?x4096xf32>, %e: tensor<?x4096x!mx.amxfp4>, %w: tensor<4096x4096x!mx.amxfp4>, %c: tensor<?x4096xf32>) -> tensor<?x4096xf32> {
  %q = mx.quantize ins(%x : tensor<?x4096xf32>) outs(%e : tensor<?x4096x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%q, %w : tensor<?x4096x!mx.amxfp4>, tensor<4096x4096x!mx.amxfp4>) outs(%c : tensor<?x4096xf32>)
  return %y : tensor<?x4096xf32>
}
