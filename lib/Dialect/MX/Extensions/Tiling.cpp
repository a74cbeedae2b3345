//===- Tiling.cpp - mx ops in tiles ---------------------------------------===//
//
// One model of TilingInterface for every op on block tensors: an op says which
// of its loops run over which axes of its operands, all else follows. A tile
// never cuts a block; where it would, the methods fail.
//
//===----------------------------------------------------------------------===//

#include "TilingSums.h"

#include "mx/Dialect/MX/Extensions/AllExtensions.h"
#include "mx/Dialect/MX/IR/BlockRange.h"
#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

using Extents = SmallVector<OpFoldResult>;
using ExtentsRef = ArrayRef<OpFoldResult>;

/// How an op's loops run over its tensors. The last loop is the one over the
/// blocked axis (of a product: K).
struct LoopNest {
  SmallVector<Range> domain;
  /// For each operand the loop of each of its axes.
  SmallVector<SmallVector<int64_t>> operands;
  SmallVector<int64_t> result; ///< the same for the result
  SmallVector<Value> blocked;  ///< tensors whose last axis is the last loop
  int64_t block;               ///< a tile of the last loop is a multiple of it
  bool reduces = false;        ///< the last loop is a reduction

  int64_t last() const { return domain.size() - 1; }
  bool isLastWhole(ExtentsRef sizes) const;
  bool keepsBlocks(ExtentsRef offsets, ExtentsRef sizes) const;
};

} // namespace

bool LoopNest::isLastWhole(ExtentsRef sizes) const {
  if (isEqualConstantIntOrValue(sizes.back(), domain.back().size))
    return true;
  return llvm::any_of(blocked, [&](Value tensor) {
    int64_t axis = cast<RankedTensorType>(tensor.getType()).getRank() - 1;
    return isWholeAxis(sizes.back(), tensor, axis);
  });
}

bool LoopNest::keepsBlocks(ExtentsRef offsets, ExtentsRef sizes) const {
  return isLastWhole(sizes) || llvm::any_of(blocked, [&](Value tensor) {
           return keepsBlocksWhole(offsets.back(), sizes.back(), tensor, block);
         });
}

static SmallVector<int64_t> firstLoops(int64_t count) {
  return llvm::to_vector(llvm::seq<int64_t>(0, count));
}

static Range rangeOf(OpBuilder &b, Location loc, Value tensor, int64_t axis) {
  return {b.getIndexAttr(0), tensor::getMixedSize(b, loc, tensor, axis),
          b.getIndexAttr(1)};
}

static SmallVector<Range> rangesOf(OpBuilder &b, Location loc, Value tensor) {
  SmallVector<Range> ranges;
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  for (int64_t axis = 0; axis < rank; ++axis)
    ranges.push_back(rangeOf(b, loc, tensor, axis));
  return ranges;
}

//===----------------------------------------------------------------------===//
// The loops of each op
//===----------------------------------------------------------------------===//

static LoopNest loopsOf(OpBuilder &b, QuantizeOp op) {
  LoopNest nest;
  nest.domain = rangesOf(b, op.getLoc(), op.getSource());
  nest.result = firstLoops(nest.domain.size());
  nest.operands = {nest.result, nest.result};
  if (Value outer = op.getOuter()) // one a row, or one that all tiles share
    nest.operands.push_back(
        firstLoops(cast<RankedTensorType>(outer.getType()).getRank()));
  nest.blocked = {op.getSource(), op.getInit(), op.getResult()};
  nest.block = getBlockType(op.getType()).getBlockSize();
  return nest;
}

static LoopNest loopsOf(OpBuilder &b, DequantizeOp op) {
  LoopNest nest;
  nest.domain = rangesOf(b, op.getLoc(), op.getSource());
  nest.result = firstLoops(nest.domain.size());
  nest.operands = {nest.result};
  nest.blocked = {op.getSource(), op.getResult()};
  nest.block = getBlockType(op.getSource().getType()).getBlockSize();
  return nest;
}

static LoopNest loopsOf(OpBuilder &b, OuterScaleOp op) {
  LoopNest nest;
  nest.domain = rangesOf(b, op.getLoc(), op.getSource());
  nest.result = firstLoops(op.getType().getRank());
  nest.operands = {firstLoops(nest.domain.size())};
  nest.blocked = {op.getSource()};
  nest.block = 1;
  nest.reduces = true;
  return nest;
}

