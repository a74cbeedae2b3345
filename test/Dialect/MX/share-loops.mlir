// RUN: mx-opt %s --mx-share-loops=threads=3 --split-input-file | FileCheck %s
// RUN: mx-opt %s --mx-share-loops=threads=1 --split-input-file | FileCheck %s --check-prefix=ONE
// RUN: not mx-opt %s --mx-share-loops=threads=0 --split-input-file 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: found 0 threads, expected 1 to 1024

// Iterations are dealt out in turn; the last axis is the innermost. There may be
// fewer than threads.
// CHECK-LABEL: func.func @axes(
//  CHECK-SAME:     %[[X:.+]]: memref<?x64xf32>, %[[N:.+]]: index, %[[M:.+]]: index, %[[V:.+]]: f32)
//   CHECK-DAG:   %[[C8:.+]] = arith.constant 8 : index
//   CHECK-DAG:   %[[C16:.+]] = arith.constant 16 : index
//   CHECK-DAG:   %[[C2:.+]] = arith.constant 2 : index
//       CHECK:   %[[UP:.+]] = arith.ceildivsi %[[N]], %[[C16]]
//       CHECK:   %[[ROWS:.+]] = arith.maxsi %[[UP]], %{{.+}}
//       CHECK:   %[[EXTENT:.+]] = arith.subi %[[M]], %[[C8]]
//       CHECK:   %[[UP:.+]] = arith.ceildivsi %[[EXTENT]], %[[C2]]
//       CHECK:   %[[COLUMNS:.+]] = arith.maxsi %[[UP]], %{{.+}}
//       CHECK:   %[[ALL:.+]] = arith.muli %[[ROWS]], %[[COLUMNS]]
//       CHECK:   %[[THREADS:.+]] = arith.constant 3 : index
//       CHECK:   %[[FEEDS:.+]] = arith.cmpi sge, %[[ALL]], %[[EACH:.+]] : index
//       CHECK:   scf.if %[[FEEDS]] {
//       CHECK:     %[[THREADS:.+]] = arith.constant 3 : index
//       CHECK:     scf.forall (%[[T:.+]]) in (3) {
//       CHECK:       scf.for %[[K:.+]] = %[[T]] to %[[ALL]] step %[[THREADS]] {
//       CHECK:         %[[REM:.+]] = arith.remui %[[K]], %[[COLUMNS]]
//       CHECK:         %[[DIV:.+]] = arith.divui %[[K]], %[[COLUMNS]]
//       CHECK:         %[[STEPS:.+]] = arith.muli %[[REM]], %[[C2]]
//       CHECK:         %[[J:.+]] = arith.addi %[[STEPS]], %[[C8]]
//       CHECK:         %[[I:.+]] = arith.muli %[[DIV]], %[[C16]]
//       CHECK:         memref.store %[[V]], %[[X]][%[[I]], %[[J]]]
//       CHECK:   } else {
//       CHECK:     scf.for %[[I:.+]] = %{{.+}} to %[[N]] step
//       CHECK:       scf.for %[[J:.+]] = %{{.+}} to %[[M]] step
//       CHECK:         memref.store %[[V]], %[[X]][%[[I]], %[[J]]]
//  ONE-LABEL: func.func @axes(
//    ONE-NOT:   scf.forall
//        ONE:   scf.for %[[I:.+]] = %{{.+}} to %{{.+}} step
//        ONE:     scf.for %[[J:.+]] = %{{.+}} to %{{.+}} step
//        ONE:       memref.store %{{.+}}, %{{.+}}[%[[I]], %[[J]]]
func.func @axes(%x: memref<?x64xf32>, %n: index, %m: index, %v: f32) {
  scf.forall (%i, %j) = (0, 8) to (%n, %m) step (16, 2) {
    memref.store %v, %x[%i, %j] : memref<?x64xf32>
  }
  return
}

// -----

