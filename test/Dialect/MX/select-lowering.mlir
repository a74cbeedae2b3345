// Each op gets the kernel and the tile of the target's row, and a remark; a
// config that is there stays.
//
// RUN: mx-opt %s --mx-select-lowering=target=x86-64-v3 | FileCheck %s
// RUN: mx-opt %s --mx-select-lowering=target=x86-64-v3 --remarks-filter='mx-lowering' -o /dev/null 2>&1 | grep remark: | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: not mx-opt %s --mx-select-lowering='target=x86-64-v3 strict' 2>&1 | FileCheck %s --check-prefix=STRICT
// RUN: not mx-opt %s --mx-select-lowering=target=i486 2>&1 | FileCheck %s --check-prefix=TARGET

// TARGET: error: unknown target 'i486', expected one of host, generic, x86-64-v3, znver4, sapphirerapids

// CHECK-LABEL: func @both(
//       CHECK:   mx.quantize {{.*}} using amxfp4 {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "quantize">}
//       CHECK:   mx.matmul {{.*}} {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "ab", rows = 4, vectors = 1, k_block = [[#]]>}
// REMARK: [[#@LINE+4]]:8: remark: [Passed] QuantizerVectorized | Category:mx-lowering | Function=both | Target=x86-64-v3
// REMARK: [[#@LINE+4]]:8: remark: [Passed] KernelSelected | Category:mx-lowering | Function=both | Cycles=[[#]], Kernel=ab, Target=x86-64-v3
func.func @both(%x: tensor<8x256xf32>, %e: tensor<8x256x!mx.amxfp4>, %w: tensor<64x256x!mx.amxfp4>,
                %c: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %q = mx.quantize ins(%x : tensor<8x256xf32>) outs(%e : tensor<8x256x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%q, %w : tensor<8x256x!mx.amxfp4>, tensor<64x256x!mx.amxfp4>) outs(%c : tensor<8x64xf32>)
  return %y : tensor<8x64xf32>
}

// CHECK-LABEL: func @by_hand(
//       CHECK:   mx.matmul {{.*}} {lowering_config = #mx.lowering_config<target = "generic", kernel = "f32", rows = 2, vectors = 1, k_block = 512>}
func.func @by_hand(%x: tensor<8x256xf32>, %w: tensor<64x256x!mx.amxfp4>, %c: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %y = mx.matmul ins(%x, %w : tensor<8x256xf32>, tensor<64x256x!mx.amxfp4>) outs(%c : tensor<8x64xf32>)
    {lowering_config = #mx.lowering_config<target = "generic", kernel = "f32", rows = 2, vectors = 1, k_block = 512>}
  return %y : tensor<8x64xf32>
}

// CHECK-LABEL: func @left(
//   CHECK-NOT:   lowering_config
// REMARK: [[#@LINE+6]]:8: remark: [Missed] ScalarLoops | Category:mx-lowering | Function=left | Reason="affine blocks are encoded one by one"
// REMARK: [[#@LINE+6]]:8: remark: [Missed] ScalarLoops | Category:mx-lowering | Function=left | Reason="no kernel adds in order"
// STRICT: [[#@LINE+4]]:8: error: 'mx.quantize' op is left to scalar loops: affine blocks are encoded one by one
// STRICT: [[#@LINE+4]]:8: error: 'mx.matmul' op is left to scalar loops: no kernel adds in order
func.func @left(%x: tensor<8x256xf32>, %e: tensor<8x256x!mx.int4_affine>, %w: tensor<64x256x!mx.amxfp4>,
                %c: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %q = mx.quantize ins(%x : tensor<8x256xf32>) outs(%e : tensor<8x256x!mx.int4_affine>) using int4_affine
  %y = mx.matmul ins(%q, %w : tensor<8x256x!mx.int4_affine>, tensor<64x256x!mx.amxfp4>) outs(%c : tensor<8x64xf32>) {accumulate = #mx.accumulate<in_order>}
  return %y : tensor<8x64xf32>
}
