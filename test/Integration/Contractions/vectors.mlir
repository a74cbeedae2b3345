// Products with a vector against the float result (see matmul.mlir).
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/matvec.mlir --arg=7x45xf32=integers:1 --arg=45xf32=integers:2 --arg=7xf32=integers:3
// RUN: %{run} %t/matvec_dynamic.mlir --arg=7x64xf32=integers:1 --arg=64xf32=integers:2 --arg=7xf32=integers:3
// RUN: %{run} %t/matvec_dynamic.mlir --arg=0x45xf32=zeros --arg=45xf32=integers:2 --arg=0xf32=zeros
// RUN: %{run} %t/matvec_dynamic.mlir --arg=7x0xf32=zeros --arg=0xf32=zeros --arg=7xf32=integers:3
// RUN: %{run} %t/matvec_unmarked.mlir --arg=7x45xf32=integers:1 --arg=45xf32=integers:2 --arg=7xf32=integers:3
// RUN: %{run} %t/matvec_of_weight_vector.mlir --arg=7x45xf32=integers:1 --arg=45xf32=integers:2 --arg=7xf32=integers:3
// RUN: %{run} %t/vecmat.mlir --arg=45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=7xf32=integers:3
// RUN: %{run} %t/vecmat_dynamic.mlir --arg=64xf32=integers:1 --arg=64x7xf32=integers:2 --arg=7xf32=integers:3
// RUN: %{run} %t/vecmat_dynamic.mlir --arg=45xf32=integers:1 --arg=45x0xf32=zeros --arg=0xf32=zeros
// RUN: %{run} %t/batch_matvec.mlir --arg=2x7x45xf32=integers:1 --arg=2x45xf32=integers:2 --arg=2x7xf32=integers:3
// RUN: %{run} %t/batch_matvec_dynamic.mlir --arg=2x7x64xf32=integers:1 --arg=2x64xf32=integers:2 --arg=2x7xf32=integers:3
// RUN: %{run} %t/batch_matvec_dynamic.mlir --arg=0x7x45xf32=zeros --arg=0x45xf32=zeros --arg=0x7xf32=zeros
// RUN: %{run} %t/batch_vecmat.mlir --arg=2x45xf32=integers:1 --arg=2x45x7xf32=integers:2 --arg=2x7xf32=integers:3
// RUN: %{run} %t/batch_vecmat_dynamic.mlir --arg=2x64xf32=integers:1 --arg=2x64x7xf32=integers:2 --arg=2x7xf32=integers:3

//--- matvec.mlir
func.func @main(%w: tensor<7x45xf32> {mx.weight}, %x: tensor<45xf32>, %c: tensor<7xf32>) -> tensor<7xf32> {
  %y = linalg.matvec ins(%w, %x : tensor<7x45xf32>, tensor<45xf32>) outs(%c : tensor<7xf32>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

//--- matvec_dynamic.mlir
func.func @main(%w: tensor<?x?xf32> {mx.weight}, %x: tensor<?xf32>, %c: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.matvec ins(%w, %x : tensor<?x?xf32>, tensor<?xf32>) outs(%c : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

//--- matvec_unmarked.mlir
func.func @main(%w: tensor<7x45xf32>, %x: tensor<45xf32>, %c: tensor<7xf32>) -> tensor<7xf32> {
  %y = linalg.matvec ins(%w, %x : tensor<7x45xf32>, tensor<45xf32>) outs(%c : tensor<7xf32>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

//--- matvec_of_weight_vector.mlir
func.func @main(%x: tensor<7x45xf32>, %w: tensor<45xf32> {mx.weight}, %c: tensor<7xf32>) -> tensor<7xf32> {
  %y = linalg.matvec ins(%x, %w : tensor<7x45xf32>, tensor<45xf32>) outs(%c : tensor<7xf32>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

//--- vecmat.mlir
func.func @main(%x: tensor<45xf32>, %w: tensor<45x7xf32> {mx.weight}, %c: tensor<7xf32>) -> tensor<7xf32> {
  %y = linalg.vecmat ins(%x, %w : tensor<45xf32>, tensor<45x7xf32>) outs(%c : tensor<7xf32>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

//--- vecmat_dynamic.mlir
func.func @main(%x: tensor<?xf32>, %w: tensor<?x?xf32> {mx.weight}, %c: tensor<?xf32>) -> tensor<?xf32> {
  %y = linalg.vecmat ins(%x, %w : tensor<?xf32>, tensor<?x?xf32>) outs(%c : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

//--- batch_matvec.mlir
func.func @main(%w: tensor<2x7x45xf32> {mx.weight}, %x: tensor<2x45xf32>, %c: tensor<2x7xf32>) -> tensor<2x7xf32> {
  %y = linalg.batch_matvec ins(%w, %x : tensor<2x7x45xf32>, tensor<2x45xf32>) outs(%c : tensor<2x7xf32>) -> tensor<2x7xf32>
  return %y : tensor<2x7xf32>
}

//--- batch_matvec_dynamic.mlir
func.func @main(%w: tensor<?x?x?xf32> {mx.weight}, %x: tensor<?x?xf32>, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.batch_matvec ins(%w, %x : tensor<?x?x?xf32>, tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

//--- batch_vecmat.mlir
func.func @main(%x: tensor<2x45xf32>, %w: tensor<2x45x7xf32> {mx.weight}, %c: tensor<2x7xf32>) -> tensor<2x7xf32> {
  %y = linalg.batch_vecmat ins(%x, %w : tensor<2x45xf32>, tensor<2x45x7xf32>) outs(%c : tensor<2x7xf32>) -> tensor<2x7xf32>
  return %y : tensor<2x7xf32>
}

//--- batch_vecmat_dynamic.mlir
func.func @main(%x: tensor<?x?xf32>, %w: tensor<?x?x?xf32> {mx.weight}, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.batch_vecmat ins(%x, %w : tensor<?x?xf32>, tensor<?x?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
