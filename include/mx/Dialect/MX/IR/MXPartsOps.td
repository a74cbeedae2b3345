//===- MXPartsOps.td - ops on the bytes --------------------*- tablegen -*-===//
//
// What block-tensor ops become at stage Parts: destination style over any
// shaped operand, so that one op serves tensors (before bufferization) and
// memrefs (after it). The block type is an attribute. Made by
// convert-mx-to-parts, not meant to be written by hand.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_MXPARTSOPS_TD
#define MX_DIALECT_MX_IR_MXPARTSOPS_TD

include "mx/Dialect/MX/IR/MXBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class MX_PartsOp<string mnemonic, list<Trait> traits = []>
    : Op<MX_Dialect, mnemonic, !listconcat([DestinationStyleOpInterface,
          DeclareOpInterfaceMethods<MemoryEffectsOpInterface>], traits)>;

def MX_QuantizePartsOp : MX_PartsOp<"quantize_parts"> {
  let summary = "mx.quantize on parts";
  let description = [{
    Writes all of `codes` and `scales`; K is the extent of `source`'s last axis.

    - (C1) there is an `outer` exactly where `format` has an outer scale.
    - (C2) the quantizer can produce the format.
    - (C3) `source` is f32, f16 or bf16; `codes` are i8 of as many axes, `scales` i8 of
      one more.
    - (C4) the kernel of `lowering_config` is `quantize` and can do this.

    ```mlir
    func.func @f(%x: memref<?x40xf32>, %c: memref<?x32xi8>, %s: memref<?x2x2xi8>) {
      mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : memref<?x40xf32>)
        outs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
      return
    }
    ```
  }];
  let arguments = (ins AnyShaped:$source, Optional<AnyShaped>:$outer,
                       AnyShaped:$codes, AnyShaped:$scales,
                       TypeAttrOf<MX_BlockType>:$format, MX_QuantizerAttr:$quantizer,
                       OptionalAttr<MX_LoweringConfigAttr>:$lowering_config);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $format `using` custom<PartsQuantizer>($quantizer, ref($format))
    `ins` `(` $source `:` type($source) `)` (`outer` `(` $outer^ `:` type($outer) `)`)?
    `outs` `(` $codes `,` $scales `:` type($codes) `,` type($scales) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), getOuter() ? 2 : 1, 2);
    }
    ::mx::FormatSpec getFormatSpec() {
      return ::llvm::cast<BlockType>(getFormat()).getFormat();
    }
  }];
}

def MX_DequantizePartsOp : MX_PartsOp<"dequantize_parts"> {
  let summary = "mx.dequantize on parts";
  let description = [{
    Writes all of `init`; K is the extent of its last axis.

    - (C1) there is an `outer` exactly where `format` has an outer scale.
    - (C2) `init` is f32, f16 or bf16; `codes` are i8 of as many axes, `scales` i8 of
      one more.

    ```mlir
    func.func @f(%c: memref<?x32xi8>, %s: memref<?x2x2xi8>, %x: memref<?x40xf32>) {
      mx.dequantize_parts !mx.amxfp4 ins(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
        outs(%x : memref<?x40xf32>)
      return
    }
    ```
  }];
  let arguments = (ins AnyShaped:$codes, AnyShaped:$scales, Optional<AnyShaped>:$outer,
                       AnyShaped:$init, TypeAttrOf<MX_BlockType>:$format);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $format `ins` `(` $codes `,` $scales `:` type($codes) `,` type($scales) `)`
    (`outer` `(` $outer^ `:` type($outer) `)`)?
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    ::mx::FormatSpec getFormatSpec() {
      return ::llvm::cast<BlockType>(getFormat()).getFormat();
    }
  }];
}

