// Products with batches against the float result (see matmul.mlir).
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 quantize-attention strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/weight_of_each_batch.mlir --arg=2x5x64xf32=integers:1 --arg=2x64x7xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/weight_left.mlir --arg=2x5x45xf32=integers:1 --arg=2x45x7xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/transposed.mlir --arg=2x45x5xf32=integers:1 --arg=2x7x45xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/one_weight.mlir --arg=2x5x45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/repeated_weight.mlir --arg=2x5x45xf32=integers:1 --arg=7x45xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/repeated_activation.mlir --arg=5x45xf32=integers:1 --arg=2x45x7xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/repeated_product.mlir --arg=5x45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/summed_batches.mlir --arg=2x5x45xf32=integers:1 --arg=2x45x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/repeated_weight_collapsed.mlir --arg=6x5x9xf32=integers:1 --arg=3x7x9xf32=integers:2 --arg=6x5x7xf32=integers:3
// RUN: %{run} %t/repeated_weight_of_heads.mlir --arg=6x5x9xf32=integers:1 --arg=7x9xf32=integers:2 --arg=6x5x7xf32=integers:3
// RUN: %{run} %t/collapsed.mlir --arg=6x5x9xf32=integers:1 --arg=9x2x3x7xf32=integers:2 --arg=6x5x7xf32=integers:3
// RUN: %{run} %t/cycled.mlir --arg=6x5x9xf32=integers:1 --arg=2x3x9x7xf32=integers:2 --arg=6x5x7xf32=integers:3
// RUN: %{run} %t/tiled_weight.mlir --arg=6x5x9xf32=integers:1 --arg=1x7x1x9x1xf32=integers:2 --arg=6x5x7xf32=integers:3
// RUN: %{run} %t/tiled_activation.mlir --arg=1x5x9xf32=integers:1 --arg=3x7x9xf32=integers:2 --arg=3x5x7xf32=integers:3
// RUN: %{run} %t/tiled_rows.mlir --arg=5x9xf32=integers:1 --arg=7x9xf32=integers:2 --arg=5x14xf32=integers:3

// The mark alone says which is the weight, behind a transposition by the map of
// the result.
// RUN: mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0 %t/output_map.mlir --arg=2x5x9xf32=integers:1 --arg=2x7x9xf32=integers:2 --arg=2x5x7xf32=integers:3

// Two activations, and every axis dynamic.
// RUN: %{run} %t/dynamic.mlir --arg=2x5x64xf32=integers:1 --arg=2x64x7xf32=integers:2 --arg=2x5x7xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=3x4x9xf32=integers:1 --arg=3x9x8xf32=integers:2 --arg=3x4x8xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=0x5x45xf32=zeros --arg=0x45x7xf32=zeros --arg=0x5x7xf32=zeros
// RUN: %{run} %t/dynamic.mlir --arg=2x0x45xf32=zeros --arg=2x45x7xf32=integers:2 --arg=2x0x7xf32=zeros
// RUN: %{run} %t/dynamic.mlir --arg=2x5x0xf32=zeros --arg=2x0x7xf32=zeros --arg=2x5x7xf32=integers:3

// The result has the extent that only the run time knows, beside one of 0.
// RUN: %{run} %t/empty_m.mlir --arg=2x0x3x9xf32=zeros --arg=2x9x7xf32=integers:2 --arg=2x0x3x7xf32=zeros

// The weight alone.
// DEFINE: %{weight} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=none min-k=0 min-n=0 quantize-attention strict},mx-reference' --against=float --tolerance=0
// RUN: %{weight} %t/dynamic.mlir --arg=3x4x9xf32=integers:1 --arg=3x9x8xf32=integers:2 --arg=3x4x8xf32=integers:3
// RUN: %{weight} %t/repeated_weight.mlir --arg=2x5x45xf32=integers:1 --arg=7x45xf32=integers:2 --arg=2x5x7xf32=integers:3

