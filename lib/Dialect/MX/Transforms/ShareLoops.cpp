//===- ShareLoops.cpp - parallel loops as shares of threads ---------------===//
//
//   forall t in threads
//     for k = t; k < iterations; k += threads
//       what the parallel loop does in iteration k
//
// Every so manieth, not so many in a row: where later iterations have more to
// do, as queries with more keys before them, each share gets some of those.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/TilingInterface.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXSHARELOOPSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

/// Iterations of an op that are worth a start of threads.
static constexpr int64_t kFewestIterations = int64_t(1) << 15;
/// An extent of so many times the threads is shared evenly enough.
static constexpr int64_t kEven = 8;

//===----------------------------------------------------------------------===//
// Parallel loops
//===----------------------------------------------------------------------===//

namespace {

/// The bounds of a parallel loop as values, and its iterations along each axis.
struct Iterations {
  Iterations(OpBuilder &b, scf::ForallOp loop);

  Value all(OpBuilder &b, Location loc) const;
  /// Returns the induction variables of iteration `number`.
  SmallVector<Value> indices(OpBuilder &b, Location loc, Value number) const;

  SmallVector<Value> lower, steps, counts;
};

} // namespace

Iterations::Iterations(OpBuilder &b, scf::ForallOp loop)
    : lower(loop.getLowerBound(b)), steps(loop.getStep(b)) {
  for (auto [from, to, by] :
       llvm::zip_equal(lower, loop.getUpperBound(b), steps)) {
    Location loc = loop.getLoc();
    Value extent = b.createOrFold<arith::SubIOp>(loc, to, from);
    Value count = b.createOrFold<arith::CeilDivSIOp>(loc, extent, by);
    // Two that are negative would make a positive product.
    Value none = arith::ConstantIndexOp::create(b, loc, 0);
    counts.push_back(b.createOrFold<arith::MaxSIOp>(loc, count, none));
  }
}

Value Iterations::all(OpBuilder &b, Location loc) const {
  Value product = counts.front();
  for (Value count : ArrayRef(counts).drop_front())
    product = b.createOrFold<arith::MulIOp>(loc, product, count);
  return product;
}

SmallVector<Value> Iterations::indices(OpBuilder &b, Location loc,
                                       Value number) const {
  SmallVector<Value> indices(counts.size());
  for (int64_t axis = counts.size() - 1; axis >= 0; --axis) {
    Value place = number;
    if (axis != 0) {
      place = b.createOrFold<arith::RemUIOp>(loc, number, counts[axis]);
      number = b.createOrFold<arith::DivUIOp>(loc, number, counts[axis]);
    }
    Value distance = b.createOrFold<arith::MulIOp>(loc, place, steps[axis]);
    indices[axis] = b.createOrFold<arith::AddIOp>(loc, distance, lower[axis]);
  }
  return indices;
}

/// Has all below `root` be done by one thread.
static void makeSerial(Operation *root) {
  auto withoutThreads = [](LoweringConfigAttr config) {
    return LoweringConfigAttr::get(config.getContext(), config.getTarget(),
                                   config.getKernel(), config.getRows(),
                                   config.getVectors(), config.getKBlock(),
                                   config.getRowBlock(), /*threads=*/1);
  };
  root->walk([&](Operation *op) {
    if (auto matmul = dyn_cast<MatmulPartsOp>(op);
        matmul && matmul.getLoweringConfig())
      matmul.setLoweringConfigAttr(withoutThreads(*matmul.getLoweringConfig()));
    else if (auto quantize = dyn_cast<QuantizePartsOp>(op);
             quantize && quantize.getLoweringConfig())
      quantize.setLoweringConfigAttr(
          withoutThreads(*quantize.getLoweringConfig()));
  });
}

/// Replaces `loop` by one of `threads` iterations.
static void shareLoop(RewriterBase &b, scf::ForallOp loop, int64_t threads) {
  Location loc = loop.getLoc();
  b.setInsertionPoint(loop);
  Iterations iterations(b, loop);
  Value count = iterations.all(b, loc);
  Value step = arith::ConstantIndexOp::create(b, loc, threads);
  auto shares = scf::ForallOp::create(
      b, loc, ArrayRef<OpFoldResult>{b.getIndexAttr(threads)}, ValueRange(),
      /*mapping=*/std::nullopt);
  b.setInsertionPointToStart(shares.getBody());
  auto each =
      scf::ForOp::create(b, loc, shares.getInductionVar(0), count, step);
  b.setInsertionPointToStart(each.getBody());
  SmallVector<Value> indices =
      iterations.indices(b, loc, each.getInductionVar());
  b.eraseOp(loop.getTerminator());
  b.inlineBlockBefore(loop.getBody(), each.getBody()->getTerminator(), indices);
  b.eraseOp(loop);
  makeSerial(shares);
}

