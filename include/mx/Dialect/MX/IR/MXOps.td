//===- MXOps.td - ops on block tensors ---------------------*- tablegen -*-===//
//
// Few and orthogonal: into blocks, out of blocks, the product, constants, and
// the way to and from the bytes.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_MXOPS_TD
#define MX_DIALECT_MX_IR_MXOPS_TD

include "mx/Dialect/MX/IR/MXBase.td"
include "mx/Dialect/MX/IR/MXPartsOps.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class MX_Op<string mnemonic, list<Trait> traits = []>
    : Op<MX_Dialect, mnemonic, !listconcat([Pure,
          DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                                    ["reifyResultShapes"]>], traits)> {
  let hasVerifier = 1;
}

class MX_InitOp<string mnemonic, list<Trait> traits = []>
    : MX_Op<mnemonic, !listconcat([DestinationStyleOpInterface,
                                   AllTypesMatch<["init", "result"]>], traits)> {
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

def MX_QuantizeOp : MX_InitOp<"quantize"> {
  let summary = "encode floating point as block-scaled codes";
  let description = [{
    Cuts the last axis of `source` in blocks, chooses the scale(s) of each by the
    quantizer's rule and each element's code as the nearest to
    `element / scale`, saturated. The result does not depend on `init`'s values.
    16-bit inputs are extended to f32 first. A block with a NaN or an infinity
    has NaN scales; codes are canonical (`include/mx/Numerics/Block.h`), so equal
    input gives equal bytes in every lowering.

    A format with an outer scale takes it as operand: the blocks are those of
    `source / outer`, divided in f32. `mx.outer_scale` computes it.

    - (C1) `init` has the shape of `source`.
    - (C2) there is an `outer` exactly where `init`'s format has an outer scale.
    - (C3) `outer` has the shape that the format asks for: no axes
      (`tensor_scale`), or all axes of `source` but the last (`row_scale`).
    - (C4) the quantizer can produce the format.
    - (C5) the kernel of `lowering_config` is `quantize` and can do this.

    ```mlir
    func.func @f(%x: tensor<?x64xf32>, %e: tensor<?x64x!mx.amxfp4>) -> tensor<?x64x!mx.amxfp4> {
      %q = mx.quantize ins(%x : tensor<?x64xf32>) outs(%e : tensor<?x64x!mx.amxfp4>) using amxfp4
      return %q : tensor<?x64x!mx.amxfp4>
    }
    func.func @g(%x: tensor<8x64xf32>, %o: tensor<8xf32>, %e: tensor<8x64x!mx.nvfp4_row>) -> tensor<8x64x!mx.nvfp4_row> {
      %q = mx.quantize ins(%x : tensor<8x64xf32>) outer(%o : tensor<8xf32>)
                       outs(%e : tensor<8x64x!mx.nvfp4_row>) using nvfp4_row mse
      return %q : tensor<8x64x!mx.nvfp4_row>
    }
    ```
  }];
  let arguments = (ins MX_FloatTensor:$source, MX_BlockTensor:$init,
                       Optional<RankedTensorOf<[F32]>>:$outer,
                       MX_QuantizerAttr:$quantizer,
                       OptionalAttr<MX_LoweringConfigAttr>:$lowering_config);
  let results = (outs MX_BlockTensor:$result);
  let assemblyFormat = [{
    `ins` `(` $source `:` type($source) `)` (`outer` `(` $outer^ `:` type($outer) `)`)?
    `outs` `(` $init `:` type($init) `)` `using` custom<Quantizer>($quantizer, ref(type($init)))
    attr-dict
  }];
  let hasFolder = 1;
}

def MX_OuterScaleOp : MX_Op<"outer_scale", [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "compute the outer scale of a tensor to be quantized";
  let description = [{
    The second-level scale(s) for quantizing `source` to `format`:
    `amax(|x|) / (E * S)` in f32, with E and S the largest element and scale of
    the format; 1 where that is not a normal number. The maximum is over the
    tensor (`tensor_scale`, a result of rank 0) or over the last axis
    (`row_scale`); NaN and infinite elements are left out, since their blocks
    become NaN with any outer scale.

    - (C1) the format has an outer scale.

    ```mlir
    func.func @f(%x: tensor<?x64xf32>) -> tensor<?xf32> {
      %o = mx.outer_scale %x : tensor<?x64xf32> for !mx.nvfp4_row
      return %o : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins MX_FloatTensor:$source, TypeAttrOf<MX_BlockType>:$format);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `for` $format";
  let hasFolder = 1;
}

def MX_DequantizeOp : MX_Op<"dequantize"> {
  let summary = "decode a block-scaled tensor to floating point";
  let description = [{
    Each result element is its code times the scale that its sign selects (affine:
    minimum + step * code), computed in f32; then, where there is an outer scale,
    times that, rounded to f32; then rounded once to the result type. A NaN in
    any scale of a block makes the whole block NaN.

    - (C1) the result has the shape of `source`.

    ```mlir
    func.func @f(%q: tensor<4x64x!mx.amxfp4>) -> tensor<4x64xf32> {
      %x = mx.dequantize %q : tensor<4x64x!mx.amxfp4> to tensor<4x64xf32>
      return %x : tensor<4x64xf32>
    }
    ```
  }];
  let arguments = (ins MX_BlockTensor:$source);
  let results = (outs MX_FloatTensor:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `to` type($result)";
  let hasFolder = 1;
}

def MX_ConstantOp : MX_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "constant block-scaled tensor";
  let description = [{
    The bytes are resources of the module, not text.

    - (C1) every blob of `value` is present and has the size that the type asks
      for (an elided or truncated one is an error here, not at run time).

    In text the bytes follow the module (each blob starts with its alignment):

    ```mlir
    func.func @f() -> tensor<1x32x!mx.mxfp4> {
      %w = mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
      return %w : tensor<1x32x!mx.mxfp4>
    }
    {-#
      dialect_resources: {
        builtin: {
          c0: "0x400000001032547698BADCFE1032547698BADCFE",
          s0: "0x400000007F"
        }
      }
    #-}
    ```
  }];
  let arguments = (ins MX_BlocksAttr:$value);
  let results = (outs MX_BlockTensor:$result);
  let assemblyFormat = "attr-dict qualified($value)";
  let hasFolder = 1;
}

def MX_MatmulOp : MX_InitOp<"matmul"> {
  let summary = "multiply block-scaled matrices, C + A * transpose(B)";
  let description = [{
    `result[.., m, n] = init[.., m, n] + sum over k of lhs[.., m, k] * rhs[.., n, k]`.
    Both operands hold K on the last axis; leading axes are batches, which `rhs`
    may lack (it is then shared).

    A block operand on both sides: the value of a block pair is its exact real sum,
    rounded once to f32; the blocks are added in f32. At the end
    `fma(sum, outer_lhs * outer_rhs, init)` in f32, then one rounding to the result
    type. Operands of unlike block sizes meet in blocks of the smaller size.
    `accumulate = #mx.accumulate<in_order>` fixes the order of the additions and
    so every bit; without it the order is free and a kernel may round more often,
    within the bound `(r + 1) * 2^-24 * sum |x * w|` of its declared r.

    A float `lhs` (weight-only): each product with a decoded element is an f32
    product, added in f32.

    A NaN scale makes every product of its block NaN. Extents that are dynamic and
    turn out to be unlike at run time are not checked: the result is undefined.

    - (C1) `lhs` and `rhs` have the same K.
    - (C2) `init` has the batch axes and M of `lhs` and the N of `rhs`.
    - (C3) `rhs` has the batch axes of `lhs`, or none.
    - (C4) `in_order` needs block operands on both sides.
    - (C5) the kernel of `lowering_config` can compute these operands on its target,
      and there is none where the order is fixed.

    ```mlir
    func.func @w4a4(%a: tensor<?x64x!mx.amxfp4>, %b: tensor<16x64x!mx.amxfp4>,
                    %c: tensor<?x16xf32>) -> tensor<?x16xf32> {
      %y = mx.matmul ins(%a, %b : tensor<?x64x!mx.amxfp4>, tensor<16x64x!mx.amxfp4>)
                     outs(%c : tensor<?x16xf32>) {accumulate = #mx.accumulate<in_order>}
      return %y : tensor<?x16xf32>
    }
    func.func @weight_only(%a: tensor<2x8x64xbf16>, %b: tensor<16x64x!mx.nvfp4>,
                           %c: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
      %y = mx.matmul ins(%a, %b : tensor<2x8x64xbf16>, tensor<16x64x!mx.nvfp4>)
                     outs(%c : tensor<2x8x16xf32>)
      return %y : tensor<2x8x16xf32>
    }
    ```
  }];
  let arguments = (ins AnyTypeOf<[MX_FloatTensor, MX_BlockTensor]>:$lhs,
                       MX_BlockTensor:$rhs, MX_FloatTensor:$init,
                       OptionalAttr<MX_AccumulateAttr>:$accumulate,
                       OptionalAttr<MX_LoweringConfigAttr>:$lowering_config);
  let results = (outs MX_FloatTensor:$result);
  let assemblyFormat = [{
    `ins` `(` $lhs `,` $rhs `:` type($lhs) `,` type($rhs) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict
  }];
}

def MX_RotateOp : MX_Op<"rotate", [AllTypesMatch<["source", "result"]>]> {
  let summary = "rotate groups of the last axis";
  let description = [{
    Maps each group of `size` elements of the last axis by an orthogonal matrix;
    the rest after the last whole group stays. Both operands of a product rotated
    alike along K leave it as it is, to rounding; outliers spread over their group.

    With `size`: the normalized Hadamard matrix, after random signs where there is
    a `seed`, in O(log size) an element. With `by`: y[i] = sum over j of
    matrix[i, j] * x[j], whose extent is `size`; that it is orthogonal is not
    checked. Computed in f32 as `include/mx/Numerics/Hadamard.h` says, bit for bit;
    16-bit sources are extended first and rounded once at the end.

    - (C1) there is either a `size`, a power of two up to 4096, or a matrix.
    - (C2) the matrix is square, static and not empty, and has no `seed` beside it.
    - (C3) `source` has at least one axis.

    ```mlir
    func.func @f(%x: tensor<?x100xf32>, %m: tensor<24x24xf32>) {
      %y = mx.rotate %x size(64) seed(7) : tensor<?x100xf32>
      %z = mx.rotate %y by(%m : tensor<24x24xf32>) : tensor<?x100xf32>
      return
    }
    ```
  }];
  let arguments = (ins MX_FloatTensor:$source, Optional<RankedTensorOf<[F32]>>:$matrix,
                       OptionalAttr<I64Attr>:$size, OptionalAttr<I64Attr>:$seed);
  let results = (outs MX_FloatTensor:$result);
  let assemblyFormat = [{
    $source (`by` `(` $matrix^ `:` type($matrix) `)`)? (`size` `(` $size^ `)`)?
    (`seed` `(` $seed^ `)`)? attr-dict `:` type($source)
  }];
  let extraClassDeclaration = [{
    int64_t getGroupSize();
    ::mx::Rotation getRotation(); ///< where there is no matrix
  }];
  let hasFolder = 1;
}

include "mx/Dialect/MX/IR/MXPackOps.td"
include "mx/Dialect/MX/IR/MXKernelOps.td"
include "mx/Dialect/MX/IR/MXSplitOps.td"

#endif // MX_DIALECT_MX_IR_MXOPS_TD
