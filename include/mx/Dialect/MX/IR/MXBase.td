//===- MXBase.td - the mx dialect, its type and attributes -*- tablegen -*-===//
//
// The block type, and the attributes that say how a block tensor is made.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_MXBASE_TD
#define MX_DIALECT_MX_IR_MXBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def MX_Dialect : Dialect {
  let name = "mx";
  let cppNamespace = "::mlir::mx";
  let summary = "block-scaled tensors with symmetric, asymmetric and affine scales";
  let description = [{
    A block-scaled ("microscaling") tensor holds small codes in blocks along its
    last axis, each block with a scale of its own. AMXFP4 is the asymmetric
    case: 32 FP4 codes share two FP8 scales, one for the positive and one for
    the negative elements, and the sign bit of a code chooses.

    The block format is the tensor's *element type*:

    ```mlir
    func.func @mac(%a: tensor<8x64x!mx.amxfp4>, %b: tensor<16x64x!mx.amxfp4>,
                   %c: tensor<8x16xf32>) -> tensor<8x16xf32> {
      %y = mx.matmul ins(%a, %b : tensor<8x64x!mx.amxfp4>, tensor<16x64x!mx.amxfp4>)
                     outs(%c : tensor<8x16xf32>)
      return %y : tensor<8x16xf32>
    }
    ```

    Three discardable attributes steer `convert-linalg-to-mx`: `mx.skip` (unit,
    on a contraction: leave it alone), `mx.quantize` (`#mx.policy`, on a
    contraction: wins over the pass options) and `mx.weight` (unit, on a
    function argument: it is a weight). The first two may stand on an op of TOSA
    that becomes a contraction. `mx.in_place = R` (i64, on a tensor argument of a
    function without block tensors among its results): the caller's buffer holds
    result R after the call. `mx.signature` and `mx.in_place` (on a function, by
    argument the result that it holds, or -1) are
    written by `mx-prepare-entry-points` for the runner, `mx.weights` (`file`,
    `id` and `symbol`, on a module) by `mx-externalize-constants`: where its large
    constants are.
  }];
  let useDefaultTypePrinterParser = 0;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// Names of the discardable attributes.
    static constexpr ::llvm::StringLiteral kSkipAttr = "mx.skip";
    static constexpr ::llvm::StringLiteral kPolicyAttr = "mx.quantize";
    static constexpr ::llvm::StringLiteral kWeightAttr = "mx.weight";
    static constexpr ::llvm::StringLiteral kInPlaceAttr = "mx.in_place";
    static constexpr ::llvm::StringLiteral kSignatureAttr = "mx.signature";
    static constexpr ::llvm::StringLiteral kWeightsAttr = "mx.weights";

    /// Parts of initialize(), where what they register is complete.
    void registerAttributes();
    void registerBytecode();

    Type parseType(DialectAsmParser &parser) const override;
    void printType(Type type, DialectAsmPrinter &printer) const override;
  }];
}

//===----------------------------------------------------------------------===//
// Type
//===----------------------------------------------------------------------===//

def MX_BlockType : TypeDef<MX_Dialect, "Block"> {
  let mnemonic = "block";
  let summary = "block-scaled element";
  let description = [{
    Element type of a ranked tensor whose last axis is cut in blocks of
    `size` codes that share their scales:

        !mx.block<element x size, scale [, asymmetric | affine] [, tensor_scale | row_scale]>

    - element: `f4E2M1FN`, `f6E2M3FN`, `f6E3M2FN`, `f8E4M3FN`, `f8E5M2`, `i4`,
      `i8`;
    - scale: `f8E8M0FNU`, `f8E5M2`, `f8E4M3FN`, `ue5m3`, `f16`;
    - `asymmetric`: two scales a block, for positive and for negative codes;
    - `affine`: a step and a minimum, `x = minimum + step * code`;
    - `tensor_scale`, `row_scale`: a second, f32 scale of the whole tensor or of
      each index of all axes but the last.

    A format that has a name is printed by it (`!mx.amxfp4`); both forms parse.
    The last block of an axis may be short. The type says how to *decode*; how
    codes and scales are chosen is `#mx.quantizer`'s.

    Incorrect: `!mx.block<i4 x 32, f8E5M2, asymmetric>` (an integer has no sign
    bit that could choose a scale). Correct: `!mx.block<i4 x 32, f16, affine>`.
  }];
  let parameters = (ins "::mx::FormatSpec":$format);
  let genVerifyDecl = 1;
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    int64_t getBlockSize() const { return getFormat().blockSize; }
    bool hasOuterScale() const { return getFormat().hasOuterScale(); }
  }];
}

