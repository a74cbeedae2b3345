//===- Folders.cpp - constants through the mx ops -------------------------===//
//
// Folders evaluate splats and up to 4096 elements, by the numerics library;
// mx-fold-constants does the large ones with the same calls.
// dequantize(quantize(x)) is not x and is never folded to it.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::mx;

static constexpr int64_t kMaxFoldedElements = 4096;
/// The blocks of a larger splat would be memory that nobody asked for.
static constexpr int64_t kMaxSplatElements = int64_t(1) << 24;

namespace {
/// The values of a float constant as rows of the last axis. A large splat is
/// one row that stands for `repeats` equal ones.
struct ConstantRows {
  std::vector<float> values;
  int64_t rows = 0, repeats = 1, k = 0;
};
} // namespace

static float toF32(APFloat value) {
  bool losesInfo; // never does: f16 and bf16 are part of f32
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToFloat();
}

/// Returns true if `shape` has more elements than `limit`.
static bool isLarger(ArrayRef<int64_t> shape, int64_t limit) {
  int64_t count = 1;
  return llvm::any_of(shape, [&](int64_t extent) {
    return llvm::MulOverflow(count, extent, count) || count > limit;
  });
}

/// Reads a splat of at most kMaxSplatElements or a constant of at most
/// kMaxFoldedElements; else nothing.
static std::optional<ConstantRows> readConstant(Attribute attr) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(attr);
  if (!elements || elements.getType().getRank() == 0 || elements.empty() ||
      isLarger(elements.getType().getShape(), kMaxSplatElements))
    return std::nullopt;
  ConstantRows constant;
  constant.k = elements.getType().getShape().back();
  int64_t rows = elements.getNumElements() / constant.k;
  if (elements.getNumElements() <= kMaxFoldedElements) {
    constant.rows = rows;
    for (APFloat value : elements.getValues<APFloat>())
      constant.values.push_back(toF32(value));
    return constant;
  }
  if (!elements.isSplat())
    return std::nullopt;
  constant.rows = 1;
  constant.repeats = rows;
  constant.values.assign(constant.k, toF32(elements.getSplatValue<APFloat>()));
  return constant;
}

/// Reads a constant outer scale that serves `constant`: of equal values where
/// one row stands for many.
static std::optional<std::vector<float>>
readOuter(Attribute attr, const ConstantRows &constant) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(attr);
  if (!elements || (constant.repeats > 1 && !elements.isSplat()))
    return std::nullopt;
  if (elements.isSplat() && elements.getNumElements() != constant.rows)
    return std::vector<float>(1, elements.getSplatValue<float>());
  return std::vector<float>(elements.value_begin<float>(),
                            elements.value_end<float>());
}

/// Repeats `row` as a blob.
template <typename T>
static AsmResourceBlob repeat(const std::vector<T> &row, int64_t repeats) {
  size_t bytes = row.size() * sizeof(T);
  AsmResourceBlob blob = BlocksAttr::allocateBlob(bytes * repeats);
  for (int64_t i = 0; i < repeats; ++i)
    std::memcpy(blob.getMutableData().data() + i * bytes, row.data(), bytes);
  return blob;
}

OpFoldResult QuantizeOp::fold(FoldAdaptor adaptor) {
  const ::mx::FormatSpec &format = getBlockType(getType()).getFormat();
  std::optional<ConstantRows> x = readConstant(adaptor.getSource());
  if (!x || !getType().hasStaticShape())
    return {};
  std::optional<std::vector<float>> outer;
  if (getOuter() && !(outer = readOuter(adaptor.getOuter(), *x)))
    return {};

  std::vector<uint8_t> codes(x->rows * ::mx::codeBytesPerRow(format, x->k));
  std::vector<uint8_t> scales(x->rows * ::mx::scaleBytesPerRow(format, x->k));
  ::mx::quantizeRows(format, getQuantizer().getQuantizer(), x->values.data(),
                     x->rows, x->k, outer ? outer->data() : nullptr,
                     codes.data(), scales.data());
  std::optional<AsmResourceBlob> outerBlob;
  if (outer)
    outerBlob =
        repeat(*outer, format.outer == ::mx::OuterScale::Row ? x->repeats : 1);
  return BlocksAttr::getFromBlobs(getType(), repeat(codes, x->repeats),
                                  repeat(scales, x->repeats),
                                  std::move(outerBlob));
}

