//===- Rotate.cpp - mx.rotate to linalg -----------------------------------===//
//
// Operation by operation what lib/Numerics/Hadamard.cpp does, in f32.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

/// Elementwise f32 work on a tensor of the rotated shape.
class Elementwise {
public:
  Elementwise(OpBuilder &b, Location loc, Value source)
      : b(b), loc(loc), sizes(tensor::getMixedSizes(b, loc, source)),
        rank(sizes.size()) {}

  /// A tensor of `element` whose value at `indices` is `body(element of source,
  /// indices)`.
  using Body = function_ref<Value(OpBuilder &, Value, ArrayRef<Value>)>;
  Value map(Value source, Type element, Body body) {
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

private:
  OpBuilder &b;
  Location loc;
  SmallVector<OpFoldResult> sizes;
  int64_t rank;
};

struct ConvertRotate final : OpConversionPattern<RotateOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RotateOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getType().getElementType(), f32 = rewriter.getF32Type();
    Value x = adaptor.getSource().front();
    Elementwise elementwise(rewriter, loc, x);
    if (!type.isF32())
      x = elementwise.map(x, f32, [&](OpBuilder &b, Value v, ArrayRef<Value>) {
        return arith::ExtFOp::create(b, loc, f32, v).getResult();
      });
    if (op.getMatrix())
      x = multiply(rewriter, op, x, adaptor.getMatrix().front());
    else
      x = transform(rewriter, op, elementwise, x);
    if (!type.isF32())
      x = elementwise.map(x, type, [&](OpBuilder &b, Value v, ArrayRef<Value>) {
        return arith::TruncFOp::create(b, loc, type, v).getResult();
      });
    rewriter.replaceOp(op, castTo(rewriter, loc, x, op.getType()));
    return success();
  }

private:
  static Value index(OpBuilder &b, Location loc, int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }

  /// One butterfly stage: x[i] + x[i + h] where bit h of i is clear, else
  /// x[i - h] - x[i].
  static Value stage(OpBuilder &b, Location loc, Elementwise &elementwise,
                     Value x, int64_t h) {
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
    return elementwise.map(x, b.getF32Type(), body);
  }

  static Value transform(OpBuilder &b, RotateOp op, Elementwise &elementwise,
                         Value x) {
    Location loc = op.getLoc();
    ::mx::Rotation rotation = op.getRotation();
    if (rotation.seed) {
      auto type = RankedTensorType::get({rotation.size}, b.getF32Type());
      std::vector<float> values = ::mx::rotationSigns(rotation);
      Value signs = arith::ConstantOp::create(
          b, loc, DenseElementsAttr::get(type, ArrayRef(values)));
      x = elementwise.map(
          x, b.getF32Type(),
          [&](OpBuilder &b, Value v, ArrayRef<Value> at) -> Value {
            Value i = arith::RemUIOp::create(b, loc, at.back(),
                                             index(b, loc, rotation.size));
            Value sign = tensor::ExtractOp::create(b, loc, signs, i);
            return arith::MulFOp::create(b, loc, v, sign);
          });
    }
    for (int64_t h = 1; h < rotation.size; h *= 2)
      x = stage(b, loc, elementwise, x, h);
    return elementwise.map(
        x, b.getF32Type(),
        [&](OpBuilder &b, Value v, ArrayRef<Value>) -> Value {
          Value factor = arith::ConstantOp::create(
              b, loc, b.getF32FloatAttr(::mx::rotationFactor(rotation)));
          return arith::MulFOp::create(b, loc, v, factor);
        });
  }

  /// y[.., g * n + i] = sum over j of m[i, j] * x[.., g * n + j].
  static Value multiply(OpBuilder &b, RotateOp op, Value x, Value matrix) {
    Location loc = op.getLoc();
    int64_t n = op.getSize(), rank = op.getType().getRank();
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x);
    Value empty = tensor::EmptyOp::create(b, loc, sizes, b.getF32Type());
    Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
    Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
    // Loops: all axes of the result, then j, whose extent a tensor of no
    // elements gives.
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
};

} // namespace

void mlir::mx::populateRotatePatterns(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<ConvertRotate>(converter, patterns.getContext());
}
