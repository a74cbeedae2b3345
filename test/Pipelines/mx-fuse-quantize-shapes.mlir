// Fused and not, the same bits: batches, extents known at run time, K and N
// with a short last block, a row of the result that its quantize needs whole.
//
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{entry} =
// DEFINE: %{arguments} =
// DEFINE: %{plain} = mx-run %s --entry=%{entry} %{arguments} --pipeline=mx-reference --result=@%t/plain.npy
// DEFINE: %{fused} = mx-run %s --entry=%{entry} %{arguments} --pipeline='mx-fuse-quantize{rows=4 columns=32},mx-reference' --result=@%t/fused.npy
//
// REDEFINE: %{entry} = batches
// REDEFINE: %{arguments} = --arg=2x13x72xf32=normal:1 --arg=80x72xf32=normal:2 --arg=80xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = own_weights
// REDEFINE: %{arguments} = --arg=3x6x40xf32=normal:1 --arg=3x48x40xf32=normal:2
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = dynamic
// REDEFINE: %{arguments} = --arg=9x72xf32=normal:1 --arg=50x72xf32=normal:2 --arg=9x50xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{arguments} = --arg=1x32xf32=normal:1 --arg=1x32xf32=normal:2 --arg=1x1xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{arguments} = --arg=0x32xf32=normal:1 --arg=8x32xf32=normal:2 --arg=0x8xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = whole_rows
// REDEFINE: %{arguments} = --arg=13x64xf32=normal:1 --arg=80x64xf32=normal:2
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = transposed
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = in_place
// REDEFINE: %{arguments} = --arg=13x64xf32=normal:1 --arg=80x64xf32=normal:2 --arg=13x80xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = empty_k
// REDEFINE: %{arguments} = --arg=13x0xf32=normal:1 --arg=80x0xf32=normal:2 --arg=13x80xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = empty_sum
// REDEFINE: %{arguments} = --arg=13x0xf32=normal:1 --arg=13xf32=normal:2
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = read_twice
// REDEFINE: %{arguments} = --arg=13x64xf32=normal:1 --arg=80x64xf32=normal:2 --arg=13x80xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = diagonal
// REDEFINE: %{arguments} = --arg=48x64xf32=normal:1 --arg=48x64xf32=normal:2 --arg=48x48xf32=normal:3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = reversed
// REDEFINE: %{arguments} = --arg=48x64xf32=normal:1
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{entry} = repeated
// REDEFINE: %{arguments} = --arg=16x64xf32=normal:1 --arg=48x22xf32=normal:2
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
//
// RUN: mx-opt %s --mx-fuse-quantize='rows=4 columns=32' --mx-verify-stage | FileCheck %s

#map = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#last3 = affine_map<(d0, d1, d2) -> (d2)>

