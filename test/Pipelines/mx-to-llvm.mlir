// Products and quantizers are vector code, on rows that no vector divides, in
// batches and in tiles with an epilogue, and give what the reference gives.
//
// RUN: mx-run %s --entry=batches --pipeline='mx-to-llvm{strict}' --arg=3x7x72xf32=normal:1 --arg=19x72xf32=normal:2 --against=reference
// RUN: mx-run %s --entry=batches --pipeline='mx-to-llvm{target=generic strict}' --arg=3x7x72xf32=normal:1 --arg=19x72xf32=normal:2 --against=reference
// RUN: mx-run %s --entry=fused --pipeline='mx-fuse-quantize{rows=4 columns=32},mx-to-llvm{strict}' --arg=13x256xf32=normal:1 --arg=100x256xf32=normal:2 --arg=100xbf16=normal:3 --against=reference
// RUN: mx-run %s --entry=threads --pipeline='mx-to-llvm{threads=3 strict}' --arg=70x96xf32=normal:1 --arg=100x96xf32=normal:2 --against=reference
// RUN: mx-run %s --entry=threads --pipeline='mx-to-llvm{strict}' --arg=70x96xf32=normal:1 --arg=100x96xf32=normal:2 --against=reference
// RUN: mx-run %s --entry=strided --pipeline='mx-to-llvm{strict}' --arg=8x128x2xf32=normal:1 --arg=20x64xf32=normal:2 --arg=8x40xf32=normal:3 --against=reference
// DEFINE: %{zeros} =
// DEFINE: %{zero_scales} = mx-run %s --entry=zero_scales --pipeline='mx-to-llvm{target=%{zeros} strict}' --arg=70x32xi8=uniform:1 --arg=4x32xi8=uniform:1 --arg=70x2x2xi8=zeros --arg=4x2x2xi8=zeros --arg=20x64xf32=normal:2 --against=reference
// REDEFINE: %{zeros} = generic
// RUN: %{zero_scales}
// REDEFINE: %{zeros} = x86-64-v3
// RUN: %{zero_scales}
// REDEFINE: %{zeros} = host
// RUN: %{zero_scales}
// RUN: mx-opt %s --mx-to-llvm=threads=3 | FileCheck %s --check-prefix=THREADS
// RUN: not mx-opt %s --mx-to-llvm=threads=0 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: mx-opt %s --mx-to-llvm=target=generic | FileCheck %s --check-prefix=GENERIC
// RUN: mx-opt %s --mx-to-llvm=target=znver4 | FileCheck %s --check-prefix=ZNVER4
// RUN: not mx-opt %s --mx-to-llvm=target=i486 2>&1 | FileCheck %s --check-prefix=TARGET

// THREADS: omp.parallel num_threads(%{{.+}} : i32)
// NONE: error: found 0 threads, expected 1 to 1024
// GENERIC-NOT: omp.
// GENERIC-NOT: llvm.x86
// GENERIC: llvm.fmul {{.*}} : vector<4xf32>
// ZNVER4: llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"
// ZNVER4: llvm.intr.fmuladd({{.*}}) : (vector<16xf32>, vector<16xf32>, vector<16xf32>) -> vector<16xf32>
// TARGET: error: unknown target 'i486'

func.func @batches(%x: tensor<3x?x72xf32>, %w: tensor<19x72xf32>) -> tensor<3x?x19xf32> {
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c1 : tensor<3x?x72xf32>
  %ex = tensor.empty(%m) : tensor<3x?x72x!mx.amxfp4>
  %qx = mx.quantize ins(%x : tensor<3x?x72xf32>) outs(%ex : tensor<3x?x72x!mx.amxfp4>) using amxfp4
  %ew = tensor.empty() : tensor<19x72x!mx.amxfp4>
  %qw = mx.quantize ins(%w : tensor<19x72xf32>) outs(%ew : tensor<19x72x!mx.amxfp4>) using amxfp4
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m) : tensor<3x?x19xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<3x?x19xf32>) -> tensor<3x?x19xf32>
  %y = mx.matmul ins(%qx, %qw : tensor<3x?x72x!mx.amxfp4>, tensor<19x72x!mx.amxfp4>) outs(%c : tensor<3x?x19xf32>)
  return %y : tensor<3x?x19xf32>
}

