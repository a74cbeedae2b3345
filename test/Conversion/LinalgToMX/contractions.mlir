// How each kind of contraction is brought to the form of mx.matmul: what moves
// moves as floats, and nothing moves that is in place.
//
// RUN: mx-opt %s --convert-linalg-to-mx='min-k=0 min-n=0 quantize-attention strict' --cse --canonicalize --verify-each > %t
// RUN: FileCheck %s < %t
// RUN: mx-opt %t > /dev/null

// A weight on the left goes to the right; accumulator and result are transposed.
// CHECK-LABEL: func @weight_left(
//  CHECK-SAME:     %[[W:[a-z0-9]+]]: tensor<5x8xf32> {mx.weight}, %[[X:[a-z0-9]+]]: tensor<8x7xf32>, %[[C:[a-z0-9]+]]: tensor<5x7xf32>
//       CHECK:   %[[XT:.+]] = linalg.transpose ins(%[[X]] : {{.*}}) outs({{.*}} : tensor<7x8xf32>) permutation = [1, 0]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[XT]] :
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<5x8xf32>)
//       CHECK:   %[[CT:.+]] = linalg.transpose ins(%[[C]] : {{.*}}) outs({{.*}} : tensor<7x5xf32>) permutation = [1, 0]
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : tensor<7x8x!mx.amxfp4>, tensor<5x8x!mx.amxfp4>) outs(%[[CT]] : tensor<7x5xf32>)
//       CHECK:   %[[YT:.+]] = linalg.transpose ins(%[[Y]] : {{.*}}) outs({{.*}} : tensor<5x7xf32>) permutation = [1, 0]
//       CHECK:   return %[[YT]]
func.func @weight_left(%w: tensor<5x8xf32> {mx.weight}, %x: tensor<8x7xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul ins(%w, %x : tensor<5x8xf32>, tensor<8x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// An accumulator of equal elements has no layout.
// CHECK-LABEL: func @zero_accumulator(
//   CHECK-DAG:   %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<7x5xf32>
//       CHECK:   mx.matmul ins({{.*}}) outs(%[[ZERO]] : tensor<7x5xf32>)
func.func @zero_accumulator(%w: tensor<5x8xf32> {mx.weight}, %x: tensor<8x7xf32>) -> tensor<5x7xf32> {
  %c = arith.constant dense<0.0> : tensor<5x7xf32>
  %y = linalg.matmul ins(%w, %x : tensor<5x8xf32>, tensor<8x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// The matrix is the weight; the vector is one row.
// CHECK-LABEL: func @matvec(
//  CHECK-SAME:     %[[W:[a-z0-9]+]]: tensor<7x8xf32>, %[[X:[a-z0-9]+]]: tensor<8xf32>, %[[C:[a-z0-9]+]]: tensor<7xf32>
//       CHECK:   %[[ROW:.+]] = tensor.expand_shape %[[X]] {{\[\[}}0, 1]] output_shape [1, 8]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[ROW]] : tensor<1x8xf32>)
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<7x8xf32>)
//       CHECK:   %[[INIT:.+]] = tensor.expand_shape %[[C]] {{\[\[}}0, 1]] output_shape [1, 7]
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : {{.*}}) outs(%[[INIT]] : tensor<1x7xf32>)
//       CHECK:   %[[R:.+]] = tensor.collapse_shape %[[Y]] {{\[\[}}0, 1]]
//       CHECK:   return %[[R]]
func.func @matvec(%w: tensor<7x8xf32>, %x: tensor<8xf32>, %c: tensor<7xf32>) -> tensor<7xf32> {
  %y = linalg.matvec ins(%w, %x : tensor<7x8xf32>, tensor<8xf32>) outs(%c : tensor<7xf32>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

// Keys as they are stored: Q * transpose(K) moves nothing.
// CHECK-LABEL: func @attention_scores(
//  CHECK-SAME:     %[[Q:[a-z0-9]+]]: tensor<2x?x8xf32>, %[[K:[a-z0-9]+]]: tensor<2x?x8xf32>, %[[C:[a-z0-9]+]]: tensor<2x?x?xf32>
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[Q]] :
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[K]] :
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : tensor<2x?x8x!mx.amxfp4>, tensor<2x?x8x!mx.amxfp4>) outs(%[[C]] : tensor<2x?x?xf32>)
//       CHECK:   return %[[Y]]
func.func @attention_scores(%q: tensor<2x?x8xf32>, %k: tensor<2x?x8xf32>, %c: tensor<2x?x?xf32>) -> tensor<2x?x?xf32> {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %k, %c1 : tensor<2x?x8xf32>
  %e = tensor.empty(%n) : tensor<2x8x?xf32>
  %t = linalg.transpose ins(%k : tensor<2x?x8xf32>) outs(%e : tensor<2x8x?xf32>) permutation = [0, 2, 1]
  %y = linalg.batch_matmul ins(%q, %t : tensor<2x?x8xf32>, tensor<2x8x?xf32>) outs(%c : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  return %y : tensor<2x?x?xf32>
}

// The same where batch and heads are collapsed after it, as torch-mlir does ...
// CHECK-LABEL: func @attention_scores_of_heads(
//  CHECK-SAME:     %[[Q:[a-z0-9]+]]: tensor<6x?x8xf32>, %[[K:[a-z0-9]+]]: tensor<2x3x?x8xf32>
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[KC:.+]] = tensor.collapse_shape %[[K]] {{\[\[}}0, 1], [2], [3]] : tensor<2x3x?x8xf32> into tensor<6x?x8xf32>
//   CHECK-NOT:   linalg.transpose
//       CHECK:   mx.quantize ins(%[[Q]] :
//       CHECK:   mx.quantize ins(%[[KC]] :
func.func @attention_scores_of_heads(%q: tensor<6x?x8xf32>, %k: tensor<2x3x?x8xf32>, %c: tensor<6x?x?xf32>) -> tensor<6x?x?xf32> {
  %c2 = arith.constant 2 : index
  %n = tensor.dim %k, %c2 : tensor<2x3x?x8xf32>
  %e = tensor.empty(%n) : tensor<2x3x8x?xf32>
  %t = linalg.transpose ins(%k : tensor<2x3x?x8xf32>) outs(%e : tensor<2x3x8x?xf32>) permutation = [0, 1, 3, 2]
  %h = tensor.collapse_shape %t [[0, 1], [2], [3]] : tensor<2x3x8x?xf32> into tensor<6x8x?xf32>
  %y = linalg.batch_matmul ins(%q, %h : tensor<6x?x8xf32>, tensor<6x8x?xf32>) outs(%c : tensor<6x?x?xf32>) -> tensor<6x?x?xf32>
  return %y : tensor<6x?x?xf32>
}

// ... or K of a weight ...
// CHECK-LABEL: func @collapsed_k(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x8xf32>, %[[W:[a-z0-9]+]]: tensor<7x2x4xf32>
//   CHECK-NOT:   linalg.transpose
//       CHECK:   %[[WK:.+]] = tensor.collapse_shape %[[W]] {{\[\[}}0], [1, 2]]
//   CHECK-NOT:   linalg.transpose
//       CHECK:   mx.quantize ins(%[[WK]] : tensor<7x8xf32>)
func.func @collapsed_k(%x: tensor<5x8xf32>, %w: tensor<7x2x4xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %e = tensor.empty() : tensor<2x4x7xf32>
  %t = linalg.transpose ins(%w : tensor<7x2x4xf32>) outs(%e : tensor<2x4x7xf32>) permutation = [1, 2, 0]
  %r = tensor.collapse_shape %t [[0, 1], [2]] : tensor<2x4x7xf32> into tensor<8x7xf32>
  %y = linalg.matmul ins(%x, %r : tensor<5x8xf32>, tensor<8x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// ... but not where the transpose is what brings the heads to the batch.
// CHECK-LABEL: func @heads_apart(
//  CHECK-SAME:     %[[K:[a-z0-9]+]]: tensor<2x5x3x8xf32>
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[K]] : {{.*}}) outs({{.*}} : tensor<2x3x8x5xf32>) permutation = [0, 2, 3, 1]
//       CHECK:   %[[H:.+]] = tensor.collapse_shape %[[T]] {{\[\[}}0, 1], [2], [3]]
//       CHECK:   %[[R:.+]] = linalg.transpose ins(%[[H]] : {{.*}}) outs({{.*}} : tensor<6x5x8xf32>) permutation = [0, 2, 1]
//       CHECK:   mx.quantize ins(%[[R]] :
func.func @heads_apart(%k: tensor<2x5x3x8xf32>, %q: tensor<6x4x8xf32>, %c: tensor<6x4x5xf32>) -> tensor<6x4x5xf32> {
  %e = tensor.empty() : tensor<2x3x8x5xf32>
  %t = linalg.transpose ins(%k : tensor<2x5x3x8xf32>) outs(%e : tensor<2x3x8x5xf32>) permutation = [0, 2, 3, 1]
  %h = tensor.collapse_shape %t [[0, 1], [2], [3]] : tensor<2x3x8x5xf32> into tensor<6x8x5xf32>
  %y = linalg.batch_matmul ins(%q, %h : tensor<6x4x8xf32>, tensor<6x8x5xf32>) outs(%c : tensor<6x4x5xf32>) -> tensor<6x4x5xf32>
  return %y : tensor<6x4x5xf32>
}

// A weight that is repeated for each batch is quantized once, as it is stored.
// CHECK-LABEL: func @repeated_weight(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<2x5x8xf32>, %[[W:[a-z0-9]+]]: tensor<7x8xf32>
//   CHECK-NOT:   linalg.
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<2x5x8xf32>)
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<7x8xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] : tensor<2x5x8x!mx.amxfp4>, tensor<7x8x!mx.amxfp4>)
func.func @repeated_weight(%x: tensor<2x5x8xf32>, %w: tensor<7x8xf32> {mx.weight}, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %e = tensor.empty() : tensor<2x8x7xf32>
  %b = linalg.generic {indexing_maps = [affine_map<(b, k, n) -> (n, k)>, affine_map<(b, k, n) -> (b, k, n)>], iterator_types = ["parallel", "parallel", "parallel"]}
         ins(%w : tensor<7x8xf32>) outs(%e : tensor<2x8x7xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x8x7xf32>
  %y = linalg.batch_matmul ins(%x, %b : tensor<2x5x8xf32>, tensor<2x8x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// The same for batches of two axes, collapsed after it.
// CHECK-LABEL: func @repeated_weight_collapsed(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<6x5x8xf32>, %[[W:[a-z0-9]+]]: tensor<7x8xf32>
//   CHECK-NOT:   linalg.
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<7x8xf32>)
//       CHECK:   mx.matmul ins({{.+}}, %[[B]] : tensor<6x5x8x!mx.amxfp4>, tensor<7x8x!mx.amxfp4>)
func.func @repeated_weight_collapsed(%x: tensor<6x5x8xf32>, %w: tensor<7x8xf32> {mx.weight}, %c: tensor<6x5x7xf32>) -> tensor<6x5x7xf32> {
  %te = tensor.empty() : tensor<8x7xf32>
  %t = linalg.transpose ins(%w : tensor<7x8xf32>) outs(%te : tensor<8x7xf32>) permutation = [1, 0]
  %e = tensor.empty() : tensor<2x3x8x7xf32>
  %r = linalg.broadcast ins(%t : tensor<8x7xf32>) outs(%e : tensor<2x3x8x7xf32>) dimensions = [0, 1]
  %b = tensor.collapse_shape %r [[0, 1], [2], [3]] : tensor<2x3x8x7xf32> into tensor<6x8x7xf32>
  %y = linalg.batch_matmul ins(%x, %b : tensor<6x5x8xf32>, tensor<6x8x7xf32>) outs(%c : tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  return %y : tensor<6x5x7xf32>
}

// Two axes of a sum: one K where both have them last and in one order ...
// CHECK-LABEL: func @two_k(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x2x4xf32>, %[[W:[a-z0-9]+]]: tensor<7x2x4xf32>
//       CHECK:   %[[XK:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0], [1, 2]]
//       CHECK:   mx.quantize ins(%[[XK]] : tensor<5x8xf32>)
//       CHECK:   %[[WK:.+]] = tensor.collapse_shape %[[W]] {{\[\[}}0], [1, 2]]
//       CHECK:   mx.quantize ins(%[[WK]] : tensor<7x8xf32>)
func.func @two_k(%x: tensor<5x2x4xf32>, %w: tensor<7x2x4xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k, l) -> (m, k, l)>, affine_map<(m, n, k, l) -> (n, k, l)>, affine_map<(m, n, k, l) -> (m, n)>]
         ins(%x, %w : tensor<5x2x4xf32>, tensor<7x2x4xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// ... else the weight is transposed, which constants are at compile time.
// CHECK-LABEL: func @two_k_in_two_orders(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x2x4xf32>, %[[W:[a-z0-9]+]]: tensor<4x2x7xf32>
//       CHECK:   %[[XK:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0], [1, 2]]
//       CHECK:   mx.quantize ins(%[[XK]] : tensor<5x8xf32>)
//       CHECK:   %[[WT:.+]] = linalg.transpose ins(%[[W]] : {{.*}}) outs({{.*}} : tensor<7x2x4xf32>) permutation = [2, 1, 0]
//       CHECK:   %[[WK:.+]] = tensor.collapse_shape %[[WT]] {{\[\[}}0], [1, 2]]
//       CHECK:   mx.quantize ins(%[[WK]] : tensor<7x8xf32>)
func.func @two_k_in_two_orders(%x: tensor<5x2x4xf32>, %w: tensor<4x2x7xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k, l) -> (m, k, l)>, affine_map<(m, n, k, l) -> (l, k, n)>, affine_map<(m, n, k, l) -> (m, n)>]
         ins(%x, %w : tensor<5x2x4xf32>, tensor<4x2x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// Axes of the weight's rows become one N, which the result is expanded from.
// CHECK-LABEL: func @two_n(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x8xf32>, %[[W:[a-z0-9]+]]: tensor<2x7x8xf32>, %[[C:[a-z0-9]+]]: tensor<2x5x7xf32>
//       CHECK:   %[[WN:.+]] = tensor.collapse_shape %[[W]] {{\[\[}}0, 1], [2]]
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[WN]] : tensor<14x8xf32>)
//       CHECK:   %[[CT:.+]] = linalg.transpose ins(%[[C]] : {{.*}}) outs({{.*}} : tensor<5x2x7xf32>) permutation = [1, 0, 2]
//       CHECK:   %[[CN:.+]] = tensor.collapse_shape %[[CT]] {{\[\[}}0], [1, 2]]
//       CHECK:   %[[Y:.+]] = mx.matmul ins({{.*}}, %[[B]] : {{.*}}) outs(%[[CN]] : tensor<5x14xf32>)
//       CHECK:   %[[YN:.+]] = tensor.expand_shape %[[Y]] {{\[\[}}0], [1, 2]] output_shape [5, 2, 7]
//       CHECK:   linalg.transpose ins(%[[YN]] : {{.*}}) outs({{.*}} : tensor<2x5x7xf32>) permutation = [1, 0, 2]
func.func @two_n(%x: tensor<5x8xf32>, %w: tensor<2x7x8xf32>, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %w : tensor<5x8xf32>, tensor<2x7x8xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// Several dynamic extents come out of one by their values, as the accumulator has
// them: upstream's expand-strided-metadata crashes on such an expand_shape.
// CHECK-LABEL: func @two_dynamic_n(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x8xf32>, %[[W:[a-z0-9]+]]: tensor<?x?x8xf32>, %[[C:[a-z0-9]+]]: tensor<5x?x?xf32>
//   CHECK-DAG:   %[[ONE:.+]] = arith.constant 1 : index
//   CHECK-DAG:   %[[TWO:.+]] = arith.constant 2 : index
//   CHECK-DAG:   %[[FIVE:.+]] = arith.constant 5 : index
//       CHECK:   %[[Y:.+]] = mx.matmul {{.*}} outs({{.*}} : tensor<5x?xf32>)
//   CHECK-DAG:   %[[A:.+]] = tensor.dim %[[C]], %[[ONE]]
//   CHECK-DAG:   %[[B:.+]] = tensor.dim %[[C]], %[[TWO]]
//       CHECK:   %[[SHAPE:.+]] = tensor.from_elements %[[FIVE]], %[[A]], %[[B]] : tensor<3xindex>
//       CHECK:   %[[R:.+]] = tensor.reshape %[[Y]](%[[SHAPE]]) : (tensor<5x?xf32>, tensor<3xindex>) -> tensor<5x?x?xf32>
//       CHECK:   return %[[R]]
func.func @two_dynamic_n(%x: tensor<5x8xf32>, %w: tensor<?x?x8xf32>, %c: tensor<5x?x?xf32>) -> tensor<5x?x?xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, b, n, k) -> (m, k)>, affine_map<(m, b, n, k) -> (b, n, k)>, affine_map<(m, b, n, k) -> (m, b, n)>]
         ins(%x, %w : tensor<5x8xf32>, tensor<?x?x8xf32>) outs(%c : tensor<5x?x?xf32>) -> tensor<5x?x?xf32>
  return %y : tensor<5x?x?xf32>
}

