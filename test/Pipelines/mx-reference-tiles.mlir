// What upstream's schedules make of a product computes the same. Tiles of M and
// N, and of what is quantized, change no bit. Tiles of K may add in another
// order: they agree within the bound, and bit for bit where every partial sum
// is exact, which small numbers with scales of powers of two are.
//
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{schedule} =
// DEFINE: %{entry} =
// DEFINE: %{arguments} = --arg=13x144xf32=normal:1 --arg=50x144xf32=normal:2
// DEFINE: %{tile} = mx-opt %s --pass-pipeline='builtin.module(transform-preload-library{transform-library-paths=%S/Inputs/tiles.mlir},transform-interpreter{entry-point=%{schedule}},canonicalize,cse)' -o %t/tiled.mlir
// DEFINE: %{plain} = mx-run %s --entry=%{entry} %{arguments} --result=@%t/plain.npy
// DEFINE: %{tiled} = mx-run %t/tiled.mlir --entry=%{entry} %{arguments} --result=@%t/tiled.npy
//
// REDEFINE: %{schedule} = quantize_columns
// REDEFINE: %{entry} = asymmetric
// RUN: %{tile} && FileCheck %s --check-prefix=QUANTIZE < %t/tiled.mlir
// RUN: %{plain} && %{tiled} && cmp %t/plain.npy %t/tiled.npy
// REDEFINE: %{entry} = powers_of_two
// RUN: %{plain} && %{tiled} && cmp %t/plain.npy %t/tiled.npy
//
// REDEFINE: %{schedule} = k
// RUN: %{tile} && FileCheck %s --check-prefix=K < %t/tiled.mlir
// RUN: %{plain} && %{tiled} && cmp %t/plain.npy %t/tiled.npy
// REDEFINE: %{entry} = asymmetric
// RUN: %{plain} && mx-run %t/tiled.mlir --entry=%{entry} %{arguments} --against=@%t/plain.npy
//
// REDEFINE: %{schedule} = rows_and_k
// RUN: %{tile} && FileCheck %s --check-prefix=NEST2 < %t/tiled.mlir
// RUN: mx-run %t/tiled.mlir --entry=%{entry} %{arguments} --against=@%t/plain.npy
// REDEFINE: %{schedule} = columns_and_k
// RUN: %{tile} && FileCheck %s --check-prefix=NEST2 < %t/tiled.mlir
// RUN: mx-run %t/tiled.mlir --entry=%{entry} %{arguments} --against=@%t/plain.npy
// REDEFINE: %{schedule} = all
// RUN: %{tile} && FileCheck %s --check-prefix=NEST3 < %t/tiled.mlir
// RUN: mx-run %t/tiled.mlir --entry=%{entry} %{arguments} --against=@%t/plain.npy
// REDEFINE: %{entry} = powers_of_two
// RUN: %{plain} && %{tiled} && cmp %t/plain.npy %t/tiled.npy
//
// QUANTIZE-COUNT-2: scf.for
// QUANTIZE: mx.quantize ins(%{{.+}} : tensor<?x?xf32>)

// NEST2-COUNT-2: scf.for
// NEST2: mx.matmul
// NEST3-COUNT-3: scf.for
// NEST3: mx.matmul

// K: scf.for %[[K:.+]] = %{{.+}} to %{{.+}} step %c64
// K: mx.matmul ins(%{{.+}}, %{{.+}} : tensor<13x?x!mx.amxfp4>, tensor<50x?x!mx.int4_affine>)

func.func @asymmetric(%x: tensor<13x144xf32>, %w: tensor<50x144xf32>) -> tensor<13x50xf32> {
  %ea = tensor.empty() : tensor<13x144x!mx.amxfp4>
  %a = mx.quantize ins(%x : tensor<13x144xf32>) outs(%ea : tensor<13x144x!mx.amxfp4>) using amxfp4
  %eb = tensor.empty() : tensor<50x144x!mx.int4_affine>
  %b = mx.quantize ins(%w : tensor<50x144xf32>) outs(%eb : tensor<50x144x!mx.int4_affine>) using int4_affine
  %zero = arith.constant dense<0.0> : tensor<13x50xf32>
  %y = mx.matmul ins(%a, %b : tensor<13x144x!mx.amxfp4>, tensor<50x144x!mx.int4_affine>) outs(%zero : tensor<13x50xf32>)
  return %y : tensor<13x50xf32>
}

func.func @powers_of_two(%x: tensor<13x144xf32>, %w: tensor<50x144xf32>) -> tensor<13x50xf32> {
  %ea = tensor.empty() : tensor<13x144x!mx.amxfp4_pot>
  %a = mx.quantize ins(%x : tensor<13x144xf32>) outs(%ea : tensor<13x144x!mx.amxfp4_pot>) using amxfp4_pot
  %eb = tensor.empty() : tensor<50x144x!mx.mxfp4>
  %b = mx.quantize ins(%w : tensor<50x144xf32>) outs(%eb : tensor<50x144x!mx.mxfp4>) using mxfp4
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<13x50xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<13x50xf32>) -> tensor<13x50xf32>
  %y = mx.matmul ins(%a, %b : tensor<13x144x!mx.amxfp4_pot>, tensor<50x144x!mx.mxfp4>) outs(%c : tensor<13x50xf32>)
  return %y : tensor<13x50xf32>
}
