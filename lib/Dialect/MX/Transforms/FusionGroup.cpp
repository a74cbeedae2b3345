//===- FusionGroup.cpp - ops that are computed tile by tile ---------------===//

#include "FusionGroup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

#include <queue>

using namespace mlir;
using namespace mlir::mx;

/// An op is fused once for each path from the root to it, and the copies are
/// merged afterwards; a chain in which each op uses the last one twice has 2^n.
static constexpr int64_t kMaxPaths = 64;

static AffineMap resultMapOf(linalg::LinalgOp op) {
  return op.getMatchingIndexingMap(op.getDpsInitOperand(0));
}

bool FusionGroup::hasMatmul() const {
  return llvm::any_of(members, [](Operation *op) { return isa<MatmulOp>(op); });
}

bool mlir::mx::hasEmptyExtent(Operation *op) {
  auto isEmpty = [](Type type) {
    auto ranked = dyn_cast<RankedTensorType>(type);
    return ranked && llvm::is_contained(ranked.getShape(), 0);
  };
  return llvm::any_of(op->getOperandTypes(), isEmpty) ||
         llvm::any_of(op->getResultTypes(), isEmpty);
}

using LoopPredicate = function_ref<bool(unsigned)>;

/// True where tiles of the loops have slices of an operand's axis that is read
/// at `index`. A slice goes from the index of a tile's first iteration to that
/// of its last, so that none may fall; and the tile's body counts from its own
/// first iteration, which a division shows unless the loop is whole.
static bool canBeSliced(AffineExpr index, LoopPredicate isWhole) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(index);
  if (!binary)
    return isa<AffineDimExpr, AffineConstantExpr>(index);
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  if (binary.getKind() == AffineExprKind::Add)
    return canBeSliced(lhs, isWhole) && canBeSliced(rhs, isWhole);
  auto factor = dyn_cast<AffineConstantExpr>(rhs);
  if (binary.getKind() == AffineExprKind::Mod || !factor ||
      factor.getValue() <= 0)
    return false;
  bool isOfWholeLoops = true;
  lhs.walk([&](AffineExpr part) {
    if (auto loop = dyn_cast<AffineDimExpr>(part))
      isOfWholeLoops &= isWhole(loop.getPosition());
  });
  return canBeSliced(lhs, isWhole) &&
         (binary.getKind() == AffineExprKind::Mul || isOfWholeLoops);
}

static bool canBeSliced(linalg::LinalgOp op, LoopPredicate isWhole) {
  return llvm::all_of(op.getIndexingMapsArray(), [&](AffineMap map) {
    return llvm::all_of(map.getResults(), [&](AffineExpr index) {
      return canBeSliced(index, isWhole);
    });
  });
}

bool mlir::mx::isElementwiseOp(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.hasPureTensorSemantics() &&
         op->getNumResults() == 1 && isMemoryEffectFree(op) &&
         linalgOp.getNumParallelLoops() == linalgOp.getNumLoops() &&
         resultMapOf(linalgOp).isPermutation() &&
         canBeSliced(linalgOp, /*isWhole=*/[](unsigned) { return false; });
}

int64_t mlir::mx::loopOfResultAxis(Operation *op, int64_t axis) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return resultMapOf(linalgOp).getDimPosition(axis);
  return axis;
}

bool mlir::mx::canJoinGroup(Operation *op) {
  if (hasEmptyExtent(op))
    return false;
  if (isa<MatmulOp, DequantizeOp>(op))
    return true;
  if (auto outer = dyn_cast<OuterScaleOp>(op))
    return cast<BlockType>(outer.getFormat()).getFormat().outer ==
           ::mx::OuterScale::Row;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.hasPureTensorSemantics() &&
         op->getNumResults() == 1 && isMemoryEffectFree(op) &&
         !isa<linalg::FillOp>(op) &&
         canBeSliced(linalgOp, /*isWhole=*/[](unsigned) { return true; }) &&
         resultMapOf(linalgOp).isProjectedPermutation() &&
         !linalg::isaContractionOpInterface(linalgOp) &&
         !linalg::isaConvolutionOpInterface(linalgOp);
}

