//===- ConstantView.cpp - float constants behind layout ops ---------------===//
//
// What each op of a chain does to the digits of a view is said in the `apply`
// functions.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/Extensions/ConstantView.h"
#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;

std::string mlir::mx::missingBytes(ElementsAttr constant) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant);
  if (!resource || !resource.getElementType().isIntOrFloat())
    return "";
  int64_t wanted =
      resource.getNumElements() *
      llvm::divideCeil(resource.getElementType().getIntOrFloatBitWidth(), 8);
  DenseResourceElementsHandle handle = resource.getRawHandle();
  const AsmResourceBlob *blob = handle.getBlob();
  if (!blob)
    return llvm::formatv("resource '{0}' is missing, expected {1} bytes",
                         handle.getKey(), wanted);
  if (static_cast<int64_t>(blob->getData().size()) != wanted)
    return llvm::formatv("resource '{0}' has {1} bytes, expected {2}",
                         handle.getKey(), blob->getData().size(), wanted);
  return "";
}

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

using Digit = ConstantView::Digit;
using Axis = ConstantView::Axis;

static int64_t extentOf(const Axis &axis) {
  int64_t extent = 1;
  for (const Digit &digit : axis)
    extent *= digit.extent;
  return extent;
}

/// Appends `digit`; digits that lie one after the other become one.
static void append(Axis &axis, Digit digit) {
  if (digit.extent == 1)
    return;
  if (!axis.empty() && axis.back().stride == digit.extent * digit.stride)
    axis.back() = {axis.back().extent * digit.extent, digit.stride};
  else
    axis.push_back(digit);
}

/// Cuts the inner `extent` indices off `axis`; nothing where the cut does not
/// fall between digits or divide one.
static std::optional<Axis> takeInner(Axis &axis, int64_t extent) {
  Axis taken;
  while (extent > 1) {
    if (axis.empty())
      return std::nullopt;
    Digit &last = axis.back();
    if (extent % last.extent == 0) {
      extent /= last.extent;
      taken.insert(taken.begin(), last);
      axis.pop_back();
    } else if (last.extent % extent == 0) {
      taken.insert(taken.begin(), {extent, last.stride});
      last = {last.extent / extent, last.stride * extent};
      extent = 1;
    } else {
      return std::nullopt;
    }
  }
  return taken;
}

/// Splits `axis` in axes of `extents`, of which one may be dynamic.
static std::optional<SmallVector<Axis>> split(Axis axis,
                                              SmallVector<int64_t> extents) {
  int64_t known = 1;
  for (int64_t extent : extents)
    known *= ShapedType::isDynamic(extent) ? 1 : extent;
  if (llvm::count_if(extents, ShapedType::isDynamic) > 1 ||
      (llvm::is_contained(extents, ShapedType::kDynamic) && known == 0))
    return std::nullopt;
  for (int64_t &extent : extents)
    if (ShapedType::isDynamic(extent))
      extent = extentOf(axis) / known;

  SmallVector<Axis> axes;
  if (extentOf(axis) == 0) { // no element has an offset
    for (int64_t extent : extents)
      axes.push_back({{extent, 0}});
    return axes;
  }
  for (int64_t extent : llvm::reverse(extents)) {
    std::optional<Axis> taken = takeInner(axis, extent);
    if (!taken)
      return std::nullopt;
    axes.insert(axes.begin(), *taken);
  }
  return axes;
}

std::vector<int64_t> mlir::mx::offsetsOf(ArrayRef<Axis> axes) {
  std::vector<int64_t> offsets = {0};
  for (const Axis &axis : axes)
    for (const Digit &digit : axis) {
      std::vector<int64_t> outer = std::move(offsets);
      offsets.clear();
      offsets.reserve(outer.size() * digit.extent);
      for (int64_t offset : outer)
        for (int64_t index = 0; index < digit.extent; ++index)
          offsets.push_back(offset + index * digit.stride);
    }
  return offsets;
}

//===----------------------------------------------------------------------===//
// The view through each op
//===----------------------------------------------------------------------===//

static std::optional<SmallVector<Axis>> applyExpand(tensor::ExpandShapeOp op,
                                                    ArrayRef<Axis> axes) {
  SmallVector<Axis> result;
  ArrayRef<int64_t> shape = op.getStaticOutputShape();
  for (auto [axis, group] :
       llvm::zip_equal(axes, op.getReassociationIndices())) {
    SmallVector<int64_t> extents;
    for (int64_t index : group)
      extents.push_back(shape[index]);
    std::optional<SmallVector<Axis>> parts = split(axis, extents);
    if (!parts)
      return std::nullopt;
    llvm::append_range(result, *parts);
  }
  result.resize(shape.size()); // from rank 0: axes of one element
  return result;
}

static SmallVector<Axis> applyCollapse(tensor::CollapseShapeOp op,
                                       ArrayRef<Axis> axes) {
  SmallVector<Axis> result;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    Axis &axis = result.emplace_back();
    for (int64_t index : group)
      for (const Digit &digit : axes[index])
        append(axis, digit);
  }
  return result;
}

