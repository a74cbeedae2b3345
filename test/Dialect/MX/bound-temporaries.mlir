// A temporary of a loop whose last iteration needs less gets the extent of the
// others; one outside of parallel loops stays. What is written over a shared
// fill gets a fill of its own.
//
// RUN: mx-opt %s --mx-bound-temporaries | FileCheck %s

// CHECK-LABEL: func @rows(
//  CHECK-SAME:     %[[M:.+]]: index, %{{.+}}: tensor<?x64xf32>)
//       CHECK:   tensor.empty(%[[M]]) : tensor<?x8xf32>
//       CHECK:   scf.forall (%[[I:.+]]) =
//       CHECK:     %[[N:.+]] = affine.min #{{.+}}(%[[I]])[%[[M]]]
//       CHECK:     %[[E:.+]] = tensor.empty() : tensor<16x64xf32>
//       CHECK:     %[[S:.+]] = tensor.extract_slice %[[E]][0, 0] [%[[N]], 64] [1, 1]
//       CHECK:     %[[F:.+]] = linalg.fill {{.*}} outs(%[[S]] :
//       CHECK:     tensor.parallel_insert_slice %[[F]]
func.func @rows(%m: index, %o: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %before = tensor.empty(%m) : tensor<?x8xf32>
  %0 = scf.forall (%i) = (0) to (%m) step (16) shared_outs(%s = %o) -> (tensor<?x64xf32>) {
    %n = affine.min affine_map<(i)[m] -> (16, m - i)>(%i)[%m]
    %e = tensor.empty(%n) : tensor<?x64xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %f into %s[%i, 0] [%n, 64] [1, 1] : tensor<?x64xf32> into tensor<?x64xf32>
    }
  }
  return %0, %before : tensor<?x64xf32>, tensor<?x8xf32>
}

#map = affine_map<(m) -> (m)>

// CHECK-LABEL: func @fills(
//  CHECK-SAME:     %[[X:.+]]: tensor<8xf32>)
//   CHECK-DAG:   %[[E0:.+]] = tensor.empty() : tensor<8xf32>
//   CHECK-DAG:   %[[F0:.+]] = linalg.fill {{.*}} outs(%[[E0]] :
//   CHECK-DAG:   %[[E1:.+]] = tensor.empty() : tensor<8xf32>
//   CHECK-DAG:   %[[F1:.+]] = linalg.fill {{.*}} outs(%[[E1]] :
//       CHECK:   linalg.generic {{.*}} ins(%[[X]] : tensor<8xf32>) outs(%[[F1]] :
//       CHECK:   linalg.generic {{.*}} ins(%[[X]] : tensor<8xf32>) outs(%[[F0]] :
func.func @fills(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %a = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%f : tensor<8xf32>) {
  ^bb0(%i: f32, %o: f32):
    %s = arith.addf %i, %o : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  %b = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%f : tensor<8xf32>) {
  ^bb0(%i: f32, %o: f32):
    %s = arith.mulf %i, %o : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}
