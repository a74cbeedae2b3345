// Each group and each quantize that is left alone says what and why. What is
// left alone is not changed.
//
// RUN: mx-opt %s --mx-fuse-quantize='rows=4 columns=32' --remarks-filter='mx-fuse' --split-input-file -o /dev/null 2>&1 | grep remark: | FileCheck %s --implicit-check-not=remark:
// RUN: mx-opt %s --mx-fuse-quantize='rows=4 columns=32' --split-input-file | FileCheck %s --check-prefix=IR
// RUN: not mx-opt %s --mx-fuse-quantize='rows=0' 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not mx-opt %s --mx-fuse-quantize='columns=-1' 2>&1 | FileCheck %s --check-prefix=COLUMNS

// ROWS: error: option 'rows': found 0, expected a positive number
// COLUMNS: error: option 'columns': found -1, expected a positive number

// IR-LABEL: func @argument(
//   IR-NOT:   scf.forall
//       IR:   return
// CHECK: [[#@LINE+3]]:8: remark: [Missed] NoProducer | Category:mx-fuse | Function=argument | Reason="the source is not computed by an op that can be tiled with it"
func.func @argument(%x: tensor<8x64xf32>) -> tensor<8x64x!mx.amxfp4> {
  %e = tensor.empty() : tensor<8x64x!mx.amxfp4>
  %q = mx.quantize ins(%x : tensor<8x64xf32>) outs(%e : tensor<8x64x!mx.amxfp4>) using amxfp4
  return %q : tensor<8x64x!mx.amxfp4>
}

// -----

// The sum is used in floats as well.
// IR-LABEL: func @other_uses(
//   IR-NOT:   scf.forall
//       IR:   return
// CHECK: [[#@LINE+5]]:8: remark: [Missed] OtherUses | Category:mx-fuse | Function=other_uses
func.func @other_uses(%x: tensor<8x64xf32>) -> (tensor<8x64x!mx.amxfp4>, tensor<8x64xf32>) {
  %f = tensor.empty() : tensor<8x64xf32>
  %y = linalg.add ins(%x, %x : tensor<8x64xf32>, tensor<8x64xf32>) outs(%f : tensor<8x64xf32>) -> tensor<8x64xf32>
  %e = tensor.empty() : tensor<8x64x!mx.amxfp4>
  %q = mx.quantize ins(%y : tensor<8x64xf32>) outs(%e : tensor<8x64x!mx.amxfp4>) using amxfp4
  return %q, %y : tensor<8x64x!mx.amxfp4>, tensor<8x64xf32>
}

// -----