// An extent of 0 beside dynamic ones: upstream's bufferization cannot collapse
// them, and no element is there to be moved.
// CHECK-LABEL: func @hidden_zero(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x?x0xf32>
//       CHECK:   %[[E:.+]] = tensor.empty() : tensor<5x0xf32>
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[E]] : tensor<5x0xf32>)
//       CHECK:   mx.matmul ins(%[[A]],
func.func @hidden_zero(%x: tensor<5x?x0xf32>, %w: tensor<7x?x0xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k, l) -> (m, k, l)>, affine_map<(m, n, k, l) -> (n, k, l)>, affine_map<(m, n, k, l) -> (m, n)>]
         ins(%x, %w : tensor<5x?x0xf32>, tensor<7x?x0xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// A generic that extends its inputs: they are quantized as they are.
// CHECK-LABEL: func @extended(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<5x8xf16>, %[[W:[a-z0-9]+]]: tensor<7x8xbf16>
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<5x8xf16>)
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<7x8xbf16>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] : {{.*}}) outs({{.*}} : tensor<5x7xf32>)
func.func @extended(%x: tensor<5x8xf16>, %w: tensor<7x8xbf16>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<5x8xf16>, tensor<7x8xbf16>) outs(%c : tensor<5x7xf32>) {
  ^bb0(%a: f16, %b: bf16, %out: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : bf16 to f32
    %p = arith.mulf %0, %1 : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// The filter of a convolution is one matrix for all images, each of which is a
// matrix of windows.
// CHECK-LABEL: func @convolution(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<3x4x8x9xf32>, %[[F:[a-z0-9]+]]: tensor<5x4x2x3xf32>, %[[C:[a-z0-9]+]]: tensor<3x5x7x7xf32>
//       CHECK:   %[[W:.+]] = tensor.collapse_shape %[[F]] {{\[\[}}0], [1, 2, 3]]
//       CHECK:   %[[G:.+]] = linalg.generic {{.*}} ins(%[[X]] : {{.*}}) outs({{.*}} : tensor<3x24x49xf32>)
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[G]] : {{.*}}) outs({{.*}} : tensor<3x49x24xf32>)
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[T]] :
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[W]] : tensor<5x24xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] : {{.*}}) outs({{.*}} : tensor<3x49x5xf32>) {mine}
func.func @convolution(%x: tensor<3x4x8x9xf32>, %f: tensor<5x4x2x3xf32>, %c: tensor<3x5x7x7xf32>) -> tensor<3x5x7x7xf32> {
  %y = linalg.conv_2d_nchw_fchw {mine} ins(%x, %f : tensor<3x4x8x9xf32>, tensor<5x4x2x3xf32>) outs(%c : tensor<3x5x7x7xf32>) -> tensor<3x5x7x7xf32>
  return %y : tensor<3x5x7x7xf32>
}