#rows = affine_map<(m, n) -> (m, n)>
#columns = affine_map<(m, n) -> (n)>
func.func @fused(%x: tensor<?x256xf32>, %w: tensor<100x256xf32>, %bias: tensor<100xbf16>) -> tensor<?x100xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x256xf32>
  %ex = tensor.empty(%m) : tensor<?x256x!mx.mxfp4>
  %qx = mx.quantize ins(%x : tensor<?x256xf32>) outs(%ex : tensor<?x256x!mx.mxfp4>) using mxfp4
  %ew = tensor.empty() : tensor<100x256x!mx.mxfp4>
  %qw = mx.quantize ins(%w : tensor<100x256xf32>) outs(%ew : tensor<100x256x!mx.mxfp4>) using mxfp4
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m) : tensor<?x100xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<?x100xf32>) -> tensor<?x100xf32>
  %y = mx.matmul ins(%qx, %qw : tensor<?x256x!mx.mxfp4>, tensor<100x256x!mx.mxfp4>) outs(%c : tensor<?x100xf32>)
  %z = linalg.generic {indexing_maps = [#rows, #columns, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x100xf32>, tensor<100xbf16>) outs(%e : tensor<?x100xf32>) {
  ^bb0(%a: f32, %b: bf16, %o: f32):
    %0 = arith.extf %b : bf16 to f32
    %1 = arith.addf %a, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?x100xf32>
  return %z : tensor<?x100xf32>
}

#shares = #mx.lowering_config<target = "generic", kernel = "f32", rows = 2, vectors = 1, k_block = 256, threads = 3>
func.func @threads(%x: tensor<70x96xf32>, %w: tensor<100x96xf32>) -> tensor<70x100xf32> {
  %ex = tensor.empty() : tensor<70x96x!mx.amxfp4>
  %qx = mx.quantize ins(%x : tensor<70x96xf32>) outs(%ex : tensor<70x96x!mx.amxfp4>) using amxfp4
    {lowering_config = #mx.lowering_config<target = "generic", kernel = "quantize", threads = 3>}
  %ew = tensor.empty() : tensor<100x96x!mx.amxfp4>
  %qw = mx.quantize ins(%w : tensor<100x96xf32>) outs(%ew : tensor<100x96x!mx.amxfp4>) using amxfp4
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<70x100xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<70x100xf32>) -> tensor<70x100xf32>
  %y = mx.matmul ins(%qx, %qw : tensor<70x96x!mx.amxfp4>, tensor<100x96x!mx.amxfp4>) outs(%c : tensor<70x100xf32>) {lowering_config = #shares}
  return %y : tensor<70x100xf32>
}

// Every other element of an inner axis: rows that no vector can be loaded from.
func.func @strided(%x: tensor<8x128x2xf32>, %w: tensor<20x64xf32>, %c: tensor<8x40xf32>) -> (tensor<8x20xf32>, tensor<8x20xf32>) {
  %xs = tensor.extract_slice %x[0, 0, 1] [8, 64, 1] [1, 2, 1] : tensor<8x128x2xf32> to tensor<8x64xf32>
  %cs = tensor.extract_slice %c[0, 1] [8, 20] [1, 2] : tensor<8x40xf32> to tensor<8x20xf32>
  %ex = tensor.empty() : tensor<8x64x!mx.amxfp4>
  %qx = mx.quantize ins(%xs : tensor<8x64xf32>) outs(%ex : tensor<8x64x!mx.amxfp4>) using amxfp4
  %ew = tensor.empty() : tensor<20x64x!mx.amxfp4>
  %qw = mx.quantize ins(%w : tensor<20x64xf32>) outs(%ew : tensor<20x64x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%qx, %qw : tensor<8x64x!mx.amxfp4>, tensor<20x64x!mx.amxfp4>) outs(%cs : tensor<8x20xf32>)
  %z = mx.matmul ins(%xs, %qw : tensor<8x64xf32>, tensor<20x64x!mx.amxfp4>) outs(%cs : tensor<8x20xf32>)
  return %y, %z : tensor<8x20xf32>, tensor<8x20xf32>
}

// Blocks of other makers may have two scales of 0, whatever their codes are.
func.func @zero_scales(%mc: tensor<70x32xi8>, %fc: tensor<4x32xi8>, %ms: tensor<70x2x2xi8>, %fs: tensor<4x2x2xi8>,
                       %w: tensor<20x64xf32>) -> (tensor<70x20xf32>, tensor<4x20xf32>) {
  %many = mx.join %mc, %ms : (tensor<70x32xi8>, tensor<70x2x2xi8>) -> tensor<70x64x!mx.amxfp4>
  %few = mx.join %fc, %fs : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4>
  %ew = tensor.empty() : tensor<20x64x!mx.amxfp4>
  %qw = mx.quantize ins(%w : tensor<20x64xf32>) outs(%ew : tensor<20x64x!mx.amxfp4>) using amxfp4
  %c = arith.constant dense<1.0> : tensor<70x20xf32>
  %d = arith.constant dense<1.0> : tensor<4x20xf32>
  %y = mx.matmul ins(%many, %qw : tensor<70x64x!mx.amxfp4>, tensor<20x64x!mx.amxfp4>) outs(%c : tensor<70x20xf32>)
  %z = mx.matmul ins(%few, %qw : tensor<4x64x!mx.amxfp4>, tensor<20x64x!mx.amxfp4>) outs(%d : tensor<4x20xf32>)
  return %y, %z : tensor<70x20xf32>, tensor<4x20xf32>
}
