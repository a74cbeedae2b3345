//===- TosaToMX.cpp - TOSA's block-scaled ops to mx -----------------------===//

#include "ByteTypes.h"
#include "NarrowValues.h"

#include "mx/Conversion/Passes.h"
#include "mx/Dialect/MX/IR/Remarks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTTOSATOMXPASS
#include "mx/Conversion/Passes.h.inc"

namespace {

/// A block-scaled op, and the types of its block tensors while TOSA still tells
/// them: of the codes it makes or reads; of the second factor of a product.
struct BlockScaled {
  Operation *op;
  RankedTensorType blocks, rhsBlocks;
};

} // namespace

static BlockScaled readTypes(Operation *op) {
  if (auto cast = dyn_cast<tosa::CastToBlockScaledOp>(op))
    return {op, getBlockTensorType(cast.getOutputData().getType()), {}};
  if (auto cast = dyn_cast<tosa::CastFromBlockScaledOp>(op))
    return {op, getBlockTensorType(cast.getInputData().getType()), {}};
  auto matmul = cast<tosa::MatmulTBlockScaledOp>(op);
  return {op, getBlockTensorType(matmul.getAData().getType()),
          getBlockTensorType(matmul.getBData().getType())};
}

//===----------------------------------------------------------------------===//
// The rewrites
//===----------------------------------------------------------------------===//

/// Returns the block tensor of `codes` and `scales`. Where K is dynamic, the
/// codes tell it all the same: TOSA's blocks are never short.
static Value join(OpBuilder &b, Location loc, Value codes, Value scales,
                  RankedTensorType type) {
  SmallVector<Value> parts{codes, scales};
  int64_t last = type.getRank() - 1;
  if (auto split = codes.getDefiningOp<SplitOp>();
      split && split.getSource().getType() == type &&
      scales == split.getParts()[1])
    return split.getSource();
  if (type.isDynamicDim(last)) {
    Value blocks = tensor::DimOp::create(b, loc, scales, last);
    Value size = arith::ConstantIndexOp::create(
        b, loc, getBlockType(type).getBlockSize());
    parts.push_back(arith::MulIOp::create(b, loc, blocks, size));
  }
  return JoinOp::create(b, loc, type, parts);
}

/// Returns `value` without its first axis, of extent 1. A constant stays one.
static Value dropBatch(OpBuilder &b, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  auto dropped = RankedTensorType::get(type.getShape().drop_front(),
                                       type.getElementType());
  TypedAttr constant;
  if (matchPattern(value, m_Constant(&constant))) {
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
      constant =
          DenseResourceElementsAttr::get(dropped, resource.getRawHandle());
    else
      constant = cast<DenseElementsAttr>(constant).reshape(dropped);
    return arith::ConstantOp::create(b, loc, constant);
  }
  SmallVector<ReassociationIndices> groups{{0, 1}};
  for (int64_t axis = 2; axis < type.getRank(); ++axis)
    groups.push_back({axis});
  return tensor::CollapseShapeOp::create(b, loc, dropped, value, groups);
}

/// Returns the second factor. One matrix for all batches has no batch axis in
/// mx; of constants the bytes lose it, so that they fold to an mx.constant.
static Value joinRhs(OpBuilder &b, Location loc, Value codes, Value scales,
                     RankedTensorType type) {
  if (type.getDimSize(0) != 1)
    return join(b, loc, codes, scales, type);
  if (!matchPattern(codes, m_Constant()) || !matchPattern(scales, m_Constant()))
    return dropBatch(b, loc, join(b, loc, codes, scales, type));
  auto matrix = RankedTensorType::get(type.getShape().drop_front(),
                                      type.getElementType());
  return join(b, loc, dropBatch(b, loc, codes), dropBatch(b, loc, scales),
              matrix);
}

/// cast_to_block_scaled(x)  ->  mx.split(mx.quantize(x))
static void rewrite(RewriterBase &b, tosa::CastToBlockScaledOp op,
                    RankedTensorType blocks) {
  Location loc = op.getLoc();
  Value source = op.getInputData();
  Value init = tensor::EmptyOp::create(
      b, loc, tensor::getMixedSizes(b, loc, source), blocks.getElementType());
  auto rule = QuantizerAttr::get(
      b.getContext(), {::mx::Rounding::NearestEven, ::mx::ScaleRule::PotFit});
  Value quantized =
      QuantizeOp::create(b, loc, init.getType(), source, init,
                         /*outer=*/Value(), rule, LoweringConfigAttr());
  auto split = SplitOp::create(b, loc, quantized);
  SmallVector<Value> results(split.getParts().take_front(2));
  for (auto [part, result] : llvm::zip(results, op->getResults()))
    if (part.getType() != result.getType())
      part = tensor::CastOp::create(b, loc, result.getType(), part);
  b.replaceOp(op, results);
}

