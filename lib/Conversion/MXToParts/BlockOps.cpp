//===- BlockOps.cpp - mx ops to ops on parts ------------------------------===//

#include "Patterns.h"

#include "mx/Numerics/Block.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::mx;

Parts::Parts(RankedTensorType type, ValueRange values)
    : codes(values[0]), scales(values[1]) {
  if (getBlockType(type).hasOuterScale())
    outer = values[2];
  if (type.isDynamicDim(type.getRank() - 1))
    k = values.back();
}

SmallVector<Value> Parts::values() const {
  SmallVector<Value> all = {codes, scales};
  if (outer)
    all.push_back(outer);
  if (k)
    all.push_back(k);
  return all;
}

Value mlir::mx::castTo(OpBuilder &builder, Location loc, Value value,
                       Type type) {
  if (value.getType() == type)
    return value;
  return tensor::CastOp::create(builder, loc, type, value);
}

namespace {

struct ConvertQuantize final : OpConversionPattern<QuantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(QuantizeOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = op.getType();
    Parts parts(type, adaptor.getInit());
    if (op.getOuter())
      parts.outer = castTo(rewriter, op.getLoc(), adaptor.getOuter().front(),
                           getOuterType(type, getBlockType(type).getFormat()));
    auto onParts = QuantizePartsOp::create(
        rewriter, op.getLoc(),
        TypeRange{parts.codes.getType(), parts.scales.getType()},
        adaptor.getSource().front(), op.getOuter() ? parts.outer : Value(),
        parts.codes, parts.scales, TypeAttr::get(getBlockType(type)),
        op.getQuantizer(), op.getLoweringConfigAttr());
    parts.codes = onParts.getResult(0);
    parts.scales = onParts.getResult(1);
    rewriter.replaceOpWithMultiple(op, {parts.values()});
    return success();
  }
};

struct ConvertDequantize final : OpConversionPattern<DequantizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(DequantizeOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType source = op.getSource().getType(), type = op.getType();
    Parts parts(source, adaptor.getSource());
    SmallVector<Value> dynamic;
    for (int64_t axis = 0; axis < type.getRank(); ++axis) {
      if (!type.isDynamicDim(axis))
        continue;
      bool isK = axis == type.getRank() - 1;
      if (isK && !parts.k)
        dynamic.push_back(arith::ConstantIndexOp::create(
            rewriter, op.getLoc(), source.getDimSize(axis)));
      else
        dynamic.push_back(isK ? parts.k
                              : tensor::DimOp::create(rewriter, op.getLoc(),
                                                      parts.codes, axis));
    }
    Value init = tensor::EmptyOp::create(rewriter, op.getLoc(), type, dynamic);
    rewriter.replaceOpWithNewOp<DequantizePartsOp>(
        op, TypeRange{type}, parts.codes, parts.scales, parts.outer, init,
        TypeAttr::get(getBlockType(source)));
    return success();
  }
};

/// codes, scales and, where there is one, the outer scale.
SmallVector<Value> operandParts(RankedTensorType type, ValueRange values) {
  Parts parts(type, values);
  parts.k = {};
  return parts.values();
}

/// Where `init` is +0 throughout, a tensor of its shape with any values, else
/// null.
static Value anyForZeros(Value init, OpBuilder &builder) {
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.value(), m_PosZeroFloat()) ? fill.output()
                                                        : Value();
  if (!matchPattern(init, m_PosZeroFloat()))
    return {};
  auto type = cast<RankedTensorType>(init.getType());
  return tensor::EmptyOp::create(builder, init.getLoc(), type.getShape(),
                                 type.getElementType());
}

struct ConvertMatmul final : OpConversionPattern<MatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(MatmulOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto lhs = cast<RankedTensorType>(op.getLhs().getType());
    RankedTensorType rhs = op.getRhs().getType();
    BlockType lhsBlock = getBlockType(lhs);
    SmallVector<Value> lhsParts = lhsBlock
                                      ? operandParts(lhs, adaptor.getLhs())
                                      : SmallVector<Value>(adaptor.getLhs());
    auto unpack = op.getRhs().getDefiningOp<UnpackOp>();
    Value init = adaptor.getInit().front(), any = anyForZeros(init, rewriter);
    rewriter.replaceOpWithNewOp<MatmulPartsOp>(
        op, TypeRange{op.getType()}, lhsParts,
        unpack ? packedParts(unpack, rewriter)
               : operandParts(rhs, adaptor.getRhs()),
        lengthOfK(op, adaptor, rewriter), any ? any : init,
        lhsBlock ? TypeAttr::get(lhsBlock) : TypeAttr(),
        TypeAttr::get(getBlockType(rhs)), op.getAccumulateAttr(),
        /*packed=*/unpack ? rewriter.getUnitAttr() : UnitAttr(),
        /*from_zero=*/any ? rewriter.getUnitAttr() : UnitAttr(),
        op.getLoweringConfigAttr());
    return success();
  }

private:
  /// The tiles and, where there is one, the outer scale: they have no parts.
  static SmallVector<Value> packedParts(UnpackOp op,
                                        ConversionPatternRewriter &rewriter) {
    SmallVector<Value> parts{rewriter.getRemappedValue(op.getTiles())};
    if (op.getOuter())
      parts.push_back(rewriter.getRemappedValue(op.getOuter()));
    return parts;
  }

  /// K from whichever operand knows it statically, else from the rhs.
  static Value lengthOfK(MatmulOp op, OneToNOpAdaptor adaptor,
                         ConversionPatternRewriter &rewriter) {
    auto lhs = cast<RankedTensorType>(op.getLhs().getType());
    RankedTensorType rhs = op.getRhs().getType();
    for (RankedTensorType type : {rhs, lhs})
      if (!ShapedType::isDynamic(type.getShape().back()))
        return arith::ConstantIndexOp::create(rewriter, op.getLoc(),
                                              type.getShape().back());
    return Parts(rhs, adaptor.getRhs()).k;
  }
};

