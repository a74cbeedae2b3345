//===- ShareLoops.cpp - parallel loops as shares of threads ---------------===//
//
//   forall t in threads
//     for k = t; k < iterations; k += threads
//       what the parallel loop does in iteration k
//
// Dealt out in turn, not in rows: where later iterations have more to do, as
// queries with more keys before them, each share gets some of those.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "llvm/Support/MathExtras.h"

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

/// Creates a loop of one iteration a thread and sets `b` to its body.
static scf::ForallOp createShares(OpBuilder &b, Location loc, int64_t threads) {
  auto shares = scf::ForallOp::create(
      b, loc, ArrayRef<OpFoldResult>{b.getIndexAttr(threads)}, ValueRange(),
      /*mapping=*/std::nullopt);
  b.setInsertionPointToStart(shares.getBody());
  return shares;
}

/// Replaces `loop`, of `count` iterations, by one of `threads`.
static void dealOut(RewriterBase &b, scf::ForallOp loop,
                    const Iterations &iterations, Value count,
                    int64_t threads) {
  Location loc = loop.getLoc();
  b.setInsertionPoint(loop);
  Value step = arith::ConstantIndexOp::create(b, loc, threads);
  scf::ForallOp shares = createShares(b, loc, threads);
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

/// Shares `loop` out. Where it is known only at run time whether each thread
/// gets an iteration, both versions are there.
static LogicalResult shareLoop(RewriterBase &b, scf::ForallOp loop,
                               int64_t threads) {
  Location loc = loop.getLoc();
  b.setInsertionPoint(loop);
  Iterations iterations(b, loop);
  Value count = iterations.all(b, loc);
  if (getConstantIntValue(count)) {
    dealOut(b, loop, iterations, count, threads);
    return success();
  }
  Value each = arith::ConstantIndexOp::create(b, loc, threads);
  Value feedsAll =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, count, each);
  auto branch = scf::IfOp::create(b, loc, feedsAll, /*withElseRegion=*/true);
  b.setInsertionPoint(branch.thenYield());
  auto shared = cast<scf::ForallOp>(b.clone(*loop));
  dealOut(b, shared, iterations, count, threads);
  b.moveOpBefore(loop, branch.elseYield());
  return scf::forallToForLoop(b, loop);
}

/// True where some thread is known to have nothing to do.
static bool starves(scf::ForallOp loop, int64_t threads) {
  int64_t all = 1;
  for (auto [from, to, by] :
       llvm::zip_equal(loop.getMixedLowerBound(), loop.getMixedUpperBound(),
                       loop.getMixedStep())) {
    std::optional<int64_t> lower = getConstantIntValue(from),
                           upper = getConstantIntValue(to),
                           step = getConstantIntValue(by);
    int64_t extent;
    if (!lower || !upper || !step || *step < 1 ||
        llvm::SubOverflow(*upper, *lower, extent))
      return false;
    if (llvm::MulOverflow(all, llvm::divideCeilSigned(extent, *step), all))
      return false;
  }
  return all < threads;
}

/// True where an iteration takes stack memory, which is of the function's
/// frame: OpenMP has none for a share.
static bool takesStack(scf::ForallOp loop) {
  return loop.walk([](memref::AllocaOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

/// Returns the outermost loop that can be shared evenly, none where no loop can
/// or the op is of a kind that is not shared here.
static std::optional<unsigned> sharedLoopOf(linalg::LinalgOp op,
                                            int64_t threads) {
  // What a share reads and writes is a part of the operand only then.
  auto isProjection = [](AffineMap map) {
    return map.isProjectedPermutation(/*allowZeroInResults=*/true);
  };
  if (!op.hasPureBufferSemantics() || linalg::isaContractionOpInterface(op) ||
      !llvm::all_of(op.getIndexingMapsArray(), isProjection))
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

/// Creates the shares of `op` along `loop`; its sizes are `sizes`.
static LogicalResult createShares(OpBuilder &b, linalg::LinalgOp op,
                                  unsigned loop, ArrayRef<OpFoldResult> sizes,
                                  int64_t threads) {
  Location loc = op->getLoc();
  OpBuilder::InsertionGuard guard(b);
  scf::ForallOp shares = createShares(b, loc, threads);
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
  return cast<TilingInterface>(op.getOperation())
      .getTiledImplementation(b, offsets, extents);
}

/// Splits `op` among threads where it is large enough, and each gets a part.
static LogicalResult shareOp(RewriterBase &b, linalg::LinalgOp op,
                             int64_t threads) {
  std::optional<unsigned> loop = sharedLoopOf(op, threads);
  if (!loop)
    return success();
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
      return success();
    if (failed(createShares(b, op, *loop, sizes, threads)))
      return failure();
    b.eraseOp(op);
    return success();
  }
  auto isAtLeast = [&](Value value, int64_t least) -> Value {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, value,
                                 arith::ConstantIndexOp::create(b, loc, least));
  };
  Value extent = getValueOrCreateConstantIndexOp(b, loc, sizes[*loop]);
  Value isWorthIt = arith::AndIOp::create(
      b, loc, isAtLeast(all, kFewestIterations), isAtLeast(extent, threads));
  auto branch = scf::IfOp::create(b, loc, isWorthIt, /*withElseRegion=*/true);
  b.setInsertionPoint(branch.thenYield());
  if (failed(createShares(b, op, *loop, sizes, threads)))
    return failure();
  b.moveOpBefore(op, branch.elseYield());
  return success();
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
    if (threads > 1 && failed(shareOps(rewriter)))
      return signalPassFailure();
  }

private:
  LogicalResult rewrite(RewriterBase &rewriter, scf::ForallOp loop) {
    if (loop->getNumResults() != 0)
      return loop->emitError("has results, expected memrefs: bufferize first");
    rewriter.setInsertionPoint(loop);
    if (loop.getRank() == 0) { // once
      rewriter.eraseOp(loop.getTerminator());
      rewriter.inlineBlockBefore(loop.getBody(), loop);
      rewriter.eraseOp(loop);
      return success();
    }
    if (loop->getParentOfType<scf::ForallOp>() || threads == 1 ||
        starves(loop, threads) || takesStack(loop))
      return scf::forallToForLoop(rewriter, loop);
    return shareLoop(rewriter, loop, threads);
  }

  LogicalResult shareOps(RewriterBase &rewriter) {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<scf::ForallOp>(op))
        return WalkResult::skip();
      if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
        ops.push_back(linalgOp);
      return WalkResult::advance();
    });
    for (linalg::LinalgOp op : ops)
      if (failed(shareOp(rewriter, op, threads)))
        return op->emitError("cannot be split among threads");
    return success();
  }
};

} // namespace
} // namespace mlir::mx
