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

// An argument that holds a result is a buffer that the caller reads it from; the
// others are not written to.
// CHECK-LABEL: func.func @in_place(
//  CHECK-SAME:     %[[X:.+]]: tensor<1x4xf32> {bufferization.writable = false}, %[[BUFFER:.+]]: memref<8x4xf32>, %[[I:.+]]: index)
//  CHECK-SAME:     -> f32
//  CHECK-SAME:     mx.in_place = array<i64: -1, 0, -1>
//  CHECK-SAME:     mx.signature = (tensor<1x4xf32>, tensor<8x4xf32>, index) -> (tensor<8x4xf32>, f32)
//  CHECK-NEXT:   %[[CACHE:.+]] = bufferization.to_tensor %[[BUFFER]] restrict writable
//       CHECK:   %[[NEXT:.+]] = tensor.insert_slice %[[X]] into %[[CACHE]][%[[I]], 0]
//       CHECK:   bufferization.materialize_in_destination %[[NEXT]] in restrict writable %[[BUFFER]]
//  CHECK-NEXT:   return %{{.+}} : f32
func.func @in_place(%x: tensor<1x4xf32>, %cache: tensor<8x4xf32> {mx.in_place = 0 : i64}, %i: index)
    -> (tensor<8x4xf32>, f32) {
  %next = tensor.insert_slice %x into %cache[%i, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<8x4xf32>
  %s = arith.constant 0.0 : f32
  return %next, %s : tensor<8x4xf32>, f32
}
