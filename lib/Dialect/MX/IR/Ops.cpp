//===- Ops.cpp - verifiers and shapes of the ops on block tensors ---------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Packing.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::mx;

//===----------------------------------------------------------------------===//
// `using PRESET [mse] [emulator]`
//===----------------------------------------------------------------------===//

static ParseResult parseQuantizerClause(OpAsmParser &parser,
                                        QuantizerAttr &quantizer) {
  if (OptionalParseResult full = parser.parseOptionalAttribute(quantizer);
      full.has_value())
    return *full;
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  std::string error;
  std::optional<::mx::Preset> preset = ::mx::parsePreset(name, error);
  if (!preset)
    return parser.emitError(loc) << error;
  ::mx::Quantizer value = preset->quantizer;
  value.mse = succeeded(parser.parseOptionalKeyword("mse"));
  value.emulator = succeeded(parser.parseOptionalKeyword("emulator"));
  quantizer = QuantizerAttr::get(parser.getContext(), value);
  return success();
}

static void printQuantizerClause(OpAsmPrinter &printer, QuantizerAttr quantizer,
                                 BlockType format) {
  const ::mx::Quantizer &value = quantizer.getQuantizer();
  StringRef name = ::mx::presetNameOf(format.getFormat(), value);
  if (name.empty()) {
    printer << quantizer;
    return;
  }
  printer << name << (value.mse ? " mse" : "")
          << (value.emulator ? " emulator" : "");
}

static ParseResult parseQuantizer(OpAsmParser &parser, QuantizerAttr &quantizer,
                                  Type) {
  return parseQuantizerClause(parser, quantizer);
}

static void printQuantizer(OpAsmPrinter &printer, QuantizeOp,
                           QuantizerAttr quantizer, Type init) {
  printQuantizerClause(printer, quantizer, getBlockType(init));
}

static ParseResult parsePartsQuantizer(OpAsmParser &parser,
                                       QuantizerAttr &quantizer, TypeAttr) {
  return parseQuantizerClause(parser, quantizer);
}

static void printPartsQuantizer(OpAsmPrinter &printer, QuantizePartsOp,
                                QuantizerAttr quantizer, TypeAttr format) {
  printQuantizerClause(printer, quantizer, cast<BlockType>(format.getValue()));
}

#define GET_OP_CLASSES
#include "mx/Dialect/MX/IR/MXOps.cpp.inc"

//===----------------------------------------------------------------------===//
// quantize, outer_scale, dequantize
//===----------------------------------------------------------------------===//

LogicalResult QuantizeOp::verify() {
  RankedTensorType source = getSource().getType();
  RankedTensorType init = getInit().getType();
  if (failed(verifyCompatibleShape(source, init))) // C1
    return emitOpError("init is ")
           << init << ", expected the shape of the source, " << source;

  const ::mx::FormatSpec &format = getBlockType(init).getFormat();
  RankedTensorType wanted = getOuterType(source, format);
  if (!wanted && getOuter()) // C2
    return emitOpError("has an outer scale, but ")
           << getBlockType(init) << " has none";
  if (wanted && !getOuter()) // C2
    return emitOpError("has no outer scale, expected one of type ")
           << wanted << " for " << getBlockType(init);
  if (wanted &&
      failed(verifyCompatibleShape(wanted, getOuter().getType()))) // C3
    return emitOpError("outer scale is ")
           << getOuter().getType() << ", expected " << wanted;

  std::string reason =
      ::mx::invalidReason(format, getQuantizer().getQuantizer());
  if (!reason.empty()) // C4
    return emitOpError(reason);
  reason = LoweringConfigAttr::whyNotQuantize(getLoweringConfigAttr(), format,
                                              getQuantizer().getQuantizer());
  if (!reason.empty()) // C5
    return emitOpError("lowering_config: ") << reason;
  return success();
}

LogicalResult QuantizeOp::reifyResultShapes(OpBuilder &builder,
                                            ReifiedRankedShapedTypeDims &dims) {
  dims = {tensor::getMixedSizes(builder, getLoc(), getSource())};
  return success();
}

LogicalResult OuterScaleOp::verify() {
  if (!cast<BlockType>(getFormat()).hasOuterScale()) // C1
    return emitOpError("format is ")
           << getFormat() << ", expected one with an outer scale";
  return success();
}

