// Tiles as high as the config says, one lower for the rows left over, all on
// one panel of weights that is as deep as the config says, from zero on at the
// first step over K. What is computed is compared with the numerics library
// elsewhere.
//
// RUN: mx-opt %s --convert-mx-parts-to-kernels --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @static_rows(
//       CHECK:   call @mx_matmul_f32_mxfp4_mxfp4(
// CHECK-LABEL: func private @mx_matmul_f32_mxfp4_mxfp4(
//  CHECK-SAME:   passthrough = ["noinline", ["target-cpu", "x86-64-v3"], ["tune-cpu", "znver3"], ["target-features",
//   CHECK-DAG:   %[[X:.+]] = memref.alloc() {alignment = 64 : i64} : memref<5x544xf32>
//   CHECK-DAG:   %[[P:.+]] = memref.alloc() {alignment = 64 : i64} : memref<8x256x16xf32>
//   CHECK-DAG:   %[[S:.+]] = memref.alloc() {alignment = 64 : i64} : memref<5x128xf32>
//       CHECK:   scf.for %[[STEP:.+]] = %{{.+}} to %{{.+}} step
//       CHECK:     %[[BEGIN:.+]] = arith.muli %[[STEP]], %{{.+}}
//       CHECK:     llvm.call_intrinsic "llvm.x86.avx2.permps"
//       CHECK:       %[[X2:.+]] = memref.subview %[[X]][%{{.+}}, %{{.+}}] [2, %{{.+}}]
//       CHECK:       %[[V2:.+]] = memref.cast %[[X2]] :
//       CHECK:       %[[P2:.+]] = memref.subview %[[P]][%{{.+}}, 0, 0] [1, 256, 16]
//       CHECK:       %[[S2:.+]] = memref.subview %[[S]][%{{.+}}, %{{.+}}] [2, 16]
//       CHECK:       %[[FIRST:.+]] = arith.cmpi eq, %[[BEGIN]], %{{.+}}
//       CHECK:       scf.if %[[FIRST]] {
//       CHECK:         vector.store %[[ZERO:.+]], %[[S2]][%[[I0:.+]], %[[I0]]] : {{.+}}, vector<8xf32>
//       CHECK:         vector.store %[[ZERO]], %[[S2]][%[[I0]], %[[I8:.+]]] :
//       CHECK:         vector.store %[[ZERO]], %[[S2]][%[[I1:.+]], %[[I0]]] :
//       CHECK:         vector.store %[[ZERO]], %[[S2]][%[[I1]], %[[I8]]] :
//       CHECK:       mx.microkernel "x86-64-v3" ins(%[[V2]], %[[P2]] : {{.*}}) k(%{{.+}}) outs(%[[S2]] :
//       CHECK:       %[[X1:.+]] = memref.subview %[[X]][4, %{{.+}}] [1, %{{.+}}]
//       CHECK:       %[[V1:.+]] = memref.cast %[[X1]] :
//       CHECK:       %[[P1:.+]] = memref.subview %[[P]][%{{.+}}, 0, 0] [1, 256, 16]
//       CHECK:       %[[S1:.+]] = memref.subview %[[S]][4, %{{.+}}] [1, 16]
//       CHECK:       mx.microkernel "x86-64-v3" ins(%[[V1]], %[[P1]] : {{.*}}) k(%{{.+}}) outs(%{{.+}} :
//   CHECK-NOT:     mx.microkernel
//       CHECK:   memref.dealloc %[[X]]
func.func @static_rows(%ac: memref<5x256xi8>, %as: memref<5x16x1xi8>, %bt: memref<3x8x544xi8>,
                       %c: memref<5x40xf32>) {
  %k = arith.constant 512 : index
  mx.matmul_parts lhs(%ac, %as : memref<5x256xi8>, memref<5x16x1xi8>) : !mx.mxfp4
    rhs packed(%bt : memref<3x8x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<5x40xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

// Equal products are one function, whatever the strides; another M is another.

// CHECK-LABEL: func @equal(
//       CHECK:   call @[[F:mx_matmul_f32_float_mxfp4]](
//       CHECK:   %[[V:.+]] = memref.cast %{{.+}} : memref<2x64xf32, strided<[64, 1], offset: 128>> to memref<2x64xf32, strided<[?, 1], offset: ?>>
//       CHECK:   call @[[G:mx_matmul_f32_float_mxfp4_[0-9]+]](%[[V]],
//       CHECK:   call @[[G]](
//       CHECK:   call @[[F]](
//   CHECK-NOT:   call
//   CHECK-DAG: func private @[[F]](
//   CHECK-DAG: func private @[[G]](
//   CHECK-NOT: func private
func.func @equal(%x: memref<2x64xf32>, %y: memref<2x64xf32, strided<[64, 1], offset: 128>>,
                 %z: memref<2x64xf32, strided<[96, 1]>>, %w: memref<1x1x544xi8>, %c: memref<2x16xf32>) {
  %k = arith.constant 64 : index
  mx.matmul_parts lhs(%x : memref<2x64xf32>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<2x16xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  mx.matmul_parts lhs(%y : memref<2x64xf32, strided<[64, 1], offset: 128>>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<2x16xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  mx.matmul_parts lhs(%z : memref<2x64xf32, strided<[96, 1]>>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<2x16xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  mx.matmul_parts lhs(%x : memref<2x64xf32>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<2x16xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

// Of a number of rows that is known at run time, the function is for any N and K.

// CHECK-LABEL: func @any_shape(
//  CHECK-SAME:     %[[AC:.+]]: memref<?x32xi8>, %[[AS:.+]]: memref<?x2x1xi8>, %[[AT:.+]]: memref<3x1x544xi8>, %[[AY:.+]]: memref<?x40xf32>,
//  CHECK-SAME:     %[[BC:.+]]: memref<?x256xi8, strided<[512, 1]>>, %[[BS:.+]]: memref<?x16x1xi8>, %[[BT:.+]]: memref<1x8x544xi8>, %[[BY:.+]]: memref<?x16xf32>, %[[DC:.+]]: memref<?x256xi8>)
//   CHECK-DAG:   %[[K:.+]] = arith.constant 512 : index
//   CHECK-DAG:   %[[J:.+]] = arith.constant 64 : index
//   CHECK-DAG:   %[[C:.+]] = memref.cast %[[AC]] : memref<?x32xi8> to memref<?x?xi8>
//   CHECK-DAG:   %[[S:.+]] = memref.cast %[[AS]] : memref<?x2x1xi8> to memref<?x?x1xi8>
//   CHECK-DAG:   %[[T:.+]] = memref.cast %[[AT]] : memref<3x1x544xi8> to memref<?x?x544xi8>
//   CHECK-DAG:   %[[Y:.+]] = memref.cast %[[AY]] : memref<?x40xf32> to memref<?x?xf32>
//       CHECK:   call @[[F:mx_matmul_f32_mxfp4_mxfp4]](%[[C]], %[[S]], %[[T]], %[[J]], %[[Y]])
//       CHECK:   %[[D:.+]] = memref.cast %[[DC]] : memref<?x256xi8> to memref<?x?xi8>
//       CHECK:   call @[[F]](%[[D]], %{{.+}}, %{{.+}}, %[[K]], %{{.+}})
//       CHECK:   %[[V:.+]] = memref.cast %[[BC]] : {{.+}} to memref<?x?xi8, strided<[?, 1], offset: ?>>
//       CHECK:   call @[[G:mx_matmul_f32_mxfp4_mxfp4_[0-9]+]](%[[V]], %{{.+}}, %{{.+}}, %[[K]], %{{.+}})
//   CHECK-DAG: func private @[[F]](
//   CHECK-DAG: func private @[[G]](
//   CHECK-NOT: func private
func.func @any_shape(%ac: memref<?x32xi8>, %as: memref<?x2x1xi8>, %at: memref<3x1x544xi8>, %ay: memref<?x40xf32>,
                     %bc: memref<?x256xi8, strided<[512, 1]>>, %bs: memref<?x16x1xi8>, %bt: memref<1x8x544xi8>, %by: memref<?x16xf32>, %dc: memref<?x256xi8>) {
  %j = arith.constant 64 : index
  %k = arith.constant 512 : index
  mx.matmul_parts lhs(%ac, %as : memref<?x32xi8>, memref<?x2x1xi8>) : !mx.mxfp4 rhs packed(%at : memref<3x1x544xi8>) : !mx.mxfp4
    k(%j) outs(%ay : memref<?x40xf32>) {from_zero, lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  mx.matmul_parts lhs(%dc, %bs : memref<?x256xi8>, memref<?x16x1xi8>) : !mx.mxfp4 rhs packed(%bt : memref<1x8x544xi8>) : !mx.mxfp4
    k(%k) outs(%by : memref<?x16xf32>) {from_zero, lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  mx.matmul_parts lhs(%bc, %bs : memref<?x256xi8, strided<[512, 1]>>, memref<?x16x1xi8>) : !mx.mxfp4 rhs packed(%bt : memref<1x8x544xi8>) : !mx.mxfp4
    k(%k) outs(%by : memref<?x16xf32>) {from_zero, lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

// What counts as zero is not read, only written.

// CHECK-LABEL: func private @mx_matmul_f32_float_mxfp4(
//  CHECK-SAME:     %{{.+}}: memref<5x64xf32>, %{{.+}}: memref<1x1x544xi8>, %[[C:.+]]: memref<5x16xf32>)
//   CHECK-NOT:   vector.load %[[C]]
//       CHECK:   vector.store %{{.+}}, %[[C]][
//   CHECK-NOT:   load %[[C]]
//       CHECK:   return
func.func @from_zero(%x: memref<5x64xf32>, %w: memref<1x1x544xi8>, %c: memref<5x16xf32>) {
  %k = arith.constant 64 : index
  mx.matmul_parts lhs(%x : memref<5x64xf32>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<5x16xf32>)
    {from_zero, lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 2, vectors = 1, k_block = 256>}
  return
}

// -----

// Each thread has its own panel and a share of the columns.

// CHECK-LABEL: func @threads(
//       CHECK: func private @mx_matmul_f32_float_mxfp4(
//       CHECK:   %[[X:.+]] = memref.alloc() {{.*}} : memref<8x288xf32>
//       CHECK:   scf.forall (%[[T:.+]]) in (3) {
//       CHECK:     memref.alloc() {{.*}} : memref<8x256x16xf32>
//       CHECK:     scf.for
//       CHECK:       memref.subview %[[X]]
//       CHECK:   memref.dealloc %[[X]]
func.func @threads(%x: memref<8x64xf32>, %w: memref<64x1x544xi8>, %c: memref<8x1024xf32>) {
  %k = arith.constant 64 : index
  mx.matmul_parts lhs(%x : memref<8x64xf32>) rhs packed(%w : memref<64x1x544xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<8x1024xf32>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256, threads = 3>}
  return
}

// -----

func.func @not_packed(%x: memref<5x64xf32>, %bc: memref<40x32xi8>, %bs: memref<40x2x1xi8>, %c: memref<5x40xf32>) {
  %k = arith.constant 64 : index
  // expected-error @+1 {{rhs is not packed, as kernels expect it: run mx-prepack-weights}}
  mx.matmul_parts lhs(%x : memref<5x64xf32>)
    rhs(%bc, %bs : memref<40x32xi8>, memref<40x2x1xi8>) : !mx.mxfp4 k(%k) outs(%c : memref<5x40xf32>)
    {lowering_config = #mx.lowering_config<target = "znver4", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

// What has no contiguous rows is copied, what is written copied back.

// CHECK-LABEL: func @strided(
//  CHECK-SAME:     %[[X:.+]]: memref<4x64xf32, strided<[1, 4]>>, %{{.+}}: memref<1x1x544xi8>, %[[C:.+]]: memref<4x?xf32, strided<[?, ?]>>)
//       CHECK:   %[[A:.+]] = memref.alloc() : memref<4x64xf32>
//       CHECK:   memref.copy %[[X]], %[[A]]
//       CHECK:   %[[N:.+]] = memref.dim %[[C]], %{{.+}}
//       CHECK:   %[[B:.+]] = memref.alloc(%[[N]]) : memref<4x?xf32>
//       CHECK:   memref.copy %[[C]], %[[B]]
//       CHECK:   call @mx_matmul_f32_float_mxfp4(%[[A]], %{{.+}}, %[[B]])
//   CHECK-DAG:   memref.copy %[[B]], %[[C]]
//   CHECK-DAG:   memref.dealloc %[[B]]
//   CHECK-DAG:   memref.dealloc %[[A]]
//       CHECK:   return
func.func @strided(%x: memref<4x64xf32, strided<[1, 4]>>, %w: memref<1x1x544xi8>, %c: memref<4x?xf32, strided<[?, ?]>>) {
  %k = arith.constant 64 : index
  mx.matmul_parts lhs(%x : memref<4x64xf32, strided<[1, 4]>>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k)
    outs(%c : memref<4x?xf32, strided<[?, ?]>>)
    {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}

// -----

// What is not read is not copied before.

// CHECK-LABEL: func @strided_from_zero(
//  CHECK-SAME:     %[[X:.+]]: memref<4x64xf32>, %{{.+}}: memref<1x1x544xi8>, %[[C:.+]]: memref<4x16xf32, strided<[1, 4]>>)
//   CHECK-NOT:   memref.copy
//       CHECK:   call @mx_matmul_f32_float_mxfp4(%[[X]], %{{.+}}, %[[B:[^)]+]])
//       CHECK:   memref.copy %[[B]], %[[C]]
func.func @strided_from_zero(%x: memref<4x64xf32>, %w: memref<1x1x544xi8>, %c: memref<4x16xf32, strided<[1, 4]>>) {
  %k = arith.constant 64 : index
  mx.matmul_parts lhs(%x : memref<4x64xf32>) rhs packed(%w : memref<1x1x544xi8>) : !mx.mxfp4 k(%k)
    outs(%c : memref<4x16xf32, strided<[1, 4]>>)
    {from_zero, lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 2, vectors = 2, k_block = 256>}
  return
}
