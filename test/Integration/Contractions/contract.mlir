// linalg.contract and linalg.generic with axes in any order and number, against
// the float result (see matmul.mlir).
//
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --against=float --tolerance=0
// RUN: %{run} %t/two_k.mlir --arg=5x4x11xf32=integers:1 --arg=7x4x11xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/two_k_apart.mlir --arg=4x5x11xf32=integers:1 --arg=11x7x4xf32=integers:2 --arg=5x7xf32=integers:3
// RUN: %{run} %t/two_m_two_n.mlir --arg=2x45x5xf32=integers:1 --arg=3x45x7xf32=integers:2 --arg=3x5x7x2xf32=integers:3
// RUN: %{run} %t/everything_permuted.mlir --arg=4x5x2x3x11xf32=integers:1 --arg=11x7x2x4x6xf32=integers:2 --arg=7x3x2x6x5xf32=integers:3
// RUN: %{run} %t/some_batches_lack.mlir --arg=2x3x5x45xf32=integers:1 --arg=2x45x7xf32=integers:2 --arg=2x3x5x7xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=4x5x2x3x11xf32=integers:1 --arg=11x7x2x4x6xf32=integers:2 --arg=7x3x2x6x5xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=2x5x3x4x9xf32=integers:1 --arg=9x7x3x2x6xf32=integers:2 --arg=7x4x3x6x5xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=0x5x3x4x9xf32=zeros --arg=9x7x3x0x6xf32=zeros --arg=7x4x3x6x5xf32=integers:3
// RUN: %{run} %t/dynamic.mlir --arg=2x5x3x0x9xf32=zeros --arg=9x7x3x2x6xf32=integers:2 --arg=7x0x3x6x5xf32=zeros
// RUN: %{run} %t/dynamic.mlir --arg=2x5x3x4x9xf32=integers:1 --arg=9x7x3x2x0xf32=zeros --arg=7x4x3x0x5xf32=zeros
// RUN: %{run} %t/generic.mlir --arg=45x5xf32=integers:1 --arg=45x7xf32=integers:2 --arg=7x5xf32=integers:3
// RUN: %{run} %t/generic_dynamic_extended.mlir --arg=64x5xf16=integers:1 --arg=64x7xbf16=integers:2 --arg=7x5xf32=integers:3
// RUN: %{run} %t/generic_dynamic_extended.mlir --arg=9x5xf16=integers:1 --arg=9x7xbf16=integers:2 --arg=7x5xf32=integers:3

// The weight alone.
// DEFINE: %{weight} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=none min-k=0 min-n=0 strict},mx-reference' --against=float --tolerance=0
// RUN: %{weight} %t/dynamic.mlir --arg=2x5x3x4x9xf32=integers:1 --arg=9x7x3x2x6xf32=integers:2 --arg=7x4x3x6x5xf32=integers:3
// RUN: %{weight} %t/generic_dynamic_extended.mlir --arg=9x5xf16=integers:1 --arg=9x7xbf16=integers:2 --arg=7x5xf32=integers:3

// The result has the extent that only the run time knows, beside one of 0.
// RUN: %{weight} %t/empty_n.mlir --arg=5x9xf32=integers:1 --arg=0x3x9xf32=zeros --arg=5x3x0xf32=zeros

// A sum that is rounded each time stays in float: it is no integer that bf16
// holds.
// RUN: mx-run --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1},mx-reference' --against=float --tolerance=0 %t/rounded.mlir --arg=5x45xf32=integers:1 --arg=45x7xf32=integers:2 --arg=5x7xf32=integers:3

//--- two_k.mlir
func.func @main(%x: tensor<5x4x11xf32>, %w: tensor<7x4x11xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k, l) -> (m, k, l)>, affine_map<(m, n, k, l) -> (n, k, l)>, affine_map<(m, n, k, l) -> (m, n)>]
         ins(%x, %w : tensor<5x4x11xf32>, tensor<7x4x11xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- two_k_apart.mlir
func.func @main(%x: tensor<4x5x11xf32>, %w: tensor<11x7x4xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k, l) -> (k, m, l)>, affine_map<(m, n, k, l) -> (l, n, k)>, affine_map<(m, n, k, l) -> (m, n)>]
         ins(%x, %w : tensor<4x5x11xf32>, tensor<11x7x4xf32>) outs(%c : tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

//--- two_m_two_n.mlir
func.func @main(%x: tensor<2x45x5xf32>, %w: tensor<3x45x7xf32>, %c: tensor<3x5x7x2xf32>) -> tensor<3x5x7x2xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(a, b, c, d, k) -> (a, k, b)>, affine_map<(a, b, c, d, k) -> (c, k, d)>, affine_map<(a, b, c, d, k) -> (c, b, d, a)>]
         ins(%x, %w : tensor<2x45x5xf32>, tensor<3x45x7xf32>) outs(%c : tensor<3x5x7x2xf32>) -> tensor<3x5x7x2xf32>
  return %y : tensor<3x5x7x2xf32>
}

