//===- Rotate.cpp - mx.rotate to linalg -----------------------------------===//
//
// Operation by operation what lib/Numerics/Hadamard.cpp does, in f32: each
// stage of the transform is one generic that reads its input at two places.
// The rest of the last axis after the whole groups is cut off before and put
// back after.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

/// Builds the rotation of the groups of one f32 tensor.
class GroupRotation {
public:
  GroupRotation(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes)
      : b(b), loc(loc), sizes(sizes), rank(sizes.size()) {}

  /// The element of the result at `indices`, from that of the source.
  using Body = function_ref<Value(OpBuilder &, Value, ArrayRef<Value>)>;
  Value map(Value source, Type element, Body body);

  Value transform(const ::mx::Rotation &rotation, Value x);
  Value multiply(Value matrix, Value x);

private:
  static Value index(OpBuilder &b, Location loc, int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value applySigns(const ::mx::Rotation &rotation, Value x);
  Value applyStage(int64_t h, Value x);

  OpBuilder &b;
  Location loc;
  SmallVector<OpFoldResult> sizes;
  int64_t rank;
};

} // namespace

Value GroupRotation::map(Value source, Type element, Body body) {
  Value init = tensor::EmptyOp::create(b, loc, sizes, element);
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, loc, init.getType(), source, init, ArrayRef{identity, identity},
      iterators, [&](OpBuilder &nested, Location loc, ValueRange args) {
        SmallVector<Value> indices;
        for (int64_t axis = 0; axis < rank; ++axis)
          indices.push_back(linalg::IndexOp::create(nested, loc, axis));
        linalg::YieldOp::create(nested, loc, body(nested, args[0], indices));
      });
  return generic.getResult(0);
}

Value GroupRotation::applySigns(const ::mx::Rotation &rotation, Value x) {
  auto type = RankedTensorType::get({rotation.size}, b.getF32Type());
  std::vector<float> values = ::mx::rotationSigns(rotation);
  Value signs = arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(type, ArrayRef(values)));
  auto body = [&](OpBuilder &b, Value v, ArrayRef<Value> at) -> Value {
    Value i =
        arith::RemUIOp::create(b, loc, at.back(), index(b, loc, rotation.size));
    Value sign = tensor::ExtractOp::create(b, loc, signs, i);
    return arith::MulFOp::create(b, loc, v, sign);
  };
  return map(x, b.getF32Type(), body);
}

/// x[i] + x[i + h] where bit h of i is clear, else x[i - h] - x[i].
Value GroupRotation::applyStage(int64_t h, Value x) {
  auto body = [&](OpBuilder &b, Value own, ArrayRef<Value> at) -> Value {
    SmallVector<Value> partner(at);
    Value bit = index(b, loc, h);
    partner.back() = arith::XOrIOp::create(b, loc, at.back(), bit);
    Value other = tensor::ExtractOp::create(b, loc, x, partner);
    Value masked = arith::AndIOp::create(b, loc, at.back(), bit);
    Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                          masked, index(b, loc, 0));
    Value sum = arith::AddFOp::create(b, loc, own, other);
    Value difference = arith::SubFOp::create(b, loc, other, own);
    return arith::SelectOp::create(b, loc, isFirst, sum, difference);
  };
  return map(x, b.getF32Type(), body);
}

Value GroupRotation::transform(const ::mx::Rotation &rotation, Value x) {
  if (rotation.seed)
    x = applySigns(rotation, x);
  for (int64_t h = 1; h < rotation.size; h *= 2)
    x = applyStage(h, x);
  auto scale = [&](OpBuilder &b, Value v, ArrayRef<Value>) -> Value {
    Value factor = arith::ConstantOp::create(
        b, loc, b.getF32FloatAttr(::mx::rotationFactor(rotation)));
    return arith::MulFOp::create(b, loc, v, factor);
  };
  return map(x, b.getF32Type(), scale);
}