int64_t mlir::mx::rowBlockOf(Block *block) {
  int64_t rows = 0;
  for (auto op : block->getOps<MatmulOp>()) {
    LoweringConfigAttr config = op.getLoweringConfigAttr();
    if (!config)
      continue;
    RankedTensorType type = op.getType();
    int64_t rank = type.getRank(), wanted = config.getRowBlock();
    // A slice of all columns is known as such only where these are static; of
    // packed weights no other can be taken.
    if (type.isDynamicDim(rank - 1))
      return 0;
    bool isShared = rank > 2 && op.getRhs().getType().getRank() == 2;
    if (isShared &&
        (type.isDynamicDim(rank - 2) || type.getDimSize(rank - 2) < wanted))
      return 0;
    rows = std::max(rows, wanted);
  }
  return rows;
}

RowShares mlir::mx::rowSharesOf(Block *block) {
  RowShares shares;
  for (auto op : block->getOps<MatmulOp>())
    if (LoweringConfigAttr config = op.getLoweringConfigAttr()) {
      shares.threads = std::max(shares.threads, config.getThreads());
      shares.unit = std::max(shares.unit, config.getRows());
    }
  return shares;
}

/// Returns the rows of a tile where `extent` is that of all:
///   tiles = max(extent / rows / threads, 1) * threads
///   max(ceil(extent / tiles / unit), ceil(rows / kRowParts / unit)) * unit
static Value sharedRows(OpBuilder &b, Location loc, Value extent, int64_t rows,
                        RowShares shares) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  Value one = constant(1), unit = constant(shares.unit);
  Value tiles =
      arith::DivUIOp::create(b, loc, extent, constant(rows * shares.threads));
  tiles = arith::MaxUIOp::create(b, loc, tiles, one);
  tiles = arith::MulIOp::create(b, loc, tiles,
                                constant(shares.threads * shares.unit));
  Value units = arith::CeilDivUIOp::create(b, loc, extent, tiles);
  int64_t fewest = llvm::divideCeil(rows, kRowParts * shares.unit);
  units = arith::MaxUIOp::create(b, loc, units, constant(fewest));
  return arith::MulIOp::create(b, loc, units, unit);
}

