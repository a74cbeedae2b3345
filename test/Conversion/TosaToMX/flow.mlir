// Narrow values become bytes along with all that they flow through: functions,
// loops, branches, ops that hand them on.
//
// RUN: mx-opt %s --convert-tosa-to-mx --split-input-file | FileCheck %s

// CHECK-LABEL: func.func private @callee(
//  CHECK-SAME:     %[[C:.+]]: tensor<4x32xi8>, %[[S:.+]]: tensor<4x2x1xi8> {llvm.noalias}) -> (tensor<4x32xi8>, tensor<4x2x1xi8>)
//       CHECK:   %[[I:.+]] = tosa.identity %[[C]] : (tensor<4x32xi8>) -> tensor<4x32xi8>
//       CHECK:   return %[[I]], %[[S]] : tensor<4x32xi8>, tensor<4x2x1xi8>
func.func private @callee(%c: tensor<4x64xf4E2M1FN>, %s: tensor<4x2xf8E8M0FNU> {llvm.noalias}) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>) {
  %i = tosa.identity %c : (tensor<4x64xf4E2M1FN>) -> tensor<4x64xf4E2M1FN>
  return %i, %s : tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>
}
// CHECK-LABEL: func.func @caller(
//       CHECK:   %[[P:.+]]:2 = mx.split
//       CHECK:   %[[R:.+]]:2 = call @callee(%[[P]]#0, %[[P]]#1) : (tensor<4x32xi8>, tensor<4x2x1xi8>) -> (tensor<4x32xi8>, tensor<4x2x1xi8>)
//       CHECK:   mx.join %[[R]]#0, %[[R]]#1
func.func @caller(%x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32} : (tensor<4x64xf32>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>)
  %r:2 = call @callee(%c, %s) : (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>)
  %y = tosa.cast_from_block_scaled %r#0, %r#1 {block_size = BLOCK_SIZE_32} : (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// -----

// CHECK-LABEL: func.func @control_flow(
//  CHECK-SAME:     %[[A:.+]]: tensor<?x64xi8>, %[[B:.+]]: tensor<?x64xi8>, %[[S:.+]]: tensor<?x2x1xi8>, %[[COND:.+]]: i1, %[[N:.+]]: index)
//       CHECK:   %[[IF:.+]] = scf.if %[[COND]] -> (tensor<?x64xi8>)
//       CHECK:     scf.yield %[[A]] : tensor<?x64xi8>
//       CHECK:     scf.yield %[[B]] : tensor<?x64xi8>
//       CHECK:   %[[FOR:.+]] = scf.for {{.*}} iter_args(%[[IT:.+]] = %[[IF]]) -> (tensor<?x64xi8>)
//       CHECK:     %[[SEL:.+]] = arith.select %[[COND]], %[[IT]], %[[B]] : tensor<?x64xi8>
//       CHECK:     scf.yield %[[SEL]] : tensor<?x64xi8>
//       CHECK:   tensor.dim %[[FOR]], %{{.+}} : tensor<?x64xi8>
//       CHECK:   mx.join %[[FOR]], %[[S]]
func.func @control_flow(%a: tensor<?x64xf8E5M2>, %b: tensor<?x64xf8E5M2>, %s: tensor<?x2xf8E8M0FNU>, %cond: i1, %n: index) -> (tensor<?x64xf32>, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.if %cond -> tensor<?x64xf8E5M2> {
    scf.yield %a : tensor<?x64xf8E5M2>
  } else {
    scf.yield %b : tensor<?x64xf8E5M2>
  }
  %1 = scf.for %i = %c0 to %n step %c1 iter_args(%it = %0) -> tensor<?x64xf8E5M2> {
    %2 = arith.select %cond, %it, %b : tensor<?x64xf8E5M2>
    scf.yield %2 : tensor<?x64xf8E5M2>
  }
  %d = tensor.dim %1, %c0 : tensor<?x64xf8E5M2>
  %y = tosa.cast_from_block_scaled %1, %s {block_size = BLOCK_SIZE_32} : (tensor<?x64xf8E5M2>, tensor<?x2xf8E8M0FNU>) -> tensor<?x64xf32>
  return %y, %d : tensor<?x64xf32>, index
}

// -----

// FP8 tensors that no block-scaled op knows of are none of this pass's business.
// CHECK-LABEL: func.func @others(
//  CHECK-SAME:     %[[A:.+]]: tensor<4x64xf8E5M2>, %[[C:.+]]: tensor<4x64xi8>, %[[S:.+]]: tensor<4x2x1xi8>) -> (tensor<4x64xf32>, tensor<4x64xf32>)
//       CHECK:   tosa.cast %[[A]] : (tensor<4x64xf8E5M2>) -> tensor<4x64xf32>
//       CHECK:   mx.join %[[C]], %[[S]]
func.func @others(%a: tensor<4x64xf8E5M2>, %c: tensor<4x64xf8E5M2>, %s: tensor<4x2xf8E8M0FNU>) -> (tensor<4x64xf32>, tensor<4x64xf32>) {
  %x = tosa.cast %a : (tensor<4x64xf8E5M2>) -> tensor<4x64xf32>
  %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32} : (tensor<4x64xf8E5M2>, tensor<4x2xf8E8M0FNU>) -> tensor<4x64xf32>
  return %x, %y : tensor<4x64xf32>, tensor<4x64xf32>
}