LogicalResult
OuterScaleOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                               ValueRange operands, DictionaryAttr attributes,
                               OpaqueProperties properties, RegionRange regions,
                               SmallVectorImpl<Type> &types) {
  OuterScaleOp::Adaptor adaptor(operands, attributes, properties, regions);
  auto source = dyn_cast<RankedTensorType>(adaptor.getSource().getType());
  auto format = dyn_cast_or_null<BlockType>(adaptor.getFormat());
  Type outer;
  if (source && format && source.getRank() > 0)
    outer = getOuterType(source, format.getFormat());
  if (!outer)
    return emitOptionalError(location, "'mx.outer_scale' op needs a ranked "
                                       "source with at least one axis and a "
                                       "format with an outer scale (C1)");
  types.push_back(outer);
  return success();
}

LogicalResult
OuterScaleOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &dims) {
  dims.emplace_back();
  for (int64_t axis = 0; axis < getType().getRank(); ++axis)
    dims[0].push_back(
        tensor::getMixedSize(builder, getLoc(), getSource(), axis));
  return success();
}

LogicalResult DequantizeOp::verify() {
  if (failed(verifyCompatibleShape(getSource().getType(), getType()))) // C1
    return emitOpError("result is ")
           << getType() << ", expected the shape of the source, "
           << getSource().getType();
  return success();
}

LogicalResult
DequantizeOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &dims) {
  dims = {tensor::getMixedSizes(builder, getLoc(), getSource())};
  return success();
}

//===----------------------------------------------------------------------===//
// constant
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  std::string reason = getValue().missingBytes();
  if (!reason.empty()) // C1
    return emitOpError(reason);
  return success();
}

LogicalResult ConstantOp::reifyResultShapes(OpBuilder &builder,
                                            ReifiedRankedShapedTypeDims &dims) {
  dims = {getAsIndexOpFoldResult(builder.getContext(), getType().getShape())};
  return success();
}

//===----------------------------------------------------------------------===//
// rotate
//===----------------------------------------------------------------------===//

LogicalResult RotateOp::verify() {
  if (getSize().has_value() == static_cast<bool>(getMatrix())) // C1
    return emitOpError("has ")
           << (getSize() ? "a size and a matrix" : "no size and no matrix")
           << ", expected one of them";
  if (getSize() && !::mx::isHadamardSize(getSizeAttr().getInt())) // C1
    return emitOpError("size is ")
           << getSizeAttr().getInt() << ", expected a power of two up to "
           << ::mx::kMaxHadamardSize;
  if (getMatrix()) {
    RankedTensorType type = getMatrix().getType();
    if (type.getRank() != 2 || !type.hasStaticShape() ||
        type.getDimSize(0) != type.getDimSize(1) || type.getDimSize(0) == 0)
      return emitOpError("matrix is ") // C2
             << type << ", expected a square of static extents, not empty";
    if (getSeed()) // C2
      return emitOpError("has a seed beside a matrix, expected signs in it");
  }
  if (getType().getRank() == 0) // C3
    return emitOpError("source is ")
           << getType() << ", expected at least one axis";
  return success();
}

LogicalResult RotateOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &dims) {
  dims = {tensor::getMixedSizes(builder, getLoc(), getSource())};
  return success();
}

int64_t RotateOp::getGroupSize() {
  return getMatrix() ? getMatrix().getType().getDimSize(0)
                     : getSizeAttr().getInt();
}

::mx::Rotation RotateOp::getRotation() {
  ::mx::Rotation rotation;
  rotation.size = getGroupSize();
  rotation.seed = getSeed();
  return rotation;
}

//===----------------------------------------------------------------------===//
// matmul
//===----------------------------------------------------------------------===//

static bool compatible(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

static bool compatible(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return succeeded(verifyCompatibleShape(a, b));
}

LogicalResult MatmulOp::verify() {
  auto lhs = cast<RankedTensorType>(getLhs().getType());
  RankedTensorType rhs = getRhs().getType(), init = getInit().getType();
  int64_t batches = lhs.getRank() - 2;
  if (batches < 0)
    return emitOpError("lhs is ") << lhs << ", expected at least two axes";
  if (rhs.getRank() < 2)
    return emitOpError("rhs is ") << rhs << ", expected at least two axes";
  if (!compatible(lhs.getShape().back(), rhs.getShape().back())) // C1
    return emitOpError("lhs is ")
           << lhs << " and rhs is " << rhs << ", expected the same K";

  SmallVector<int64_t> wanted(lhs.getShape().drop_back());
  wanted.push_back(rhs.getDimSize(rhs.getRank() - 2));
  if (!compatible(init.getShape(), wanted)) // C2
    return emitOpError("init is ")
           << init << ", expected the shape "
           << RankedTensorType::get(wanted, init.getElementType());
  if (rhs.getRank() != 2 &&
      !compatible(rhs.getShape().drop_back(2),
                  lhs.getShape().take_front(batches))) // C3
    return emitOpError("rhs is ")
           << rhs << ", expected no batch axes or those of the lhs, " << lhs;
  if (getAccumulate() == Accumulate::InOrder && !getBlockType(lhs)) // C4
    return emitOpError("in_order needs a block lhs, found ") << lhs;
  BlockType block = getBlockType(lhs);
  std::string reason = LoweringConfigAttr::whyNotMatmul(
      getLoweringConfigAttr(),
      block ? std::optional(block.getFormat()) : std::nullopt,
      getBlockType(rhs).getFormat(), getAccumulate() == Accumulate::InOrder);
  if (!reason.empty()) // C5
    return emitOpError("lowering_config: ") << reason;
  return success();
}

LogicalResult MatmulOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &dims) {
  dims = {tensor::getMixedSizes(builder, getLoc(), getInit())};
  return success();
}

