// y = x * transpose(w): a Linear layer as torch-mlir writes it.
func.func @main(%x: tensor<4x128xf32>, %w: tensor<64x128xf32> {mx.weight}) -> tensor<4x64xf32> {
  %zero = arith.constant dense<0.0> : tensor<4x64xf32>
  %empty = tensor.empty() : tensor<128x64xf32>
  %wt = linalg.transpose ins(%w : tensor<64x128xf32>)
                         outs(%empty : tensor<128x64xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %wt : tensor<4x128xf32>, tensor<128x64xf32>)
                     outs(%zero : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
