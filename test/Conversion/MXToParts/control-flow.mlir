// Structured control flow carries the parts.
//
// RUN: mx-opt %s --convert-mx-to-parts --mx-verify-stage=stage=parts --split-input-file | FileCheck %s

// CHECK-LABEL: func @for_and_if(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<?x?xi8>, %[[S:[^:]+]]: tensor<?x?x2xi8>, %[[K:[^:]+]]: index, %[[P:[^:]+]]: i1)
//       CHECK:   %[[R:.+]]:3 = scf.for {{.+}} to %[[K]] {{.+}} iter_args(%[[IC:.+]] = %[[C]], %[[IS:.+]] = %[[S]], %[[IK:.+]] = %[[K]])
//       CHECK:     %[[T:.+]]:3 = scf.if %[[P]]
//       CHECK:       scf.yield %[[IC]], %[[IS]], %[[IK]]
//       CHECK:     else
//       CHECK:       scf.yield %[[C]], %[[S]], %[[K]]
//       CHECK:     scf.yield %[[T]]#0, %[[T]]#1, %[[T]]#2
//       CHECK:   return %[[R]]#0, %[[R]]#1, %[[R]]#2
func.func @for_and_if(%q: tensor<?x?x!mx.amxfp4>, %p: i1) -> tensor<?x?x!mx.amxfp4> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %k = tensor.dim %q, %c1 : tensor<?x?x!mx.amxfp4>
  %0 = scf.for %i = %c0 to %k step %c1 iter_args(%a = %q) -> tensor<?x?x!mx.amxfp4> {
    %r = scf.if %p -> tensor<?x?x!mx.amxfp4> {
      scf.yield %a : tensor<?x?x!mx.amxfp4>
    } else {
      scf.yield %q : tensor<?x?x!mx.amxfp4>
    }
    scf.yield %r : tensor<?x?x!mx.amxfp4>
  }
  return %0 : tensor<?x?x!mx.amxfp4>
}

// -----

// CHECK-LABEL: func @while(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<4x16xi8>, %[[S:[^:]+]]: tensor<4x2x1xi8>, %[[O:[^:]+]]: tensor<4xf32>, %[[P:[^:]+]]: i1)
//       CHECK:   %[[R:.+]]:3 = scf.while (%[[AC:.+]] = %[[C]], %[[AS:.+]] = %[[S]], %[[AO:.+]] = %[[O]])
//       CHECK:     scf.condition(%[[P]]) %[[AC]], %[[AS]], %[[AO]]
//       CHECK:   ^bb0(%[[BC:.+]]: tensor<4x16xi8>, %[[BS:.+]]: tensor<4x2x1xi8>, %[[BO:.+]]: tensor<4xf32>):
//       CHECK:     scf.yield %[[BC]], %[[BS]], %[[BO]]
//       CHECK:   return %[[R]]#0, %[[R]]#1, %[[R]]#2
func.func @while(%q: tensor<4x32x!mx.nvfp4_row>, %p: i1) -> tensor<4x32x!mx.nvfp4_row> {
  %0 = scf.while (%a = %q) : (tensor<4x32x!mx.nvfp4_row>) -> tensor<4x32x!mx.nvfp4_row> {
    scf.condition(%p) %a : tensor<4x32x!mx.nvfp4_row>
  } do {
  ^bb0(%b: tensor<4x32x!mx.nvfp4_row>):
    scf.yield %b : tensor<4x32x!mx.nvfp4_row>
  }
  return %0 : tensor<4x32x!mx.nvfp4_row>
}

// -----

// CHECK-LABEL: func @index_switch_and_select(
//  CHECK-SAME:     %[[AC:[^:]+]]: tensor<4x16xi8>, %[[AS:[^:]+]]: tensor<4x1x2xi8>, %[[BC:[^:]+]]: tensor<4x16xi8>, %[[BS:[^:]+]]: tensor<4x1x2xi8>, %[[N:[^:]+]]: index, %[[P:[^:]+]]: i1)
//       CHECK:   %[[W:.+]]:2 = scf.index_switch %[[N]]
//       CHECK:   case 7
//       CHECK:     scf.yield %[[AC]], %[[AS]]
//       CHECK:   default
//       CHECK:     scf.yield %[[BC]], %[[BS]]
//   CHECK-DAG:   %[[C:.+]] = arith.select %[[P]], %[[W]]#0, %[[AC]] : tensor<4x16xi8>
//   CHECK-DAG:   %[[S:.+]] = arith.select %[[P]], %[[W]]#1, %[[AS]] : tensor<4x1x2xi8>
//       CHECK:   return %[[C]], %[[S]]
func.func @index_switch_and_select(%a: tensor<4x32x!mx.amxfp4>, %b: tensor<4x32x!mx.amxfp4>, %n: index, %p: i1) -> tensor<4x32x!mx.amxfp4> {
  %0 = scf.index_switch %n -> tensor<4x32x!mx.amxfp4>
  case 7 {
    scf.yield %a : tensor<4x32x!mx.amxfp4>
  }
  default {
    scf.yield %b : tensor<4x32x!mx.amxfp4>
  }
  %1 = arith.select %p, %0, %a : tensor<4x32x!mx.amxfp4>
  return %1 : tensor<4x32x!mx.amxfp4>
}

