// RUN: mx-opt %s --mx-inline-alloca-scopes | FileCheck %s

func.func private @g() -> f32

// CHECK-LABEL: func.func @inlined(
//  CHECK-NEXT:   %[[X:.+]] = call @g()
//  CHECK-NEXT:   return %[[X]]
func.func @inlined() -> f32 {
  %0 = memref.alloca_scope -> (f32) {
    %x = func.call @g() : () -> f32
    memref.alloca_scope.return %x : f32
  }
  return %0 : f32
}

// The inner one holds memory, the outer one none of its own.
// CHECK-LABEL: func.func @nested(
//  CHECK-NEXT:   memref.alloca_scope {
//  CHECK-NEXT:     memref.alloca()
//   CHECK-NOT:   memref.alloca_scope {
func.func @nested(%x: f32) {
  memref.alloca_scope {
    memref.alloca_scope {
      %m = memref.alloca() : memref<4xf32>
      linalg.fill ins(%x : f32) outs(%m : memref<4xf32>)
    }
  }
  return
}

// CHECK-LABEL: func.func @branch(
//  CHECK-NEXT:   memref.alloca_scope {
func.func @branch(%c: i1, %x: f32) {
  memref.alloca_scope {
    scf.if %c {
      %m = memref.alloca() : memref<4xf32>
      linalg.fill ins(%x : f32) outs(%m : memref<4xf32>)
    }
  }
  return
}

// The loop is a scope of its own.
// CHECK-LABEL: func.func @loop(
//  CHECK-NEXT:   scf.for
//  CHECK-NEXT:     memref.alloca()
//   CHECK-NOT:   memref.alloca_scope
func.func @loop(%n: index, %one: index, %x: f32) {
  memref.alloca_scope {
    scf.for %i = %one to %n step %one {
      %m = memref.alloca() : memref<4xf32>
      linalg.fill ins(%x : f32) outs(%m : memref<4xf32>)
    }
  }
  return
}