// Of nested loops the outermost; of two iterations one thread would have none; a
// share has no stack; what has no axes is done once.
// CHECK-LABEL: func.func @nested(
//       CHECK:   scf.forall (%{{.+}}) in (3) {
//   CHECK-NOT:   scf.forall
//       CHECK:     scf.for %
//   CHECK-NOT:   scf.forall
//       CHECK:       scf.for %
//       CHECK:         memref.store
//       CHECK:   return
// CHECK-LABEL: func.func @two(
//   CHECK-NOT:   scf.forall
//       CHECK:   scf.for %
//       CHECK:   return
// CHECK-LABEL: func.func @stack(
//   CHECK-NOT:   scf.forall
//       CHECK:   scf.for %
//       CHECK:     memref.alloca()
//       CHECK:   return
// CHECK-LABEL: func.func @once(
//  CHECK-NEXT:   memref.store
//  CHECK-NEXT:   return
func.func @nested(%x: memref<8x64xf32>, %v: f32) {
  scf.forall (%i) in (8) {
    scf.forall (%j) in (64) {
      memref.store %v, %x[%i, %j] : memref<8x64xf32>
    }
  }
  return
}
func.func @two(%x: memref<2xf32>, %v: f32) {
  scf.forall (%i) in (2) {
    memref.store %v, %x[%i] : memref<2xf32>
  }
  return
}
func.func @stack(%x: memref<64xf32>, %i: index) {
  scf.forall (%j) in (64) {
    %m = memref.alloca() : memref<4xf32>
    %v = memref.load %m[%i] : memref<4xf32>
    memref.store %v, %x[%j] : memref<64xf32>
  }
  return
}
func.func @once(%x: memref<f32>, %v: f32) {
  scf.forall () in () {
    memref.store %v, %x[] : memref<f32>
  }
  return
}

// -----

// Of a share all is done by one thread.
// CHECK-LABEL: func.func @config(
//       CHECK:   mx.quantize_parts
//  CHECK-SAME:     threads = 3
//       CHECK:   scf.forall
//       CHECK:     mx.quantize_parts
//   CHECK-NOT:     threads
//       CHECK:   return
#quantize = #mx.lowering_config<target = "generic", kernel = "quantize", threads = 3>
func.func @config(%x: memref<8x64xf32>, %codes: memref<8x32xi8>, %scales: memref<8x2x2xi8>) {
  mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : memref<8x64xf32>)
    outs(%codes, %scales : memref<8x32xi8>, memref<8x2x2xi8>) {lowering_config = #quantize}
  scf.forall (%i) = (0) to (8) step (2) {
    %rows = memref.subview %x[%i, 0] [2, 64] [1, 1] : memref<8x64xf32> to memref<2x64xf32, strided<[64, 1], offset: ?>>
    %c = memref.subview %codes[%i, 0] [2, 32] [1, 1] : memref<8x32xi8> to memref<2x32xi8, strided<[32, 1], offset: ?>>
    %s = memref.subview %scales[%i, 0, 0] [2, 2, 2] [1, 1, 1] : memref<8x2x2xi8> to memref<2x2x2xi8, strided<[4, 2, 1], offset: ?>>
    mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%rows : memref<2x64xf32, strided<[64, 1], offset: ?>>)
      outs(%c, %s : memref<2x32xi8, strided<[32, 1], offset: ?>>, memref<2x2x2xi8, strided<[4, 2, 1], offset: ?>>)
      {lowering_config = #quantize}
  }
  return
}

// -----

// CHECK: #[[BEGIN:.+]] = affine_map<(d0)[s0] -> ((d0 * s0) floordiv 3)>
// CHECK: #[[COUNT:.+]] = affine_map<(d0)[s0] -> (-((d0 * s0) floordiv 3) + ((d0 + 1) * s0) floordiv 3)>
#same = affine_map<(i, j) -> (i, j)>
#swapped = affine_map<(i, j) -> (j, i)>