// IR-LABEL: func @one_tile(
//   IR-NOT:   scf.forall
//       IR:   return
// CHECK: [[#@LINE+5]]:8: remark: [Missed] OneTile | Category:mx-fuse | Function=one_tile | Reason="all rows fit one tile"
func.func @one_tile(%x: tensor<4x64xf32>) -> tensor<4x64x!mx.amxfp4> {
  %f = tensor.empty() : tensor<4x64xf32>
  %y = linalg.add ins(%x, %x : tensor<4x64xf32>, tensor<4x64xf32>) outs(%f : tensor<4x64xf32>) -> tensor<4x64xf32>
  %e = tensor.empty() : tensor<4x64x!mx.amxfp4>
  %q = mx.quantize ins(%y : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4
  return %q : tensor<4x64x!mx.amxfp4>
}

// -----

// CHECK: [[#@LINE+6]]:8: remark: [Missed] TensorScale | Category:mx-fuse | Function=tensor_scale
func.func @tensor_scale(%x: tensor<8x64xf32>) -> tensor<8x64x!mx.nvfp4> {
  %f = tensor.empty() : tensor<8x64xf32>
  %y = linalg.add ins(%x, %x : tensor<8x64xf32>, tensor<8x64xf32>) outs(%f : tensor<8x64xf32>) -> tensor<8x64xf32>
  %o = mx.outer_scale %y : tensor<8x64xf32> for !mx.nvfp4
  %e = tensor.empty() : tensor<8x64x!mx.nvfp4>
  %q = mx.quantize ins(%y : tensor<8x64xf32>) outer(%o : tensor<f32>) outs(%e : tensor<8x64x!mx.nvfp4>) using nvfp4
  return %q : tensor<8x64x!mx.nvfp4>
}

// -----

// CHECK: [[#@LINE+3]]:8: remark: [Missed] DynamicK | Category:mx-fuse | Function=dynamic_k
func.func @dynamic_k(%x: tensor<8x?xf32>, %e: tensor<8x?x!mx.amxfp4>) -> tensor<8x?x!mx.amxfp4> {
  %y = linalg.exp ins(%x : tensor<8x?xf32>) outs(%x : tensor<8x?xf32>) -> tensor<8x?xf32>
  %q = mx.quantize ins(%y : tensor<8x?xf32>) outs(%e : tensor<8x?x!mx.amxfp4>) using amxfp4
  return %q : tensor<8x?x!mx.amxfp4>
}

// -----

// CHECK: [[#@LINE+3]]:8: remark: [Missed] NoRows | Category:mx-fuse | Function=no_rows
func.func @no_rows(%x: tensor<64xf32>, %e: tensor<64x!mx.amxfp4>) -> tensor<64x!mx.amxfp4> {
  %y = linalg.exp ins(%x : tensor<64xf32>) outs(%x : tensor<64xf32>) -> tensor<64xf32>
  %q = mx.quantize ins(%y : tensor<64xf32>) outs(%e : tensor<64x!mx.amxfp4>) using amxfp4
  return %q : tensor<64x!mx.amxfp4>
}

// -----

// What all rows share would be computed once a tile: it stays outside.
// IR-LABEL: func @column_sums(
//  IR-SAME:     %[[X:[^:]+]]: tensor<8x64xf32>, %[[F:[^:]+]]: tensor<64xf32>)
//       IR:   %[[S:.+]] = linalg.reduce {{.*}} ins(%[[X]] : tensor<8x64xf32>) outs(%[[F]] : tensor<64xf32>)
//       IR:   scf.forall
//       IR:     %[[B:.+]] = linalg.broadcast ins(%[[S]] : tensor<64xf32>) outs(%{{.+}} : tensor<4x64xf32>)
//       IR:     %[[Y:.+]] = linalg.div ins(%{{.+}}, %[[B]] :
//       IR:     mx.quantize ins(%[[Y]] : tensor<4x64xf32>)
// CHECK: [[#@LINE+7]]:8: remark: [Passed] Fused | Category:mx-fuse | Function=column_sums | Columns=all, Ops=3, Root=mx.quantize, Rows=4
func.func @column_sums(%x: tensor<8x64xf32>, %f: tensor<64xf32>) -> tensor<8x64x!mx.amxfp4> {
  %s = linalg.reduce {arith.addf} ins(%x : tensor<8x64xf32>) outs(%f : tensor<64xf32>) dimensions = [0]
  %z = tensor.empty() : tensor<8x64xf32>
  %b = linalg.broadcast ins(%s : tensor<64xf32>) outs(%z : tensor<8x64xf32>) dimensions = [0]
  %y = linalg.div ins(%x, %b : tensor<8x64xf32>, tensor<8x64xf32>) outs(%z : tensor<8x64xf32>) -> tensor<8x64xf32>
  %e = tensor.empty() : tensor<8x64x!mx.amxfp4>
  %q = mx.quantize ins(%y : tensor<8x64xf32>) outs(%e : tensor<8x64x!mx.amxfp4>) using amxfp4
  return %q : tensor<8x64x!mx.amxfp4>
}

// -----

// CHECK: [[#@LINE+7]]:10: remark: [Missed] InLoop | Category:mx-fuse | Function=in_loop
func.func @in_loop(%x: tensor<8x64xf32>) -> tensor<8x64x!mx.amxfp4> {
  %e = tensor.empty() : tensor<8x64x!mx.amxfp4>
  %r = scf.forall (%i) = (0) to (8) step (4) shared_outs(%o = %e) -> (tensor<8x64x!mx.amxfp4>) {
    %s = tensor.extract_slice %x[%i, 0] [4, 64] [1, 1] : tensor<8x64xf32> to tensor<4x64xf32>
    %y = linalg.exp ins(%s : tensor<4x64xf32>) outs(%s : tensor<4x64xf32>) -> tensor<4x64xf32>
    %t = tensor.extract_slice %o[%i, 0] [4, 64] [1, 1] : tensor<8x64x!mx.amxfp4> to tensor<4x64x!mx.amxfp4>
    %q = mx.quantize ins(%y : tensor<4x64xf32>) outs(%t : tensor<4x64x!mx.amxfp4>) using amxfp4
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %q into %o[%i, 0] [4, 64] [1, 1] : tensor<4x64x!mx.amxfp4> into tensor<8x64x!mx.amxfp4>
    }
  }
  return %r : tensor<8x64x!mx.amxfp4>
}

// -----

