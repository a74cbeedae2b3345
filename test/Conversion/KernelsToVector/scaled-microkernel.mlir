// A loop over blocks; in it one over pairs of K, which is not unrolled and
// carries the integer sums; then the scales.
//
// RUN: mx-opt %s --convert-mx-kernels-to-vector | FileCheck %s

// CHECK-LABEL: func @pairs(
//  CHECK-SAME:     %[[A:[^:]+]]: memref<1x64xi16>, %[[B:[^:]+]]: memref<32x16xi16>, %[[X:[^:]+]]: memref<1x2xf32>, %[[W:[^:]+]]: memref<2x8xf32>, %[[C:[^:]+]]: memref<1x8xf32>
//       CHECK:   scf.for %[[G:.+]] = %{{.+}} to %{{.+}} step
//       CHECK:     %[[SUMS:.+]] = scf.for %[[P:.+]] = %{{.+}} to %{{.+}} step %{{.+}} iter_args(%[[S:.+]] = %{{.+}}) -> (vector<8xi32>)
//       CHECK:       %[[PAIR:.+]] = arith.addi %{{.+}}, %[[P]]
//       CHECK:       %[[WEIGHTS:.+]] = vector.load %[[B]][%[[PAIR]], %{{.+}}] : memref<32x16xi16>, vector<16xi16>
//       CHECK:       vector.load %[[A]][%{{.+}}, %{{.+}}] : memref<1x64xi16>, vector<2xi16>
//       CHECK:       %[[ROW:.+]] = vector.bitcast %{{.+}} : vector<8xi32> to vector<16xi16>
//       CHECK:       %[[PRODUCTS:.+]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%[[ROW]], %[[WEIGHTS]])
//       CHECK:       %[[SUM:.+]] = arith.addi %[[S]], %[[PRODUCTS]]
//       CHECK:       %[[NEXT:.+]] = llvm.inline_asm "", "=x,0" %[[SUM]]
//       CHECK:       scf.yield %[[NEXT]]
//       CHECK:     loop_annotation
//       CHECK:     %[[WS:.+]] = vector.load %[[W]][%[[G]], %{{.+}}]
//       CHECK:     %[[XS:.+]] = memref.load %[[X]][%{{.+}}, %[[G]]]
//       CHECK:     %[[SPLAT:.+]] = vector.broadcast %[[XS]]
//       CHECK:     %[[F:.+]] = arith.sitofp %[[SUMS]]
//       CHECK:     %[[OLD:.+]] = vector.load %[[C]]
//       CHECK:     %[[SCALE:.+]] = arith.mulf %[[SPLAT]], %[[WS]]
//       CHECK:     %[[Y:.+]] = vector.fma %[[F]], %[[SCALE]], %[[OLD]]
//       CHECK:     vector.store %[[Y]], %[[C]]
func.func @pairs(%a: memref<1x64xi16>, %b: memref<32x16xi16>, %x: memref<1x2xf32>,
                 %w: memref<2x8xf32>, %c: memref<1x8xf32>, %k: index) {
  mx.scaled_microkernel "x86-64-v3" ins(%a, %b : memref<1x64xi16>, memref<32x16xi16>)
    scales(%x, %w : memref<1x2xf32>, memref<2x8xf32>) block 32 k(%k) outs(%c : memref<1x8xf32>)
  return
}

// CHECK-LABEL: func @dot_products(
//       CHECK:   llvm.call_intrinsic "llvm.x86.avx512.vpdpwssd.512"
func.func @dot_products(%a: memref<1x64xi16>, %b: memref<32x32xi16>, %x: memref<1x2xf32>,
                        %w: memref<2x16xf32>, %c: memref<1x16xf32>, %k: index) {
  mx.scaled_microkernel "znver4" ins(%a, %b : memref<1x64xi16>, memref<32x32xi16>)
    scales(%x, %w : memref<1x2xf32>, memref<2x16xf32>) block 32 k(%k) outs(%c : memref<1x16xf32>)
  return
}
