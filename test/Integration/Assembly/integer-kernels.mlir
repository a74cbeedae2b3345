// The innermost loops of the integer kernels: what an instruction count says,
// and nothing on the stack.

// RUN: mx-run %s --dump-asm --pipeline='mx-to-llvm{target=x86-64-v3}' > %t.s
// RUN: %python %S/Inputs/inner_loops.py vpmaddwd < %t.s | FileCheck %s --check-prefix=I16

// i16, 6 rows by 16 columns: a pair of K takes a product and an addition for
// each of 12 vectors, a broadcast a row, weights from memory or 2 registers.
// I16: vpaddd=12 vpbroadcastd=6 vpmaddwd=12 stack=0

// RUN: %python %S/Inputs/inner_loops.py vpmaddubsw < %t.s | FileCheck %s --check-prefix=AB

// ab, 8 columns by 8 elements of K: 2 products and 2 additions a row and
// nibble, of codes that two tables give.
// AB: vpaddw=16 vpand=2 vpbroadcastd=8 vpmaddubsw=16 vpshufb=4 vpsrlw=1 stack=0

#ab = #mx.lowering_config<target = "x86-64-v3", kernel = "ab", rows = 4, vectors = 1, k_block = 256>
#i16 = #mx.lowering_config<target = "x86-64-v3", kernel = "i16", rows = 6, vectors = 2, k_block = 256>

func.func @main(%x: tensor<24x256x!mx.amxfp4>, %w: tensor<64x256x!mx.amxfp4> {mx.weight},
                %few: tensor<4x256x!mx.amxfp4>, %c: tensor<24x64xf32>,
                %d: tensor<4x64xf32>) -> (tensor<24x64xf32>, tensor<4x64xf32>) {
  %y = mx.matmul ins(%x, %w : tensor<24x256x!mx.amxfp4>, tensor<64x256x!mx.amxfp4>)
    outs(%c : tensor<24x64xf32>) {lowering_config = #i16}
  %z = mx.matmul ins(%few, %w : tensor<4x256x!mx.amxfp4>, tensor<64x256x!mx.amxfp4>)
    outs(%d : tensor<4x64xf32>) {lowering_config = #ab}
  return %y, %z : tensor<24x64xf32>, tensor<4x64xf32>
}