/// Batches, M, N, K. M and N come from init, so that no quantized operand is
/// asked for its shape and stays alive for that alone.
static LoopNest loopsOf(OpBuilder &b, MatmulOp op) {
  LoopNest nest;
  RankedTensorType rhs = op.getRhs().getType();
  int64_t batches = op.getType().getRank() - 2;
  nest.domain = rangesOf(b, op.getLoc(), op.getInit());
  nest.domain.push_back(
      rangeOf(b, op.getLoc(), op.getRhs(), rhs.getRank() - 1));
  nest.result = firstLoops(batches + 2);
  SmallVector<int64_t> ofLhs = firstLoops(batches + 1), ofRhs;
  ofLhs.push_back(batches + 2);
  if (rhs.getRank() > 2)
    ofRhs = firstLoops(batches);
  ofRhs.append({batches + 1, batches + 2});
  nest.operands = {ofLhs, ofRhs, nest.result};
  nest.blocked = {op.getRhs(), op.getLhs()};
  BlockType lhs = getBlockType(op.getLhs().getType());
  nest.block = std::max<int64_t>(getBlockType(rhs).getBlockSize(),
                                 lhs ? lhs.getBlockSize() : 1);
  nest.reduces = true;
  return nest;
}

//===----------------------------------------------------------------------===//
// May the last loop be cut?
//===----------------------------------------------------------------------===//

static bool mayCutLastLoop(QuantizeOp, ExtentsRef, ExtentsRef) { return true; }
static bool mayCutLastLoop(DequantizeOp, ExtentsRef, ExtentsRef) {
  return true;
}
static bool mayCutLastLoop(OuterScaleOp, ExtentsRef, ExtentsRef) {
  return false;
}

static bool mayCutLastLoop(MatmulOp op, ExtentsRef offsets, ExtentsRef sizes) {
  return mayCutSums(op, offsets, sizes);
}