// -----

// Parallel tiles: bounds, steps and mapping stay; each part has its own shared
// output and its own insertion, row scales too.
// CHECK-LABEL: func @forall(
//  CHECK-SAME:     %[[C:[^:]+]]: tensor<?x32xi8>, %[[S:[^:]+]]: tensor<?x2x2xi8>, %[[O:[^:]+]]: tensor<?xf32>, %[[EC:[^:]+]]: tensor<?x32xi8>, %[[ES:[^:]+]]: tensor<?x2x2xi8>, %[[EO:[^:]+]]: tensor<?xf32>)
//       CHECK:   %[[M:.+]] = tensor.dim %[[C]], %{{.+}}
//       CHECK:   %[[R:.+]]:3 = scf.forall (%[[I:.+]], %[[J:.+]]) = (0, 1) to (%[[M]], 4) step (1, 3) shared_outs(%[[OC:.+]] = %[[EC]], %[[OS:.+]] = %[[ES]], %[[OO:.+]] = %[[EO]])
//   CHECK-DAG:     %[[TC:.+]] = tensor.extract_slice %[[C]][%[[I]], 16] [1, 16] [1, 1]
//   CHECK-DAG:     %[[TS:.+]] = tensor.extract_slice %[[S]][%[[I]], 1, 0] [1, 1, 2] [1, 1, 1]
//   CHECK-DAG:     %[[TO:.+]] = tensor.extract_slice %[[O]][%[[I]]] [1] [1]
//       CHECK:     in_parallel
//   CHECK-DAG:       tensor.parallel_insert_slice %[[TC]] into %[[OC]][%[[I]], 0] [1, 16] [1, 1]
//   CHECK-DAG:       tensor.parallel_insert_slice %[[TS]] into %[[OS]][%[[I]], 0, 0] [1, 1, 2] [1, 1, 1]
//   CHECK-DAG:       tensor.parallel_insert_slice %[[TO]] into %[[OO]][%[[I]]] [1] [1]
//       CHECK:   mapping = [#gpu.block<y>, #gpu.block<x>]
//       CHECK:   return %[[R]]#0, %[[R]]#1, %[[R]]#2
func.func @forall(%q: tensor<?x64x!mx.amxfp4_e4m3>, %e: tensor<?x64x!mx.amxfp4_e4m3>) -> tensor<?x64x!mx.amxfp4_e4m3> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %q, %c0 : tensor<?x64x!mx.amxfp4_e4m3>
  %0 = scf.forall (%i, %j) = (0, 1) to (%m, 4) step (1, 3) shared_outs(%o = %e) -> tensor<?x64x!mx.amxfp4_e4m3> {
    %t = tensor.extract_slice %q[%i, 32] [1, 32] [1, 1] : tensor<?x64x!mx.amxfp4_e4m3> to tensor<32x!mx.amxfp4_e4m3>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %t into %o[%i, 0] [1, 32] [1, 1] : tensor<32x!mx.amxfp4_e4m3> into tensor<?x64x!mx.amxfp4_e4m3>
    }
  } {mapping = [#gpu.block<y>, #gpu.block<x>]}
  return %0 : tensor<?x64x!mx.amxfp4_e4m3>
}

// -----

// The float results of a loop that reads blocks keep their places among those
// that become several.
// CHECK-LABEL: func @mixed(
//  CHECK-SAME:     %[[X:[^:]+]]: tensor<8x32xf32>, %[[C:[^:]+]]: tensor<8x16xi8>, %[[S:[^:]+]]: tensor<8x1x2xi8>)
//       CHECK:   %[[R:.+]]:4 = scf.forall (%[[I:.+]]) in (8) shared_outs(%[[X0:.+]] = %[[X]], %[[OC:.+]] = %[[C]], %[[OS:.+]] = %[[S]], %[[X1:.+]] = %[[X]])
//       CHECK:       tensor.parallel_insert_slice %{{.+}} into %[[X0]][%[[I]], 0]
//       CHECK:       tensor.parallel_insert_slice %{{.+}} into %[[X1]][%[[I]], 0]
//       CHECK:   return %[[R]]#3, %[[R]]#1, %[[R]]#2, %[[R]]#0
func.func @mixed(%x: tensor<8x32xf32>, %q: tensor<8x32x!mx.amxfp4>) -> (tensor<8x32xf32>, tensor<8x32x!mx.amxfp4>, tensor<8x32xf32>) {
  %0:3 = scf.forall (%i) in (8) shared_outs(%a = %x, %b = %q, %c = %x) -> (tensor<8x32xf32>, tensor<8x32x!mx.amxfp4>, tensor<8x32xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [1, 32] [1, 1] : tensor<8x32xf32> to tensor<1x32xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %t into %a[%i, 0] [1, 32] [1, 1] : tensor<1x32xf32> into tensor<8x32xf32>
      tensor.parallel_insert_slice %t into %c[%i, 0] [1, 32] [1, 1] : tensor<1x32xf32> into tensor<8x32xf32>
    }
  }
  return %0#2, %0#1, %0#0 : tensor<8x32xf32>, tensor<8x32x!mx.amxfp4>, tensor<8x32xf32>
}
