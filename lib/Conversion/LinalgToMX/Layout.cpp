//===- Layout.cpp - bring the axes of a tensor in order -------------------===//
//
// With groups (1, 0, 2) a tensor [a, b, c] is first collapsed, to [a, b * c],
// then expanded, to [a, 1, b * c].
//
//===----------------------------------------------------------------------===//

#include "Layout.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::mx;

/// Returns a constant of equal elements in another shape, null for other values
/// and shapes that are not known.
static Value reshapeSplat(OpBuilder &builder, Location loc, Value value,
                          RankedTensorType type) {
  DenseElementsAttr constant;
  if (!type.hasStaticShape() || !matchPattern(value, m_Constant(&constant)) ||
      !constant.isSplat())
    return {};
  return arith::ConstantOp::create(builder, loc, constant.resizeSplat(type));
}

/// Returns true if a group has extents 0 and dynamic ones. Upstream's
/// bufferization makes of a collapsed one a static 0 where the tensor's type
/// has `?`, and loses the dynamic extent of an expanded one.
static bool hasHiddenZero(ArrayRef<ReassociationIndices> reassociation,
                          ArrayRef<int64_t> shape) {
  return llvm::any_of(reassociation, [&](const ReassociationIndices &group) {
    bool isEmpty = false, isDynamic = false;
    for (int64_t axis : group) {
      isEmpty |= shape[axis] == 0;
      isDynamic |= ShapedType::isDynamic(shape[axis]);
    }
    return isEmpty && isDynamic;
  });
}

/// Returns the product of the extents that `value` has along each group.
static SmallVector<Value>
multiplyExtents(OpBuilder &builder, Location loc, Value value,
                ArrayRef<ReassociationIndices> reassociation) {
  SmallVector<Value> products;
  for (const ReassociationIndices &group : reassociation) {
    Value product = arith::ConstantIndexOp::create(builder, loc, 1);
    for (int64_t axis : group)
      product = arith::MulIOp::create(
          builder, loc, product,
          tensor::DimOp::create(builder, loc, value, axis));
    products.push_back(product);
  }
  return products;
}

static Value collapse(OpBuilder &builder, Location loc, Value value,
                      ArrayRef<ReassociationIndices> reassociation) {
  auto from = cast<RankedTensorType>(value.getType());
  RankedTensorType type =
      tensor::CollapseShapeOp::inferCollapsedType(from, reassociation);
  if (Value splat = reshapeSplat(builder, loc, value, type))
    return splat;
  if (hasHiddenZero(reassociation, from.getShape())) {
    // Without elements, any tensor of the shape is the one.
    SmallVector<Value> extents;
    for (auto [axis, product] :
         llvm::enumerate(multiplyExtents(builder, loc, value, reassociation)))
      if (type.isDynamicDim(axis))
        extents.push_back(product);
    return tensor::EmptyOp::create(builder, loc, type, extents);
  }
  return tensor::CollapseShapeOp::create(builder, loc, type, value,
                                         reassociation);
}

IndexedTensor mlir::mx::collapseAxes(OpBuilder &builder, Location loc,
                                     const IndexedTensor &tensor) {
  if (tensor.collapsed.empty())
    return tensor;
  return {collapse(builder, loc, tensor.value, tensor.collapsed), tensor.loops};
}

Value mlir::mx::permuteAxes(OpBuilder &builder, Location loc,
                            const IndexedTensor &tensor,
                            ArrayRef<unsigned> loops) {
  if (tensor.loops == loops)
    return tensor.value;
  SmallVector<int64_t> permutation;
  for (unsigned loop : loops)
    permutation.push_back(llvm::find(tensor.loops, loop) -
                          tensor.loops.begin());
  auto type = cast<RankedTensorType>(tensor.value.getType());
  if (Value splat = reshapeSplat(
          builder, loc, tensor.value,
          type.clone(applyPermutation(type.getShape(), permutation))))
    return splat;
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, tensor.value);
  applyPermutationToVector(sizes, permutation);
  Value init =
      tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  return linalg::TransposeOp::create(builder, loc, tensor.value, init,
                                     permutation)
      ->getResult(0);
}

/// Returns the axes of each group that has any.
static SmallVector<ReassociationIndices>
getCollapsed(const AxisGroups &groups) {
  SmallVector<ReassociationIndices> collapsed;
  int64_t axis = 0;
  for (size_t size : groups) {
    if (size == 0)
      continue;
    ReassociationIndices &indices = collapsed.emplace_back();
    while (indices.size() < size)
      indices.push_back(axis++);
  }
  return collapsed;
}

/// Returns the axes of the operand that each group with axes becomes: its own,
/// and axes of extent 1 beside it.
static SmallVector<ReassociationIndices> getExpanded(const AxisGroups &groups) {
  SmallVector<ReassociationIndices> expanded(1);
  bool isTaken = false;
  for (auto [axis, size] : llvm::enumerate(groups)) {
    if (size > 0 && isTaken)
      expanded.emplace_back();
    isTaken |= size > 0;
    expanded.back().push_back(axis);
  }
  return expanded;
}

static bool mergesAxes(const AxisGroups &groups) {
  return llvm::any_of(groups, [](size_t size) { return size > 1; });
}

/// Returns true if a group of `reassociation` has several dynamic extents.
static bool isAmbiguous(ArrayRef<ReassociationIndices> reassociation,
                        ArrayRef<int64_t> shape) {
  return llvm::any_of(reassociation, [&](const ReassociationIndices &group) {
    return llvm::count_if(group, [&](int64_t axis) {
             return ShapedType::isDynamic(shape[axis]);
           }) > 1;
  });
}

/// Expands `value` to `sizes`, an axis for each index of `reassociation`.
static Value expand(OpBuilder &builder, Location loc, Value value,
                    ArrayRef<ReassociationIndices> reassociation,
                    ArrayRef<OpFoldResult> sizes) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  auto type = cast<RankedTensorType>(value.getType()).clone(shape);
  if (Value splat = reshapeSplat(builder, loc, value, type))
    return splat;
  if (hasHiddenZero(reassociation, shape)) // without elements, as above
    return tensor::EmptyOp::create(builder, loc, type, dynamic);
  if (!isAmbiguous(reassociation, shape))
    return tensor::ExpandShapeOp::create(builder, loc, type, value,
                                         reassociation, sizes);
  // Upstream's expand-strided-metadata crashes on a memref.expand_shape that
  // makes several dynamic extents of one.
  Value extents = tensor::FromElementsOp::create(
      builder, loc, getValueOrCreateConstantIndexOp(builder, loc, sizes));
  return tensor::ReshapeOp::create(builder, loc, type, value, extents);
}

Value mlir::mx::groupAxes(OpBuilder &builder, Location loc, Value value,
                          const AxisGroups &groups) {
  if (mergesAxes(groups))
    value = collapse(builder, loc, value, getCollapsed(groups));
  if (!llvm::is_contained(groups, 0))
    return value;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
  for (auto [axis, size] : llvm::enumerate(groups))
    if (size == 0)
      sizes.insert(sizes.begin() + axis, builder.getIndexAttr(1));
  return expand(builder, loc, value, getExpanded(groups), sizes);
}

Value mlir::mx::ungroupAxes(OpBuilder &builder, Location loc, Value value,
                            const AxisGroups &groups, Value original) {
  if (llvm::is_contained(groups, 0))
    value = collapse(builder, loc, value, getExpanded(groups));
  if (!mergesAxes(groups))
    return value;
  return expand(builder, loc, value, getCollapsed(groups),
                tensor::getMixedSizes(builder, loc, original));
}