/// cast_from_block_scaled(c, s)  ->  mx.dequantize(mx.join(c, s))
static void rewrite(RewriterBase &b, tosa::CastFromBlockScaledOp op,
                    RankedTensorType blocks) {
  Location loc = op.getLoc();
  Value source = join(b, loc, op.getInputData(), op.getInputScale(), blocks);
  auto type = cast<RankedTensorType>(op.getType());
  auto own = RankedTensorType::get(blocks.getShape(), type.getElementType());
  Value result = DequantizeOp::create(b, loc, own, source);
  if (own != type)
    result = tensor::CastOp::create(b, loc, type, result);
  b.replaceOp(op, result);
}

/// matmul_t_block_scaled(a, sa, b, sb)
///   ->  mx.matmul ins(mx.join(a, sa), mx.join(b, sb)) outs(0)
static void rewrite(RewriterBase &b, tosa::MatmulTBlockScaledOp op,
                    RankedTensorType lhsType, RankedTensorType rhsType) {
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<Value> sizes;
  for (int64_t axis = 0; axis < 3; ++axis)
    if (type.isDynamicDim(axis))
      sizes.push_back(axis == 2
                          ? tensor::DimOp::create(b, loc, op.getBData(), 1)
                          : tensor::DimOp::create(b, loc, op.getAData(), axis));
  Value empty = tensor::EmptyOp::create(b, loc, type, sizes);
  Value zero = arith::ConstantOp::create(
      b, loc, b.getFloatAttr(type.getElementType(), 0));
  Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  Value lhs = join(b, loc, op.getAData(), op.getAScale(), lhsType);
  Value rhs = joinRhs(b, loc, op.getBData(), op.getBScale(), rhsType);
  b.replaceOpWithNewOp<MatmulOp>(op, type, lhs, rhs, init,
                                 /*accumulate=*/AccumulateAttr(),
                                 LoweringConfigAttr());
}

static void rewrite(RewriterBase &b, const BlockScaled &found) {
  b.setInsertionPoint(found.op);
  llvm::TypeSwitch<Operation *>(found.op)
      .Case<tosa::CastToBlockScaledOp, tosa::CastFromBlockScaledOp>(
          [&](auto op) { rewrite(b, op, found.blocks); })
      .Case([&](tosa::MatmulTBlockScaledOp op) {
        rewrite(b, op, found.blocks, found.rhsBlocks);
      });
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct ConvertTosaToMX final : impl::ConvertTosaToMXPassBase<ConvertTosaToMX> {
  using ConvertTosaToMXPassBase::ConvertTosaToMXPassBase;

  void runOnOperation() override {
    NarrowValues values(getOperation());
    SmallVector<BlockScaled> convertible;
    for (Operation *op : values.getBlockScaledOps()) {
      if (const Obstacle *obstacle = values.getObstacle(op)) {
        leaveAlone(op, obstacle->id, obstacle->text);
        continue;
      }
      convertible.push_back(readTypes(op));
      remark::passed(op->getLoc(), remarkAbout(op, "mx-quantize", "Converted"))
          << remark::detail::Remark::Arg("Format",
                                         nameOf(convertible.back().blocks));
    }
    leaveQuantCasts();
    if (convertible.empty())
      return;
    values.convertToBytes();
    IRRewriter rewriter(&getContext());
    for (const BlockScaled &found : convertible)
      rewrite(rewriter, found);
  }

private:
  static StringRef nameOf(RankedTensorType blocks) {
    return ::mx::nameOf(getBlockType(blocks).getFormat());
  }

  void leaveAlone(Operation *op, StringRef id, StringRef text) {
    remark::missed(op->getLoc(), remarkAbout(op, "mx-quantize", id))
        << remark::detail::Remark::Arg("Reason", text);
    if (!strict)
      return;
    op->emitOpError("is not converted (") << id << "): " << text;
    signalPassFailure();
  }

  void leaveQuantCasts() {
    getOperation().walk([&](Operation *op) {
      if (isa<quant::QuantizeCastOp, quant::DequantizeCastOp,
              quant::StorageCastOp>(op))
        leaveAlone(op, "QuantCast",
                   "scales of quant types are part of the program, those of "
                   "mx are computed; bring the op to floats before");
    });
  }
};

} // namespace
} // namespace mlir::mx
