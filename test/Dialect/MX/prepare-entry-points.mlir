// Functions that a runner may call are marked and keep a record of their types.
//
// RUN: mx-opt %s --mx-prepare-entry-points | FileCheck %s

// CHECK-LABEL: func.func @public(
//  CHECK-SAME:     attributes {llvm.emit_c_interface, mx.signature = (tensor<?x64xf32>, index) -> (tensor<4xi8>, f32)}
func.func @public(%x: tensor<?x64xf32>, %i: index) -> (tensor<4xi8>, f32) {
  %c = arith.constant dense<1> : tensor<4xi8>
  %s = arith.constant 0.0 : f32
  return %c, %s : tensor<4xi8>, f32
}

// An older record gives way to what the function is now; other attributes stay.
// CHECK-LABEL: func.func @again()
//  CHECK-SAME:     attributes {llvm.emit_c_interface, mx.signature = () -> (), other}
func.func @again() attributes {mx.signature = (f32) -> (), other} {
  return
}

// Nobody calls a private function from outside; one without a body is private.
// CHECK: func.func private @helper() {
func.func private @helper() {
  return
}
// CHECK: func.func private @declared(tensor<4xf32>){{$}}
func.func private @declared(tensor<4xf32>)

// A function of the LLVM dialect is past that.
// CHECK: llvm.func @lowered() {
llvm.func @lowered() {
  llvm.return
}
