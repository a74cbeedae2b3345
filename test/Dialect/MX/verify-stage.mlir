// What may touch blocks at stage block: all of this passes unchanged.
//
// RUN: mx-opt %s --mx-verify-stage --verify-diagnostics | FileCheck %s
// RUN: mx-opt %s --pass-pipeline='builtin.module(mx-verify-stage{stage=block})' --verify-diagnostics

// Functions, declared, called and returned from.
func.func private @declared(tensor<?x64x!mx.amxfp4>) -> tensor<?x64x!mx.amxfp4>
func.func @calls(%q: tensor<?x64x!mx.amxfp4>) -> tensor<?x64x!mx.amxfp4> {
  %r = call @declared(%q) : (tensor<?x64x!mx.amxfp4>) -> tensor<?x64x!mx.amxfp4>
  return %r : tensor<?x64x!mx.amxfp4>
}

// mx ops, tensor.empty, dim and cast.
func.func @mx_ops(%x: tensor<?x?xf32>, %c: tensor<?x?xi8>, %s: tensor<?x?x2xi8>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %k = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %k) : tensor<?x?x!mx.amxfp4>
  %a = mx.quantize ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?x!mx.amxfp4>) using amxfp4
  %d = tensor.dim %a, %c1 : tensor<?x?x!mx.amxfp4>
  %b = mx.join %c, %s, %d : (tensor<?x?xi8>, tensor<?x?x2xi8>, index) -> tensor<?x?x!mx.amxfp4>
  %p:3 = mx.split %b : tensor<?x?x!mx.amxfp4>
  %t = tensor.cast %b : tensor<?x?x!mx.amxfp4> to tensor<8x64x!mx.amxfp4>
  %z = mx.matmul ins(%a, %t : tensor<?x?x!mx.amxfp4>, tensor<8x64x!mx.amxfp4>) outs(%y : tensor<?x?xf32>)
  return %z : tensor<?x?xf32>
}

// Slices: whole blocks; the short block at the end; all of the axis, also of a
// dynamic one; any rows; rows dropped.
func.func @slices(%q: tensor<4x72x!mx.amxfp4>, %d: tensor<?x?x!mx.amxfp4>, %i: index) {
  %c1 = arith.constant 1 : index
  %0 = tensor.extract_slice %q[1, 32] [2, 32] [2, 1] : tensor<4x72x!mx.amxfp4> to tensor<2x32x!mx.amxfp4>
  %1 = tensor.extract_slice %q[%i, 64] [%i, 8] [1, 1] : tensor<4x72x!mx.amxfp4> to tensor<?x8x!mx.amxfp4>
  %2 = tensor.extract_slice %q[3, 32] [1, 40] [1, 1] : tensor<4x72x!mx.amxfp4> to tensor<40x!mx.amxfp4>
  %k = tensor.dim %d, %c1 : tensor<?x?x!mx.amxfp4>
  %3 = tensor.extract_slice %d[%i, 0] [1, %k] [1, 1] : tensor<?x?x!mx.amxfp4> to tensor<1x?x!mx.amxfp4>
  %4 = tensor.extract_slice %d[0, 96] [2, 64] [1, 1] : tensor<?x?x!mx.amxfp4> to tensor<2x64x!mx.amxfp4>
  %5 = tensor.insert_slice %0 into %q[%i, 0] [2, 32] [1, 1] : tensor<2x32x!mx.amxfp4> into tensor<4x72x!mx.amxfp4>
  %6 = tensor.insert_slice %2 into %5[%i, 32] [1, 40] [1, 1] : tensor<40x!mx.amxfp4> into tensor<4x72x!mx.amxfp4>
  %7 = tensor.insert_slice %3 into %d[%i, 0] [1, %k] [1, 1] : tensor<1x?x!mx.amxfp4> into tensor<?x?x!mx.amxfp4>
  return
}

// Reshapes of the other axes.
func.func @reshapes(%q: tensor<6x64x!mx.amxfp4>) -> tensor<6x64x!mx.amxfp4> {
  %0 = tensor.expand_shape %q [[0, 1, 2], [3]] output_shape [2, 1, 3, 64] : tensor<6x64x!mx.amxfp4> into tensor<2x1x3x64x!mx.amxfp4>
  %1 = tensor.collapse_shape %0 [[0, 1, 2], [3]] : tensor<2x1x3x64x!mx.amxfp4> into tensor<6x64x!mx.amxfp4>
  return %1 : tensor<6x64x!mx.amxfp4>
}

// Structured control flow and a choice between two tensors.
func.func @loops(%q: tensor<8x64x!mx.amxfp4>, %n: index, %p: i1) -> tensor<8x64x!mx.amxfp4> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %q) -> tensor<8x64x!mx.amxfp4> {
    %r = scf.if %p -> tensor<8x64x!mx.amxfp4> {
      scf.yield %a : tensor<8x64x!mx.amxfp4>
    } else {
      scf.yield %q : tensor<8x64x!mx.amxfp4>
    }
    scf.yield %r : tensor<8x64x!mx.amxfp4>
  }
  %1 = scf.while (%a = %0) : (tensor<8x64x!mx.amxfp4>) -> tensor<8x64x!mx.amxfp4> {
    scf.condition(%p) %a : tensor<8x64x!mx.amxfp4>
  } do {
  ^bb0(%a: tensor<8x64x!mx.amxfp4>):
    scf.yield %a : tensor<8x64x!mx.amxfp4>
  }
  %2 = scf.forall (%i) in (4) shared_outs(%o = %1) -> tensor<8x64x!mx.amxfp4> {
    %t = tensor.extract_slice %q[%i, 0] [2, 64] [1, 1] : tensor<8x64x!mx.amxfp4> to tensor<2x64x!mx.amxfp4>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %t into %o[%i, 0] [2, 64] [1, 1] : tensor<2x64x!mx.amxfp4> into tensor<8x64x!mx.amxfp4>
    }
  }
  %3 = arith.select %p, %2, %q : tensor<8x64x!mx.amxfp4>
  return %3 : tensor<8x64x!mx.amxfp4>
}

// Jumps that carry no blocks, and floats of any kind, are none of its business.
// CHECK-LABEL: func @floats(
//       CHECK:   cf.br ^bb1(%{{.+}} : tensor<4x4xf32>)
//       CHECK:   linalg.transpose
func.func @floats(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  cf.br ^bb1(%x : tensor<4x4xf32>)
^bb1(%y: tensor<4x4xf32>):
  %z = linalg.transpose ins(%y : tensor<4x4xf32>) outs(%x : tensor<4x4xf32>) permutation = [1, 0]
  return %z : tensor<4x4xf32>
}