OpFoldResult OuterScaleOp::fold(FoldAdaptor adaptor) {
  const ::mx::FormatSpec &format = cast<BlockType>(getFormat()).getFormat();
  std::optional<ConstantRows> x = readConstant(adaptor.getSource());
  if (!x || !getType().hasStaticShape())
    return {};
  std::vector<float> outer(format.outer == ::mx::OuterScale::Row ? x->rows : 1);
  ::mx::outerScales(format, x->values.data(), x->rows, x->k, outer.data());
  if (x->repeats > 1)
    outer.resize(1);
  return DenseElementsAttr::get(getType(), ArrayRef<float>(outer));
}

OpFoldResult DequantizeOp::fold(FoldAdaptor adaptor) {
  auto blocks = dyn_cast_or_null<BlocksAttr>(adaptor.getSource());
  RankedTensorType type = getType();
  if (!blocks || !type.hasStaticShape() ||
      type.getNumElements() > kMaxFoldedElements ||
      !blocks.missingBytes().empty())
    return {};
  int64_t k = type.getShape().back();
  int64_t rows = k == 0 ? 0 : type.getNumElements() / k;
  std::vector<float> x(type.getNumElements());
  ::mx::dequantizeRows(getBlockType(blocks.getType()).getFormat(),
                       blocks.codeBytes().data(), blocks.scaleBytes().data(),
                       blocks.getOuter() ? blocks.outerValues().data()
                                         : nullptr,
                       rows, k, x.data());
  if (type.getElementType().isF32())
    return DenseElementsAttr::get(type, ArrayRef<float>(x));
  std::vector<uint16_t> bits(x.size());
  llvm::transform(x, bits.begin(),
                  type.getElementType().isF16() ? ::mx::f32ToF16
                                                : ::mx::f32ToBF16);
  return DenseElementsAttr::getFromRawBuffer(
      type, {reinterpret_cast<const char *>(bits.data()),
             bits.size() * sizeof(uint16_t)});
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

//===----------------------------------------------------------------------===//
// split, join
//===----------------------------------------------------------------------===//

LogicalResult SplitOp::fold(FoldAdaptor, SmallVectorImpl<OpFoldResult> &parts) {
  auto join = getSource().getDefiningOp<JoinOp>();
  if (!join || join.getParts().getTypes() != getParts().getTypes())
    return failure();
  // Where nothing dominates, the parts may be its own.
  for (Value part : join.getParts())
    if (part.getDefiningOp() == getOperation())
      return failure();
  llvm::append_range(parts, join.getParts());
  return success();
}

/// A rotation that has no whole group, or whose group is one element.
OpFoldResult RotateOp::fold(FoldAdaptor) {
  // Where nothing dominates, an op may be its own source, and a fold to the own
  // result is one in place, without end.
  if (getSource() == getResult())
    return {};
  int64_t k = getType().getShape().back();
  bool hasNoGroup = !ShapedType::isDynamic(k) && k < getGroupSize();
  bool isOne = !getMatrix() && getGroupSize() == 1 && !getSeed();
  return hasNoGroup || isOne ? OpFoldResult(getSource()) : OpFoldResult();
}

/// Returns the bytes of a constant part, nothing where it is none.
static std::optional<SmallVector<char>> readPart(Attribute attr) {
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(attr)) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    int64_t wanted = resource.getType().getNumElements() *
                     (resource.getType().getElementTypeBitWidth() / 8);
    if (!blob || static_cast<int64_t>(blob->getData().size()) != wanted)
      return std::nullopt;
    return SmallVector<char>(blob->getData());
  }
  auto elements = dyn_cast_or_null<DenseElementsAttr>(attr);
  if (!elements)
    return std::nullopt;
  SmallVector<char> bytes(elements.getRawData());
  if (elements.isSplat()) {
    SmallVector<char> one;
    std::swap(one, bytes);
    for (int64_t i = 0; i < elements.getNumElements(); ++i)
      bytes.append(one);
  }
  return bytes;
}

/// A splat of i1 packs bits; parts are i8 and f32, so raw bytes are values.
OpFoldResult JoinOp::fold(FoldAdaptor adaptor) {
  if (auto split = getParts().front().getDefiningOp<SplitOp>())
    if (split.getParts() == getParts() && split.getSource() != getResult() &&
        split.getSource().getType() == getType())
      return split.getSource();
  if (!getType().hasStaticShape())
    return {};
  SmallVector<SmallVector<char>> bytes;
  for (auto [attr, part, type] :
       llvm::zip(adaptor.getParts(), getParts(), getPartTypes(getType()))) {
    std::optional<SmallVector<char>> data = readPart(attr);
    if (!data || part.getType() != type)
      return {};
    bytes.push_back(std::move(*data));
  }
  bytes.resize(3);
  return BlocksAttr::getFromBytes(getType(), bytes[0], bytes[1], bytes[2]);
}