def MX_BlockTensor : ConfinedType<RankedTensorOf<[MX_BlockType]>,
    [HasRankGreaterOrEqualPred<1>],
    "ranked tensor of block-scaled element values with at least one axis">;
def MX_FloatTensor : RankedTensorOf<[F32, F16, BF16]>;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class MX_Attr<string name, string mn> : AttrDef<MX_Dialect, name> {
  let mnemonic = mn;
  let hasCustomAssemblyFormat = 1;
}

def MX_QuantizerAttr : MX_Attr<"Quantizer", "quantizer"> {
  let summary = "how codes and scales are chosen";
  let description = [{
        #mx.quantizer<rounding = R, scale_rule = S [, scale_rounding = R]
                      [, scale_search = mse] [, compat = emulator]>

    with R one of `nearest_even`, `nearest_away`, `toward_zero` and S one of
    `max_fp`, `pot_floor`, `pot_ceil`, `pot_round`, `pot_fit` (TOSA's);
    `scale_rounding` belongs to `max_fp` and is `nearest_even` where it is not written. In `mx.quantize` a
    preset's name stands for the whole attribute. `include/mx/Numerics` defines
    the meaning of each.
  }];
  let parameters = (ins "::mx::Quantizer":$quantizer);
}

def MX_PolicyAttr : MX_Attr<"Policy", "policy"> {
  let summary = "formats of one contraction";
  let description = [{
        #mx.policy<weights = PRESET, activations = PRESET | none
                   [, weights_scale_rule = preset | mse]
                   [, activations_scale_rule = preset | mse]>

    `PRESET` is a name of the preset table, or `"NAME:SIZE"` for another block
    size. On an op as `mx.quantize` it wins over the options of
    `convert-linalg-to-mx`.
  }];
  let parameters = (ins StringRefParameter<>:$weights,
                        StringRefParameter<>:$activations,
                        "bool":$weightsMse, "bool":$activationsMse);
  let genVerifyDecl = 1;
}

def MX_Accumulate : I32EnumAttr<"Accumulate", "order of the block sums", [
    I32EnumAttrCase<"AnyOrder", 0, "any_order">,
    I32EnumAttrCase<"InOrder", 1, "in_order">]> {
  let cppNamespace = "::mlir::mx";
  let genSpecializedAttr = 0;
}

def MX_AccumulateAttr : EnumAttr<MX_Dialect, MX_Accumulate, "accumulate"> {
  let summary = "order in which the blocks of a product are added";
  let description = [{
    `in_order`: in f32, from +0, left to right along K; every lowering gives the
    same bits. `any_order`, the default: a kernel may reorder and round more
    often, within its declared bound.
  }];
  let assemblyFormat = "`<` $value `>`";
}

def MX_LoweringConfigAttr : AttrDef<MX_Dialect, "LoweringConfig"> {
  let mnemonic = "lowering_config";
  let summary = "how code is generated for an op";
  let description = [{
        #mx.lowering_config<target = "znver4", kernel = "f32", rows = 6, vectors = 4, k_block = 4096>
        #mx.lowering_config<target = "znver4", kernel = "quantize">

    Written by `mx-select-lowering`, or by hand; later passes obey. `target` is a
    row of the target table, `kernel` a kernel of that row, or `quantize`. Of a
    product also the register tile, `rows` x `vectors` (of columns), and how many
    elements of K a panel of decoded weights holds. `row_block` is for
    `mx-fuse-quantize`: how many rows are computed at a time with what is fused,
    0 where that is all of them; with threads and dynamic rows about as many. The
    work is split into `threads` equal shares, each done by a thread of its own.

    - (C1) `target` and `kernel` exist, and the row has the kernel.
    - (C2) the tile fits the registers, and `vectors` is a power of two, 1 where the
      kernel decodes weights in registers; there is no tile or block for `quantize`.
    - (C3) `k_block` is a multiple of 256, so of every block size, up to 65536.
    - (C4) `threads` is 1 to 1024.
    - (C5) `row_block` is not negative.
  }];
  let parameters = (ins StringRefParameter<>:$target, StringRefParameter<>:$kernel,
                        DefaultValuedParameter<"int64_t", "0">:$rows,
                        DefaultValuedParameter<"int64_t", "0">:$vectors,
                        DefaultValuedParameter<"int64_t", "0">:$k_block,
                        DefaultValuedParameter<"int64_t", "0">:$row_block,
                        DefaultValuedParameter<"int64_t", "1">:$threads);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The kernel's name of a vectorized mx.quantize.
    static constexpr ::llvm::StringLiteral kQuantize = "quantize";
    static constexpr int64_t kMaxThreads = 1024;
    const ::mx::TargetRow &getRow() const;
    /// Columns of a register tile.
    int64_t getColumns() const;

    /// Returns why `config` cannot be that of a product, empty where it can;
    /// `lhs` is none where that operand holds floats.
    static std::string whyNotMatmul(LoweringConfigAttr config,
                                    const std::optional<::mx::FormatSpec> &lhs,
                                    const ::mx::FormatSpec &rhs, bool inOrder);
    /// Returns why a quantize cannot be vectorized, empty where it can.
    static std::string whyNotQuantize(const ::mx::FormatSpec &format,
                                      const ::mx::Quantizer &quantizer);
    /// Checks the config of a quantize, null where it has none.
    static std::string whyNotQuantize(LoweringConfigAttr config,
                                      const ::mx::FormatSpec &format,
                                      const ::mx::Quantizer &quantizer);
  }];
}