//===----------------------------------------------------------------------===//
// split, join
//===----------------------------------------------------------------------===//

LogicalResult SplitOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> location,
                                        ValueRange operands, DictionaryAttr,
                                        OpaqueProperties, RegionRange,
                                        SmallVectorImpl<Type> &types) {
  if (operands.size() != 1 || !getBlockType(operands[0].getType()))
    return emitOptionalError(location,
                             "'mx.split' op needs one block tensor with "
                             "at least one axis");
  types = getPartTypes(cast<RankedTensorType>(operands[0].getType()));
  return success();
}

/// The extents of `part`, whose leading axes are those of the block tensor
/// `source` and whose static extents are known.
static SmallVector<OpFoldResult> reifyPart(OpBuilder &builder, Location loc,
                                           Value source, RankedTensorType part,
                                           int64_t perBlock) {
  auto tensor = cast<RankedTensorType>(source.getType());
  int64_t last = tensor.getRank() - 1;
  AffineExpr k = builder.getAffineDimExpr(0);
  AffineExpr extent = k.ceilDiv(getBlockType(tensor).getBlockSize()) * perBlock;
  SmallVector<OpFoldResult> dims;
  for (int64_t axis = 0; axis < part.getRank(); ++axis) {
    if (!part.isDynamicDim(axis))
      dims.push_back(builder.getIndexAttr(part.getDimSize(axis)));
    else if (axis < last)
      dims.push_back(tensor::getMixedSize(builder, loc, source, axis));
    else
      dims.push_back(affine::makeComposedFoldedAffineApply(
          builder, loc, extent,
          tensor::getMixedSize(builder, loc, source, last)));
  }
  return dims;
}

LogicalResult SplitOp::reifyResultShapes(OpBuilder &builder,
                                         ReifiedRankedShapedTypeDims &dims) {
  int64_t perBlock =
      ::mx::codeBytesPerBlock(getBlockType(getSource().getType()).getFormat());
  for (Value part : getParts())
    if (auto type = dyn_cast<RankedTensorType>(part.getType()))
      dims.push_back(reifyPart(builder, getLoc(), getSource(), type,
                               part == getParts().front() ? perBlock : 1));
    else
      dims.emplace_back();
  return success();
}

LogicalResult JoinOp::verify() {
  SmallVector<Type> wanted = getPartTypes(getType());
  if (wanted.size() != getParts().size()) // C1
    return emitOpError("has ") << getParts().size() << " parts, expected "
                               << wanted.size() << " of " << getType();
  for (auto [index, part, type] : llvm::enumerate(getParts(), wanted)) {
    bool matches = part.getType() == type;
    if (auto tensor = dyn_cast<RankedTensorType>(type); tensor && !matches)
      matches = succeeded(verifyCompatibleShape(part.getType(), type)) &&
                getElementTypeOrSelf(part.getType()) == tensor.getElementType();
    if (!matches) // C2
      return emitOpError("part ")
             << index << " is " << part.getType() << ", expected " << type;
  }
  return success();
}

LogicalResult JoinOp::reifyResultShapes(OpBuilder &builder,
                                        ReifiedRankedShapedTypeDims &dims) {
  dims.emplace_back();
  int64_t last = getType().getRank() - 1;
  for (int64_t axis = 0; axis < last; ++axis)
    dims[0].push_back(
        tensor::getMixedSize(builder, getLoc(), getParts().front(), axis));
  if (getType().isDynamicDim(last))
    dims[0].push_back(getParts().back());
  else
    dims[0].push_back(builder.getIndexAttr(getType().getDimSize(last)));
  return success();
}
