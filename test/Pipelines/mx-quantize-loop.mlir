// What a loop does not change is quantized once, before it: an activation, a
// weight that is an argument, and what moves them. What it changes is not.
//
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1 weights=mxint8 activations=mxint8 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// DEFINE: %{run} = mx-run %s --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} --arg=5x9xf32=integers:1 --arg=9x7xf32=integers:2 --arg=7x9xf32=integers:4 --arg=5x7xf32=integers:3 --arg=0xf32=zeros
// RUN: %{run} --arg=5x9xf32=integers:1 --arg=9x7xf32=integers:2 --arg=7x9xf32=zeros --arg=5x7xf32=integers:3 --arg=3xf32=zeros

// CHECK-LABEL: func @main(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x9xf32>, %[[W:[a-z0-9]+]]: tensor<9x7xf32> {mx.weight}, %[[V:[a-z0-9]+]]: tensor<7x9xf32> {mx.weight}
//   CHECK-DAG:   %[[A:.+]] = mx.quantize ins(%[[X]] :
//   CHECK-DAG:   %[[WT:.+]] = linalg.transpose ins(%[[W]] :
//   CHECK-DAG:   %[[B:.+]] = mx.quantize ins(%[[WT]] :
//   CHECK-DAG:   %[[VT:.+]] = linalg.transpose ins(%[[V]] :
//   CHECK-DAG:   %[[D:.+]] = mx.quantize ins(%[[VT]] :
//       CHECK:   scf.for {{.*}} iter_args(%[[ACC:[a-z0-9]+]] = 
//   CHECK-NOT:     linalg.transpose
//   CHECK-NOT:     mx.quantize
//       CHECK:     %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : {{.*}}) outs(%[[ACC]] :
//   CHECK-NOT:     linalg.transpose
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[Y]] :
//   CHECK-NOT:     linalg.transpose
//   CHECK-NOT:     mx.quantize
//       CHECK:     mx.matmul ins(%[[Q]], %[[D]] :
//       CHECK:     scf.yield
//   CHECK-NOT:   mx.quantize
//       CHECK:   return
func.func @main(%x: tensor<5x9xf32>, %w: tensor<9x7xf32> {mx.weight}, %v: tensor<7x9xf32> {mx.weight}, %c: tensor<5x7xf32>, %counted: tensor<?xf32>) -> (tensor<5x7xf32>, tensor<5x9xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %counted, %c0 : tensor<?xf32>
  %zero = arith.constant dense<0.0> : tensor<5x9xf32>
  %y:2 = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %c, %last = %zero) -> (tensor<5x7xf32>, tensor<5x9xf32>) {
    %p = linalg.matmul ins(%x, %w : tensor<5x9xf32>, tensor<9x7xf32>) outs(%acc : tensor<5x7xf32>) -> tensor<5x7xf32>
    %q = linalg.matmul ins(%p, %v : tensor<5x7xf32>, tensor<7x9xf32>) outs(%last : tensor<5x9xf32>) -> tensor<5x9xf32>
    scf.yield %p, %q : tensor<5x7xf32>, tensor<5x9xf32>
  }
  return %y#0, %y#1 : tensor<5x7xf32>, tensor<5x9xf32>
}
