//===- Contraction.cpp - the normal form of a contraction -----------------===//

#include "Contraction.h"

#include "mx/Dialect/MX/Extensions/LayoutChain.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::mx;

RankedTensorType IndexedTensor::getType() const {
  auto type = cast<RankedTensorType>(value.getType());
  return collapsed.empty()
             ? type
             : tensor::CollapseShapeOp::inferCollapsedType(type, collapsed);
}

static SmallVector<unsigned> loopsOf(AffineMap map) {
  return llvm::map_to_vector(map.getResults(), [](AffineExpr expr) {
    return cast<AffineDimExpr>(expr).getPosition();
  });
}

/// Returns the map from the result's axes of `op` to its input's where it only
/// transposes or broadcasts, null for other ops.
static AffineMap getMoveMap(Operation *op) {
  std::optional<ElementMove> move = ElementMove::of(op);
  if (!move || !move->conversions.empty() ||
      !move->map.isProjectedPermutation())
    return {};
  return move->map;
}

using MayDrop = llvm::function_ref<bool(unsigned)>;

namespace {
/// The axes of x that a loop runs along, in collapse(move(x)).
struct Group {
  ReassociationIndices axes;
  unsigned loop;
};
} // namespace

/// Sets `axes` to those of x that become `collapsed` axes of move(x); what only
/// repeats x is dropped, and where `mayDrop`, all of it. Returns false where
/// the axes are no neighbours in x, or lost.
static bool getSources(ReassociationIndices &axes, AffineMap map,
                       ArrayRef<int64_t> moved, ArrayRef<int64_t> collapsed,
                       bool mayDrop) {
  bool isRepeated = false, isOne = true;
  for (int64_t axis : collapsed) {
    AffineExpr dim = getAffineDimExpr(axis, map.getContext());
    std::optional<unsigned> source = map.getResultPosition(dim);
    if (source)
      axes.push_back(*source);
    isRepeated |= !source && moved[axis] != 1;
    isOne &= !source || moved[axis] == 1;
  }
  if ((isRepeated || axes.empty()) && isOne && mayDrop) {
    axes.clear();
    return true;
  }
  for (auto [i, axis] : llvm::enumerate(axes))
    if (axis != axes[0] + static_cast<int64_t>(i))
      return false;
  return !isRepeated && !axes.empty();
}

/// Sorts `groups`, and gives the axes of extent 1 that are in none, of `rank`
/// axes, to the group before or after them.
static void fillGroups(MutableArrayRef<Group> groups, int64_t rank) {
  llvm::sort(groups, [](const Group &a, const Group &b) {
    return a.axes[0] < b.axes[0];
  });
  int64_t next = 0;
  for (Group &group : groups) {
    int64_t end = &group == &groups.back() ? rank : group.axes.back() + 1;
    group.axes = llvm::to_vector<2>(llvm::seq(next, end));
    next = end;
  }
}

/// collapse(move(x))  ->  move(collapse(x)), the move as an order of loops.
/// Returns false where this cannot be.
static bool swapCollapse(IndexedTensor &tensor, MayDrop mayDrop) {
  auto collapse = tensor.value.getDefiningOp<tensor::CollapseShapeOp>();
  Operation *move = collapse ? collapse.getSrc().getDefiningOp() : nullptr;
  AffineMap map = getMoveMap(move);
  if (!map || tensor.loops.empty())
    return false;
  SmallVector<Group> groups;
  for (auto [collapsed, loop] :
       llvm::zip_equal(collapse.getReassociationIndices(), tensor.loops)) {
    Group group{{}, loop};
    if (!getSources(group.axes, map, collapse.getSrcType().getShape(),
                    collapsed, mayDrop(loop)))
      return false;
    if (!group.axes.empty())
      groups.push_back(group);
  }
  int64_t rank = map.getNumResults();
  if (groups.empty() && rank > 0)
    return false; // no loop is left for an axis of extent 1
  fillGroups(groups, rank);
  tensor = {move->getOperand(0), {}};
  for (const auto &[axes, loop] : groups) {
    tensor.collapsed.push_back(axes);
    tensor.loops.push_back(loop);
  }
  if (groups.size() == map.getNumResults())
    tensor.collapsed.clear(); // nothing is left to collapse
  return true;
}