// One batch at a time; bias and requantize in the tile of the product.
// CHECK-LABEL: func @batches(
//       CHECK:   scf.forall (%[[B:.+]], %[[I:.+]], %[[J:.+]]) = (0, 0, 0) to (2, 13, 80) step (1, 4, 32) shared_outs(%[[O:.+]] = %{{.+}}) -> (tensor<2x13x80x!mx.amxfp4>)
//       CHECK:     %[[Y:.+]] = mx.matmul ins(%{{.+}}, %{{.+}} : tensor<1x?x72x!mx.amxfp4>, tensor<?x72x!mx.int4_affine>)
//  CHECK-SAME:       {accumulate = #mx.accumulate<in_order>}
//       CHECK:     %[[Z:.+]] = linalg.generic {{.*}} ins(%[[Y]], %{{.+}} : tensor<1x?x?xf32>, tensor<?xf32>)
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[Z]] : tensor<1x?x?xf32>)
//       CHECK:       tensor.parallel_insert_slice %[[Q]] into %[[O]][%[[B]], %[[I]], %[[J]]]
func.func @batches(%x: tensor<2x13x72xf32>, %w: tensor<80x72xf32>, %bias: tensor<80xf32>) -> tensor<2x13x80xf32> {
  %ea = tensor.empty() : tensor<2x13x72x!mx.amxfp4>
  %a = mx.quantize ins(%x : tensor<2x13x72xf32>) outs(%ea : tensor<2x13x72x!mx.amxfp4>) using amxfp4
  %eb = tensor.empty() : tensor<80x72x!mx.int4_affine>
  %b = mx.quantize ins(%w : tensor<80x72xf32>) outs(%eb : tensor<80x72x!mx.int4_affine>) using int4_affine
  %zero = arith.constant dense<0.0> : tensor<2x13x80xf32>
  %y = mx.matmul ins(%a, %b : tensor<2x13x72x!mx.amxfp4>, tensor<80x72x!mx.int4_affine>)
                 outs(%zero : tensor<2x13x80xf32>) {accumulate = #mx.accumulate<in_order>}
  %e = tensor.empty() : tensor<2x13x80xf32>
  %z = linalg.generic {indexing_maps = [#map3, #last3, #map3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y, %bias : tensor<2x13x80xf32>, tensor<80xf32>) outs(%e : tensor<2x13x80xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<2x13x80xf32>
  %eq = tensor.empty() : tensor<2x13x80x!mx.amxfp4>
  %q = mx.quantize ins(%z : tensor<2x13x80xf32>) outs(%eq : tensor<2x13x80x!mx.amxfp4>) using amxfp4
  %d = mx.dequantize %q : tensor<2x13x80x!mx.amxfp4> to tensor<2x13x80xf32>
  return %d : tensor<2x13x80xf32>
}

// Each batch has its own weight; floats on the left (weight-only).
// CHECK-LABEL: func @own_weights(
//       CHECK:   scf.forall (%[[B:.+]], %[[I:.+]], %[[J:.+]]) = (0, 0, 0) to (3, 6, 48) step (1, 4, 32)
//       CHECK:     %[[W:.+]] = tensor.extract_slice %{{.+}}[%[[B]], %[[J]], 0] [1, %{{.+}}, 40]
//       CHECK:     mx.matmul ins(%{{.+}}, %[[W]] : tensor<1x?x40xf32>, tensor<1x?x40x!mx.nvfp4>)
func.func @own_weights(%x: tensor<3x6x40xf32>, %w: tensor<3x48x40xf32>) -> tensor<3x6x48xf32> {
  %o = mx.outer_scale %w : tensor<3x48x40xf32> for !mx.nvfp4
  %eb = tensor.empty() : tensor<3x48x40x!mx.nvfp4>
  %b = mx.quantize ins(%w : tensor<3x48x40xf32>) outer(%o : tensor<f32>) outs(%eb : tensor<3x48x40x!mx.nvfp4>) using nvfp4
  %one = arith.constant dense<1.0> : tensor<3x6x48xf32>
  %y = mx.matmul ins(%x, %b : tensor<3x6x40xf32>, tensor<3x48x40x!mx.nvfp4>) outs(%one : tensor<3x6x48xf32>)
  %e = tensor.empty() : tensor<3x6x48xf32>
  %z = linalg.exp ins(%y : tensor<3x6x48xf32>) outs(%e : tensor<3x6x48xf32>) -> tensor<3x6x48xf32>
  return %z : tensor<3x6x48xf32>
}

// M, N and K of the run time. A quantize of the result would leave its loop with
// a dynamic K: only the product and its residual are one.
// CHECK-LABEL: func @dynamic(
//       CHECK:   scf.forall (%{{.+}}, %{{.+}}) = (0, 0) to (%{{.+}}, %{{.+}}) step (4, 32) {{.*}} -> (tensor<?x?xf32>)
//       CHECK:     %[[Y:.+]] = mx.matmul
//       CHECK:     linalg.add ins(%[[Y]], %{{.+}} :
//       CHECK:   }
//       CHECK:   mx.quantize
func.func @dynamic(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %r: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %k = tensor.dim %x, %c1 : tensor<?x?xf32>
  %n = tensor.dim %w, %c0 : tensor<?x?xf32>
  %ea = tensor.empty(%m, %k) : tensor<?x?x!mx.amxfp4_ue5m3>
  %a = mx.quantize ins(%x : tensor<?x?xf32>) outs(%ea : tensor<?x?x!mx.amxfp4_ue5m3>) using amxfp4_ue5m3
  %eb = tensor.empty(%n, %k) : tensor<?x?x!mx.mxfp4>
  %b = mx.quantize ins(%w : tensor<?x?xf32>) outs(%eb : tensor<?x?x!mx.mxfp4>) using mxfp4
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = mx.matmul ins(%a, %b : tensor<?x?x!mx.amxfp4_ue5m3>, tensor<?x?x!mx.mxfp4>) outs(%c : tensor<?x?xf32>)
  %z = linalg.add ins(%y, %r : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %eq = tensor.empty(%m, %n) : tensor<?x?x!mx.mxfp4>
  %q = mx.quantize ins(%z : tensor<?x?xf32>) outs(%eq : tensor<?x?x!mx.mxfp4>) using mxfp4
  %d = mx.dequantize %q : tensor<?x?x!mx.mxfp4> to tensor<?x?xf32>
  return %d : tensor<?x?xf32>
}

// Row scales are those of whole rows: a row block, and columns of the product
// within it.
// CHECK-LABEL: func @whole_rows(
//       CHECK:   scf.forall (%[[I:.+]]) = (0) to (13) step (4) {{.*}} -> (tensor<13x80x!mx.nvfp4_row>)
//       CHECK:     %[[Z:.+]] = scf.forall (%[[J:.+]]) = (0) to (80) step (32)
//       CHECK:       mx.matmul
//       CHECK:       linalg.exp
//       CHECK:     %[[O:.+]] = mx.outer_scale %[[Z]]
//       CHECK:     mx.quantize ins(%[[Z]] : tensor<?x80xf32>) outer(%[[O]] : tensor<?xf32>)
func.func @whole_rows(%x: tensor<13x64xf32>, %w: tensor<80x64xf32>) -> tensor<13x80xf32> {
  %ea = tensor.empty() : tensor<13x64x!mx.amxfp4>
  %a = mx.quantize ins(%x : tensor<13x64xf32>) outs(%ea : tensor<13x64x!mx.amxfp4>) using amxfp4
  %eb = tensor.empty() : tensor<80x64x!mx.amxfp4>
  %b = mx.quantize ins(%w : tensor<80x64xf32>) outs(%eb : tensor<80x64x!mx.amxfp4>) using amxfp4
  %zero = arith.constant dense<0.0> : tensor<13x80xf32>
  %y = mx.matmul ins(%a, %b : tensor<13x64x!mx.amxfp4>, tensor<80x64x!mx.amxfp4>) outs(%zero : tensor<13x80xf32>)
  %e = tensor.empty() : tensor<13x80xf32>
  %z = linalg.exp ins(%y : tensor<13x80xf32>) outs(%e : tensor<13x80xf32>) -> tensor<13x80xf32>
  %o = mx.outer_scale %z : tensor<13x80xf32> for !mx.nvfp4_row
  %eq = tensor.empty() : tensor<13x80x!mx.nvfp4_row>
  %q = mx.quantize ins(%z : tensor<13x80xf32>) outer(%o : tensor<13xf32>) outs(%eq : tensor<13x80x!mx.nvfp4_row>) using nvfp4_row
  %d = mx.dequantize %q : tensor<13x80x!mx.nvfp4_row> to tensor<13x80xf32>
  return %d : tensor<13x80xf32>
}

// A transpose between the product and the quantize: rows of the one are columns
// of the other. The transpose joins the quantize, the product stays outside.
// CHECK-LABEL: func @transposed(
//       CHECK:   %[[Y:.+]] = mx.matmul
//       CHECK:   scf.forall (%[[I:.+]]) = (0) to (80) step (4)
//       CHECK:     %[[S:.+]] = tensor.extract_slice %[[Y]][0, %[[I]]] [13, 4] [1, 1]
//       CHECK:     %[[T:.+]] = linalg.transpose ins(%[[S]] : tensor<13x4xf32>)
//       CHECK:     mx.quantize ins(%[[T]] : tensor<4x13xf32>)
func.func @transposed(%x: tensor<13x64xf32>, %w: tensor<80x64xf32>) -> tensor<80x13xf32> {
  %ea = tensor.empty() : tensor<13x64x!mx.amxfp4>
  %a = mx.quantize ins(%x : tensor<13x64xf32>) outs(%ea : tensor<13x64x!mx.amxfp4>) using amxfp4
  %eb = tensor.empty() : tensor<80x64x!mx.amxfp4>
  %b = mx.quantize ins(%w : tensor<80x64xf32>) outs(%eb : tensor<80x64x!mx.amxfp4>) using amxfp4
  %zero = arith.constant dense<0.0> : tensor<13x80xf32>
  %y = mx.matmul ins(%a, %b : tensor<13x64x!mx.amxfp4>, tensor<80x64x!mx.amxfp4>) outs(%zero : tensor<13x80xf32>)
  %e = tensor.empty() : tensor<80x13xf32>
  %z = linalg.transpose ins(%y : tensor<13x80xf32>) outs(%e : tensor<80x13xf32>) permutation = [1, 0]
  %eq = tensor.empty() : tensor<80x13x!mx.amxfp4>
  %q = mx.quantize ins(%z : tensor<80x13xf32>) outs(%eq : tensor<80x13x!mx.amxfp4>) using amxfp4
  %d = mx.dequantize %q : tensor<80x13x!mx.amxfp4> to tensor<80x13xf32>
  return %d : tensor<80x13xf32>
}

// An epilogue that writes over what it reads, as convert-elementwise-to-linalg
// makes it: one product a tile, not a second one as the destination.
// CHECK-LABEL: func @in_place(
//       CHECK:   scf.forall (%{{.+}}, %{{.+}}) = (0, 0) to (%{{.+}}, 80) step (4, 32)
//       CHECK:     %[[Y:.+]] = mx.matmul
//   CHECK-NOT:     mx.matmul
//       CHECK:     linalg.exp ins(%[[Y]] :
//       CHECK:   return
func.func @in_place(%x: tensor<?x64xf32>, %w: tensor<80x64xf32>, %c: tensor<?x80xf32>) -> tensor<?x80xf32> {
  %eb = tensor.empty() : tensor<80x64x!mx.amxfp4>
  %b = mx.quantize ins(%w : tensor<80x64xf32>) outs(%eb : tensor<80x64x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%x, %b : tensor<?x64xf32>, tensor<80x64x!mx.amxfp4>) outs(%c : tensor<?x80xf32>)
  %z = linalg.exp ins(%y : tensor<?x80xf32>) outs(%y : tensor<?x80xf32>) -> tensor<?x80xf32>
  return %z : tensor<?x80xf32>
}

// An extent of zero that no tile cuts: these ops stay as they are. With K of
// none the product is its init.
// CHECK-LABEL: func @empty_k(
//   CHECK-NOT:   scf.forall
//       CHECK:   %[[Y:.+]] = mx.matmul
//       CHECK:   linalg.exp ins(%[[Y]] :
func.func @empty_k(%x: tensor<13x0xf32>, %w: tensor<80x0xf32>, %c: tensor<13x80xf32>) -> tensor<13x80xf32> {
  %eb = tensor.empty() : tensor<80x0x!mx.amxfp4>
  %b = mx.quantize ins(%w : tensor<80x0xf32>) outs(%eb : tensor<80x0x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%x, %b : tensor<13x0xf32>, tensor<80x0x!mx.amxfp4>) outs(%c : tensor<13x80xf32>)
  %z = linalg.exp ins(%y : tensor<13x80xf32>) outs(%c : tensor<13x80xf32>) -> tensor<13x80xf32>
  return %z : tensor<13x80xf32>
}

// What comes after a sum of nothing is fused, the sum is not.
// CHECK-LABEL: func @empty_sum(
//       CHECK:   %[[S:.+]] = linalg.reduce
//       CHECK:   scf.forall (%[[I:.+]]) = (0) to (13) step (4)
//       CHECK:     %[[T:.+]] = tensor.extract_slice %[[S]][%[[I]]]
//       CHECK:     %[[Z:.+]] = linalg.broadcast ins(%[[T]] :
//       CHECK:     mx.quantize ins(%[[Z]] :
func.func @empty_sum(%x: tensor<13x0xf32>, %s: tensor<13xf32>) -> tensor<13x64xf32> {
  %t = linalg.reduce { arith.addf } ins(%x : tensor<13x0xf32>) outs(%s : tensor<13xf32>) dimensions = [1]
  %e = tensor.empty() : tensor<13x64xf32>
  %z = linalg.broadcast ins(%t : tensor<13xf32>) outs(%e : tensor<13x64xf32>) dimensions = [1]
  %eq = tensor.empty() : tensor<13x64x!mx.mxfp4>
  %q = mx.quantize ins(%z : tensor<13x64xf32>) outs(%eq : tensor<13x64x!mx.mxfp4>) using mxfp4
  %d = mx.dequantize %q : tensor<13x64x!mx.mxfp4> to tensor<13x64xf32>
  return %d : tensor<13x64xf32>
}

// No batch, no column.
// CHECK-LABEL: func @empty_results(
//   CHECK-NOT:   scf.forall
//       CHECK:   return
func.func @empty_results(%u: tensor<0x40x64xf32>, %v: tensor<40x0xf32>, %a: tensor<40x64x!mx.mxfp4>, %b: tensor<0x64x!mx.mxfp4>)
    -> (tensor<0x40x64x!mx.mxfp4>, tensor<40x0x!mx.mxfp4>, tensor<40x0xf32>) {
  %0 = linalg.exp ins(%u : tensor<0x40x64xf32>) outs(%u : tensor<0x40x64xf32>) -> tensor<0x40x64xf32>
  %e0 = tensor.empty() : tensor<0x40x64x!mx.mxfp4>
  %q0 = mx.quantize ins(%0 : tensor<0x40x64xf32>) outs(%e0 : tensor<0x40x64x!mx.mxfp4>) using mxfp4
  %1 = linalg.exp ins(%v : tensor<40x0xf32>) outs(%v : tensor<40x0xf32>) -> tensor<40x0xf32>
  %e1 = tensor.empty() : tensor<40x0x!mx.mxfp4>
  %q1 = mx.quantize ins(%1 : tensor<40x0xf32>) outs(%e1 : tensor<40x0x!mx.mxfp4>) using mxfp4
  %y = mx.matmul ins(%a, %b : tensor<40x64x!mx.mxfp4>, tensor<0x64x!mx.mxfp4>) outs(%v : tensor<40x0xf32>)
  %z = linalg.exp ins(%y : tensor<40x0xf32>) outs(%v : tensor<40x0xf32>) -> tensor<40x0xf32>
  return %q0, %q1, %z : tensor<0x40x64x!mx.mxfp4>, tensor<40x0x!mx.mxfp4>, tensor<40x0xf32>
}

// Read as an operand and as the init of the root: the tile of the one would be
// cut from the product, that of the other from the loop's result.
// CHECK-LABEL: func @read_twice(
//       CHECK:   %[[Y:.+]] = mx.matmul
//   CHECK-NOT:   mx.matmul
//       CHECK:   linalg.generic {{.*}} ins(%[[Y]] : {{.*}}) outs(%[[Y]] :
//   CHECK-NOT:   mx.matmul
//       CHECK:   return
func.func @read_twice(%x: tensor<13x64xf32>, %w: tensor<80x64xf32>, %c: tensor<13x80xf32>) -> tensor<13x80xf32> {
  %eb = tensor.empty() : tensor<80x64x!mx.amxfp4>
  %b = mx.quantize ins(%w : tensor<80x64xf32>) outs(%eb : tensor<80x64x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%x, %b : tensor<13x64xf32>, tensor<80x64x!mx.amxfp4>) outs(%c : tensor<13x80xf32>)
  %z = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<13x80xf32>) outs(%y : tensor<13x80xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = arith.mulf %p, %out : f32
    linalg.yield %s : f32
  } -> tensor<13x80xf32>
  return %z : tensor<13x80xf32>
}

// Whole rows, and one element of each: two tiles of one product, which stays
// outside.
// CHECK-LABEL: func @diagonal(
//       CHECK:   %[[Y:.+]] = mx.matmul
//       CHECK:   scf.forall
//   CHECK-NOT:   mx.matmul
//       CHECK:   return
func.func @diagonal(%x: tensor<48x64xf32>, %w: tensor<48x64xf32>, %c: tensor<48x48xf32>) -> tensor<48x48xf32> {
  %eb = tensor.empty() : tensor<48x64x!mx.amxfp4>
  %b = mx.quantize ins(%w : tensor<48x64xf32>) outs(%eb : tensor<48x64x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%x, %b : tensor<48x64xf32>, tensor<48x64x!mx.amxfp4>) outs(%c : tensor<48x48xf32>)
  %e = tensor.empty() : tensor<48x48xf32>
  %z = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1) -> (d0, d0)>, #map], iterator_types = ["parallel", "parallel"]}
      ins(%y, %y : tensor<48x48xf32>, tensor<48x48xf32>) outs(%e : tensor<48x48xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %s = arith.subf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<48x48xf32>
  %t = linalg.exp ins(%z : tensor<48x48xf32>) outs(%e : tensor<48x48xf32>) -> tensor<48x48xf32>
  %o = mx.outer_scale %t : tensor<48x48xf32> for !mx.nvfp4_row
  %eq = tensor.empty() : tensor<48x48x!mx.nvfp4_row>
  %q = mx.quantize ins(%t : tensor<48x48xf32>) outer(%o : tensor<48xf32>) outs(%eq : tensor<48x48x!mx.nvfp4_row>) using nvfp4_row
  %d = mx.dequantize %q : tensor<48x48x!mx.nvfp4_row> to tensor<48x48xf32>
  return %d : tensor<48x48xf32>
}

// An index that falls as the loop goes on has no slice for a tile; one that
// grows has.
// CHECK-LABEL: func @reversed(
//  CHECK-SAME:     %[[X:.+]]: tensor<48x64xf32>)
//       CHECK:   %[[R:.+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<48x64xf32>)
//       CHECK:   scf.forall
//       CHECK:     %[[S:.+]] = tensor.extract_slice %[[R]][%{{.+}}, 0] [4, 64] [1, 1]
//       CHECK:     linalg.generic {{.*}} ins(%[[S]] : tensor<4x64xf32>)
//       CHECK:       math.exp
//       CHECK:     mx.quantize
func.func @reversed(%x: tensor<48x64xf32>) -> tensor<48x32xf32> {
  %e = tensor.empty() : tensor<48x64xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, 63 - d1)>, #map], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<48x64xf32>) outs(%e : tensor<48x64xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = arith.negf %p : f32
    linalg.yield %s : f32
  } -> tensor<48x64xf32>
  %h = tensor.empty() : tensor<48x32xf32>
  %g = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, 2 * d1 + 1)>, #map], iterator_types = ["parallel", "parallel"]}
      ins(%r : tensor<48x64xf32>) outs(%h : tensor<48x32xf32>) {
  ^bb0(%p: f32, %out: f32):
    %s = math.exp %p : f32
    linalg.yield %s : f32
  } -> tensor<48x32xf32>
  %eq = tensor.empty() : tensor<48x32x!mx.amxfp4>
  %q = mx.quantize ins(%g : tensor<48x32xf32>) outs(%eq : tensor<48x32x!mx.amxfp4>) using amxfp4
  %d = mx.dequantize %q : tensor<48x32x!mx.amxfp4> to tensor<48x32xf32>
  return %d : tensor<48x32xf32>
}

