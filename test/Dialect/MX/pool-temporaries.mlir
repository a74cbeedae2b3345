// RUN: mx-opt %s --mx-pool-temporaries --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-DAG: func.func private @mx_pool_allocate(index) -> memref<?xi8> attributes {llvm.emit_c_interface}
// CHECK-DAG: func.func private @mx_pool_free(memref<?xi8>) attributes {llvm.emit_c_interface}

// CHECK-LABEL: func.func @dynamic(
//  CHECK-SAME:     %[[N:.+]]: index, %[[M:.+]]: index, %[[X:.+]]: f32)
//       CHECK:   %[[ROW:.+]] = arith.constant 1024 : index
//       CHECK:   %[[ROWS:.+]] = arith.muli %[[ROW]], %[[N]] : index
//       CHECK:   %[[BYTES:.+]] = arith.muli %[[ROWS]], %[[M]] : index
//       CHECK:   %[[POOL:.+]] = call @mx_pool_allocate(%[[BYTES]])
//       CHECK:   %[[ZERO:.+]] = arith.constant 0 : index
//       CHECK:   %[[VIEW:.+]] = memref.view %[[POOL]][%[[ZERO]]][%[[N]], %[[M]]] : memref<?xi8> to memref<?x256x?xf32>
//       CHECK:   %[[ALIGNED:.+]] = memref.assume_alignment %[[VIEW]], 64 : memref<?x256x?xf32>
//       CHECK:   linalg.fill ins(%[[X]] : f32) outs(%[[ALIGNED]] : memref<?x256x?xf32>)
//       CHECK:   call @mx_pool_free(%[[POOL]])
//   CHECK-NOT:   memref.dealloc
func.func @dynamic(%n: index, %m: index, %x: f32) {
  %0 = memref.alloc(%n, %m) {alignment = 64 : i64} : memref<?x256x?xf32>
  linalg.fill ins(%x : f32) outs(%0 : memref<?x256x?xf32>)
  memref.dealloc %0 : memref<?x256x?xf32>
  return
}

// Large enough by a byte less, and not.
// CHECK-LABEL: func.func @static(
//       CHECK:   %[[BYTES:.+]] = arith.constant 65536 : index
//       CHECK:   call @mx_pool_allocate(%[[BYTES]])
//       CHECK:   memref.alloc() : memref<65535xi8>
//       CHECK:   call @mx_pool_free(
//       CHECK:   memref.dealloc %{{.+}} : memref<65535xi8>
func.func @static() {
  %0 = memref.alloc() : memref<128x128xf32>
  %1 = memref.alloc() : memref<65535xi8>
  memref.dealloc %0 : memref<128x128xf32>
  memref.dealloc %1 : memref<65535xi8>
  return
}

// The caller frees it; another block may; elements take more than their bits; strides
// are not for a view, nor an alignment for the pool.
// CHECK-LABEL: func.func @others(
//   CHECK-NOT:   mx_pool
func.func @others(%n: index, %c: i1) -> memref<?xf32> {
  %0 = memref.alloc(%n) : memref<?xf32>
  %1 = memref.alloc(%n) : memref<?xf32>
  scf.if %c {
    memref.dealloc %1 : memref<?xf32>
  }
  %2 = memref.alloc(%n) : memref<?xi1>
  memref.dealloc %2 : memref<?xi1>
  %3 = memref.alloc(%n) : memref<?x64xf32, affine_map<(i, j) -> (j, i)>>
  memref.dealloc %3 : memref<?x64xf32, affine_map<(i, j) -> (j, i)>>
  %4 = memref.alloc(%n) : memref<?xi24>
  memref.dealloc %4 : memref<?xi24>
  %5 = memref.alloc(%n) : memref<?xf80>
  memref.dealloc %5 : memref<?xf80>
  %6 = memref.alloc(%n) {alignment = 128 : i64} : memref<?xf32>
  memref.dealloc %6 : memref<?xf32>
  return %0 : memref<?xf32>
}

// -----

// expected-error @+1 {{has the name of a function of libmx_runtime}}
func.func private @mx_pool_free(index)
func.func @f(%n: index) {
  %0 = memref.alloc(%n) : memref<?xf32>
  memref.dealloc %0 : memref<?xf32>
  return
}
