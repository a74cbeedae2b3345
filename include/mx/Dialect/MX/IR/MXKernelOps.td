//===- MXKernelOps.td - register tiles of integer kernels --*- tablegen -*-===//
//
// Included by MXOps.td, whose classes it uses.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_MXKERNELOPS_TD
#define MX_DIALECT_MX_IR_MXKERNELOPS_TD

def MX_ScaledMicrokernelOp : Op<MX_Dialect, "scaled_microkernel",
    [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "add one register tile of scaled integer products to C";
  let description = [{
    `c[i, j] += sum over blocks g of s[i, g, j] * f32(p[i, g, j])`, `p` the sum over
    the elements `l < k` of block `g` of `a[i, l] * b[l / 2, 2 * j + l % 2]`, exact in
    32 bits, `s` the f32 product `a_scales[i, g] * b_scales[g, j]`; each block is one
    fused multiply-add. So `b` has pairs of neighbours of K side by side, which is
    what one instruction multiplies. `k` is rounded up to blocks. The seam is that of
    `mx.microkernel`.

    - (C1) the extents of `c` are static; `a` and `a_scales` have its rows, `b_scales`
      its columns and `b` twice as many.
    - (C2) the rows of all are contiguous.
    - (C3) the columns are whole vectors of `target`, which has vpmaddwd.
    - (C4) `block` is an even number.

    ```mlir
    func.func @f(%a: memref<6x?xi16>, %b: memref<?x32xi16>, %x: memref<6x?xf32>,
                 %w: memref<?x16xf32>, %c: memref<6x16xf32>, %k: index) {
      mx.scaled_microkernel "x86-64-v3" ins(%a, %b : memref<6x?xi16>, memref<?x32xi16>)
        scales(%x, %w : memref<6x?xf32>, memref<?x16xf32>) block 32
        k(%k) outs(%c : memref<6x16xf32>)
      return
    }
    ```
  }];
  let arguments = (ins MemRefRankOf<[I16], [2]>:$a, MemRefRankOf<[I16], [2]>:$b,
                       MemRefRankOf<[F32], [2]>:$a_scales,
                       MemRefRankOf<[F32], [2]>:$b_scales, I64Attr:$block, Index:$k,
                       MemRefRankOf<[F32], [2]>:$c, StrAttr:$target);
  let assemblyFormat = [{
    $target `ins` `(` $a `,` $b `:` type($a) `,` type($b) `)`
    `scales` `(` $a_scales `,` $b_scales `:` type($a_scales) `,` type($b_scales) `)`
    `block` $block `k` `(` $k `)` `outs` `(` $c `:` type($c) `)` attr-dict
  }];
  let hasVerifier = 1;
}

#endif // MX_DIALECT_MX_IR_MXKERNELOPS_TD
