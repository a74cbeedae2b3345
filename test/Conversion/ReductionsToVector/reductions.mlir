// Four vectors of partial results, then one, then single elements; what is computed
// is compared with float64 elsewhere.
//
// RUN: mx-opt %s --convert-reductions-to-vector=target=x86-64-v3 --split-input-file | FileCheck %s
// RUN: not mx-opt %s --convert-reductions-to-vector=target=vax --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: error: unknown target 'vax'

// CHECK-LABEL: func.func @sum_of_squares(
//  CHECK-SAME:     %[[X:.+]]: memref<8x?xf32>, %[[Y:.+]]: memref<8xf32>)
//       CHECK:   scf.for %[[M:.+]] = {{.+}} {
//       CHECK:     %[[SUMS:.+]]:4 = scf.for {{.+}} iter_args(%[[S0:.+]] = %[[NONE:.+]], %{{.+}} = %[[NONE]], %{{.+}} = %[[NONE]], %{{.+}} = %[[NONE]])
//       CHECK:       %[[A:.+]] = vector.load %[[X]][%[[M]], %{{.+}}] : memref<8x?xf32>, vector<8xf32>
//       CHECK:       %[[SQUARE:.+]] = arith.mulf %[[A]], %[[A]] : vector<8xf32>
//       CHECK:       arith.addf %[[S0]], %[[SQUARE]] : vector<8xf32>
//       CHECK:     scf.for {{.+}} iter_args(%{{.+}} = %[[SUMS]]#0) -> (vector<8xf32>)
//       CHECK:     %[[START:.+]] = memref.load %[[Y]][%[[M]]]
//       CHECK:     vector.shuffle %{{.+}} [4, 5, 6, 7]
//       CHECK:     %[[ALL:.+]] = vector.extract %{{.+}}[0] : f32 from vector<1xf32>
//       CHECK:     %[[SUM:.+]] = arith.addf %[[START]], %[[ALL]] : f32
//       CHECK:     %[[LAST:.+]] = scf.for {{.+}} iter_args(%{{.+}} = %[[SUM]]) -> (f32)
//       CHECK:     memref.store %[[LAST]], %[[Y]][%[[M]]]
func.func @sum_of_squares(%x: memref<8x?xf32>, %y: memref<8xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x?xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %square = arith.mulf %a, %a : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  }
  return
}

// -----

// Left to loops: a sum along columns that lie apart, one of another type, one that
// looks at the index, a body that uses the sum twice.
// CHECK-LABEL: func.func @others(
//   CHECK-NOT:   vector
//       CHECK:   return
func.func @others(%x: memref<8x4xf32>, %y: memref<4xf32>, %z: memref<8xf32>, %d: memref<8x4xf64>, %e: memref<8xf64>) {
  linalg.generic {indexing_maps = [affine_map<(n, k) -> (k, n)>, affine_map<(n, k) -> (n)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  linalg.reduce ins(%d : memref<8x4xf64>) outs(%e : memref<8xf64>) dimensions = [1]
    (%a: f64, %sum: f64) {
      %next = arith.addf %sum, %a : f64
      linalg.yield %next : f64
    }
  linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x4xf32>) outs(%z : memref<8xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %k = linalg.index 1 : index
    %i = arith.index_cast %k : index to i32
    %f = arith.sitofp %i : i32 to f32
    %next = arith.addf %sum, %f : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x4xf32>) outs(%z : memref<8xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %b = arith.mulf %sum, %a : f32
    %next = arith.addf %sum, %b : f32
    linalg.yield %next : f32
  }
  return
}
