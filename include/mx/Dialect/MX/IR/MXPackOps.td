//===- MXPackOps.td - weights in the layout of kernels -----*- tablegen -*-===//
//
// Included by MXOps.td, whose classes it uses.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_MXPACKOPS_TD
#define MX_DIALECT_MX_IR_MXPACKOPS_TD

def MX_PackOp : MX_Op<"pack", [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "lay weights out as matmul kernels read them";
  let description = [{
    Results: the tiles of `include/mx/Numerics/Tiles.h`, `[..., ceil(N / 16),
    ceil(K / tile), bytes of a tile] x i8`, a tile being 16 rows of `source` by
    max(64, block size) elements; then the outer scale as it is, where the format
    has one. Padding is to whole tiles only and reads as 0; a block with a NaN
    scale gets NaN in all of its scales. Kernels take the `mx.unpack` of the
    tiles, which is the source again: `mx-prepack-weights` puts the pair in.

    ```mlir
    func.func @f(%w: tensor<40x100x!mx.amxfp4>) -> tensor<3x2x576xi8> {
      %tiles = mx.pack %w : tensor<40x100x!mx.amxfp4>
      return %tiles : tensor<3x2x576xi8>
    }
    ```
  }];
  let arguments = (ins MX_BlockTensor:$source);
  let results = (outs Variadic<AnyRankedTensor>:$parts);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let hasVerifier = 0;
  let hasFolder = 1;
}

def MX_UnpackOp : MX_Op<"unpack", [AttrSizedOperandSegments]> {
  let summary = "the weights in a kernel's layout as a block tensor";
  let description = [{
    The inverse of `mx.pack`. A matmul whose rhs this is reads the tiles; other
    users get codes and scales in order.

    - (C1) the result has two axes or more, and `tiles` is what `mx.pack` makes of
      it; extents may be dynamic.
    - (C2) there is an `outer`, of its part's type, where the format has one.
    - (C3) `sizes` are the extents of the last two axes that are dynamic.

    ```mlir
    func.func @f(%tiles: tensor<3x?x576xi8>, %k: index) -> tensor<40x?x!mx.amxfp4> {
      %w = mx.unpack %tiles sizes(%k) : tensor<3x?x576xi8> -> tensor<40x?x!mx.amxfp4>
      return %w : tensor<40x?x!mx.amxfp4>
    }
    ```
  }];
  let arguments = (ins AnyRankedTensor:$tiles, Optional<AnyRankedTensor>:$outer,
                       Variadic<Index>:$sizes);
  let results = (outs MX_BlockTensor:$result);
  let assemblyFormat = [{
    $tiles (`outer` `(` $outer^ `:` type($outer) `)`)? (`sizes` `(` $sizes^ `)`)?
    attr-dict `:` type($tiles) `->` type($result)
  }];
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// The operand that is the extent of `axis`, null where that is static or
    /// not among the last two.
    ::mlir::Value getSizeOf(int64_t axis);
  }];
}

#endif // MX_DIALECT_MX_IR_MXPACKOPS_TD