//--- everything_permuted.mlir
func.func @main(%x: tensor<4x5x2x3x11xf32>, %w: tensor<11x7x2x4x6xf32> {mx.weight}, %c: tensor<7x3x2x6x5xf32>) -> tensor<7x3x2x6x5xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(b, m, o, n, p, k, l) -> (k, m, b, o, l)>, affine_map<(b, m, o, n, p, k, l) -> (l, n, b, k, p)>, affine_map<(b, m, o, n, p, k, l) -> (n, o, b, p, m)>]
         ins(%x, %w : tensor<4x5x2x3x11xf32>, tensor<11x7x2x4x6xf32>) outs(%c : tensor<7x3x2x6x5xf32>) -> tensor<7x3x2x6x5xf32>
  return %y : tensor<7x3x2x6x5xf32>
}

//--- some_batches_lack.mlir
func.func @main(%x: tensor<2x3x5x45xf32>, %w: tensor<2x45x7xf32> {mx.weight}, %c: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(a, b, m, n, k) -> (a, b, m, k)>, affine_map<(a, b, m, n, k) -> (a, k, n)>, affine_map<(a, b, m, n, k) -> (a, b, m, n)>]
         ins(%x, %w : tensor<2x3x5x45xf32>, tensor<2x45x7xf32>) outs(%c : tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}

//--- dynamic.mlir
func.func @main(%x: tensor<?x?x?x?x?xf32>, %w: tensor<?x?x?x?x?xf32> {mx.weight}, %c: tensor<?x?x?x?x?xf32>) -> tensor<?x?x?x?x?xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(b, m, o, n, p, k, l) -> (k, m, b, o, l)>, affine_map<(b, m, o, n, p, k, l) -> (l, n, b, k, p)>, affine_map<(b, m, o, n, p, k, l) -> (n, o, b, p, m)>]
         ins(%x, %w : tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>) outs(%c : tensor<?x?x?x?x?xf32>) -> tensor<?x?x?x?x?xf32>
  return %y : tensor<?x?x?x?x?xf32>
}

//--- generic.mlir
func.func @main(%w: tensor<45x5xf32> {mx.weight}, %x: tensor<45x7xf32>, %c: tensor<7x5xf32>) -> tensor<7x5xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(k, m, n) -> (k, m)>, affine_map<(k, m, n) -> (k, n)>, affine_map<(k, m, n) -> (n, m)>],
                       iterator_types = ["reduction", "parallel", "parallel"]}
         ins(%w, %x : tensor<45x5xf32>, tensor<45x7xf32>) outs(%c : tensor<7x5xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %p = arith.mulf %b, %a : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

//--- generic_dynamic_extended.mlir
func.func @main(%x: tensor<?x?xf16>, %w: tensor<?x?xbf16> {mx.weight}, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(k, m, n) -> (k, m)>, affine_map<(k, m, n) -> (k, n)>, affine_map<(k, m, n) -> (n, m)>],
                       iterator_types = ["reduction", "parallel", "parallel"]}
         ins(%x, %w : tensor<?x?xf16>, tensor<?x?xbf16>) outs(%c : tensor<?x?xf32>) {
  ^bb0(%a: f16, %b: bf16, %out: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : bf16 to f32
    %p = arith.mulf %0, %1 : f32
    %s = arith.addf %p, %out : f32
    linalg.yield %s : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

//--- empty_n.mlir
func.func @main(%x: tensor<5x?xf32>, %w: tensor<0x?x?xf32> {mx.weight}, %c: tensor<5x?x0xf32>) -> tensor<5x?x0xf32> {
  %y = linalg.contract indexing_maps = [affine_map<(m, l, n, k) -> (m, k)>, affine_map<(m, l, n, k) -> (n, l, k)>, affine_map<(m, l, n, k) -> (m, l, n)>]
         ins(%x, %w : tensor<5x?xf32>, tensor<0x?x?xf32>) outs(%c : tensor<5x?x0xf32>) -> tensor<5x?x0xf32>
  return %y : tensor<5x?x0xf32>
}

//--- rounded.mlir
func.func @main(%x: tensor<5x45xf32>, %w: tensor<45x7xf32>, %c: tensor<5x7xf32>) -> tensor<5x7xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
         ins(%x, %w : tensor<5x45xf32>, tensor<45x7xf32>) outs(%c : tensor<5x7xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %out, %m : f32
    %h = arith.truncf %r : f32 to bf16
    %s = arith.extf %h : bf16 to f32
    linalg.yield %s : f32
  } -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}
