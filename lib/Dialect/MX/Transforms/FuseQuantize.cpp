//===- FuseQuantize.cpp - quantize where the numbers are made -------------===//
//
// Finds groups bottom up, then has upstream tile each root and fuse the
// members. A group whose last axis is whole (normalization, row scales) is
// tiled by rows; the products in it, and those of other groups, by rows and
// columns.
//
//===----------------------------------------------------------------------===//

#include "FusionGroup.h"

#include "mx/Dialect/MX/IR/Remarks.h"
#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXFUSEQUANTIZEPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

//===----------------------------------------------------------------------===//
// What is fused
//===----------------------------------------------------------------------===//

namespace {

/// Extents of a tile. Zero: the whole axis. Where the rows are known only at
/// run time, so many tiles are cut as give each thread as many, of `rows` or
/// more; fewer where there are not enough.
struct TileShape {
  int64_t rows, columns;
  RowShares shares = {};
};

/// A group and its tile, an extent for each axis of the root's result.
struct Plan {
  FusionGroup group;
  SmallVector<int64_t> sizes;
  RowShares shares;
};

/// Why a mx.quantize is left alone.
struct Reason {
  StringRef id, text;
};

} // namespace

static RankedTensorType resultTypeOf(Operation *op) {
  return cast<RankedTensorType>(op->getResult(0).getType());
}

/// Returns the tile of a result of `type`; an axis that it would not cut is
/// whole. Batches are taken one at a time.
static SmallVector<int64_t> tileSizes(RankedTensorType type, TileShape tile) {
  int64_t rank = type.getRank();
  SmallVector<int64_t> sizes(rank, tile.rows == 0 ? 0 : 1);
  sizes[rank - 2] = tile.rows;
  sizes[rank - 1] = tile.columns;
  for (auto [size, extent] : llvm::zip(sizes, type.getShape()))
    if (!ShapedType::isDynamic(extent) && extent <= size)
      size = 0;
  return sizes;
}

/// Plans the group of `root`, cut along rows, and columns where `tile` has any.
static Plan planOf(Operation *root, TileShape tile) {
  Plan plan;
  plan.sizes = tileSizes(resultTypeOf(root), tile);
  plan.shares = tile.shares;
  plan.group = findFusionGroup(root, plan.sizes);
  return plan;
}

static bool cutsAny(ArrayRef<int64_t> sizes) {
  return llvm::any_of(sizes, [](int64_t size) { return size != 0; });
}

static bool isWorthALoop(const Plan &plan) {
  return plan.group.members.size() > 1 && cutsAny(plan.sizes);
}

/// A product with what is done to each element of it. Where the group has no
/// product, nor has that of a member with the same tile: adds these to `done`.
static std::optional<Plan> planEpilogue(Operation *root, TileShape tile,
                                        DenseSet<Operation *> &done) {
  if ((!isa<MatmulOp>(root) && !isElementwiseOp(root)) ||
      resultTypeOf(root).getRank() < 2 || hasEmptyExtent(root))
    return std::nullopt;
  if (!cutsAny(tileSizes(resultTypeOf(root), tile)))
    return std::nullopt;
  Plan plan = planOf(root, tile);
  if (plan.group.hasMatmul())
    return isWorthALoop(plan) ? std::optional(plan) : std::nullopt;
  for (Operation *op : plan.group.likeRoot)
    if (tileSizes(resultTypeOf(op), tile) == plan.sizes)
      done.insert(op);
  return std::nullopt;
}

/// Returns why no parallel loop can give the result of `op`, nothing where one
/// can.
static std::optional<Reason> whyNoLoop(QuantizeOp op) {
  RankedTensorType type = op.getType();
  if (op->getParentOfType<scf::ForallOp>())
    return Reason{"InLoop", "is in a parallel loop already"};
  if (type.getRank() < 2)
    return Reason{"NoRows", "has one axis only, that of the blocks"};
  if (hasEmptyExtent(op))
    return Reason{"Empty", "has no elements"};
  if (getBlockType(type).getFormat().outer == ::mx::OuterScale::Tensor)
    return Reason{"TensorScale",
                  "one scale for the whole tensor cannot leave a "
                  "parallel loop; a row scale can"};
  if (type.isDynamicDim(type.getRank() - 1))
    return Reason{"DynamicK", "a blocked axis of an extent known only at run "
                              "time cannot leave a parallel loop"};
  return std::nullopt;
}

/// Returns why the group of a mx.quantize, cut by rows, gets no loop.
static Reason whyAlone(const FusionGroup &group) {
  auto op = cast<QuantizeOp>(group.root());
  if (group.members.size() > 1)
    return {"OneTile", "all rows fit one tile"};
  Operation *producer = op.getSource().getDefiningOp();
  if (!producer || !canJoinGroup(producer))
    return {"NoProducer", "the source is not computed by an op that can be "
                          "tiled with it"};
  return {"OtherUses", "the source has other uses too"};
}