/// y[.., g * n + i] = sum over j of matrix[i, j] * x[.., g * n + j]. The loops
/// are all axes of the result, then j, whose extent a tensor without values
/// gives.
Value GroupRotation::multiply(Value matrix, Value x) {
  int64_t n = cast<RankedTensorType>(matrix.getType()).getDimSize(1);
  Value empty = tensor::EmptyOp::create(b, loc, sizes, b.getF32Type());
  Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
  Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  Value extent =
      tensor::EmptyOp::create(b, loc, ArrayRef<int64_t>{n}, b.getF32Type());
  AffineMap loops = b.getMultiDimIdentityMap(rank + 1);
  AffineMap result = loops.getMajorSubMap(rank);
  AffineMap reduced =
      AffineMap::get(rank + 1, 0, b.getAffineDimExpr(rank), b.getContext());
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      b, loc, init.getType(), extent, init, ArrayRef{reduced, result},
      iterators, [&](OpBuilder &b, Location loc, ValueRange args) {
        SmallVector<Value> at;
        for (int64_t axis = 0; axis <= rank; ++axis)
          at.push_back(linalg::IndexOp::create(b, loc, axis));
        Value j = at.pop_back_val();
        Value i = arith::RemUIOp::create(b, loc, at.back(), index(b, loc, n));
        Value group = arith::SubIOp::create(b, loc, at.back(), i);
        at.back() = arith::AddIOp::create(b, loc, group, j);
        Value entry =
            tensor::ExtractOp::create(b, loc, matrix, ValueRange{i, j});
        Value element = tensor::ExtractOp::create(b, loc, x, at);
        Value product = arith::MulFOp::create(b, loc, entry, element);
        Value sum = arith::AddFOp::create(b, loc, args[1], product);
        linalg::YieldOp::create(b, loc, sum);
      });
  return generic.getResult(0);
}

//===----------------------------------------------------------------------===//
// The pattern
//===----------------------------------------------------------------------===//

/// Rotates the whole groups of `x`, an f32 tensor of `sizes`.
static Value rotateGroups(OpBuilder &b, RotateOp op, Value matrix, Value x,
                          ArrayRef<OpFoldResult> sizes) {
  Location loc = op.getLoc();
  GroupRotation groups(b, loc, sizes);
  return matrix ? groups.multiply(matrix, x)
                : groups.transform(op.getRotation(), x);
}

/// The same where the last axis may end within a group.
static Value rotateRows(OpBuilder &b, RotateOp op, Value matrix, Value x) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x);
  int64_t size = op.getGroupSize(), k = op.getType().getShape().back();
  // Slices of what is empty do not verify.
  if (llvm::is_contained(op.getType().getShape(), 0))
    return x;
  if (!ShapedType::isDynamic(k) && k % size == 0)
    return rotateGroups(b, op, matrix, x, sizes);
  AffineExpr extent = b.getAffineDimExpr(0);
  sizes.back() = affine::makeComposedFoldedAffineApply(
      b, loc, extent.floorDiv(size) * size, sizes.back());
  SmallVector<OpFoldResult> zeros(sizes.size(), b.getIndexAttr(0));
  SmallVector<OpFoldResult> ones(sizes.size(), b.getIndexAttr(1));
  Value whole = tensor::ExtractSliceOp::create(b, loc, x, zeros, sizes, ones);
  Value rotated = rotateGroups(b, op, matrix, whole, sizes);
  return tensor::InsertSliceOp::create(b, loc, rotated, x, zeros, sizes, ones);
}

namespace {

struct ConvertRotate final : OpConversionPattern<RotateOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(RotateOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getType().getElementType(), f32 = rewriter.getF32Type();
    Value x = adaptor.getSource().front();
    Value matrix = op.getMatrix() ? adaptor.getMatrix().front() : Value();
    GroupRotation all(rewriter, loc, tensor::getMixedSizes(rewriter, loc, x));
    if (!type.isF32())
      x = all.map(x, f32, [&](OpBuilder &b, Value v, ArrayRef<Value>) {
        return arith::ExtFOp::create(b, loc, f32, v).getResult();
      });
    x = rotateRows(rewriter, op, matrix, x);
    if (!type.isF32())
      x = all.map(x, type, [&](OpBuilder &b, Value v, ArrayRef<Value>) {
        return arith::TruncFOp::create(b, loc, type, v).getResult();
      });
    rewriter.replaceOp(op, castTo(rewriter, loc, x, op.getType()));
    return success();
  }
};

} // namespace

void mlir::mx::populateRotatePatterns(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<ConvertRotate>(converter, patterns.getContext());
}