// Attributes of others stay, but one with the name of an attribute of mx.matmul,
// which printed IR would read as that.
// CHECK-LABEL: func @attributes(
//       CHECK:   mx.matmul {{.*}} outs({{.*}} : tensor<5x7xf32>) {mine}
func.func @attributes(%x: tensor<5x8xf32>, %w: tensor<8x7xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul {accumulate = 1 : i32, mine} ins(%x, %w : tensor<5x8xf32>, tensor<8x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// What tosa.tile becomes: the repeated axis is collapsed with one of extent 1 that
// the weight has. One weight is quantized, and not one a batch.
// CHECK-LABEL: func @tiled_weight(
//  CHECK-SAME:     %[[X:[a-z0-9]+]]: tensor<3x5x8xf32>, %[[W:[a-z0-9]+]]: tensor<1x7x8xf32> {mx.weight}
//       CHECK:   %[[R:.+]] = tensor.collapse_shape %[[W]] {{\[\[}}0, 1], [2]] : tensor<1x7x8xf32> into tensor<7x8xf32>
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<3x5x8xf32>)
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[R]] : tensor<7x8xf32>)
//       CHECK:   mx.matmul ins(%[[A]], %[[B]] : tensor<3x5x8x!mx.amxfp4>, tensor<7x8x!mx.amxfp4>)
func.func @tiled_weight(%x: tensor<3x5x8xf32>, %w: tensor<1x7x8xf32> {mx.weight}, %c: tensor<3x5x7xf32>) -> tensor<3x5x7xf32> {
  %e = tensor.empty() : tensor<3x1x1x7x1x8xf32>
  %g = linalg.generic {indexing_maps = [affine_map<(a, b, c, d, e, f) -> (b, d, f)>, affine_map<(a, b, c, d, e, f) -> (a, b, c, d, e, f)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]}
         ins(%w : tensor<1x7x8xf32>) outs(%e : tensor<3x1x1x7x1x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<3x1x1x7x1x8xf32>
  %t = tensor.collapse_shape %g [[0, 1, 2], [3, 4], [5]] : tensor<3x1x1x7x1x8xf32> into tensor<3x7x8xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %t : tensor<3x5x8xf32>, tensor<3x7x8xf32>) outs(%c : tensor<3x5x7xf32>) -> tensor<3x5x7xf32>
  return %y : tensor<3x5x7xf32>
}

// Repeated along N it is another matrix, which is not undone.
// CHECK-LABEL: func @tiled_rows(
//       CHECK:   mx.quantize ins({{.*}} : tensor<14x8xf32>)
func.func @tiled_rows(%x: tensor<5x8xf32>, %w: tensor<7x8xf32> {mx.weight}, %c: tensor<5x14xf32>) -> tensor<5x14xf32> {
  %e = tensor.empty() : tensor<2x7x8xf32>
  %g = linalg.broadcast ins(%w : tensor<7x8xf32>) outs(%e : tensor<2x7x8xf32>) dimensions = [0]
  %t = tensor.collapse_shape %g [[0, 1], [2]] : tensor<2x7x8xf32> into tensor<14x8xf32>
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %t : tensor<5x8xf32>, tensor<14x8xf32>) outs(%c : tensor<5x14xf32>) -> tensor<5x14xf32>
  return %y : tensor<5x14xf32>
}