// Large at run time, or not.
// CHECK-LABEL: func.func @dynamic(
//  CHECK-SAME:     %[[X:.+]]: memref<?x64xf32>, %[[Y:.+]]: memref<64x?xf32>)
//       CHECK:   %[[EXTENT:.+]] = memref.dim %[[X]], %{{.+}} : memref<?x64xf32>
//       CHECK:   %[[ALL:.+]] = arith.muli %[[EXTENT]], %{{.+}} : index
//       CHECK:   %[[FEWEST:.+]] = arith.constant 32768 : index
//       CHECK:   %[[LARGE:.+]] = arith.cmpi sge, %[[ALL]], %[[FEWEST]]
//       CHECK:   %[[FEEDS:.+]] = arith.cmpi sge, %[[EXTENT]], %{{.+}}
//       CHECK:   %[[BOTH:.+]] = arith.andi %[[LARGE]], %[[FEEDS]]
//       CHECK:   scf.if %[[BOTH]] {
//       CHECK:     scf.forall (%[[T:.+]]) in (3) {
//   CHECK-DAG:       %[[FROM:.+]] = affine.apply #[[BEGIN]](%[[T]])[%[[EXTENT]]]
//   CHECK-DAG:       %[[MANY:.+]] = affine.apply #[[COUNT]](%[[T]])[%[[EXTENT]]]
//       CHECK:       %[[ROWS:.+]] = memref.subview %[[X]][%{{.+}}, 0] [%{{.+}}, 64] [1, 1]
//       CHECK:       %[[COLUMNS:.+]] = memref.subview %[[Y]][0, %{{.+}}] [64, %{{.+}}] [1, 1]
//       CHECK:       linalg.generic {{.*}} ins(%[[ROWS]] : {{.*}}) outs(%[[COLUMNS]] :
//       CHECK:   } else {
//       CHECK:     linalg.generic {{.*}} ins(%[[X]] : {{.*}}) outs(%[[Y]] :
func.func @dynamic(%x: memref<?x64xf32>, %y: memref<64x?xf32>) {
  linalg.generic {indexing_maps = [#same, #swapped], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x64xf32>) outs(%y : memref<64x?xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.negf %a : f32
    linalg.yield %c : f32
  }
  return
}

// -----

#all = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#first = affine_map<(i, j) -> (0, j)>

// 5 is not shared evenly, 9000 is. A sum along each row shares the rows, one along
// each column the columns; 32,767 iterations have one thread.
// CHECK-LABEL: func.func @static(
//  CHECK-SAME:     %{{.+}}: f32, %[[X:.+]]: memref<5x9000xf32>, %[[Y:.+]]: memref<300x300xf32>, %[[S:.+]]: memref<300xf32>, %[[R:.+]]: memref<1x300xf32>, %[[W:.+]]:
//       CHECK:   scf.forall (%[[T:.+]]) in (3) {
//       CHECK:     %[[PART:.+]] = memref.subview %[[X]][0, %{{.+}}] [5, 3000] [1, 1]
//       CHECK:     linalg.fill {{.*}} outs(%[[PART]] :
//       CHECK:   scf.forall (%[[T:.+]]) in (3) {
//       CHECK:     %[[ROWS:.+]] = memref.subview %[[Y]][%{{.+}}, 0] [100, 300] [1, 1]
//       CHECK:     %[[SUMS:.+]] = memref.subview %[[S]][%{{.+}}] [100] [1]
//       CHECK:     linalg.generic {{.*}} ins(%[[ROWS]] : {{.*}}) outs(%[[SUMS]] :
//       CHECK:   scf.forall (%[[T:.+]]) in (3) {
//       CHECK:     %[[COLUMNS:.+]] = memref.subview %[[Y]][0, %{{.+}}] [300, 100] [1, 1]
//       CHECK:     %[[LARGEST:.+]] = memref.subview %[[R]][0, %{{.+}}] [1, 100] [1, 1]
//       CHECK:     linalg.generic {{.*}} ins(%[[COLUMNS]] : {{.*}}) outs(%[[LARGEST]] :
//   CHECK-NOT:   scf.forall
//       CHECK:   linalg.fill {{.*}} outs(%[[W]] :
//       CHECK:   return
func.func @static(%v: f32, %x: memref<5x9000xf32>, %y: memref<300x300xf32>, %s: memref<300xf32>, %r: memref<1x300xf32>,
                  %w: memref<7x31x151xf32>) {
  linalg.fill ins(%v : f32) outs(%x : memref<5x9000xf32>)
  linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%y : memref<300x300xf32>) outs(%s : memref<300xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  }
  linalg.generic {indexing_maps = [#all, #first], iterator_types = ["reduction", "parallel"]}
      ins(%y : memref<300x300xf32>) outs(%r : memref<1x300xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.maximumf %a, %b : f32
    linalg.yield %c : f32
  }
  linalg.fill ins(%v : f32) outs(%w : memref<7x31x151xf32>)
  return
}

// -----

// Shares would read what is not in their part, or write to each other's; one loop
// is not even, and the other's iterations write to the same places.
// CHECK-LABEL: func.func @whole(
//   CHECK-NOT:   scf.forall
//       CHECK:   return
func.func @whole(%x: memref<501x64xf32>, %y: memref<1002x64xf32>, %z: memref<300x300xf32>, %u: memref<599xf32>,
                 %two: memref<5xf32>, %v: memref<5x9000xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i floordiv 2, j)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<501x64xf32>) outs(%y : memref<1002x64xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i + j)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%z : memref<300x300xf32>) outs(%u : memref<599xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%v : memref<5x9000xf32>) outs(%two : memref<5xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  }
  return
}
