// Layers of a model become one function, which takes their weights; what they share
// stays inside.
//
// RUN: mx-opt %s --mx-share-functions --split-input-file | FileCheck %s

memref.global "private" constant @w0 : memref<4xf32> = dense<1.0>
memref.global "private" constant @w1 : memref<4xf32> = dense<2.0>
memref.global "private" constant @table : memref<4xf32> = dense<3.0>

// CHECK-LABEL: func.func private @layer0(
//  CHECK-SAME:     %[[I:.+]]: index, %[[W:.+]]: memref<4xf32>) -> f32
//       CHECK:   %[[T:.+]] = memref.get_global @table
//       CHECK:   %[[X:.+]] = memref.load %[[W]][%[[I]]]
//       CHECK:   %[[Y:.+]] = memref.load %[[T]][%[[I]]]
//       CHECK:   arith.addf %[[X]], %[[Y]]
//   CHECK-NOT: @layer1(
func.func private @layer0(%i: index) -> f32 {
  %t = memref.get_global @table : memref<4xf32>
  %w = memref.get_global @w0 : memref<4xf32>
  %x = memref.load %w[%i] : memref<4xf32>
  %y = memref.load %t[%i] : memref<4xf32>
  %z = arith.addf %x, %y : f32
  return %z : f32
}
func.func private @layer1(%i: index) -> f32 {
  %t = memref.get_global @table : memref<4xf32>
  %w = memref.get_global @w1 : memref<4xf32>
  %x = memref.load %w[%i] : memref<4xf32>
  %y = memref.load %t[%i] : memref<4xf32>
  %z = arith.addf %x, %y : f32
  return %z : f32
}
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[I:.+]]: index)
//       CHECK:   %[[W0:.+]] = memref.get_global @w0
//       CHECK:   %[[X:.+]] = call @layer0(%[[I]], %[[W0]])
//       CHECK:   %[[W1:.+]] = memref.get_global @w1
//       CHECK:   %[[Y:.+]] = call @layer0(%[[I]], %[[W1]])
//       CHECK:   return %[[X]], %[[Y]]
func.func @main(%i: index) -> (f32, f32) {
  %x = call @layer0(%i) : (index) -> f32
  %y = call @layer1(%i) : (index) -> f32
  return %x, %y : f32, f32
}

// -----

// Callers of merged functions are merged next. Other arithmetic, a variable instead
// of a constant, and a public function are other functions.
memref.global "private" @v : memref<4xf32> = dense<1.0>
memref.global "private" constant @w : memref<4xf32> = dense<2.0>

// CHECK: func.func private @a(
func.func private @a(%x: f32) -> f32 {
  %y = arith.addf %x, %x : f32
  return %y : f32
}
// CHECK-NOT: @b(
func.func private @b(%x: f32) -> f32 {
  %y = arith.addf %x, %x : f32
  return %y : f32
}
// CHECK: func.func private @product(
func.func private @product(%x: f32) -> f32 {
  %y = arith.mulf %x, %x : f32
  return %y : f32
}
// CHECK: func.func private @calls_a(
func.func private @calls_a(%x: f32) -> f32 {
  %y = call @a(%x) : (f32) -> f32
  return %y : f32
}
// CHECK-NOT: @calls_b(
func.func private @calls_b(%x: f32) -> f32 {
  %y = call @b(%x) : (f32) -> f32
  return %y : f32
}
// CHECK: func.func private @variable() -> f32
func.func private @variable() -> f32 {
  %c0 = arith.constant 0 : index
  %t = memref.get_global @v : memref<4xf32>
  %x = memref.load %t[%c0] : memref<4xf32>
  return %x : f32
}
// CHECK: func.func private @constant() -> f32
func.func private @constant() -> f32 {
  %c0 = arith.constant 0 : index
  %t = memref.get_global @w : memref<4xf32>
  %x = memref.load %t[%c0] : memref<4xf32>
  return %x : f32
}
// CHECK: func.func @public(
func.func @public(%x: f32) -> f32 {
  %y = arith.addf %x, %x : f32
  return %y : f32
}
// CHECK-LABEL: func.func @callers(
//       CHECK:   call @calls_a(
//       CHECK:   call @calls_a(
//       CHECK:   call @product(
//       CHECK:   call @variable()
//       CHECK:   call @constant()
func.func @callers(%x: f32) -> (f32, f32, f32, f32, f32) {
  %0 = call @calls_a(%x) : (f32) -> f32
  %1 = call @calls_b(%x) : (f32) -> f32
  %2 = call @product(%x) : (f32) -> f32
  %3 = call @variable() : () -> f32
  %4 = call @constant() : () -> f32
  return %0, %1, %2, %3, %4 : f32, f32, f32, f32, f32
}

// -----

// Functions that call one of their own group.
// CHECK: func.func private @r0(
// CHECK:   call @r0(
// CHECK-NOT: @r1(
// CHECK-NOT: @r2(
// CHECK-LABEL: func.func @recursive(
// CHECK-COUNT-3:   call @r0(
func.func private @r0(%x: f32) -> f32 {
  %y = call @r2(%x) : (f32) -> f32
  return %y : f32
}
func.func private @r1(%x: f32) -> f32 {
  %y = call @r2(%x) : (f32) -> f32
  return %y : f32
}
func.func private @r2(%x: f32) -> f32 {
  %y = call @r2(%x) : (f32) -> f32
  return %y : f32
}
func.func @recursive(%x: f32) -> (f32, f32, f32) {
  %0 = call @r0(%x) : (f32) -> f32
  %1 = call @r1(%x) : (f32) -> f32
  %2 = call @r2(%x) : (f32) -> f32
  return %0, %1, %2 : f32, f32, f32
}
