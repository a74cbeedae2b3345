// One loop over K carries every accumulator of the tile; C is read before it
// and written after it.
//
// RUN: mx-opt %s --convert-mx-kernels-to-vector | FileCheck %s

// CHECK-LABEL: func @fma(
//  CHECK-SAME:     %[[A:[^:]+]]: memref<2x64xf32>, %[[B:[^:]+]]: memref<64x16xf32>, %[[C:[^:]+]]: memref<2x16xf32>, %[[N:[^:]+]]: index
//       CHECK:   %[[C00:.+]] = vector.load %[[C]][%{{.+}}, %{{.+}}] : memref<2x16xf32>, vector<8xf32>
//       CHECK:   %[[C01:.+]] = vector.load %[[C]]
//       CHECK:   %[[C10:.+]] = vector.load %[[C]]
//       CHECK:   %[[C11:.+]] = vector.load %[[C]]
//       CHECK:   %[[R:.+]]:4 = scf.for %[[K:.+]] = %{{.+}} to %[[N]] step %{{.+}} iter_args(%[[S00:.+]] = %[[C00]], %[[S01:.+]] = %[[C01]], %[[S10:.+]] = %[[C10]], %[[S11:.+]] = %[[C11]])
//       CHECK:     %[[B0:.+]] = vector.load %[[B]][%[[K]], %{{.+}}] : memref<64x16xf32>, vector<8xf32>
//       CHECK:     %[[B1:.+]] = vector.load %[[B]][%[[K]], %{{.+}}]
//       CHECK:     %[[A0:.+]] = memref.load %[[A]][%{{.+}}, %[[K]]]
//       CHECK:     %[[X0:.+]] = vector.broadcast %[[A0]] : f32 to vector<8xf32>
//       CHECK:     %[[T00:.+]] = vector.fma %[[X0]], %[[B0]], %[[S00]]
//       CHECK:     %[[T01:.+]] = vector.fma %[[X0]], %[[B1]], %[[S01]]
//       CHECK:     %[[A1:.+]] = memref.load %[[A]][%{{.+}}, %[[K]]]
//       CHECK:     %[[X1:.+]] = vector.broadcast %[[A1]]
//       CHECK:     %[[T10:.+]] = vector.fma %[[X1]], %[[B0]], %[[S10]]
//       CHECK:     %[[T11:.+]] = vector.fma %[[X1]], %[[B1]], %[[S11]]
//       CHECK:     scf.yield %[[T00]], %[[T01]], %[[T10]], %[[T11]]
//       CHECK:   vector.store %[[R]]#0, %[[C]]
//       CHECK:   vector.store %[[R]]#1, %[[C]]
//       CHECK:   vector.store %[[R]]#2, %[[C]]
//       CHECK:   vector.store %[[R]]#3, %[[C]]
func.func @fma(%a: memref<2x64xf32>, %b: memref<64x16xf32>, %c: memref<2x16xf32>, %k: index) {
  mx.microkernel "x86-64-v3" ins(%a, %b : memref<2x64xf32>, memref<64x16xf32>) k(%k) outs(%c : memref<2x16xf32>)
  return
}

// Without the instruction a fused multiply-add would be a call.
// CHECK-LABEL: func @no_fma(
//       CHECK:   iter_args(%[[S:.+]] = %{{.+}}) -> (vector<4xf32>)
//   CHECK-NOT:     fma
//       CHECK:     %[[P:.+]] = arith.mulf
//       CHECK:     arith.addf %[[S]], %[[P]] : vector<4xf32>
func.func @no_fma(%a: memref<1x64xf32>, %b: memref<64x4xf32>, %c: memref<1x4xf32>, %k: index) {
  mx.microkernel "generic" ins(%a, %b : memref<1x64xf32>, memref<64x4xf32>) k(%k) outs(%c : memref<1x4xf32>)
  return
}
