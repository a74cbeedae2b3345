//===- Contraction.cpp - the normal form of a contraction -----------------===//

#include "Contraction.h"

#include "mx/Dialect/MX/Extensions/LayoutChain.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

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

/// collapse(move(x))  ->  move(collapse(x)), the move as an order of loops.
/// Returns false where the axes of a group are no neighbours in x, or lost.
static bool swapCollapse(IndexedTensor &tensor, MayDrop mayDrop) {
  auto collapse = tensor.value.getDefiningOp<tensor::CollapseShapeOp>();
  Operation *move = collapse ? collapse.getSrc().getDefiningOp() : nullptr;
  AffineMap map = getMoveMap(move);
  if (!map || tensor.loops.empty())
    return false;
  constexpr int64_t lost = -1;
  SmallVector<int64_t> sources(map.getNumDims(), lost);
  for (auto [source, axis] : llvm::enumerate(loopsOf(map)))
    sources[axis] = source;
  using Group = std::pair<ReassociationIndices, unsigned>;
  SmallVector<Group> groups;
  for (auto [axes, loop] :
       llvm::zip_equal(collapse.getReassociationIndices(), tensor.loops)) {
    ReassociationIndices moved = llvm::map_to_vector<2>(
        axes, [&](int64_t axis) { return sources[axis]; });
    if (llvm::all_equal(moved) && moved[0] == lost && mayDrop(loop))
      continue;
    for (auto [i, source] : llvm::enumerate(moved))
      if (source == lost || source != moved[0] + static_cast<int64_t>(i))
        return false;
    groups.emplace_back(moved, loop);
  }
  llvm::sort(groups, [](const Group &a, const Group &b) {
    return a.first[0] < b.first[0];
  });
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

int64_t mlir::mx::getExtent(const Contraction &contraction,
                            ArrayRef<unsigned> loops) {
  int64_t product = 1;
  for (unsigned loop : loops) {
    int64_t extent = getLoopExtent(contraction, loop);
    if (ShapedType::isDynamic(extent))
      return ShapedType::kDynamic;
    product *= extent;
  }
  return product;
}