SmallVector<OpFoldResult> mlir::mx::loopSizes(OpBuilder &b, Operation *root,
                                              ArrayRef<int64_t> tile,
                                              RowShares shares) {
  auto tiled = cast<TilingInterface>(root);
  SmallVector<OpFoldResult> sizes(tiled.getLoopIteratorTypes().size(),
                                  b.getIndexAttr(0));
  for (auto [axis, size] : llvm::enumerate(tile))
    sizes[loopOfResultAxis(root, axis)] = b.getIndexAttr(size);
  int64_t rowAxis = tile.size() - 2;
  if (shares.threads == 1 || tile[rowAxis] == 0)
    return sizes;
  int64_t loop = loopOfResultAxis(root, rowAxis);
  OpFoldResult extent = tiled.getIterationDomain(b)[loop].size;
  if (auto value = dyn_cast<Value>(extent))
    sizes[loop] = sharedRows(b, root->getLoc(), value, tile[rowAxis], shares);
  return sizes;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Which part of a tensor the members compute for one tile of the root: for
/// each axis `d<k>` (cut as axis k of the root's result is), `s0` (whole), a
/// constant (this one index), or null (a part that only one use knows).
using Tile = SmallVector<AffineExpr>;

static AffineExpr wholeAxis(MLIRContext *context) {
  return getAffineSymbolExpr(0, context);
}

static bool isCut(AffineExpr expr) {
  return isa_and_nonnull<AffineDimExpr>(expr);
}

/// Which part of each loop computes `ofResult`.
static Tile tileOfLoops(linalg::LinalgOp op, ArrayRef<AffineExpr> ofResult) {
  Tile ofLoops(op.getNumLoops(), wholeAxis(op.getContext()));
  for (auto [axis, part] : llvm::enumerate(ofResult))
    ofLoops[resultMapOf(op).getDimPosition(axis)] = part;
  return ofLoops;
}

/// Each index of a linalg op's operand is one of its loops, a constant, or
/// computed from loops that are whole.
static std::optional<Tile> tileOfLinalgUse(linalg::LinalgOp op, OpOperand &use,
                                           ArrayRef<AffineExpr> ofResult) {
  Tile ofLoops = tileOfLoops(op, ofResult), tile;
  for (auto [index, extent] :
       llvm::zip(op.getMatchingIndexingMap(&use).getResults(),
                 cast<RankedTensorType>(use.get().getType()).getShape())) {
    auto loop = dyn_cast<AffineDimExpr>(index);
    for (unsigned other = 0; !loop && other < ofLoops.size(); ++other)
      if (isCut(ofLoops[other]) && index.isFunctionOfDim(other))
        return std::nullopt;
    AffineExpr part = loop ? ofLoops[loop.getPosition()]
                           : dyn_cast<AffineConstantExpr>(index);
    bool isOne = extent == 1 && !isCut(part);
    tile.push_back(isOne ? wholeAxis(op.getContext()) : part);
  }
  return tile;
}

/// Returns the part of `use`'s tensor that a tile of the owner's result needs;
/// nothing where tiles of the result share parts of the tensor.
static std::optional<Tile> tileOfUse(OpOperand &use,
                                     ArrayRef<AffineExpr> ofResult) {
  Operation *owner = use.getOwner();
  std::optional<Tile> tile;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(owner)) {
    tile = tileOfLinalgUse(linalgOp, use, ofResult);
  } else if (auto matmul = dyn_cast<MatmulOp>(owner);
             matmul && !matmul.isDpsInit(&use)) {
    // A tile of a product needs all of K of its operands.
    return std::nullopt;
  } else {
    // Row scales have one axis less than what they scale.
    tile = llvm::to_vector(ofResult);
    tile->resize(cast<RankedTensorType>(use.get().getType()).getRank(),
                 wholeAxis(owner->getContext()));
  }
  for (AffineExpr part : ofResult)
    if (tile && isCut(part) && llvm::count(*tile, part) != 1)
      return std::nullopt;
  return tile;
}

/// Returns true for an init whose elements are not read.
static bool isUnreadInit(OpOperand &use) {
  auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
  return op && op.isDpsInit(&use) && !op.payloadUsesValueFromOperand(&use);
}

//===----------------------------------------------------------------------===//
// The closure
//===----------------------------------------------------------------------===//

namespace {

/// What each member computes, and how many paths lead to it.
struct Member {
  Tile tile;
  int64_t paths = 1;
  int64_t uses = 0;
};

/// Members are found from the last op to the first: the users of an op come
/// after it, and have been seen when it is looked at.
class Closure {
public:
  Closure(Operation *root, ArrayRef<int64_t> sizes) : sizes(sizes) {
    Member member;
    for (auto [axis, size] : llvm::enumerate(sizes))
      member.tile.push_back(size == 0
                                ? wholeAxis(root->getContext())
                                : getAffineDimExpr(axis, root->getContext()));
    add(root, std::move(member));
  }

  FusionGroup close() && {
    while (!queue.empty()) {
      Operation *op = queue.top();
      queue.pop();
      std::optional<Member> member = memberOf(op);
      if (member && canBeTiled(op, *member))
        add(op, std::move(*member));
    }
    return std::move(group);
  }

private:
  struct IsEarlier {
    bool operator()(Operation *a, Operation *b) const {
      return a->isBeforeInBlock(b);
    }
  };