/// An axis that `map` does not name repeats the input.
static std::optional<SmallVector<Axis>>
applyMap(AffineMap map, ArrayRef<int64_t> shape, ArrayRef<Axis> axes) {
  SmallVector<Axis> result(map.getNumDims());
  for (auto [axis, extent] : llvm::zip_equal(result, shape))
    axis.push_back({extent, 0});
  for (auto [axis, index] : llvm::zip_equal(axes, map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(index))
      result[dim.getPosition()] = axis;
  for (const Axis &axis : result)
    if (!axis.empty() && ShapedType::isDynamic(axis.front().extent))
      return std::nullopt;
  return result;
}

static std::optional<ConstantView::Float> floatKindOf(Type type) {
  if (type.isF32())
    return ConstantView::Float::F32;
  if (type.isF16())
    return ConstantView::Float::F16;
  if (type.isBF16())
    return ConstantView::Float::BF16;
  return std::nullopt;
}

/// Returns the axes of `op`'s result, nothing where they cannot be told.
static std::optional<SmallVector<Axis>> applyTo(ArrayRef<Axis> axes,
                                                Operation *op) {
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return applyExpand(expand, axes);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return applyCollapse(collapse, axes);
  std::optional<ElementMove> move = ElementMove::of(op);
  if (!move)
    return SmallVector<Axis>(axes);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  return applyMap(move->map, type.getShape(), axes);
}

LogicalResult ConstantView::apply(Operation *op, std::string &why) {
  std::optional<SmallVector<Axis>> result = applyTo(axes, op);
  if (!result) {
    why = llvm::formatv("'{0}' to {1} has extents that cannot be known, or "
                        "cuts the axes of a transpose in a way that has no "
                        "strides",
                        op->getName(), op->getResult(0).getType());
    return failure();
  }
  axes = std::move(*result);
  for (Operation *conversion : conversionsOf(op)) {
    Type type = getElementTypeOrSelf(conversion->getResult(0).getType());
    std::optional<Float> kind = floatKindOf(type);
    if (!kind && !type.isF64()) {
      why =
          llvm::formatv("a conversion to {0}, expected f32, f16 or bf16", type);
      return failure();
    }
    // An f64 on the way holds f32 values; only 16-bit types round.
    if (kind && *kind != Float::F32)
      roundings.push_back(*kind);
  }
  return success();
}

std::optional<ConstantView> ConstantView::get(const LayoutChain &chain,
                                              std::string &why) {
  ElementsAttr constant = chain.getConstant();
  auto dense = dyn_cast_or_null<DenseElementsAttr>(constant);
  auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(constant);
  if (!dense && !resource) {
    why = "not a dense constant or a resource";
    return std::nullopt;
  }
  std::optional<Float> element = floatKindOf(constant.getElementType());
  if (!element) {
    why = llvm::formatv("a constant of {0}, expected f32, f16 or bf16",
                        constant.getElementType());
    return std::nullopt;
  }
  ConstantView view;
  view.constant = constant;
  view.element = *element;
  view.bytes =
      dense ? dense.getRawData() : resource.getRawHandle().getBlob()->getData();
  int64_t stride = dense && dense.isSplat() ? 0 : 1;
  for (int64_t extent : llvm::reverse(constant.getShapedType().getShape())) {
    Axis axis;
    append(axis, {extent, stride});
    view.axes.insert(view.axes.begin(), axis);
    stride *= extent;
  }
  for (Operation *op : chain.ops)
    if (failed(view.apply(op, why)))
      return std::nullopt;
  return view;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

SmallVector<int64_t> ConstantView::getShape() const {
  return llvm::map_to_vector(axes, extentOf);
}

int64_t ConstantView::getBaseSize() const {
  return bytes.size() / (element == Float::F32 ? 4 : 2);
}

const float *ConstantView::getBaseAsF32() const {
  if (element != Float::F32 || !roundings.empty() ||
      !llvm::isAddrAligned(llvm::Align::Of<float>(), bytes.data()))
    return nullptr;
  return reinterpret_cast<const float *>(bytes.data());
}

/// Resources may have any alignment.
template <typename T> static T readAt(ArrayRef<char> bytes, int64_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

void ConstantView::load(int64_t offset, const int64_t *offsets, int64_t count,
                        float *out) const {
  auto index = [=](int64_t i) { return offset + (offsets ? offsets[i] : i); };
  if (element == Float::F32)
    for (int64_t i = 0; i < count; ++i)
      out[i] = readAt<float>(bytes, index(i));
  else if (element == Float::F16)
    for (int64_t i = 0; i < count; ++i)
      out[i] = ::mx::f16ToF32(readAt<uint16_t>(bytes, index(i)));
  else
    for (int64_t i = 0; i < count; ++i)
      out[i] = ::mx::bf16ToF32(readAt<uint16_t>(bytes, index(i)));

  for (Float kind : roundings)
    for (int64_t i = 0; i < count; ++i)
      out[i] = kind == Float::F16 ? ::mx::f16ToF32(::mx::f32ToF16(out[i]))
                                  : ::mx::bf16ToF32(::mx::f32ToBF16(out[i]));
}