// Q, K and V share one quantized activation; a product without an epilogue is
// left as it is.
// IR-LABEL: func @qkv(
//  IR-SAME:     %[[X:[^:]+]]: tensor<8x64xf32>, %[[W:[^:]+]]: tensor<96x64x!mx.amxfp4>, %[[V:[^:]+]]: tensor<16x64x!mx.amxfp4>,
//       IR:   %[[A:.+]] = scf.forall {{.*}} -> (tensor<8x64x!mx.amxfp4>)
//       IR:     linalg.exp
//       IR:     mx.quantize
//   IR-NOT:   mx.quantize
//       IR:   scf.forall
//       IR:     mx.matmul
//       IR:     linalg.exp
//       IR:   scf.forall
//       IR:     mx.matmul
//       IR:     linalg.abs
//       IR:   mx.matmul ins(%[[A]], %[[V]] :
//   IR-NOT:   mx.quantize
//       IR:   return
// CHECK: remark: [Passed] Fused | Category:mx-fuse | Function=qkv | Columns=32, Ops=2, Root=linalg.abs, Rows=4
// CHECK: remark: [Passed] Fused | Category:mx-fuse | Function=qkv | Columns=32, Ops=2, Root=linalg.exp, Rows=4
// CHECK: remark: [Passed] Fused | Category:mx-fuse | Function=qkv | Columns=all, Ops=2, Root=mx.quantize, Rows=4
func.func @qkv(%x: tensor<8x64xf32>, %w: tensor<96x64x!mx.amxfp4>, %v: tensor<16x64x!mx.amxfp4>, %c: tensor<8x96xf32>, %d: tensor<8x16xf32>) -> (tensor<8x96xf32>, tensor<8x96xf32>, tensor<8x16xf32>) {
  %y = linalg.exp ins(%x : tensor<8x64xf32>) outs(%x : tensor<8x64xf32>) -> tensor<8x64xf32>
  %e = tensor.empty() : tensor<8x64x!mx.amxfp4>
  %a = mx.quantize ins(%y : tensor<8x64xf32>) outs(%e : tensor<8x64x!mx.amxfp4>) using amxfp4
  %0 = mx.matmul ins(%a, %w : tensor<8x64x!mx.amxfp4>, tensor<96x64x!mx.amxfp4>) outs(%c : tensor<8x96xf32>)
  %1 = linalg.exp ins(%0 : tensor<8x96xf32>) outs(%c : tensor<8x96xf32>) -> tensor<8x96xf32>
  %2 = mx.matmul ins(%a, %w : tensor<8x64x!mx.amxfp4>, tensor<96x64x!mx.amxfp4>) outs(%1 : tensor<8x96xf32>)
  %3 = linalg.abs ins(%2 : tensor<8x96xf32>) outs(%c : tensor<8x96xf32>) -> tensor<8x96xf32>
  %4 = mx.matmul ins(%a, %v : tensor<8x64x!mx.amxfp4>, tensor<16x64x!mx.amxfp4>) outs(%d : tensor<8x16xf32>)
  return %1, %3, %4 : tensor<8x96xf32>, tensor<8x96xf32>, tensor<8x16xf32>
}

// -----

// CHECK: [[#@LINE+5]]:8: remark: [Missed] Empty | Category:mx-fuse | Function=empty | Reason="has no elements"
func.func @empty(%x: tensor<40x0xf32>) -> tensor<40x0x!mx.amxfp4> {
  %f = tensor.empty() : tensor<40x0xf32>
  %y = linalg.exp ins(%x : tensor<40x0xf32>) outs(%f : tensor<40x0xf32>) -> tensor<40x0xf32>
  %e = tensor.empty() : tensor<40x0x!mx.amxfp4>
  %q = mx.quantize ins(%y : tensor<40x0xf32>) outs(%e : tensor<40x0x!mx.amxfp4>) using amxfp4
  return %q : tensor<40x0x!mx.amxfp4>
}

// -----

// A body that reads memory which is written before the quantize.
// IR-LABEL: func @memory(
//       IR:   linalg.generic
//       IR:     memref.load
//       IR:   linalg.exp
//   IR-NOT:   scf.forall
//       IR:   return
// CHECK: [[#@LINE+11]]:8: remark: [Missed] NoProducer | Category:mx-fuse | Function=memory
func.func @memory(%x: memref<40x64xf32>, %f: tensor<40x64xf32>) -> tensor<40x64x!mx.amxfp4> {
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<40x64xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %l = memref.load %x[%i, %j] : memref<40x64xf32>
    linalg.yield %l : f32
  } -> tensor<40x64xf32>
  linalg.exp ins(%x : memref<40x64xf32>) outs(%x : memref<40x64xf32>)
  %e = tensor.empty() : tensor<40x64x!mx.amxfp4>
  %q = mx.quantize ins(%y : tensor<40x64xf32>) outs(%e : tensor<40x64x!mx.amxfp4>) using amxfp4
  return %q : tensor<40x64x!mx.amxfp4>
}

