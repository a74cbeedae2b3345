// linalg.matmul in each layout against the float result, bit for bit. The data
// are integers from -8 to 7, which mxint8 holds, and whose products and sums f32
// holds: quantization changes no bit, an axis in the wrong place almost all. No
// two extents of a case are equal. `strict` fails where an op is left in float;
// the accumulator is not zero.
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=0 min-n=0 strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/static.mlir --arg=5x64xf32=integers:1 --arg=64x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=5x64xf32=integers:1 --arg=64x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=3x45xf32=integers:1 --arg=45x6xf32=integers:2 --arg=3x6xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=3x9xf32=integers:1 --arg=9x6xf32=integers:2 --arg=3x6xf32=integers:3
// RUN: %{run} %t/ragged.mlir --arg=5x45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/small.mlir --arg=5x3xf32=integers:1 --arg=3x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/transposed.mlir --arg=45x5xf32=integers:1 --arg=7x45xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/weight_left.mlir --arg=5x45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/weight_left_transposed.mlir --arg=45x5xf32=integers:1 --arg=7x45xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/broadcast_row.mlir --arg=45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/mixed.mlir --arg=5x45xf16=integers:1 --arg=45x7xbf16=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/f16.mlir --arg=5x19xf16=integers:1 --arg=19x7xf16=integers:2 --arg=5x7xf16=integers:3

// With K = 3 bf16 holds each sum.
// RUN: %{run} %t/bf16.mlir --arg=5x3xbf16=integers:1 --arg=3x7xbf16=integers:2 --arg=5x7xbf16=integers:3

// Empty extents. Without terms the accumulator is the result.
// RUN: %{run} %t/dynamic.mlir --arg=0x45xf32=zeros --arg=45x6xf32=integers:2 --arg=0x6xf32=zeros
// RUN: %{run} %t/dynamic.mlir --arg=3x45xf32=integers:1 --arg=45x0xf32=zeros --arg=3x0xf32=zeros
// RUN: %{run} %t/dynamic.mlir --arg=3x0xf32=zeros --arg=0x6xf32=zeros --arg=3x6xf32=integers:3
// RUN: %{run} %t/empty_k.mlir --arg=3x0xf32=zeros --arg=0x6xf32=zeros --arg=3x6xf32=integers:3

//--- static.mlir
func.func @main(%x: tensor<5x64xf32>, %w: tensor<64x7xf32> {mx.weight}, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<5x64xf32>, tensor<64x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- dynamic.mlir
func.func @main(%x: tensor<?x?xf32>, %w: tensor<?x?xf32> {mx.weight}, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

//--- ragged.mlir
func.func @main(%x: tensor<5x45xf32>, %w: tensor<45x7xf32> {mx.weight}, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<5x45xf32>, tensor<45x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- small.mlir
func.func @main(%x: tensor<5x3xf32>, %w: tensor<3x7xf32> {mx.weight}, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<5x3xf32>, tensor<3x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- transposed.mlir
func.func @main(%x: tensor<45x5xf32>, %w: tensor<7x45xf32> {mx.weight}, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %w : tensor<45x5xf32>, tensor<7x45xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- weight_left.mlir
func.func @main(%w: tensor<5x45xf32> {mx.weight}, %x: tensor<45x7xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul ins(%w, %x : tensor<5x45xf32>, tensor<45x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- weight_left_transposed.mlir
func.func @main(%w: tensor<45x5xf32> {mx.weight}, %x: tensor<7x45xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%w, %x : tensor<45x5xf32>, tensor<7x45xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- broadcast_row.mlir
func.func @main(%x: tensor<45xf32>, %w: tensor<45x7xf32> {mx.weight}, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
         ins(%x, %w : tensor<45xf32>, tensor<45x7xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- mixed.mlir
func.func @main(%x: tensor<5x45xf16>, %w: tensor<45x7xbf16> {mx.weight}, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<5x45xf16>, tensor<45x7xbf16>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- f16.mlir
func.func @main(%x: tensor<5x?xf16>, %w: tensor<?x7xf16> {mx.weight}, %c: tensor<5x7xf16>) -> tensor<5x7xf16> {
  %y = linalg.matmul ins(%x, %w : tensor<5x?xf16>, tensor<?x7xf16>) outs(%c : tensor<5x7xf16>) -> tensor<5x7xf16>
  return %y : tensor<5x7xf16>
}

//--- bf16.mlir
func.func @main(%x: tensor<5x?xbf16>, %w: tensor<?x7xbf16> {mx.weight}, %c: tensor<5x7xbf16>) -> tensor<5x7xbf16> {
  %y = linalg.matmul ins(%x, %w : tensor<5x?xbf16>, tensor<?x7xbf16>) outs(%c : tensor<5x7xbf16>) -> tensor<5x7xbf16>
  return %y : tensor<5x7xbf16>
}

//--- empty_k.mlir
func.func @main(%x: tensor<3x0xf32>, %w: tensor<0x6xf32> {mx.weight}, %c: tensor<3x6xf32>) -> tensor<3x6xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<3x0xf32>, tensor<0x6xf32>) outs(%c : tensor<3x6xf32>) -> tensor<3x6xf32>
  return %y : tensor<3x6xf32>
}