/// Plans a mx.quantize with all that makes its source.
static std::optional<Plan> planQuantize(QuantizeOp op, TileShape tile,
                                        Reason &reason) {
  if (std::optional<Reason> why = whyNoLoop(op)) {
    reason = *why;
    return std::nullopt;
  }
  Plan byRows = planOf(op, {tile.rows, 0, tile.shares});
  if (op.getType().getDimSize(op.getType().getRank() - 1) <= tile.columns ||
      tile.columns % getBlockType(op.getType()).getBlockSize() == 0) {
    Plan byTiles = planOf(op, tile);
    // Nothing of the group needs whole rows.
    bool isAll = byTiles.group.members.size() == byRows.group.members.size();
    if (isAll && byTiles.group.hasMatmul() && isWorthALoop(byTiles))
      return byTiles;
  }
  if (isWorthALoop(byRows))
    return byRows;
  reason = whyAlone(byRows.group);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

static void remarkFused(const Plan &plan, Operation *loop, Location rootLoc,
                        StringRef rootName) {
  using Arg = remark::detail::Remark::Arg;
  auto extent = [&](int64_t fromLast) {
    int64_t size = plan.sizes[plan.sizes.size() - fromLast];
    return size == 0 ? std::string("all") : std::to_string(size);
  };
  remark::passed(rootLoc, remarkAbout(loop, "mx-fuse", "Fused"))
      << Arg("Root", rootName)
      << Arg("Ops", std::to_string(plan.group.members.size()))
      << Arg("Rows", extent(2)) << Arg("Columns", extent(1));
}

static void remarkAlone(QuantizeOp op, Reason reason) {
  remark::missed(op.getLoc(), remarkAbout(op, "mx-fuse", reason.id))
      << remark::detail::Remark::Arg("Reason", reason.text);
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

static scf::SCFTileAndFuseOptions optionsOf(const Plan &plan, OpBuilder &b) {
  Operation *root = plan.group.root();
  scf::SCFTileAndFuseOptions options;
  options.tilingOptions.setTileSizes(
      loopSizes(b, root, plan.sizes, plan.shares));
  options.tilingOptions.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
  options.setFusionControlFn(
      [&plan](tensor::ExtractSliceOp, OpResult producer, bool)
          -> std::optional<scf::SCFTileAndFuseOptions::ControlFnResult> {
        Operation *op = producer.getOwner();
        if (plan.group.members.contains(op) || isa<linalg::FillOp>(op))
          return scf::SCFTileAndFuseOptions::ControlFnResult{};
        return std::nullopt;
      });
  return options;
}

/// Gives a member that writes over another's result, unread, a new tensor to
/// write: else the other would be computed once more, as a destination. Returns
/// what was there.
static SmallVector<std::pair<OpOperand *, Value>>
detachInits(RewriterBase &rewriter, const FusionGroup &group) {
  SmallVector<std::pair<OpOperand *, Value>> detached;
  for (Operation *op : group.members) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp)
      continue;
    OpOperand *init = linalgOp.getDpsInitOperand(0);
    if (linalgOp.payloadUsesValueFromOperand(init) ||
        !group.members.contains(init->get().getDefiningOp()))
      continue;
    rewriter.setInsertionPoint(op);
    auto type = cast<RankedTensorType>(init->get().getType());
    SmallVector<Value> extents;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.isDynamicDim(axis))
        extents.push_back(
            tensor::DimOp::create(rewriter, op->getLoc(), init->get(), axis));
    Value empty =
        tensor::EmptyOp::create(rewriter, op->getLoc(), type, extents);
    detached.emplace_back(init, init->get());
    rewriter.modifyOpInPlace(op, [&] { init->set(empty); });
  }
  return detached;
}

/// The untiled members have no use but for their shapes, which are those of
/// their operands: erases them.
static void eraseUntiled(RewriterBase &rewriter, const FusionGroup &group) {
  SmallVector<Operation *> questions;
  for (Operation *op : group.members)
    for (Operation *user : op->getUsers())
      if (isa<tensor::DimOp>(user))
        questions.push_back(user);
  RewritePatternSet patterns(rewriter.getContext());
  memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  (void)applyOpPatternsGreedily(questions, std::move(patterns), config);
  for (Operation *op : group.members)
    if (op->use_empty())
      rewriter.eraseOp(op);
}