  void add(Operation *op, Member member);
  std::optional<Member> memberOf(Operation *op) const;
  bool canBeTiled(Operation *op, const Member &member) const;

  ArrayRef<int64_t> sizes;
  FusionGroup group;
  DenseMap<Operation *, Member> members;
  DenseSet<Operation *> seen;
  std::priority_queue<Operation *, std::vector<Operation *>, IsEarlier> queue;
  /// What the loop writes its tiles over: the init of the root, or of the
  /// member that makes that init, and so on.
  Value destination;
};

} // namespace

void Closure::add(Operation *op, Member member) {
  bool isDestination = group.members.empty() || op->getResult(0) == destination;
  auto styled = dyn_cast<DestinationStyleOpInterface>(op);
  if (isDestination && styled) {
    OpOperand *init = styled.getDpsInitOperand(0);
    destination = isUnreadInit(*init) ? Value() : init->get();
  }
  bool isSame = member.tile.size() == sizes.size();
  for (auto [axis, part] : llvm::enumerate(member.tile))
    isSame &= isCut(part) ? cast<AffineDimExpr>(part).getPosition() == axis
                          : part == wholeAxis(op->getContext());
  if (isSame)
    group.likeRoot.push_back(op);
  for (Value operand : op->getOperands())
    if (Operation *producer = operand.getDefiningOp())
      if (producer->getBlock() == op->getBlock() &&
          producer->isBeforeInBlock(op) && seen.insert(producer).second)
        queue.push(producer);
  group.members.insert(op);
  members[op] = std::move(member);
}

/// Returns `op` as a member where every use of it is a member's, and all want
/// the same tile. A question for its shape is none, nor is an init that is not
/// read: the shape is known without it.
std::optional<Member> Closure::memberOf(Operation *op) const {
  if (!canJoinGroup(op))
    return std::nullopt;
  Member member;
  member.paths = 0;
  for (OpOperand &use : op->getUses()) {
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    auto user = members.find(use.getOwner());
    if (user == members.end())
      return std::nullopt;
    if (isUnreadInit(use))
      continue;
    std::optional<Tile> tile = tileOfUse(use, user->second.tile);
    if (!tile || (member.uses != 0 && *tile != member.tile))
      return std::nullopt;
    member.tile = *tile;
    member.paths += user->second.paths;
    ++member.uses;
  }
  if (member.uses == 0 || member.paths > kMaxPaths ||
      (member.uses > 1 && llvm::is_contained(member.tile, AffineExpr())))
    return std::nullopt;
  return member;
}

/// Returns true where upstream computes `member` once, for the tile alone.
bool Closure::canBeTiled(Operation *op, const Member &member) const {
  // As a destination it is sliced by the loop's result, as an operand by its
  // own: two products. What has no init of its own would be the loop's whole.
  if (op->getResult(0) == destination &&
      (member.uses != 1 || !isa<DestinationStyleOpInterface>(op)))
    return false;
  // Its own axes are batches, M and N in this order.
  if (isa<MatmulOp>(op))
    for (auto [axis, part] : llvm::enumerate(member.tile))
      if (isCut(part) && cast<AffineDimExpr>(part).getPosition() != axis)
        return false;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    Tile ofLoops = tileOfLoops(linalgOp, member.tile);
    return canBeSliced(linalgOp, [&](unsigned loop) {
      return ofLoops[loop] == wholeAxis(op->getContext());
    });
  }
  auto dequantize = dyn_cast<DequantizeOp>(op);
  if (!dequantize)
    return true;
  int64_t block = getBlockType(dequantize.getSource().getType()).getBlockSize();
  auto last = dyn_cast_or_null<AffineDimExpr>(member.tile.back());
  return last ? sizes[last.getPosition()] % block == 0
              : member.tile.back() == wholeAxis(op->getContext());
}

FusionGroup mlir::mx::findFusionGroup(Operation *root,
                                      ArrayRef<int64_t> sizes) {
  return Closure(root, sizes).close();
}
