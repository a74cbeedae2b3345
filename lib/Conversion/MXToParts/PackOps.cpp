//===- PackOps.cpp - mx.pack and mx.unpack on parts -----------------------===//

#include "Patterns.h"

#include "mx/Numerics/Packing.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

struct ConvertPack final : OpConversionPattern<PackOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(PackOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType source = op.getSource().getType();
    Parts parts(source, adaptor.getSource());
    ReifiedRankedShapedTypeDims dims;
    if (failed(op.reifyResultShapes(rewriter, dims)))
      return failure();
    Value init = tensor::EmptyOp::create(rewriter, op.getLoc(), dims[0],
                                         rewriter.getI8Type());
    init = castTo(rewriter, op.getLoc(), init, getTilesType(source));
    auto onParts = PackPartsOp::create(
        rewriter, op.getLoc(), TypeRange{init.getType()}, parts.codes,
        parts.scales, init, TypeAttr::get(getBlockType(source)));
    SmallVector<Value> results{onParts.getResult(0)};
    if (parts.outer)
      results.push_back(parts.outer);
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// Dead, and gone after it, where all users are products: they take the tiles.
struct ConvertUnpack final : OpConversionPattern<UnpackOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(UnpackOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = op.getType();
    BlockType block = getBlockType(type);
    ReifiedRankedShapedTypeDims dims;
    if (failed(op.reifyResultShapes(rewriter, dims)))
      return failure();
    SmallVector<OpFoldResult> codes = dims[0], scales = dims[0];
    AffineExpr d = rewriter.getAffineDimExpr(0);
    int64_t size = block.getBlockSize();
    auto ofK = [&](AffineExpr expr) {
      return affine::makeComposedFoldedAffineApply(rewriter, loc, expr,
                                                   {dims[0].back()});
    };
    codes.back() =
        ofK(d.ceilDiv(size) * ::mx::codeBytesPerBlock(block.getFormat()));
    scales.back() = ofK(d.ceilDiv(size));
    scales.push_back(
        rewriter.getIndexAttr(::mx::scaleBytesPerBlock(block.getFormat())));
    auto empty = [&](ArrayRef<OpFoldResult> sizes, Type wanted) {
      Value init =
          tensor::EmptyOp::create(rewriter, loc, sizes, rewriter.getI8Type());
      return castTo(rewriter, loc, init, wanted);
    };
    Value codesInit = empty(codes, getCodesType(type));
    Value scalesInit = empty(scales, getScalesType(type));
    auto onParts = UnpackPartsOp::create(
        rewriter, loc, TypeRange{codesInit.getType(), scalesInit.getType()},
        adaptor.getTiles().front(), codesInit, scalesInit,
        TypeAttr::get(block));
    SmallVector<Value> parts(onParts.getResults());
    if (op.getOuter())
      parts.push_back(castTo(rewriter, loc, adaptor.getOuter().front(),
                             getOuterType(type, block.getFormat())));
    if (type.isDynamicDim(type.getRank() - 1))
      parts.push_back(adaptor.getSizes().back().front());
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

} // namespace

void mlir::mx::populatePackPatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  patterns.add<ConvertPack, ConvertUnpack>(converter, patterns.getContext());
}
