//===- PackOps.cpp - weights in the layout of kernels ---------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Tiles.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::mx;

static constexpr int64_t kMatrixAxes = 2;

RankedTensorType mlir::mx::getTilesType(RankedTensorType tensor) {
  ::mx::FormatSpec format = getBlockType(tensor).getFormat();
  auto tiles = [](int64_t extent, int64_t size) {
    return ShapedType::isDynamic(extent) ? extent
                                         : llvm::divideCeil(extent, size);
  };
  ArrayRef<int64_t> shape = tensor.getShape();
  ::mx::TileLayout layout = ::mx::tileLayout(format);
  SmallVector<int64_t> extents(shape.drop_back(kMatrixAxes));
  extents.push_back(tiles(shape[shape.size() - 2], ::mx::kTileColumns));
  extents.push_back(tiles(shape.back(), layout.k));
  extents.push_back(layout.bytes);
  return RankedTensorType::get(extents,
                               IntegerType::get(tensor.getContext(), 8));
}

static SmallVector<Type> packedTypes(RankedTensorType tensor) {
  SmallVector<Type> types{getTilesType(tensor)};
  if (Type outer = getOuterType(tensor, getBlockType(tensor).getFormat()))
    types.push_back(outer);
  return types;
}

//===----------------------------------------------------------------------===//
// pack
//===----------------------------------------------------------------------===//

LogicalResult PackOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       ValueRange operands, DictionaryAttr,
                                       OpaqueProperties, RegionRange,
                                       SmallVectorImpl<Type> &types) {
  auto tensor = operands.size() == 1
                    ? dyn_cast<RankedTensorType>(operands[0].getType())
                    : RankedTensorType();
  if (!tensor || !getBlockType(tensor) || tensor.getRank() < kMatrixAxes)
    return emitOptionalError(location, "'mx.pack' op needs one block tensor "
                                       "with at least two axes");
  types = packedTypes(tensor);
  return success();
}

LogicalResult PackOp::reifyResultShapes(OpBuilder &b,
                                        ReifiedRankedShapedTypeDims &dims) {
  auto type = getSource().getType();
  ::mx::TileLayout layout = ::mx::tileLayout(getBlockType(type).getFormat());
  SmallVector<OpFoldResult> source =
      tensor::getMixedSizes(b, getLoc(), getSource());
  AffineExpr d = b.getAffineDimExpr(0);
  auto tiles = [&](OpFoldResult extent, int64_t size) {
    return affine::makeComposedFoldedAffineApply(b, getLoc(), d.ceilDiv(size),
                                                 {extent});
  };
  int64_t last = type.getRank() - 1;
  dims.emplace_back(ArrayRef(source).drop_back(kMatrixAxes));
  dims[0].push_back(tiles(source[last - 1], ::mx::kTileColumns));
  dims[0].push_back(tiles(source[last], layout.k));
  dims[0].push_back(b.getIndexAttr(layout.bytes));
  if (getParts().size() == 2) {
    auto outer = cast<RankedTensorType>(getParts()[1].getType());
    dims.emplace_back(ArrayRef(source).take_front(outer.getRank()));
  }
  return success();
}

/// pack(unpack(tiles)) is the tiles.
LogicalResult PackOp::fold(FoldAdaptor, SmallVectorImpl<OpFoldResult> &parts) {
  auto unpack = getSource().getDefiningOp<UnpackOp>();
  if (!unpack)
    return failure();
  SmallVector<Value> values{unpack.getTiles()};
  if (unpack.getOuter())
    values.push_back(unpack.getOuter());
  for (auto [value, result] : llvm::zip_equal(values, getParts()))
    // Where nothing dominates, the tiles may be its own.
    if (value.getType() != result.getType() ||
        value.getDefiningOp() == getOperation())
      return failure();
  llvm::append_range(parts, values);
  return success();
}

//===----------------------------------------------------------------------===//
// unpack
//===----------------------------------------------------------------------===//

static LogicalResult verifyCompatible(Operation *op, StringRef name, Type found,
                                      RankedTensorType wanted) {
  if (getElementTypeOrSelf(found) == wanted.getElementType() &&
      succeeded(verifyCompatibleShape(found, wanted)))
    return success();
  return op->emitOpError() << name << " is " << found << ", expected "
                           << wanted;
}

LogicalResult UnpackOp::verify() {
  RankedTensorType type = getType();
  if (type.getRank() < kMatrixAxes) // C1
    return emitOpError("result is ") << type << ", expected two axes or more";
  if (failed(verifyCompatible(*this, "tiles", getTiles().getType(),
                              getTilesType(type)))) // C1
    return failure();
  RankedTensorType outer = getOuterType(type, getBlockType(type).getFormat());
  if ((outer != nullptr) != (getOuter() != nullptr)) // C2
    return emitOpError(outer ? "has no outer scale, expected one for "
                             : "has an outer scale, expected none for ")
           << type;
  if (outer && failed(verifyCompatible(*this, "outer", getOuter().getType(),
                                       outer))) // C2
    return failure();
  int64_t dynamic = llvm::count_if(type.getShape().take_back(kMatrixAxes),
                                   ShapedType::isDynamic);
  if (int64_t(getSizes().size()) != dynamic) // C3
    return emitOpError("has ") << getSizes().size() << " sizes, expected "
                               << dynamic << " for " << type;
  return success();
}

Value UnpackOp::getSizeOf(int64_t axis) {
  RankedTensorType type = getType();
  int64_t n = type.getRank() - kMatrixAxes;
  if (axis < n || !type.isDynamicDim(axis))
    return {};
  return axis == n ? getSizes().front() : getSizes().back();
}

LogicalResult UnpackOp::reifyResultShapes(OpBuilder &b,
                                          ReifiedRankedShapedTypeDims &dims) {
  RankedTensorType type = getType();
  dims.emplace_back();
  for (int64_t axis = 0; axis < type.getRank(); ++axis) {
    if (!type.isDynamicDim(axis))
      dims[0].push_back(b.getIndexAttr(type.getDimSize(axis)));
    else if (Value size = getSizeOf(axis))
      dims[0].push_back(size);
    else
      dims[0].push_back(tensor::getMixedSize(b, getLoc(), getTiles(), axis));
  }
  return success();
}

/// unpack(pack(source)) is the source.
OpFoldResult UnpackOp::fold(FoldAdaptor) {
  auto pack = getTiles().getDefiningOp<PackOp>();
  if (!pack || getTiles() != pack.getParts().front() ||
      pack.getSource().getType() != getType() ||
      pack.getSource() == getResult())
    return {};
  if (getOuter() && getOuter() != pack.getParts().back())
    return {};
  return pack.getSource();
}