struct ConvertConstant final : OpConversionPattern<ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ConstantOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    BlocksAttr blocks = op.getValue();
    SmallVector<TypedAttr> attrs = {blocks.getCodes(), blocks.getScales()};
    // Not a resource: upstream folds loads of f32 constants and cannot iterate
    // over those of a resource.
    if (blocks.getOuter())
      attrs.push_back(DenseElementsAttr::get(blocks.getOuter().getType(),
                                             blocks.outerValues()));
    SmallVector<Value> parts;
    for (TypedAttr &attr : attrs) // nor translate an empty one
      if (auto type = cast<RankedTensorType>(attr.getType());
          type.getNumElements() == 0)
        attr = DenseElementsAttr::get(type, ArrayRef<Attribute>());
    for (TypedAttr attr : attrs)
      parts.push_back(arith::ConstantOp::create(rewriter, op.getLoc(), attr));
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

struct ConvertSplit final : OpConversionPattern<SplitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(SplitOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getSource());
    return success();
  }
};

struct ConvertJoin final : OpConversionPattern<JoinOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(JoinOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    for (auto [operand, type] :
         llvm::zip(adaptor.getParts(), getPartTypes(op.getType())))
      parts.push_back(castTo(rewriter, op.getLoc(), operand.front(), type));
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

/// amax over the finite elements, then the formula of ::mx::outerScaleOf.
struct ConvertOuterScale final : OpConversionPattern<OuterScaleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OuterScaleOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value amax = reduce(rewriter, op, adaptor.getSource().front());
    rewriter.replaceOp(op, divide(rewriter, op, amax));
    return success();
  }

private:
  static Value reduce(OpBuilder &b, OuterScaleOp op, Value source) {
    Location loc = op.getLoc();
    int64_t rank = cast<RankedTensorType>(source.getType()).getRank();
    int64_t kept = op.getType().getRank();
    SmallVector<OpFoldResult> sizes;
    for (int64_t axis = 0; axis < kept; ++axis)
      sizes.push_back(tensor::getMixedSize(b, loc, source, axis));
    Value empty = tensor::EmptyOp::create(b, loc, sizes, b.getF32Type());
    Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
    Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::reduction);
    std::fill_n(iterators.begin(), kept, utils::IteratorType::parallel);
    AffineMap all = b.getMultiDimIdentityMap(rank);
    // Not getMajorSubMap: of no axes that is a null map.
    AffineMap leading = AffineMap::get(
        rank, 0, all.getResults().take_front(kept), b.getContext());
    auto reduce = linalg::GenericOp::create(
        b, loc, init.getType(), source, init, ArrayRef{all, leading}, iterators,
        [&](OpBuilder &nested, Location loc, ValueRange args) {
          linalg::YieldOp::create(nested, loc,
                                  larger(nested, loc, args[0], args[1]));
        });
    return castTo(b, loc, reduce.getResult(0), op.getType());
  }

  /// max(|x|, amax), x left out where it is not finite.
  static Value larger(OpBuilder &b, Location loc, Value x, Value amax) {
    if (!x.getType().isF32())
      x = arith::ExtFOp::create(b, loc, b.getF32Type(), x);
    Value magnitude = math::AbsFOp::create(b, loc, x);
    Value infinity = arith::ConstantOp::create(
        b, loc, b.getF32FloatAttr(std::numeric_limits<float>::infinity()));
    auto less = [&](Value p, Value q) {
      return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, p, q)
          .getResult();
    };
    Value take = arith::AndIOp::create(b, loc, less(magnitude, infinity),
                                       less(amax, magnitude));
    return arith::SelectOp::create(b, loc, take, magnitude, amax);
  }

  static Value divide(OpBuilder &b, OuterScaleOp op, Value amax) {
    Location loc = op.getLoc();
    ::mx::FormatSpec format = cast<BlockType>(op.getFormat()).getFormat();
    float unit = ::mx::outerScaleUnit(format);
    int64_t rank = op.getType().getRank();
    AffineMap map = b.getMultiDimIdentityMap(rank);
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::parallel);
    auto divide = linalg::GenericOp::create(
        b, loc, amax.getType(), ValueRange{}, amax, ArrayRef{map}, iterators,
        [&](OpBuilder &nested, Location loc, ValueRange args) {
          auto constant = [&](float value) -> Value {
            return arith::ConstantOp::create(nested, loc,
                                             nested.getF32FloatAttr(value));
          };
          Value scale =
              arith::DivFOp::create(nested, loc, args[0], constant(unit));
          Value normal = arith::CmpFOp::create(
              nested, loc, arith::CmpFPredicate::OGE, scale,
              constant(std::numeric_limits<float>::min()));
          Value result = arith::SelectOp::create(nested, loc, normal, scale,
                                                 constant(1.0f));
          linalg::YieldOp::create(nested, loc, result);
        });
    return divide.getResult(0);
  }
};

} // namespace

void mlir::mx::populateBlockOpPatterns(const TypeConverter &converter,
                                       RewritePatternSet &patterns) {
  patterns.add<ConvertQuantize, ConvertDequantize, ConvertMatmul,
               ConvertConstant, ConvertSplit, ConvertJoin, ConvertOuterScale>(
      converter, patterns.getContext());
}
