// Upstream's schedules take mx ops like any other: tiles, and producers fused
// into them. Attributes go with the tile, a row scale is cut with the rows, the
// scale of a whole tensor is shared.
//
// RUN: mx-opt %s --transform-interpreter --canonicalize --cse --mx-verify-stage --split-input-file | FileCheck %s

// M and N in parallel, K in order: the operands are cut along their own axes.
// CHECK-LABEL: func @product(
//  CHECK-SAME:     %[[A:.+]]: tensor<40x96x!mx.mxfp4>, %[[B:.+]]: tensor<48x96x!mx.amxfp4>)
//   CHECK-DAG:   %[[C0:.+]] = arith.constant 0 : index
//   CHECK-DAG:   %[[C96:.+]] = arith.constant 96 : index
//   CHECK-DAG:   %[[C64:.+]] = arith.constant 64 : index
//       CHECK:   scf.forall (%[[I:.+]], %[[J:.+]]) in (2, 3) shared_outs(%[[O:.+]] = %{{.+}}) -> (tensor<40x48xf32>)
//   CHECK-DAG:     %[[M:.+]] = affine.apply #{{.+}}(%[[I]])
//   CHECK-DAG:     %[[N:.+]] = affine.apply #{{.+}}(%[[J]])
//   CHECK-DAG:     %[[SA:.+]] = tensor.extract_slice %[[A]][%[[M]], 0] [20, 96] [1, 1]
//   CHECK-DAG:     %[[SB:.+]] = tensor.extract_slice %[[B]][%[[N]], 0] [16, 96] [1, 1]
//   CHECK-DAG:     %[[SO:.+]] = tensor.extract_slice %[[O]][%[[M]], %[[N]]] [20, 16] [1, 1]
//       CHECK:     %[[R:.+]] = scf.for %[[K:.+]] = %[[C0]] to %[[C96]] step %[[C64]] iter_args(%[[ACC:.+]] = %[[SO]])
//       CHECK:       %[[S:.+]] = affine.min #[[REST:.+]](%[[K]])
//   CHECK-DAG:       %[[KA:.+]] = tensor.extract_slice %[[SA]][0, %[[K]]] [20, %[[S]]] [1, 1] {{.*}} to tensor<20x?x!mx.mxfp4>
//   CHECK-DAG:       %[[KB:.+]] = tensor.extract_slice %[[SB]][0, %[[K]]] [16, %[[S]]] [1, 1] {{.*}} to tensor<16x?x!mx.amxfp4>
//       CHECK:       %[[Y:.+]] = mx.matmul ins(%[[KA]], %[[KB]] : tensor<20x?x!mx.mxfp4>, tensor<16x?x!mx.amxfp4>) outs(%[[ACC]] : tensor<20x16xf32>) {note = "kept"}
//       CHECK:       scf.yield %[[Y]]
//       CHECK:     tensor.parallel_insert_slice %[[R]] into %[[O]][%[[M]], %[[N]]] [20, 16] [1, 1]
module attributes {transform.with_named_sequence} {
  func.func @product(%a: tensor<40x96x!mx.mxfp4>, %b: tensor<48x96x!mx.amxfp4>) -> tensor<40x48xf32> {
    %c = arith.constant dense<0.0> : tensor<40x48xf32>
    %y = mx.matmul ins(%a, %b : tensor<40x96x!mx.mxfp4>, tensor<48x96x!mx.amxfp4>)
                   outs(%c : tensor<40x48xf32>) {note = "kept"}
    return %y : tensor<40x48xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %forall = transform.structured.tile_using_forall %product tile_sizes [20, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %k, %for = transform.structured.tile_using_for %tile tile_sizes [0, 0, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Batches: those of lhs and init; a shared weight has none. K is all of it, so
// in_order stays what it says.
// CHECK-LABEL: func @batches(
//  CHECK-SAME:     %[[A:.+]]: tensor<2x?x64x!mx.amxfp4>, %[[B:.+]]: tensor<16x64x!mx.amxfp4>, %[[C:.+]]: tensor<2x?x16xf32>)
//       CHECK:   scf.forall (%[[I:.+]], %[[J:.+]]) in (2, %{{.+}}) shared_outs(%[[O:.+]] = %[[C]])
//       CHECK:     %[[M:.+]] = affine.apply #{{.+}}(%[[J]])
//       CHECK:     %[[S:.+]] = affine.min #{{.+}}(%[[J]])[%{{.+}}]
//   CHECK-DAG:     %[[SA:.+]] = tensor.extract_slice %[[A]][%[[I]], %[[M]], 0] [1, %[[S]], 64] [1, 1, 1]
//   CHECK-DAG:     %[[SO:.+]] = tensor.extract_slice %[[O]][%[[I]], %[[M]], 0] [1, %[[S]], 16] [1, 1, 1]
//       CHECK:     mx.matmul ins(%[[SA]], %[[B]] : tensor<1x?x64x!mx.amxfp4>, tensor<16x64x!mx.amxfp4>) outs(%[[SO]] : tensor<1x?x16xf32>) {accumulate = #mx.accumulate<in_order>}
module attributes {transform.with_named_sequence} {
  func.func @batches(%a: tensor<2x?x64x!mx.amxfp4>, %b: tensor<16x64x!mx.amxfp4>, %c: tensor<2x?x16xf32>) -> tensor<2x?x16xf32> {
    %y = mx.matmul ins(%a, %b : tensor<2x?x64x!mx.amxfp4>, tensor<16x64x!mx.amxfp4>)
                   outs(%c : tensor<2x?x16xf32>) {accumulate = #mx.accumulate<in_order>}
    return %y : tensor<2x?x16xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %forall = transform.structured.tile_using_forall %product tile_sizes [1, 8] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The quantize and its row scale go into the rows of the product.
// CHECK-LABEL: func @fused_rows(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x64xf32>, %[[B:.+]]: tensor<16x64x!mx.amxfp4>, %[[C:.+]]: tensor<?x16xf32>)
//   CHECK-NOT:   mx.quantize
//       CHECK:   scf.forall
//       CHECK:     %[[SX:.+]] = tensor.extract_slice %[[X]][%[[M:.+]], 0] [%[[S:.+]], 64] [1, 1]
//       CHECK:     %[[SO:.+]] = mx.outer_scale %[[SX]] : tensor<?x64xf32> for !mx.nvfp4_row
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[SX]] : tensor<?x64xf32>) outer(%[[SO]] : tensor<?xf32>) {{.*}} using nvfp4_row mse
//       CHECK:     mx.matmul ins(%[[Q]], %[[B]] :
//       CHECK:   return
module attributes {transform.with_named_sequence} {
  func.func @fused_rows(%x: tensor<?x64xf32>, %b: tensor<16x64x!mx.amxfp4>, %c: tensor<?x16xf32>) -> tensor<?x16xf32> {
    %c0 = arith.constant 0 : index
    %m = tensor.dim %x, %c0 : tensor<?x64xf32>
    %o = mx.outer_scale %x : tensor<?x64xf32> for !mx.nvfp4_row
    %e = tensor.empty(%m) : tensor<?x64x!mx.nvfp4_row>
    %a = mx.quantize ins(%x : tensor<?x64xf32>) outer(%o : tensor<?xf32>)
                     outs(%e : tensor<?x64x!mx.nvfp4_row>) using nvfp4_row mse
    %y = mx.matmul ins(%a, %b : tensor<?x64x!mx.nvfp4_row>, tensor<16x64x!mx.amxfp4>) outs(%c : tensor<?x16xf32>)
    return %y : tensor<?x16xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["mx.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %quantize = transform.structured.match ops{["mx.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %outer = transform.structured.match ops{["mx.outer_scale"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_forall %product tile_sizes [8] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %q, %loop1 = transform.structured.fuse_into_containing_op %quantize into %loop : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    %o, %loop2 = transform.structured.fuse_into_containing_op %outer into %loop1 : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// One scale for the tensor: each tile takes it whole.
// CHECK-LABEL: func @shared_outer(
//  CHECK-SAME:     %[[X:.+]]: tensor<8x64xf32>, %[[O:.+]]: tensor<f32>)
//       CHECK:   scf.for
//       CHECK:     mx.quantize ins(%{{.+}} : tensor<4x64xf32>) outer(%[[O]] : tensor<f32>) outs(%{{.+}} : tensor<4x64x!mx.nvfp4>)
module attributes {transform.with_named_sequence} {
  func.func @shared_outer(%x: tensor<8x64xf32>, %o: tensor<f32>) -> tensor<8x64xf32> {
    %e = tensor.empty() : tensor<8x64x!mx.nvfp4>
    %q = mx.quantize ins(%x : tensor<8x64xf32>) outer(%o : tensor<f32>) outs(%e : tensor<8x64x!mx.nvfp4>) using nvfp4
    %d = mx.dequantize %q : tensor<8x64x!mx.nvfp4> to tensor<8x64xf32>
    return %d : tensor<8x64xf32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %decode = transform.structured.match ops{["mx.dequantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %decode tile_sizes [4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %quantize = transform.structured.match ops{["mx.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %q, %loop1 = transform.structured.fuse_into_containing_op %quantize into %loop : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Whole blocks of the last axis are a tile, and a short last one is the rest.
// CHECK: #[[REST:.+]] = affine_map<(d0) -> (-d0 + 80, 32)>
// CHECK-LABEL: func @columns(
//  CHECK-SAME:     %[[X:.+]]: tensor<8x80xf32>)
//       CHECK:   scf.for %[[K:.+]] = {{.+}} iter_args(%[[ACC:.+]] = %{{.+}}) -> (tensor<8x80x!mx.amxfp4>)
//       CHECK:     %[[S:.+]] = affine.min #[[REST]](%[[K]])
//   CHECK-DAG:     %[[SX:.+]] = tensor.extract_slice %[[X]][0, %[[K]]] [8, %[[S]]] [1, 1]
//   CHECK-DAG:     %[[SE:.+]] = tensor.extract_slice %[[ACC]][0, %[[K]]] [8, %[[S]]] [1, 1]
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[SX]] : tensor<8x?xf32>) outs(%[[SE]] : tensor<8x?x!mx.amxfp4>)
//       CHECK:     tensor.insert_slice %[[Q]] into %[[ACC]][0, %[[K]]] [8, %[[S]]] [1, 1]
module attributes {transform.with_named_sequence} {
  func.func @columns(%x: tensor<8x80xf32>) -> tensor<8x80x!mx.amxfp4> {
    %e = tensor.empty() : tensor<8x80x!mx.amxfp4>
    %q = mx.quantize ins(%x : tensor<8x80xf32>) outs(%e : tensor<8x80x!mx.amxfp4>) using amxfp4
    return %q : tensor<8x80x!mx.amxfp4>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %quantize = transform.structured.match ops{["mx.quantize"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loop = transform.structured.tile_using_for %quantize tile_sizes [0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
