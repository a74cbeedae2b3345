// Products in the control flow of TOSA against the float result, bit for bit:
// the weights move numbers and change signs, so that every step holds integers
// that mxint8 holds. Two numbers, each greater than the other in one of the
// runs, choose the branch; the loop runs a number of times from 1 to 16 that
// each run has another of, and the rows after each are told apart.
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{quantize} = mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict}
// DEFINE: %{run} = mx-run --pipeline='%{quantize},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/branch.mlir --arg=1x3x4xf32=integers:1 --arg=f32=integers:1 --arg=f32=integers:2
// RUN: %{run} %t/branch.mlir --arg=1x3x4xf32=integers:1 --arg=f32=integers:2 --arg=f32=integers:1
// RUN: %{run} %t/loop.mlir --arg=1x3x4xf32=integers:1 --arg=f32=integers:1
// RUN: %{run} %t/loop.mlir --arg=1x3x4xf32=integers:1 --arg=f32=integers:2
// RUN: %{run} %t/nested.mlir --arg=1x3x4xf32=integers:1 --arg=f32=integers:1

// RUN: mx-opt %t/branch.mlir --pass-pipeline='builtin.module(%{quantize})' | FileCheck %s --check-prefix=BRANCH
// RUN: mx-opt %t/loop.mlir --pass-pipeline='builtin.module(%{quantize})' | FileCheck %s --check-prefix=LOOP
// RUN: mx-opt %t/nested.mlir --pass-pipeline='builtin.module(%{quantize})' | FileCheck %s --check-prefix=LOOP

// BRANCH-LABEL: func.func @main(
//  BRANCH-SAME:     %[[X:.+]]: tensor<1x3x4xf32>, %[[A:.+]]: tensor<f32>, %[[B:.+]]: tensor<f32>)
//       BRANCH:   %[[W:.+]] = mx.constant
//       BRANCH:   %[[G:.+]] = linalg.generic {{.*}} ins(%[[A]], %[[B]] :
//       BRANCH:   %[[C:.+]] = tensor.extract %[[G]][]
//       BRANCH:   %[[R:.+]] = scf.if %[[C]]
//       BRANCH:     %[[Q:.+]] = mx.quantize ins(%[[X]] :
//       BRANCH:     %[[Y:.+]] = mx.matmul ins(%[[Q]], %[[W]] :
//       BRANCH:     scf.yield %[[Y]]
//       BRANCH:   } else {
//       BRANCH:     scf.yield %[[X]]
//       BRANCH:   return %[[R]]

// LOOP-LABEL: func.func @main(
//   LOOP-NOT:   tosa
//       LOOP:   scf.while
//       LOOP:   } do {
//       LOOP:   ^bb0(%{{.+}}: tensor<f32>, %[[IT:.+]]: tensor<1x3x4xf32>):
//       LOOP:     %[[Q:.+]] = mx.quantize ins(%[[IT]] :
//       LOOP:     mx.matmul ins(%[[Q]],
//   LOOP-NOT:   tosa

//--- branch.mlir
func.func @main(%x: tensor<1x3x4xf32>, %a: tensor<f32>, %b: tensor<f32>) -> tensor<1x3x4xf32> {
  %w = "tosa.const"() <{values = dense<[[[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], [-1.0, 0.0, 0.0, 0.0]]]> : tensor<1x4x4xf32>}> : () -> tensor<1x4x4xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %c = tosa.greater %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %r = tosa.cond_if %c (%p = %x) : tensor<i1> (tensor<1x3x4xf32>) -> tensor<1x3x4xf32> {
  ^bb0(%p: tensor<1x3x4xf32>):
    %y = tosa.matmul %p, %w, %zp, %zp : (tensor<1x3x4xf32>, tensor<1x4x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x4xf32>
    tosa.yield %y : tensor<1x3x4xf32>
  } else {
  ^bb0(%p: tensor<1x3x4xf32>):
    tosa.yield %p : tensor<1x3x4xf32>
  }
  return %r : tensor<1x3x4xf32>
}

//--- loop.mlir
func.func @main(%x: tensor<1x3x4xf32>, %from: tensor<f32>) -> tensor<1x3x4xf32> {
  %w = "tosa.const"() <{values = dense<[[[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], [-1.0, 0.0, 0.0, 0.0]]]> : tensor<1x4x4xf32>}> : () -> tensor<1x4x4xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %one = "tosa.const"() <{values = dense<1.0> : tensor<f32>}> : () -> tensor<f32>
  %last = "tosa.const"() <{values = dense<7.0> : tensor<f32>}> : () -> tensor<f32>
  %r:2 = tosa.while_loop (%i = %from, %p = %x) : (tensor<f32>, tensor<1x3x4xf32>) -> (tensor<f32>, tensor<1x3x4xf32>) {
    %c = tosa.greater_equal %last, %i : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tosa.yield %c : tensor<i1>
  } do {
  ^bb0(%i: tensor<f32>, %p: tensor<1x3x4xf32>):
    %y = tosa.matmul %p, %w, %zp, %zp : (tensor<1x3x4xf32>, tensor<1x4x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x4xf32>
    %n = tosa.add %i, %one : (tensor<f32>, tensor<f32>) -> tensor<f32>
    tosa.yield %n, %y : tensor<f32>, tensor<1x3x4xf32>
  }
  return %r#1 : tensor<1x3x4xf32>
}

// A loop in a branch: what is made of the outer op holds ops of TOSA.
//--- nested.mlir
func.func @main(%x: tensor<1x3x4xf32>, %from: tensor<f32>) -> tensor<1x3x4xf32> {
  %w = "tosa.const"() <{values = dense<[[[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], [-1.0, 0.0, 0.0, 0.0]]]> : tensor<1x4x4xf32>}> : () -> tensor<1x4x4xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %one = "tosa.const"() <{values = dense<1.0> : tensor<f32>}> : () -> tensor<f32>
  %last = "tosa.const"() <{values = dense<7.0> : tensor<f32>}> : () -> tensor<f32>
  %always = tosa.greater_equal %last, %from : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %r = tosa.cond_if %always (%s = %from, %q = %x) : tensor<i1> (tensor<f32>, tensor<1x3x4xf32>) -> tensor<1x3x4xf32> {
  ^bb0(%s: tensor<f32>, %q: tensor<1x3x4xf32>):
    %t:2 = tosa.while_loop (%i = %s, %p = %q) : (tensor<f32>, tensor<1x3x4xf32>) -> (tensor<f32>, tensor<1x3x4xf32>) {
      %c = tosa.greater_equal %last, %i : (tensor<f32>, tensor<f32>) -> tensor<i1>
      tosa.yield %c : tensor<i1>
    } do {
    ^bb0(%i: tensor<f32>, %p: tensor<1x3x4xf32>):
      %y = tosa.matmul %p, %w, %zp, %zp : (tensor<1x3x4xf32>, tensor<1x4x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x4xf32>
      %n = tosa.add %i, %one : (tensor<f32>, tensor<f32>) -> tensor<f32>
      tosa.yield %n, %y : tensor<f32>, tensor<1x3x4xf32>
    }
    tosa.yield %t#1 : tensor<1x3x4xf32>
  } else {
  ^bb0(%s: tensor<f32>, %q: tensor<1x3x4xf32>):
    tosa.yield %q : tensor<1x3x4xf32>
  }
  return %r : tensor<1x3x4xf32>
}