/// One scale for the whole tensor needs the whole tensor.
static bool mayCutRows(Operation *op) {
  auto outer = dyn_cast<OuterScaleOp>(op);
  return !outer || cast<BlockType>(outer.getFormat()).getFormat().outer ==
                       ::mx::OuterScale::Row;
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

static Extents pick(ExtentsRef ofLoops, ArrayRef<int64_t> loops) {
  return llvm::map_to_vector(loops,
                             [&](int64_t loop) { return ofLoops[loop]; });
}

/// The slice of `tensor` that the tile of the loops takes. A whole last axis
/// has the extent of this very tensor, which mx-verify-stage can recognize.
static Value sliceOf(OpBuilder &b, Location loc, Value tensor,
                     const LoopNest &nest, ArrayRef<int64_t> loops,
                     ExtentsRef offsets, ExtentsRef sizes,
                     TilingResult &result) {
  if (loops.empty())
    return tensor;
  Extents from = pick(offsets, loops), extents = pick(sizes, loops);
  if (loops.back() == nest.last() && nest.isLastWhole(sizes)) {
    from.back() = b.getIndexAttr(0);
    extents.back() = tensor::getMixedSize(b, loc, tensor, loops.size() - 1);
  }
  Extents strides(loops.size(), b.getIndexAttr(1));
  auto slice =
      tensor::ExtractSliceOp::create(b, loc, tensor, from, extents, strides);
  result.generatedSlices.push_back(slice);
  return slice;
}

namespace {

template <typename Op>
struct BlockTiling final : TilingInterface::ExternalModel<BlockTiling<Op>, Op> {
  SmallVector<utils::IteratorType> getLoopIteratorTypes(Operation *op) const {
    // Only the number of loops and the kind of the last are asked for: of the
    // op's own operands, without building anything.
    auto rank = [](Value value) {
      return cast<RankedTensorType>(value.getType()).getRank();
    };
    bool isMatmul = isa<MatmulOp>(op);
    int64_t loops = rank(op->getOperand(0)) + (isMatmul ? 1 : 0);
    SmallVector<utils::IteratorType> types(loops,
                                           utils::IteratorType::parallel);
    if (isMatmul || isa<OuterScaleOp>(op))
      types.back() = utils::IteratorType::reduction;
    return types;
  }

  SmallVector<Range> getIterationDomain(Operation *op, OpBuilder &b) const {
    return loopsOf(b, cast<Op>(op)).domain;
  }

  FailureOr<TilingResult> getTiledImplementation(Operation *op, OpBuilder &b,
                                                 ExtentsRef offsets,
                                                 ExtentsRef sizes) const {
    LoopNest nest = loopsOf(b, cast<Op>(op));
    bool isWhole = nest.isLastWhole(sizes);
    if (!mayCutRows(op) ||
        (!isWhole && (!mayCutLastLoop(cast<Op>(op), offsets, sizes) ||
                      !nest.keepsBlocks(offsets, sizes))))
      return failure();
    TilingResult tiled;
    SmallVector<Value> operands;
    for (auto [operand, loops] :
         llvm::zip_equal(op->getOperands(), nest.operands))
      operands.push_back(sliceOf(b, op->getLoc(), operand, nest, loops, offsets,
                                 sizes, tiled));
    RankedTensorType type = resultType(op, nest, operands);
    Operation *clone = mlir::clone(b, op, type, operands);
    tiled.tiledOps.push_back(clone);
    tiled.tiledValues.push_back(clone->getResult(0));
    return tiled;
  }

  LogicalResult getResultTilePosition(Operation *op, OpBuilder &b, unsigned,
                                      ExtentsRef offsets, ExtentsRef sizes,
                                      Extents &resultOffsets,
                                      Extents &resultSizes) const {
    LoopNest nest = loopsOf(b, cast<Op>(op));
    resultOffsets = pick(offsets, nest.result);
    resultSizes = pick(sizes, nest.result);
    return success();
  }

  LogicalResult getIterationDomainTileFromResultTile(
      Operation *op, OpBuilder &b, unsigned, ExtentsRef offsets,
      ExtentsRef sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
      SmallVectorImpl<OpFoldResult> &domainSizes) const {
    LoopNest nest = loopsOf(b, cast<Op>(op));
    domainOffsets.assign(offsets.begin(), offsets.end());
    domainSizes.assign(sizes.begin(), sizes.end());
    if (nest.reduces) {
      domainOffsets.push_back(nest.domain.back().offset);
      domainSizes.push_back(nest.domain.back().size);
    }
    return success();
  }

  FailureOr<TilingResult> generateResultTileValue(Operation *op, OpBuilder &b,
                                                  unsigned result,
                                                  ExtentsRef offsets,
                                                  ExtentsRef sizes) const {
    Extents from, extents;
    if (failed(getIterationDomainTileFromResultTile(op, b, result, offsets,
                                                    sizes, from, extents)))
      return failure();
    return getTiledImplementation(op, b, from, extents);
  }

  /// A loop that no operand's tile names is whole; tiles of two operands must
  /// agree, and one must name every loop that is cut: tiles of M from one and
  /// of N from the other, met pair by pair, leave out all the other pairs. A
  /// tile of a part of a reduction would give a part of the result.
  LogicalResult getIterationDomainTileFromOperandTiles(
      Operation *op, OpBuilder &b, ArrayRef<unsigned> operands,
      ArrayRef<Extents> allOffsets, ArrayRef<Extents> allSizes,
      SmallVectorImpl<OpFoldResult> &domainOffsets,
      SmallVectorImpl<OpFoldResult> &domainSizes) const {
    LoopNest nest = loopsOf(b, cast<Op>(op));
    for (const Range &range : nest.domain) {
      domainOffsets.push_back(range.offset);
      domainSizes.push_back(range.size);
    }
    SmallVector<bool> isNamed(nest.domain.size(), false);
    for (auto [operand, offsets, sizes] :
         llvm::zip_equal(operands, allOffsets, allSizes))
      for (auto [loop, offset, size] :
           llvm::zip_equal(nest.operands[operand], offsets, sizes)) {
        if (isNamed[loop] &&
            (domainOffsets[loop] != offset || domainSizes[loop] != size))
          return failure();
        isNamed[loop] = true;
        domainOffsets[loop] = offset;
        domainSizes[loop] = size;
      }
    bool isNamedByOne = llvm::any_of(operands, [&](unsigned operand) {
      return llvm::all_of(firstLoops(nest.domain.size()), [&](int64_t loop) {
        return domainSizes[loop] == nest.domain[loop].size ||
               llvm::is_contained(nest.operands[operand], loop);
      });
    });
    return success(isNamedByOne &&
                   (!nest.reduces || nest.isLastWhole(domainSizes)));
  }

  FailureOr<TilingResult> getTiledImplementationFromOperandTiles(
      Operation *op, OpBuilder &b, ArrayRef<unsigned> operands,
      ArrayRef<Extents> allOffsets, ArrayRef<Extents> allSizes) const {
    Extents offsets, sizes;
    if (failed(getIterationDomainTileFromOperandTiles(
            op, b, operands, allOffsets, allSizes, offsets, sizes)))
      return failure();
    return getTiledImplementation(op, b, offsets, sizes);
  }

private:
  /// That of the sliced init, or the leading extents of the sliced operand.
  static RankedTensorType resultType(Operation *op, const LoopNest &nest,
                                     ValueRange operands) {
    if (auto destination = dyn_cast<DestinationStyleOpInterface>(op)) {
      unsigned init = destination.getDpsInitOperand(0)->getOperandNumber();
      return cast<RankedTensorType>(operands[init].getType());
    }
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    auto operand = cast<RankedTensorType>(operands[0].getType());
    return type.clone(operand.getShape().take_front(nest.result.size()));
  }
};

} // namespace

void mlir::mx::registerTilingInterfaceModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MXDialect *) {
    QuantizeOp::attachInterface<BlockTiling<QuantizeOp>>(*context);
    OuterScaleOp::attachInterface<BlockTiling<OuterScaleOp>>(*context);
    DequantizeOp::attachInterface<BlockTiling<DequantizeOp>>(*context);
    MatmulOp::attachInterface<BlockTiling<MatmulOp>>(*context);
  });
}
