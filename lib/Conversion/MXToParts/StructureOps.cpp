//===- StructureOps.cpp - data movement on block tensors ------------------===//
//
// Slices, reshapes and loops that keep blocks whole (mx-verify-stage{block}
// sees to it) do to each part what they do to the tensor, with the last axis
// counted in bytes or blocks.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mx/Numerics/Packing.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

constexpr StringLiteral kNoBlocks = "is no tensor of blocks along a last axis";

/// Offsets, sizes and strides of a slice of one part.
struct Slice {
  SmallVector<OpFoldResult> offsets, sizes, strides;
};

/// Slices of codes, scales and a row-wise outer scale.
struct PartSlices {
  Slice codes, scales, outer;
};

/// The slices of each part that are the one of `offsets`, `sizes` (in elements)
/// and `strides` (1 on the last axis).
PartSlices mapSlice(OpBuilder &b, Location loc, BlockType type,
                    ArrayRef<OpFoldResult> offsets,
                    ArrayRef<OpFoldResult> sizes,
                    ArrayRef<OpFoldResult> strides) {
  int64_t size = type.getBlockSize();
  int64_t perBlock = ::mx::codeBytesPerBlock(type.getFormat());
  AffineExpr d = b.getAffineDimExpr(0);
  auto apply = [&](AffineExpr expr, OpFoldResult value) {
    return affine::makeComposedFoldedAffineApply(b, loc, expr, {value});
  };
  PartSlices slices;
  auto fill = [&](Slice &slice, int64_t bytes) {
    slice.offsets = llvm::to_vector(offsets.drop_back());
    slice.sizes = llvm::to_vector(sizes.drop_back());
    if (bytes != 0) {
      slice.offsets.push_back(apply(d.floorDiv(size) * bytes, offsets.back()));
      slice.sizes.push_back(apply(d.ceilDiv(size) * bytes, sizes.back()));
    }
  };
  fill(slices.codes, perBlock);
  fill(slices.scales, 1);
  fill(slices.outer, 0);
  slices.scales.offsets.push_back(b.getIndexAttr(0));
  slices.scales.sizes.push_back(
      b.getIndexAttr(::mx::scaleBytesPerBlock(type.getFormat())));
  for (Slice *slice : {&slices.codes, &slices.scales, &slices.outer}) {
    slice->strides = llvm::to_vector(strides.drop_back());
    slice->strides.resize(slice->offsets.size(), b.getIndexAttr(1));
  }
  return slices;
}

template <typename Op>
PartSlices mapSlice(OpBuilder &b, Op op, BlockType type) {
  return mapSlice(b, op.getLoc(), type, op.getMixedOffsets(),
                  op.getMixedSizes(), op.getMixedStrides());
}

/// The shapes of each part of a tensor of `shape`, as sizes.
PartSlices mapShape(OpBuilder &b, Location loc, BlockType type,
                    ArrayRef<OpFoldResult> shape) {
  SmallVector<OpFoldResult> unused(shape.size(), b.getIndexAttr(0));
  return mapSlice(b, loc, type, unused, shape, unused);
}

bool hasRowScale(BlockType type) {
  return type.getFormat().outer == ::mx::OuterScale::Row;
}

/// The K part of a tensor of `type` whose last extent is `size`.
Value kPart(OpBuilder &b, Location loc, RankedTensorType type,
            OpFoldResult size) {
  if (!type.isDynamicDim(type.getRank() - 1))
    return {};
  return getValueOrCreateConstantIndexOp(b, loc, size);
}

template <typename Op> struct Convert : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;
  using Adaptor = typename OpConversionPattern<Op>::OneToNOpAdaptor;
};

struct ConvertEmpty final : Convert<tensor::EmptyOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(tensor::EmptyOp op, Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = op.getType();
    BlockType block = getBlockType(type);
    if (!block || type.getRank() == 0)
      return rewriter.notifyMatchFailure(op, kNoBlocks);
    SmallVector<OpFoldResult> sizes = op.getMixedSizes();
    PartSlices shapes = mapShape(rewriter, loc, block, sizes);
    auto empty = [&](Slice &shape, Type element) -> Value {
      return tensor::EmptyOp::create(rewriter, loc, shape.sizes, element);
    };
    Type i8 = rewriter.getI8Type(), f32 = rewriter.getF32Type();
    SmallVector<Value> parts = {empty(shapes.codes, i8),
                                empty(shapes.scales, i8)};
    if (hasRowScale(block))
      parts.push_back(empty(shapes.outer, f32));
    else if (block.hasOuterScale())
      parts.push_back(
          tensor::EmptyOp::create(rewriter, loc, ArrayRef<int64_t>(), f32));
    // An extent may be a constant here and dynamic in the type.
    for (auto [part, to] : llvm::zip(parts, getPartTypes(type)))
      part = castTo(rewriter, loc, part, to);
    if (Value k = kPart(rewriter, loc, type, sizes.back()))
      parts.push_back(k);
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

struct ConvertDim final : Convert<tensor::DimOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(tensor::DimOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getSource().getType());
    std::optional<int64_t> axis = op.getConstantIndex();
    if (!type || !getBlockType(type) || !axis || *axis < 0 ||
        *axis >= type.getRank())
      return rewriter.notifyMatchFailure(
          op, "needs a block tensor and a constant axis of it");
    Parts parts(type, adaptor.getSource());
    if (*axis == type.getRank() - 1 && parts.k)
      rewriter.replaceOp(op, parts.k);
    else if (!type.isDynamicDim(*axis))
      rewriter.replaceOpWithNewOp<arith::ConstantIndexOp>(
          op, type.getDimSize(*axis));
    else
      rewriter.replaceOpWithNewOp<tensor::DimOp>(op, parts.codes, *axis);
    return success();
  }
};

