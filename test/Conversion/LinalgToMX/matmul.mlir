// linalg.matmul of a weight becomes mx.matmul, K last on both sides.
//
// RUN: mx-opt %s --convert-linalg-to-mx='min-k=1 min-n=1' --verify-each | FileCheck %s
// RUN: mx-opt %s --convert-linalg-to-mx='min-k=1 min-n=1 activations=none weights=mxfp4' | FileCheck %s --check-prefix=WEIGHTS
// RUN: mx-opt %s --convert-linalg-to-mx='min-k=1 min-n=1 weights=nvfp4_row weights-scale-rule=mse activations=amxfp4_ue5m3:64' | FileCheck %s --check-prefix=OUTER

// A stored [K, N] weight is transposed as floats; the accumulator is kept.
// CHECK-LABEL: func @weight_is_k_by_n(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<4x8xf32>, %[[W:[a-z0-9]+]]: tensor<8x16xf32> {mx.weight}, %[[C:[a-z0-9]+]]: tensor<4x16xf32>
//   CHECK-DAG:   %[[AE:.+]] = tensor.empty() : tensor<4x8x!mx.amxfp4>
//   CHECK-DAG:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<4x8xf32>) outs(%[[AE]] : tensor<4x8x!mx.amxfp4>) using amxfp4
//   CHECK-DAG:   %[[TE:.+]] = tensor.empty() : tensor<16x8xf32>
//   CHECK-DAG:   %[[T:.+]] = linalg.transpose ins(%[[W]] : tensor<8x16xf32>) outs(%[[TE]] : tensor<16x8xf32>) permutation = [1, 0]
//   CHECK-DAG:   %[[BE:.+]] = tensor.empty() : tensor<16x8x!mx.amxfp4>
//   CHECK-DAG:   %[[B:.+]] = mx.quantize ins(%[[T]] : tensor<16x8xf32>) outs(%[[BE]] : tensor<16x8x!mx.amxfp4>) using amxfp4
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : tensor<4x8x!mx.amxfp4>, tensor<16x8x!mx.amxfp4>) outs(%[[C]] : tensor<4x16xf32>)
//       CHECK:   return %[[Y]]
// WEIGHTS-LABEL: func @weight_is_k_by_n(
//  WEIGHTS-SAME:     %[[X:[a-z0-9]+]]: tensor<4x8xf32>
//       WEIGHTS:   %[[B:.+]] = mx.quantize {{.*}} using mxfp4
//       WEIGHTS:   mx.matmul ins(%[[X]], %[[B]] : tensor<4x8xf32>, tensor<16x8x!mx.mxfp4>)
// OUTER-LABEL: func @weight_is_k_by_n(
//  OUTER-SAME:     %[[X:[a-z0-9]+]]: tensor<4x8xf32>
//       OUTER:   %[[A:.+]] = mx.quantize ins(%[[X]] : {{.*}}) outs({{.*}} : tensor<4x8x!mx.block<f4E2M1FN x 64, ue5m3, asymmetric>>) using amxfp4_ue5m3
//       OUTER:   %[[T:.+]] = linalg.transpose
//       OUTER:   %[[O:.+]] = mx.outer_scale %[[T]] : tensor<16x8xf32> for !mx.nvfp4_row
//       OUTER:   %[[B:.+]] = mx.quantize ins(%[[T]] : {{.*}}) outer(%[[O]] : tensor<16xf32>) outs({{.*}} : tensor<16x8x!mx.nvfp4_row>) using nvfp4_row mse
//       OUTER:   mx.matmul ins(%[[A]], %[[B]] :
func.func @weight_is_k_by_n(%x: tensor<4x8xf32>, %w: tensor<8x16xf32> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// A Linear layer: the transpose that is there is the one that is not needed.
// CHECK-LABEL: func @weight_is_n_by_k(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<4x8xf32>, %[[W:[a-z0-9]+]]: tensor<16x8xf32>
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] :
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<16x8xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] :
func.func @weight_is_n_by_k(%x: tensor<4x8xf32>, %w: tensor<16x8xf32> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<8x16xf32>
  %t = linalg.transpose ins(%w : tensor<16x8xf32>) outs(%e : tensor<8x16xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %t : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// The same transpose as a generic.
// CHECK-LABEL: func @transposed_by_generic(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<4x8xf32>, %[[W:[a-z0-9]+]]: tensor<16x8xf32>
//       CHECK:   mx.quantize ins(%[[X]] :
//       CHECK:   mx.quantize ins(%[[W]] : tensor<16x8xf32>)
func.func @transposed_by_generic(%x: tensor<4x8xf32>, %w: tensor<16x8xf32> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<8x16xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%w : tensor<16x8xf32>) outs(%e : tensor<8x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<8x16xf32>
  %y = linalg.matmul ins(%x, %t : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// Maps say it without an op; a [K, M] activation has to be transposed.
// CHECK-LABEL: func @transposed_by_maps(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<8x4xf32>, %[[W:[a-z0-9]+]]: tensor<16x8xf32>
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[X]] : tensor<8x4xf32>) outs({{.*}} : tensor<4x8xf32>) permutation = [1, 0]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[T]] :
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<16x8xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] :
func.func @transposed_by_maps(%x: tensor<8x4xf32>, %w: tensor<16x8xf32> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %w : tensor<8x4xf32>, tensor<16x8xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// Dynamic extents; a dynamic K or N is never too small.
// CHECK-LABEL: func @dynamic(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<?x?xf32>, %[[W:[a-z0-9]+]]: tensor<?x?xf32>
//   CHECK-DAG:   %[[M:.+]] = tensor.dim %[[X]], %c0
//   CHECK-DAG:   %[[XK:.+]] = tensor.dim %[[X]], %c1
//       CHECK:   tensor.empty(%[[M]], %[[XK]]) : tensor<?x?x!mx.amxfp4>
//       CHECK:   %[[K:.+]] = tensor.dim %[[W]], %c0
//       CHECK:   %[[N:.+]] = tensor.dim %[[W]], %c1
//       CHECK:   %[[TE:.+]] = tensor.empty(%[[N]], %[[K]]) : tensor<?x?xf32>
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[W]] : tensor<?x?xf32>) outs(%[[TE]]
//       CHECK:   mx.matmul
func.func @dynamic(%x: tensor<?x?xf32>, %w: tensor<?x?xf32> {mx.weight}, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// 16-bit operands of two kinds, summed in f32.
// CHECK-LABEL: func @mixed_types(
//       CHECK:   mx.quantize ins({{.*}} : tensor<4x8xf16>) outs({{.*}} : tensor<4x8x!mx.amxfp4>)
//       CHECK:   mx.quantize ins({{.*}} : tensor<16x8xbf16>) outs({{.*}} : tensor<16x8x!mx.amxfp4>)
//       CHECK:   mx.matmul {{.*}} outs({{.*}} : tensor<4x16xf32>)
func.func @mixed_types(%x: tensor<4x8xf16>, %w: tensor<8x16xbf16> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<4x8xf16>, tensor<8x16xbf16>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// A 16-bit accumulator is mx.matmul's own.
// CHECK-LABEL: func @half_accumulator(
//       CHECK:   mx.matmul {{.*}} outs({{.*}} : tensor<4x16xf16>)
func.func @half_accumulator(%x: tensor<4x8xf16>, %w: tensor<8x16xf16> {mx.weight}, %c: tensor<4x16xf16>) -> tensor<4x16xf16> {
  %y = linalg.matmul ins(%x, %w : tensor<4x8xf16>, tensor<8x16xf16>) outs(%c : tensor<4x16xf16>) -> tensor<4x16xf16>
  return %y : tensor<4x16xf16>
}

// A weight argument behind a chain: extended, cast, reshaped.
// CHECK-LABEL: func @argument_behind_a_chain(
//       CHECK:   mx.matmul
func.func @argument_behind_a_chain(%x: tensor<4x8xf32>, %w: tensor<128xbf16> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %r = tensor.expand_shape %w [[0, 1]] output_shape [8, 16] : tensor<128xbf16> into tensor<8x16xbf16>
  %e = tensor.empty() : tensor<8x16xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%r : tensor<8x16xbf16>) outs(%e : tensor<8x16xf32>) {
  ^bb0(%in: bf16, %out: f32):
    %0 = arith.extf %in : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<8x16xf32>
  %y = linalg.matmul ins(%x, %f : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// The op's own policy wins over options and goes with it; other attributes stay.
// CHECK-LABEL: func @policy(
//       CHECK:   mx.quantize {{.*}} using mxfp4 mse
//       CHECK:   mx.matmul ins({{.*}} : tensor<4x8xf32>, tensor<16x8x!mx.mxfp4>) outs({{.*}}) {mine = 1 : i64}
//   CHECK-NOT:   mx.policy
func.func @policy(%x: tensor<4x8xf32>, %w: tensor<8x16xf32> {mx.weight}, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %y = linalg.matmul {mx.quantize = #mx.policy<weights = mxfp4, activations = none, weights_scale_rule = mse>, mine = 1 : i64}
         ins(%x, %w : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// The weight is found behind every op that moves its elements: here a constant
// on the left, transposed by the map of the result, and copied.
// WEIGHTS-LABEL: func @constant_behind_output_map(
//  WEIGHTS-SAME:     %[[X:[a-z0-9]+]]: tensor<6x4xf32>
//       WEIGHTS:   %[[W:.+]] = arith.constant dense<{{.*}}> : tensor<6x5xf32>
//       WEIGHTS:   %[[XT:.+]] = linalg.transpose ins(%[[X]] : tensor<6x4xf32>)
//       WEIGHTS:   %[[WT:.+]] = linalg.transpose ins(%[[W]] : tensor<6x5xf32>)
//       WEIGHTS:   %[[B:.+]] = mx.quantize ins(%[[WT]] : tensor<5x6xf32>) {{.*}} using mxfp4
//       WEIGHTS:   mx.matmul ins(%[[XT]], %[[B]] : tensor<4x6xf32>, tensor<5x6x!mx.mxfp4>)
func.func @constant_behind_output_map(%x: tensor<6x4xf32>, %c: tensor<5x4xf32>) -> tensor<5x4xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 5.0, 4.0, 3.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 5.0, 4.0, 3.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 5.0, 4.0, 3.0, 2.0]]> : tensor<6x5xf32>
  %e = tensor.empty() : tensor<6x5xf32>
  %d = linalg.copy ins(%w : tensor<6x5xf32>) outs(%e : tensor<6x5xf32>) -> tensor<6x5xf32>
  %f = tensor.empty() : tensor<5x6xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]}
         ins(%d : tensor<6x5xf32>) outs(%f : tensor<5x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<5x6xf32>
  %y = linalg.matmul ins(%t, %x : tensor<5x6xf32>, tensor<6x4xf32>) outs(%c : tensor<5x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}