/// Returns the loop that computes the group, null where upstream declines to
/// tile the root; the ops are then as they were.
static scf::ForallOp fuse(RewriterBase &rewriter, const Plan &plan) {
  Operation *root = plan.group.root();
  auto detached = detachInits(rewriter, plan.group);
  rewriter.setInsertionPoint(root);
  FailureOr<scf::SCFTileAndFuseResult> fused =
      scf::tileConsumerAndFuseProducersUsingSCF(
          rewriter, cast<TilingInterface>(root), optionsOf(plan, rewriter));
  if (failed(fused)) {
    for (auto [operand, value] : detached)
      operand->set(value);
    return {};
  }
  for (auto [from, to] : fused->replacements)
    rewriter.replaceAllUsesWith(from, to);
  auto loop = cast<scf::ForallOp>(fused->loops.front().getOperation());
  eraseUntiled(rewriter, plan.group);
  // A member that two others use was fused twice.
  DominanceInfo dominance;
  eliminateCommonSubExpressions(rewriter, dominance, loop);
  return loop;
}

namespace {

struct FuseQuantize final : impl::MXFuseQuantizePassBase<FuseQuantize> {
  using Base::Base;

  void runOnOperation() override {
    if (!isPositive("rows", rows) || !isPositive("columns", columns))
      return signalPassFailure();
    SmallVector<FunctionOpInterface> functions;
    getOperation().walk(
        [&](FunctionOpInterface function) { functions.push_back(function); });
    for (FunctionOpInterface function : functions)
      if (fuseIn(function) && failed(cleanUp(function)))
        return signalPassFailure();
  }

private:
  bool isPositive(StringRef option, int64_t value) {
    if (value < 1)
      emitError(getOperation().getLoc())
          << "option '" << option << "': found " << value
          << ", expected a positive number";
    return value >= 1;
  }

  /// Returns true where anything was changed. The body of a linalg op may go
  /// with it, and holds nothing to fuse.
  bool fuseIn(FunctionOpInterface function) {
    SmallVector<Block *> blocks;
    function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<linalg::LinalgOp>(op))
        return WalkResult::skip();
      for (Region &region : op->getRegions())
        for (Block &block : region)
          blocks.push_back(&block);
      return WalkResult::advance();
    });
    bool any = false;
    for (Block *block : blocks) {
      TileShape tile{rows, columns};
      if (byConfig)
        tile = {rowBlockOf(block), 0, rowSharesOf(block)};
      if (tile.rows != 0)
        any |= fuseIn(block, tile);
    }
    return any;
  }

  bool fuseIn(Block *block, TileShape tile) {
    IRRewriter rewriter(&getContext());
    SmallVector<Plan> plans = planBlock(block, tile);
    for (const Plan &plan : plans) {
      Operation *root = plan.group.root();
      Location loc = root->getLoc();
      StringRef name = root->getName().getStringRef();
      bool holdsProducts = isa<QuantizeOp>(root) && plan.sizes.back() == 0 &&
                           plan.group.hasMatmul();
      scf::ForallOp loop = fuse(rewriter, plan);
      if (!loop) {
        if (auto quantize = dyn_cast<QuantizeOp>(root))
          remarkAlone(quantize, {"NotTiled", "upstream's tiling declined"});
        continue;
      }
      remarkFused(plan, loop, loc, name);
      if (holdsProducts && tile.columns != 0)
        fuseIn(loop.getBody(), {0, tile.columns});
    }
    return !plans.empty();
  }

  /// Groups of `block`, from its end; the groups found first take what they
  /// can. Within a row block (no rows in `tile`) only products are grouped.
  SmallVector<Plan> planBlock(Block *block, TileShape tile) {
    SmallVector<Plan> plans;
    DenseSet<Operation *> taken;
    bool isInLoop = isa<scf::ForallOp>(block->getParentOp()) ||
                    block->getParentOp()->getParentOfType<scf::ForallOp>();
    for (Operation &op : llvm::reverse(*block)) {
      if (taken.contains(&op))
        continue;
      std::optional<Plan> plan;
      Reason reason;
      auto quantize = dyn_cast<QuantizeOp>(op);
      if (quantize && tile.rows != 0) {
        plan = planQuantize(quantize, tile, reason);
        if (!plan)
          remarkAlone(quantize, reason);
      } else if (!quantize && (!isInLoop || tile.rows == 0)) {
        plan = planEpilogue(&op, tile, taken);
      }
      if (!plan)
        continue;
      taken.insert_range(plan->group.members);
      plans.push_back(std::move(*plan));
    }
    return plans;
  }

  /// Puts the tensor.empty of a tile into its loop, and merges what is equal.
  LogicalResult cleanUp(FunctionOpInterface function) {
    RewritePatternSet patterns(&getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    if (failed(applyPatternsGreedily(function, std::move(patterns))))
      return failure();
    OpPassManager pm;
    pm.addPass(createCanonicalizerPass());
    pm.addPass(createCSEPass());
    return runPipeline(pm, function);
  }
};

} // namespace
} // namespace mlir::mx
