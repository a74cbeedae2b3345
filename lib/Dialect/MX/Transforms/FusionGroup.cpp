//===- FusionGroup.cpp - ops that are computed tile by tile ---------------===//

#include "FusionGroup.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

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

bool mlir::mx::isElementwiseOp(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.hasPureTensorSemantics() &&
         op->getNumResults() == 1 && isMemoryEffectFree(op) &&
         linalgOp.getNumParallelLoops() == linalgOp.getNumLoops() &&
         resultMapOf(linalgOp).isPermutation();
}

int64_t mlir::mx::loopOfResultAxis(Operation *op, int64_t axis) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return resultMapOf(linalgOp).getDimPosition(axis);
  return axis;
}

namespace {

/// Along which axes of its result each member is cut, and how many paths lead
/// to it.
struct Member {
  SmallVector<int64_t> axes;
  int64_t paths = 1;
};

class Closure {
public:
  Closure(Operation *root, ArrayRef<int64_t> axes) {
    group.members.insert(root);
    members[root].axes = llvm::to_vector(axes);
  }

  /// The users of an op come after it: one pass, backwards, sees them first.
  FusionGroup close() && {
    for (Operation *op = group.root()->getPrevNode(); op;
         op = op->getPrevNode())
      if (canJoinGroup(op))
        tryToAdd(op);
    return std::move(group);
  }

private:
  void tryToAdd(Operation *op);

  FusionGroup group;
  DenseMap<Operation *, Member> members;
};

} // namespace

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
         resultMapOf(linalgOp).isProjectedPermutation() &&
         !linalg::isaContractionOpInterface(linalgOp) &&
         !linalg::isaConvolutionOpInterface(linalgOp);
}

/// Returns the axes of `use`'s tensor that are cut where the owner's result is
/// cut along `axes`; nothing where a tile of the result needs more than one
/// tile of the tensor.
static std::optional<SmallVector<int64_t>> axesOfUse(OpOperand &use,
                                                     ArrayRef<int64_t> axes) {
  Operation *owner = use.getOwner();
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(owner)) {
    AffineMap result = resultMapOf(linalgOp);
    AffineMap operand = linalgOp.getMatchingIndexingMap(&use);
    SmallVector<int64_t> ofUse;
    for (int64_t axis : axes) {
      std::optional<unsigned> at =
          operand.getResultPosition(result.getResult(axis));
      if (!at)
        return std::nullopt;
      ofUse.push_back(*at);
    }
    return ofUse;
  }
  // A tile of a product needs all of K of its operands.
  if (auto matmul = dyn_cast<MatmulOp>(owner);
      matmul && !matmul.isDpsInit(&use))
    return std::nullopt;
  int64_t rank = cast<RankedTensorType>(use.get().getType()).getRank();
  if (llvm::any_of(axes, [&](int64_t axis) { return axis >= rank; }))
    return std::nullopt;
  return llvm::to_vector(axes);
}

/// Adds `op` where every use of it is a member's, and all want the same tile. A
/// question for its shape is none: the shape is known without it.
void Closure::tryToAdd(Operation *op) {
  Member member;
  member.paths = 0;
  for (OpOperand &use : op->getUses()) {
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    auto user = members.find(use.getOwner());
    if (user == members.end())
      return;
    std::optional<SmallVector<int64_t>> axes =
        axesOfUse(use, user->second.axes);
    if (!axes || (member.paths != 0 && *axes != member.axes))
      return;
    member.axes = *axes;
    member.paths += user->second.paths;
  }
  if (member.paths == 0 || member.paths > kMaxPaths)
    return;
  // Its own axes are batches, M and N in this order.
  if (isa<MatmulOp>(op) && member.axes != members[group.root()].axes)
    return;
  group.members.insert(op);
  members[op] = std::move(member);
}

FusionGroup mlir::mx::findFusionGroup(Operation *root, ArrayRef<int64_t> axes) {
  return Closure(root, axes).close();
}