def MX_MatmulPartsOp : MX_PartsOp<"matmul_parts", [AttrSizedOperandSegments]> {
  let summary = "mx.matmul on parts";
  let description = [{
    `lhs` is one float operand, or (codes, scales[, outer]) of `lhsFormat`; `rhs`
    is (codes, scales[, outer]) of `rhsFormat`, or, `packed`, (tiles[, outer]); `k`
    is the number of elements of the last axis. With `from_zero` the values of `init`
    count as +0 and are not read.

    - (C1) `lhs` and `rhs` have as many operands as that.
    - (C2) `init` and a float `lhs` are f32, f16 or bf16, of two axes or more; codes are
      i8 of as many axes (those of `rhs` may have two), scales and tiles i8 of one
      more.
    - (C3) the kernel of `lowering_config` can compute these operands on its target,
      and there is none where the order is fixed.

    ```mlir
    func.func @f(%ac: memref<?x32xi8>, %as: memref<?x2x2xi8>, %bc: memref<8x32xi8>,
                 %bs: memref<8x2x2xi8>, %c: memref<?x8xf32>) {
      %k = arith.constant 40 : index
      mx.matmul_parts lhs(%ac, %as : memref<?x32xi8>, memref<?x2x2xi8>) : !mx.amxfp4
        rhs(%bc, %bs : memref<8x32xi8>, memref<8x2x2xi8>) : !mx.amxfp4
        k(%k) outs(%c : memref<?x8xf32>)
      return
    }
    ```
  }];
  let arguments = (ins Variadic<AnyShaped>:$lhs, Variadic<AnyShaped>:$rhs, Index:$k,
                       AnyShaped:$init, OptionalAttr<TypeAttrOf<MX_BlockType>>:$lhsFormat,
                       TypeAttrOf<MX_BlockType>:$rhsFormat,
                       OptionalAttr<MX_AccumulateAttr>:$accumulate,
                       UnitAttr:$packed, UnitAttr:$from_zero,
                       OptionalAttr<MX_LoweringConfigAttr>:$lowering_config);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    `lhs` `(` $lhs `:` type($lhs) `)` (`:` $lhsFormat^)?
    `rhs` (`packed` $packed^)? `(` $rhs `:` type($rhs) `)` `:` $rhsFormat
    `k` `(` $k `)` `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    /// Format of the block lhs, none where it is a float operand.
    std::optional<::mx::FormatSpec> getLhsSpec() {
      if (auto format = getLhsFormat())
        return ::llvm::cast<BlockType>(*format).getFormat();
      return std::nullopt;
    }
    /// True where all batches have the same rhs, which lacks their axes.
    bool isRhsShared();
    ::mx::FormatSpec getRhsSpec() {
      return ::llvm::cast<BlockType>(getRhsFormat()).getFormat();
    }
  }];
}

def MX_PackPartsOp : MX_PartsOp<"pack_parts"> {
  let summary = "mx.pack on parts";
  let description = [{
    Writes all of `tiles`.

    - (C1) all are i8; `codes` have two axes or more, `scales` and `tiles` one more.

    ```mlir
    func.func @f(%c: memref<?x32xi8>, %s: memref<?x2x2xi8>, %t: memref<?x1x576xi8>) {
      mx.pack_parts !mx.amxfp4 ins(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
        outs(%t : memref<?x1x576xi8>)
      return
    }
    ```
  }];
  let arguments = (ins AnyShaped:$codes, AnyShaped:$scales, AnyShaped:$tiles,
                       TypeAttrOf<MX_BlockType>:$format);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $format `ins` `(` $codes `,` $scales `:` type($codes) `,` type($scales) `)`
    `outs` `(` $tiles `:` type($tiles) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getTilesMutable(); }
    ::mx::FormatSpec getFormatSpec() {
      return ::llvm::cast<BlockType>(getFormat()).getFormat();
    }
  }];
}

def MX_UnpackPartsOp : MX_PartsOp<"unpack_parts"> {
  let summary = "mx.unpack on parts";
  let description = [{
    Writes all of `codes` and `scales`.

    - (C1) all are i8; `codes` have two axes or more, `scales` and `tiles` one more.

    ```mlir
    func.func @f(%t: memref<?x1x576xi8>, %c: memref<?x32xi8>, %s: memref<?x2x2xi8>) {
      mx.unpack_parts !mx.amxfp4 ins(%t : memref<?x1x576xi8>)
        outs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
      return
    }
    ```
  }];
  let arguments = (ins AnyShaped:$tiles, AnyShaped:$codes, AnyShaped:$scales,
                       TypeAttrOf<MX_BlockType>:$format);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $format `ins` `(` $tiles `:` type($tiles) `)`
    `outs` `(` $codes `,` $scales `:` type($codes) `,` type($scales) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 1, 2);
    }
    ::mx::FormatSpec getFormatSpec() {
      return ::llvm::cast<BlockType>(getFormat()).getFormat();
    }
  }];
}

def MX_MicrokernelOp : Op<MX_Dialect, "microkernel",
    [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "add one register tile of products, C += A * B";
  let description = [{
    `c[i, j] += sum over l < k of a[i, l] * b[l, j]` in f32: all of `c` is one
    register tile, and each element one chain of fused multiply-adds along k
    (products and sums where the target has none). bf16 operands are pairs: row l
    of `b` holds the elements 2l and 2l + 1 of each column side by side, and `k` is
    the number of such rows; vdpbf16ps adds a pair at a time. The seam between what lays
    memory out and what picks instructions: made by convert-mx-parts-to-kernels,
    expanded by convert-mx-kernels-to-vector.

    - (C1) the extents of `c` are static; `a` has its rows and `b` its columns, two
      elements each of bf16.
    - (C2) the rows of all three are contiguous.
    - (C3) the columns are whole vectors of `target`.
    - (C4) `a` and `b` have the same elements.

    ```mlir
    func.func @f(%a: memref<6x?xf32, strided<[?, 1], offset: ?>>, %b: memref<?x16xf32>,
                 %c: memref<6x16xf32>, %k: index) {
      mx.microkernel "x86-64-v3" ins(%a, %b : memref<6x?xf32, strided<[?, 1], offset: ?>>, memref<?x16xf32>)
        k(%k) outs(%c : memref<6x16xf32>)
      return
    }
    ```
  }];
  let arguments = (ins MemRefRankOf<[F32, BF16], [2]>:$a, MemRefRankOf<[F32, BF16], [2]>:$b,
                       Index:$k, MemRefRankOf<[F32], [2]>:$c, StrAttr:$target);
  let assemblyFormat = [{
    $target `ins` `(` $a `,` $b `:` type($a) `,` type($b) `)`
    `k` `(` $k `)` `outs` `(` $c `:` type($c) `)` attr-dict
  }];
  let hasVerifier = 1;
}

#endif // MX_DIALECT_MX_IR_MXPARTSOPS_TD