struct ConvertCast final : Convert<tensor::CastOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(tensor::CastOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto from = dyn_cast<RankedTensorType>(op.getSource().getType());
    auto to = dyn_cast<RankedTensorType>(op.getType());
    if (!from || !to)
      return rewriter.notifyMatchFailure(op, "needs ranked tensors");
    Parts parts(from, adaptor.getSource());
    SmallVector<Type> types = getPartTypes(to);
    parts.codes = castTo(rewriter, op.getLoc(), parts.codes, types[0]);
    parts.scales = castTo(rewriter, op.getLoc(), parts.scales, types[1]);
    if (parts.outer)
      parts.outer = castTo(rewriter, op.getLoc(), parts.outer, types[2]);
    if (!to.isDynamicDim(to.getRank() - 1))
      parts.k = {};
    else if (!parts.k)
      parts.k = arith::ConstantIndexOp::create(rewriter, op.getLoc(),
                                               from.getShape().back());
    rewriter.replaceOpWithMultiple(op, {parts.values()});
    return success();
  }
};

struct ConvertExtractSlice final : Convert<tensor::ExtractSliceOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(tensor::ExtractSliceOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = op.getType();
    BlockType block = getBlockType(type);
    if (!block || type.getRank() == 0)
      return rewriter.notifyMatchFailure(op, kNoBlocks);
    Parts parts(op.getSourceType(), adaptor.getSource());
    PartSlices slices = mapSlice(rewriter, op, block);
    SmallVector<Type> types = getPartTypes(type);
    // An extent may be a constant here and dynamic in the type.
    auto slice = [&](Value &part, Slice &s, Type to) {
      auto wanted = cast<RankedTensorType>(to);
      RankedTensorType whole = tensor::ExtractSliceOp::inferResultType(
          cast<RankedTensorType>(part.getType()), s.sizes);
      SmallVector<int64_t> shape(wanted.getShape());
      if (whole.getRank() == wanted.getRank())
        shape = llvm::to_vector(whole.getShape());
      part = castTo(
          rewriter, loc,
          tensor::ExtractSliceOp::create(rewriter, loc, wanted.clone(shape),
                                         part, s.offsets, s.sizes, s.strides),
          to);
    };
    slice(parts.codes, slices.codes, types[0]);
    slice(parts.scales, slices.scales, types[1]);
    if (hasRowScale(block))
      slice(parts.outer, slices.outer, types[2]);
    parts.k = kPart(rewriter, loc, type, op.getMixedSizes().back());
    rewriter.replaceOpWithMultiple(op, {parts.values()});
    return success();
  }
};

struct ConvertInsertSlice final : Convert<tensor::InsertSliceOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(tensor::InsertSliceOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    BlockType block = getBlockType(op.getType());
    Parts source(op.getSourceType(), adaptor.getSource());
    Parts dest(op.getType(), adaptor.getDest());
    // One outer scale stands for the whole tensor, also for what was there.
    if (source.outer && !hasRowScale(block) && source.outer != dest.outer &&
        !dest.outer.getDefiningOp<tensor::EmptyOp>())
      return op.emitOpError("joins tensors of ")
             << block << " whose outer scales may differ, expected the same "
             << "value in both or an empty destination";
    PartSlices slices = mapSlice(rewriter, op, block);
    auto insert = [&](Value from, Value &to, Slice &s) {
      to = tensor::InsertSliceOp::create(rewriter, loc, from, to, s.offsets,
                                         s.sizes, s.strides);
    };
    insert(source.codes, dest.codes, slices.codes);
    insert(source.scales, dest.scales, slices.scales);
    if (hasRowScale(block))
      insert(source.outer, dest.outer, slices.outer);
    else if (source.outer)
      dest.outer = source.outer;
    rewriter.replaceOpWithMultiple(op, {dest.values()});
    return success();
  }
};