// Rows that are repeated are no slice of a tile, which may begin between two;
// columns are, where the tile has all of them.
// CHECK-LABEL: func @repeated(
//  CHECK-SAME:     %[[X:.+]]: tensor<16x64xf32>, %[[S:.+]]: tensor<48x22xf32>)
//       CHECK:   %[[R:.+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<16x64xf32>)
//       CHECK:   scf.forall
//       CHECK:     %[[T:.+]] = tensor.extract_slice %[[S]][%{{.+}}, 0] [4, 22] [1, 1]
//       CHECK:     linalg.generic {{.*}} ins(%{{.+}}, %[[T]] : tensor<4x64xf32>, tensor<4x22xf32>)
//       CHECK:     mx.quantize
func.func @repeated(%x: tensor<16x64xf32>, %s: tensor<48x22xf32>) -> tensor<48x64xf32> {
  %e = tensor.empty() : tensor<48x64xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 floordiv 3, d1)>, #map], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<16x64xf32>) outs(%e : tensor<48x64xf32>) {
  ^bb0(%p: f32, %out: f32):
    %n = arith.negf %p : f32
    linalg.yield %n : f32
  } -> tensor<48x64xf32>
  %g = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1) -> (d0, d1 floordiv 3)>, #map], iterator_types = ["parallel", "parallel"]}
      ins(%r, %s : tensor<48x64xf32>, tensor<48x22xf32>) outs(%e : tensor<48x64xf32>) {
  ^bb0(%p: f32, %f: f32, %out: f32):
    %m = arith.mulf %p, %f : f32
    linalg.yield %m : f32
  } -> tensor<48x64xf32>
  %eq = tensor.empty() : tensor<48x64x!mx.amxfp4>
  %q = mx.quantize ins(%g : tensor<48x64xf32>) outs(%eq : tensor<48x64x!mx.amxfp4>) using amxfp4
  %d = mx.dequantize %q : tensor<48x64x!mx.amxfp4> to tensor<48x64xf32>
  return %d : tensor<48x64xf32>
}