def MX_BlocksAttr : AttrDef<MX_Dialect, "Blocks", [TypedAttrInterface]> {
  let mnemonic = "blocks";
  let summary = "bytes of a constant block tensor";
  let description = [{
        #mx.blocks<codes = KEY, scales = KEY [, outer = KEY]> : tensor<...>

    The parts of a static block tensor as resources of the builtin dialect:
    64-byte aligned blobs, named by their content where this compiler makes
    them. Users check that each blob is present and has the size that the type
    asks for.
  }];
  let parameters = (ins AttributeSelfTypeParameter<"", "::mlir::RankedTensorType">:$type,
                        "::mlir::DenseResourceElementsAttr":$codes,
                        "::mlir::DenseResourceElementsAttr":$scales,
                        "::mlir::DenseResourceElementsAttr":$outer);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// Returns `type`'s constant over the bytes of its parts, each stored once
    /// a content in the context. Sizes must be those of `type`.
    static BlocksAttr getFromBytes(RankedTensorType type,
                                   ::llvm::ArrayRef<char> codes,
                                   ::llvm::ArrayRef<char> scales,
                                   ::llvm::ArrayRef<char> outer);

    /// Same, taking over blobs that were made by `allocateBlob`.
    static BlocksAttr getFromBlobs(RankedTensorType type,
                                   AsmResourceBlob codes,
                                   AsmResourceBlob scales,
                                   std::optional<AsmResourceBlob> outer);

    /// True where `type` is a static block tensor and the others have the types
    /// of its parts (`outer` null where there is none).
    static bool fits(RankedTensorType type, DenseResourceElementsAttr codes,
                     DenseResourceElementsAttr scales,
                     DenseResourceElementsAttr outer);

    /// Returns `bytes` of memory aligned as blobs are, not initialized.
    static AsmResourceBlob allocateBlob(int64_t bytes);

    /// Returns why the blobs cannot be read ("codes: resource 'k' has 3 bytes,
    /// expected 64"), empty where they can.
    std::string missingBytes() const;

    /// The bytes; `missingBytes()` must be empty.
    ::llvm::ArrayRef<uint8_t> codeBytes() const;
    ::llvm::ArrayRef<uint8_t> scaleBytes() const;
    ::llvm::ArrayRef<float> outerValues() const;
  }];
}

#endif // MX_DIALECT_MX_IR_MXBASE_TD