// -----

// Nor is such an op the root of a loop.
// IR-LABEL: func @memory_behind(
//   IR-NOT:   scf.forall
//       IR:   memref.store
func.func @memory_behind(%x: memref<40x64xf32>, %a: tensor<40x64x!mx.mxfp4>, %b: tensor<64x64x!mx.mxfp4>, %f: tensor<40x64xf32>) -> tensor<40x64xf32> {
  %p = mx.matmul ins(%a, %b : tensor<40x64x!mx.mxfp4>, tensor<64x64x!mx.mxfp4>) outs(%f : tensor<40x64xf32>)
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%p : tensor<40x64xf32>) outs(%f : tensor<40x64xf32>) {
  ^bb0(%in: f32, %out: f32):
    %c0 = arith.constant 0 : index
    memref.store %in, %x[%c0, %c0] : memref<40x64xf32>
    linalg.yield %in : f32
  } -> tensor<40x64xf32>
  return %y : tensor<40x64xf32>
}

// -----

// The tile of 32 columns cuts a block of 64: the dequantize stays outside, and
// is not counted; blocks of 32 go with it.
// IR-LABEL: func @dequantize(
//       IR:   %[[D:.+]] = mx.dequantize
//       IR:   scf.forall
//   IR-NOT:     mx.dequantize
//       IR:     linalg.add
//       IR:   scf.forall
//       IR:     mx.dequantize
// CHECK: [[#@LINE+8]]:9: remark: [Passed] Fused | Category:mx-fuse | Function=dequantize | Columns=32, Ops=3, Root=linalg.add, Rows=4
// CHECK: [[#@LINE+5]]:9: remark: [Passed] Fused | Category:mx-fuse | Function=dequantize | Columns=32, Ops=2, Root=linalg.add, Rows=4
func.func @dequantize(%a: tensor<8x64x!mx.mxfp4>, %b: tensor<128x64x!mx.mxfp4>, %r: tensor<8x128x!mx.block<f4E2M1FN x 64, f8E8M0FNU>>, %s: tensor<8x128x!mx.mxfp4>, %t: tensor<8x128xf32>) -> (tensor<8x128xf32>, tensor<8x128xf32>) {
  %d0 = mx.dequantize %r : tensor<8x128x!mx.block<f4E2M1FN x 64, f8E8M0FNU>> to tensor<8x128xf32>
  %d1 = mx.dequantize %s : tensor<8x128x!mx.mxfp4> to tensor<8x128xf32>
  %y0 = mx.matmul ins(%a, %b : tensor<8x64x!mx.mxfp4>, tensor<128x64x!mx.mxfp4>) outs(%t : tensor<8x128xf32>)
  %z0 = linalg.add ins(%y0, %d0 : tensor<8x128xf32>, tensor<8x128xf32>) outs(%t : tensor<8x128xf32>) -> tensor<8x128xf32>
  %y1 = mx.matmul ins(%a, %b : tensor<8x64x!mx.mxfp4>, tensor<128x64x!mx.mxfp4>) outs(%z0 : tensor<8x128xf32>)
  %z1 = linalg.add ins(%y1, %d1 : tensor<8x128xf32>, tensor<8x128xf32>) outs(%t : tensor<8x128xf32>) -> tensor<8x128xf32>
  return %z0, %z1 : tensor<8x128xf32>, tensor<8x128xf32>
}

// -----

// An init that is dequantized: a loop would want it whole, to write over it.
// IR-LABEL: func @dequantized_init(
//   IR-NOT:   scf.forall
//       IR:   return
func.func @dequantized_init(%a: tensor<8x64x!mx.mxfp4>, %b: tensor<64x64x!mx.mxfp4>, %r: tensor<8x64x!mx.mxfp4>) -> tensor<8x64xf32> {
  %d = mx.dequantize %r : tensor<8x64x!mx.mxfp4> to tensor<8x64xf32>
  %y = mx.matmul ins(%a, %b : tensor<8x64x!mx.mxfp4>, tensor<64x64x!mx.mxfp4>) outs(%d : tensor<8x64xf32>)
  return %y : tensor<8x64xf32>
}