//--- weight_of_each_batch.mlir
func.func @main(%x: tensor<2x5x64xf32>, %w: tensor<2x64x7xf32> {mx.weight}, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.batch_matmul ins(%x, %w : tensor<2x5x64xf32>, tensor<2x64x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- weight_left.mlir
func.func @main(%w: tensor<2x5x45xf32> {mx.weight}, %x: tensor<2x45x7xf32>, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.batch_matmul ins(%w, %x : tensor<2x5x45xf32>, tensor<2x45x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- transposed.mlir
func.func @main(%x: tensor<2x45x5xf32>, %w: tensor<2x7x45xf32> {mx.weight}, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.batch_matmul indexing_maps = [affine_map<(b, m, n, k) -> (b, k, m)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %w : tensor<2x45x5xf32>, tensor<2x7x45xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- one_weight.mlir
func.func @main(%x: tensor<2x5x45xf32>, %w: tensor<45x7xf32>, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.batch_matmul indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %w : tensor<2x5x45xf32>, tensor<45x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- repeated_weight.mlir
func.func @main(%x: tensor<2x5x45xf32>, %w: tensor<7x45xf32> {mx.weight}, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %e = tensor.empty() : tensor<45x7xf32>
  %t = linalg.transpose ins(%w : tensor<7x45xf32>) outs(%e : tensor<45x7xf32>) permutation = [1, 0]
  %r = tensor.empty() : tensor<2x45x7xf32>
  %b = linalg.broadcast ins(%t : tensor<45x7xf32>) outs(%r : tensor<2x45x7xf32>) dimensions = [0]
  %y = linalg.batch_matmul ins(%x, %b : tensor<2x5x45xf32>, tensor<2x45x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- repeated_activation.mlir
func.func @main(%x: tensor<5x45xf32>, %w: tensor<2x45x7xf32>, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.batch_matmul indexing_maps = [affine_map<(b, m, n, k) -> (m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %w : tensor<5x45xf32>, tensor<2x45x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- repeated_product.mlir
func.func @main(%x: tensor<5x45xf32>, %w: tensor<45x7xf32>, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %y = linalg.batch_matmul indexing_maps = [affine_map<(b, m, n, k) -> (m, k)>, affine_map<(b, m, n, k) -> (k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %w : tensor<5x45xf32>, tensor<45x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- summed_batches.mlir
func.func @main(%x: tensor<2x5x45xf32>, %w: tensor<2x45x7xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.batch_reduce_matmul ins(%x, %w : tensor<2x5x45xf32>, tensor<2x45x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// The weight has one of the two axes that become the batch.
//--- repeated_weight_collapsed.mlir
func.func @main(%x: tensor<6x5x9xf32>, %w: tensor<3x7x9xf32> {mx.weight}, %c: tensor<6x5x7xf32>) -> tensor<6x5x7xf32> {
  %e = tensor.empty() : tensor<2x3x7x9xf32>
  %t = linalg.broadcast ins(%w : tensor<3x7x9xf32>) outs(%e : tensor<2x3x7x9xf32>) dimensions = [0]
  %r = tensor.collapse_shape %t [[0, 1], [2], [3]] : tensor<2x3x7x9xf32> into tensor<6x7x9xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %r : tensor<6x5x9xf32>, tensor<6x7x9xf32>) outs(%c : tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  return %y : tensor<6x5x7xf32>
}

//--- repeated_weight_of_heads.mlir
func.func @main(%x: tensor<6x5x9xf32>, %w: tensor<7x9xf32> {mx.weight}, %c: tensor<6x5x7xf32>) -> tensor<6x5x7xf32> {
  %e = tensor.empty() : tensor<2x3x7x9xf32>
  %t = linalg.broadcast ins(%w : tensor<7x9xf32>) outs(%e : tensor<2x3x7x9xf32>) dimensions = [0, 1]
  %r = tensor.collapse_shape %t [[0, 1], [2], [3]] : tensor<2x3x7x9xf32> into tensor<6x7x9xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %r : tensor<6x5x9xf32>, tensor<6x7x9xf32>) outs(%c : tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  return %y : tensor<6x5x7xf32>
}

//--- collapsed.mlir
func.func @main(%x: tensor<6x5x9xf32>, %w: tensor<9x2x3x7xf32> {mx.weight}, %c: tensor<6x5x7xf32>) -> tensor<6x5x7xf32> {
  %e = tensor.empty() : tensor<7x2x3x9xf32>
  %t = linalg.transpose ins(%w : tensor<9x2x3x7xf32>) outs(%e : tensor<7x2x3x9xf32>) permutation = [3, 1, 2, 0]
  %r = tensor.collapse_shape %t [[0], [1, 2], [3]] : tensor<7x2x3x9xf32> into tensor<7x6x9xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (n, b, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %r : tensor<6x5x9xf32>, tensor<7x6x9xf32>) outs(%c : tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  return %y : tensor<6x5x7xf32>
}

//--- cycled.mlir
func.func @main(%x: tensor<6x5x9xf32>, %w: tensor<2x3x9x7xf32> {mx.weight}, %c: tensor<6x5x7xf32>) -> tensor<6x5x7xf32> {
  %e = tensor.empty() : tensor<7x2x3x9xf32>
  %t = linalg.transpose ins(%w : tensor<2x3x9x7xf32>) outs(%e : tensor<7x2x3x9xf32>) permutation = [3, 0, 1, 2]
  %r = tensor.collapse_shape %t [[0], [1, 2], [3]] : tensor<7x2x3x9xf32> into tensor<7x6x9xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (n, b, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %r : tensor<6x5x9xf32>, tensor<7x6x9xf32>) outs(%c : tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  return %y : tensor<6x5x7xf32>
}

// Batches repeat axes of extent 1 that the weight has before, between and after the
// others.
//--- tiled_weight.mlir
func.func @main(%x: tensor<6x5x9xf32>, %w: tensor<1x7x1x9x1xf32> {mx.weight}, %c: tensor<6x5x7xf32>) -> tensor<6x5x7xf32> {
  %e = tensor.empty() : tensor<9x1x2x1x3x1x1x7xf32>
  %g = linalg.generic {indexing_maps = [affine_map<(a, b, c, d, e, f, g, h) -> (d, h, b, a, f)>, affine_map<(a, b, c, d, e, f, g, h) -> (a, b, c, d, e, f, g, h)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]}
         ins(%w : tensor<1x7x1x9x1xf32>) outs(%e : tensor<9x1x2x1x3x1x1x7xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<9x1x2x1x3x1x1x7xf32>
  %t = tensor.collapse_shape %g [[0], [1, 2, 3, 4, 5], [6, 7]] : tensor<9x1x2x1x3x1x1x7xf32> into tensor<9x6x7xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (k, b, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%x, %t : tensor<6x5x9xf32>, tensor<9x6x7xf32>) outs(%c : tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  return %y : tensor<6x5x7xf32>
}

//--- tiled_activation.mlir
func.func @main(%x: tensor<1x5x9xf32>, %w: tensor<3x7x9xf32> {mx.weight}, %c: tensor<3x5x7xf32>) -> tensor<3x5x7xf32> {
  %e = tensor.empty() : tensor<3x1x1x5x9xf32>
  %g = linalg.broadcast ins(%x : tensor<1x5x9xf32>) outs(%e : tensor<3x1x1x5x9xf32>) dimensions = [0, 2]
  %t = tensor.collapse_shape %g [[0, 1], [2, 3], [4]] : tensor<3x1x1x5x9xf32> into tensor<3x5x9xf32>
  %y = linalg.contract indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
         ins(%t, %w : tensor<3x5x9xf32>, tensor<3x7x9xf32>) outs(%c : tensor<3x5x7xf32>) -> tensor<3x5x7xf32>
  return %y : tensor<3x5x7xf32>
}

//--- tiled_rows.mlir
func.func @main(%x: tensor<5x9xf32>, %w: tensor<7x9xf32> {mx.weight}, %c: tensor<5x14xf32>) -> tensor<5x14xf32> {
  %e = tensor.empty() : tensor<2x7x9xf32>
  %g = linalg.broadcast ins(%w : tensor<7x9xf32>) outs(%e : tensor<2x7x9xf32>) dimensions = [0]
  %t = tensor.collapse_shape %g [[0, 1], [2]] : tensor<2x7x9xf32> into tensor<14x9xf32>
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %t : tensor<5x9xf32>, tensor<14x9xf32>) outs(%c : tensor<5x14xf32>) -> tensor<5x14xf32>
  return %y : tensor<5x14xf32>
}

//--- output_map.mlir
func.func @main(%x: tensor<2x5x9xf32>, %w: tensor<2x7x9xf32> {mx.weight}, %c: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  %e = tensor.empty() : tensor<2x9x7xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (a, c, b)>], iterator_types = ["parallel", "parallel", "parallel"]}
         ins(%w : tensor<2x7x9xf32>) outs(%e : tensor<2x9x7xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x9x7xf32>
  %y = linalg.batch_matmul ins(%x, %t : tensor<2x5x9xf32>, tensor<2x9x7xf32>) outs(%c : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

//--- empty_m.mlir
func.func @main(%x: tensor<2x0x?x9xf32>, %w: tensor<2x9x7xf32> {mx.weight}, %c: tensor<2x0x?x7xf32>) -> tensor<2x0x?x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(b, l, m, n, k) -> (b, l, m, k)>, affine_map<(b, l, m, n, k) -> (b, k, n)>, affine_map<(b, l, m, n, k) -> (b, l, m, n)>]
         ins(%x, %w : tensor<2x0x?x9xf32>, tensor<2x9x7xf32>) outs(%c : tensor<2x0x?x7xf32>) -> tensor<2x0x?x7xf32>
  return %y : tensor<2x0x?x7xf32>
}

//--- dynamic.mlir
func.func @main(%x: tensor<?x?x?xf32>, %y: tensor<?x?x?xf32>, %c: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %z = linalg.batch_matmul ins(%x, %y : tensor<?x?x?xf32>, tensor<?x?x?xf32>) outs(%c : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return %z : tensor<?x?x?xf32>
}