struct ConvertParallelInsertSlice final
    : Convert<tensor::ParallelInsertSliceOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(tensor::ParallelInsertSliceOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = op.getDestType();
    BlockType block = getBlockType(type);
    if (block.hasOuterScale() && !hasRowScale(block))
      return rewriter.notifyMatchFailure(
          op, "the outer scale of a whole tensor cannot leave a parallel loop");
    Parts source(op.getSourceType(), adaptor.getSource());
    Parts dest(type, adaptor.getDest());
    OpBuilder::InsertionGuard guard(rewriter);
    // No index arithmetic may stand inside in_parallel.
    rewriter.setInsertionPoint(op->getParentOp());
    PartSlices slices = mapSlice(rewriter, op, block);
    rewriter.setInsertionPoint(op);
    auto insert = [&](Value from, Value to, Slice &s) {
      tensor::ParallelInsertSliceOp::create(rewriter, loc, from, to, s.offsets,
                                            s.sizes, s.strides);
    };
    insert(source.codes, dest.codes, slices.codes);
    insert(source.scales, dest.scales, slices.scales);
    if (hasRowScale(block))
      insert(source.outer, dest.outer, slices.outer);
    rewriter.eraseOp(op);
    return success();
  }
};

/// expand_shape and collapse_shape of leading axes; the last group is the last
/// axis alone.
template <typename Op> struct ConvertReshape final : Convert<Op> {
  using Convert<Op>::Convert;
  LogicalResult
  matchAndRewrite(Op op, typename Convert<Op>::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    if (groups.empty() || groups.back().size() != 1)
      return rewriter.notifyMatchFailure(op, "splits or merges the last axis");
    auto type = cast<RankedTensorType>(op.getResult().getType());
    auto from = cast<RankedTensorType>(op.getSrc().getType());
    Parts parts(from, adaptor.getSrc());
    SmallVector<Type> types = getPartTypes(type);
    PartSlices shapes;
    if constexpr (std::is_same_v<Op, tensor::ExpandShapeOp>)
      shapes = mapShape(rewriter, op.getLoc(), getBlockType(type),
                        op.getMixedOutputShape());
    auto reshape = [&](Value &part, Type to,
                       ArrayRef<ReassociationIndices> grouping, Slice &shape) {
      if constexpr (std::is_same_v<Op, tensor::ExpandShapeOp>)
        part = Op::create(rewriter, op.getLoc(), cast<RankedTensorType>(to),
                          part, grouping, shape.sizes);
      else
        part = Op::create(rewriter, op.getLoc(), cast<RankedTensorType>(to),
                          part, grouping);
    };
    reshape(parts.codes, types[0], groups, shapes.codes);
    if (hasRowScale(getBlockType(type)))
      reshape(parts.outer, types[2], ArrayRef(groups).drop_back(),
              shapes.outer);
    groups.push_back({groups.back().back() + 1});
    reshape(parts.scales, types[1], groups, shapes.scales);
    rewriter.replaceOpWithMultiple(op, {parts.values()});
    return success();
  }
};

struct ConvertSelect final : Convert<arith::SelectOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(arith::SelectOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    for (auto [a, b] :
         llvm::zip(adaptor.getTrueValue(), adaptor.getFalseValue()))
      parts.push_back(arith::SelectOp::create(
          rewriter, op.getLoc(), adaptor.getCondition().front(), a, b));
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

struct ConvertForall final : Convert<scf::ForallOp> {
  using Convert::Convert;
  LogicalResult
  matchAndRewrite(scf::ForallOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> outputs;
    for (ValueRange parts : adaptor.getOutputs()) {
      for (Value part : parts)
        if (!isa<RankedTensorType>(part.getType()))
          return rewriter.notifyMatchFailure(
              op, "an output's dynamic K cannot leave a parallel loop");
      llvm::append_range(outputs, parts);
    }
    auto loop = scf::ForallOp::create(
        rewriter, op.getLoc(), op.getMixedLowerBound(), op.getMixedUpperBound(),
        op.getMixedStep(), outputs, op.getMapping());
    rewriter.eraseBlock(loop.getBody());
    rewriter.inlineRegionBefore(op.getRegion(), loop.getRegion(),
                                loop.getRegion().end());
    if (failed(rewriter.convertRegionTypes(&loop.getRegion(),
                                           *getTypeConverter())))
      return rewriter.notifyMatchFailure(op, "body has unconvertible types");
    SmallVector<ValueRange> results;
    size_t first = 0;
    for (ValueRange parts : adaptor.getOutputs()) {
      results.push_back(loop.getResults().slice(first, parts.size()));
      first += parts.size();
    }
    rewriter.replaceOpWithMultiple(op, results);
    return success();
  }
};

} // namespace

void mlir::mx::populateStructurePatterns(const TypeConverter &converter,
                                         RewritePatternSet &patterns) {
  patterns.add<ConvertEmpty, ConvertDim, ConvertCast, ConvertExtractSlice,
               ConvertInsertSlice, ConvertParallelInsertSlice,
               ConvertReshape<tensor::ExpandShapeOp>,
               ConvertReshape<tensor::CollapseShapeOp>, ConvertSelect,
               ConvertForall>(converter, patterns.getContext());
}
