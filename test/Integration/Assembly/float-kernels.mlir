// The innermost loops of the panel kernels: what an instruction count says, and
// nothing on the stack.

// RUN: mx-run %s --dump-asm --pipeline=mx-to-llvm > %t.s
// RUN: %python %S/Inputs/inner_loops.py vfmadd231ps < %t.s | FileCheck %s --check-prefix=F32

// f32, 6 rows by 16 columns, two of K: an FMA for each of 12 vectors, a
// broadcast a row, weights by 2 loads.
// F32: {{^}}vbroadcastss=12 vfmadd231ps=24 vmovaps=4 stack=0{{$}}

// RUN: %python %S/Inputs/inner_loops.py vdpbf16ps < %t.s | FileCheck %s --check-prefix=BF16

// bf16, 6 rows by 64 columns, a pair of K: the same with 4 vectors of columns.
// BF16: {{^}}vbroadcastss=6 vdpbf16ps=24 vmovaps=4 stack=0{{$}}

#f32 = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 256>
#bf16 = #mx.lowering_config<target = "znver4", kernel = "bf16", rows = 6, vectors = 4, k_block = 256>

func.func @main(%x: tensor<24x256xf32>, %b: tensor<24x256x!mx.amxfp4>, %w: tensor<64x256x!mx.amxfp4> {mx.weight},
                %c: tensor<24x64xf32>, %d: tensor<24x64xf32>) -> (tensor<24x64xf32>, tensor<24x64xf32>) {
  %y = mx.matmul ins(%x, %w : tensor<24x256xf32>, tensor<64x256x!mx.amxfp4>)
    outs(%c : tensor<24x64xf32>) {lowering_config = #f32}
  %z = mx.matmul ins(%b, %w : tensor<24x256x!mx.amxfp4>, tensor<64x256x!mx.amxfp4>)
    outs(%d : tensor<24x64xf32>) {lowering_config = #bf16}
  return %y, %z : tensor<24x64xf32>, tensor<24x64xf32>
}