/// Steps back over transposes, and over broadcasts along loops that `mayDrop`
/// allows to lose.
static void lookThrough(IndexedTensor &tensor, MayDrop mayDrop) {
  // The bound is for unreachable blocks, where an op may stand behind itself.
  constexpr int maxOps = 1000;
  for (int i = 0; i < maxOps && tensor.collapsed.empty(); ++i) {
    Operation *op = tensor.value.getDefiningOp();
    AffineMap map = getMoveMap(op);
    if (!map) {
      if (!swapCollapse(tensor, mayDrop))
        return;
      continue;
    }
    SmallVector<unsigned> loops = llvm::map_to_vector(
        loopsOf(map), [&](unsigned axis) { return tensor.loops[axis]; });
    for (unsigned loop : tensor.loops)
      if (!llvm::is_contained(loops, loop) && !mayDrop(loop))
        return;
    tensor = {op->getOperand(0), loops};
  }
}

std::optional<Contraction> mlir::mx::getContraction(linalg::LinalgOp op,
                                                    unsigned rhs) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto operand = [&](unsigned index) {
    return IndexedTensor{op->getOperand(index), loopsOf(maps[index])};
  };
  Contraction c{operand(1 - rhs), operand(rhs), operand(2), {}, {}, {}, {}};
  lookThrough(c.lhs, [](unsigned) { return false; });
  lookThrough(c.rhs, [&](unsigned loop) {
    return llvm::is_contained(c.init.loops, loop) &&
           llvm::is_contained(c.lhs.loops, loop);
  });

  SmallVector<AffineMap> seen;
  for (const IndexedTensor *tensor : {&c.lhs, &c.rhs, &c.init})
    seen.push_back(AffineMap::getMultiDimMapWithTargets(
        maps[0].getNumDims(), tensor->loops, op.getContext()));
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(seen);
  if (failed(dims))
    return std::nullopt;
  for (unsigned loop : c.init.loops)
    (llvm::is_contained(dims->batch, loop) ? c.batch
     : llvm::is_contained(dims->n, loop)   ? c.n
                                           : c.m)
        .push_back(loop);
  for (unsigned loop : c.lhs.loops)
    if (llvm::is_contained(dims->k, loop))
      c.k.push_back(loop);
  // The loops of `init` are accounted for; the others have to be in K.
  if (c.init.loops.size() + c.k.size() != maps[0].getNumDims())
    return std::nullopt;
  return c;
}

/// Returns the extent of `loop` that a type tells, dynamic where none does.
static int64_t getLoopExtent(const Contraction &contraction, unsigned loop) {
  for (const IndexedTensor *tensor :
       {&contraction.lhs, &contraction.rhs, &contraction.init}) {
    RankedTensorType type = tensor->getType();
    for (auto [axis, other] : llvm::enumerate(tensor->loops))
      if (other == loop && !type.isDynamicDim(axis))
        return type.getDimSize(axis);
  }
  return ShapedType::kDynamic;
}

std::optional<int64_t> mlir::mx::multiply(ArrayRef<int64_t> extents) {
  if (llvm::is_contained(extents, ShapedType::kDynamic))
    return ShapedType::kDynamic;
  int64_t product = 1;
  for (int64_t extent : extents)
    if (llvm::MulOverflow(product, extent, product))
      return std::nullopt;
  return product;
}

std::optional<int64_t> mlir::mx::getExtent(const Contraction &contraction,
                                           ArrayRef<unsigned> loops) {
  return multiply(llvm::map_to_vector(
      loops, [&](unsigned loop) { return getLoopExtent(contraction, loop); }));
}