/// True where no thread is known to have nothing to do.
static bool feedsAll(scf::ForallOp loop, int64_t threads) {
  int64_t all = 1;
  for (auto [from, to, by] :
       llvm::zip_equal(loop.getMixedLowerBound(), loop.getMixedUpperBound(),
                       loop.getMixedStep())) {
    std::optional<int64_t> lower = getConstantIntValue(from),
                           upper = getConstantIntValue(to),
                           step = getConstantIntValue(by);
    if (!lower || !upper || !step)
      return true;
    all *= llvm::divideCeilSigned(*upper - *lower, *step);
  }
  return all >= threads;
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

/// Returns the outermost loop that can be shared evenly, none where no loop can
/// or the op is of a kind that is not shared here.
static std::optional<unsigned> sharedLoopOf(linalg::LinalgOp op,
                                            int64_t threads) {
  if (!op.hasPureBufferSemantics() || linalg::isaContractionOpInterface(op) ||
      linalg::isaConvolutionOpInterface(op))
    return std::nullopt;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  for (unsigned loop = 0; loop < extents.size(); ++loop) {
    int64_t extent = extents[loop];
    bool isEven = ShapedType::isDynamic(extent) || extent % threads == 0 ||
                  extent >= kEven * threads;
    // Else iterations of different shares would write to the same place.
    bool isApart = llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
      return op.getMatchingIndexingMap(&init).isFunctionOfDim(loop);
    });
    if (kinds[loop] == utils::IteratorType::parallel && isEven && isApart)
      return loop;
  }
  return std::nullopt;
}

/// Splits `op` along `loop`, before itself; its sizes are `sizes`.
static void shareOp(OpBuilder &b, linalg::LinalgOp op, unsigned loop,
                    ArrayRef<OpFoldResult> sizes, int64_t threads) {
  Location loc = op->getLoc();
  auto shares = scf::ForallOp::create(
      b, loc, ArrayRef<OpFoldResult>{b.getIndexAttr(threads)}, ValueRange(),
      /*mapping=*/std::nullopt);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(shares.getBody());
  AffineExpr t = b.getAffineDimExpr(0), extent = b.getAffineSymbolExpr(0);
  Value thread = shares.getInductionVar(0);
  auto bound = [&](AffineExpr share) {
    return affine::makeComposedFoldedAffineApply(
        b, loc, (share * extent).floorDiv(threads), {thread, sizes[loop]});
  };
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
  SmallVector<OpFoldResult> extents(sizes);
  offsets[loop] = bound(t);
  AffineExpr from = b.getAffineSymbolExpr(0), to = b.getAffineSymbolExpr(1);
  extents[loop] = affine::makeComposedFoldedAffineApply(
      b, loc, to - from, {offsets[loop], bound(t + 1)});
  // Of memrefs there is no way to fail: every map is one of projections.
  (void)cast<TilingInterface>(op.getOperation())
      .getTiledImplementation(b, offsets, extents);
}

/// Splits `op` among threads where it is large enough.
static void shareOp(RewriterBase &b, linalg::LinalgOp op, int64_t threads) {
  std::optional<unsigned> loop = sharedLoopOf(op, threads);
  if (!loop)
    return;
  Location loc = op->getLoc();
  b.setInsertionPoint(op);
  SmallVector<OpFoldResult> sizes = llvm::map_to_vector(
      cast<TilingInterface>(op.getOperation()).getIterationDomain(b),
      [](const Range &range) { return range.size; });
  Value all = arith::ConstantIndexOp::create(b, loc, 1);
  for (Value size : getValueOrCreateConstantIndexOp(b, loc, sizes))
    all = b.createOrFold<arith::MulIOp>(loc, all, size);
  if (std::optional<int64_t> known = getConstantIntValue(all)) {
    if (*known < kFewestIterations)
      return;
    shareOp(b, op, *loop, sizes, threads);
    b.eraseOp(op);
    return;
  }
  Value fewest = arith::ConstantIndexOp::create(b, loc, kFewestIterations);
  Value isLarge =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, all, fewest);
  auto branch = scf::IfOp::create(b, loc, isLarge, /*withElseRegion=*/true);
  b.setInsertionPoint(branch.thenYield());
  shareOp(b, op, *loop, sizes, threads);
  b.moveOpBefore(op, branch.elseYield());
}

namespace {

struct ShareLoops final : impl::MXShareLoopsPassBase<ShareLoops> {
  using Base::Base;

  void runOnOperation() override {
    if (threads < 1 || threads > LoweringConfigAttr::kMaxThreads) {
      getOperation().emitError("found ")
          << int64_t(threads) << " threads, expected 1 to "
          << LoweringConfigAttr::kMaxThreads;
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    SmallVector<scf::ForallOp> loops;
    getOperation().walk([&](scf::ForallOp loop) { loops.push_back(loop); });
    for (scf::ForallOp loop : loops) // the inner ones first
      if (failed(rewrite(rewriter, loop)))
        return signalPassFailure();
    if (threads > 1)
      shareOps(rewriter);
  }

private:
  LogicalResult rewrite(RewriterBase &rewriter, scf::ForallOp loop) {
    if (loop->getNumResults() != 0)
      return loop->emitError("has results, expected memrefs: bufferize first");
    rewriter.setInsertionPoint(loop);
    if (loop->getParentOfType<scf::ForallOp>() || threads == 1 ||
        !feedsAll(loop, threads))
      return scf::forallToForLoop(rewriter, loop);
    shareLoop(rewriter, loop, threads);
    return success();
  }

  void shareOps(RewriterBase &rewriter) {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<scf::ForallOp>(op))
        return WalkResult::skip();
      if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
        ops.push_back(linalgOp);
      return WalkResult::advance();
    });
    for (linalg::LinalgOp op : ops)
      shareOp(rewriter, op, threads);
  }
};

} // namespace
} // namespace mlir::mx
