//===- Contraction.cpp - the normal form of a contraction -----------------===//

#include "Contraction.h"

using namespace mlir;
using namespace mlir::mx;

static SmallVector<unsigned> loopsOf(AffineMap map) {
  return llvm::map_to_vector(map.getResults(), [](AffineExpr expr) {
    return cast<AffineDimExpr>(expr).getPosition();
  });
}

/// Returns the map from the result's axes of `op` to its input's where it only
/// transposes or broadcasts, null for other ops.
static AffineMap getMoveMap(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  if (!linalgOp || !linalgOp.hasPureTensorSemantics() ||
      linalgOp.getNumDpsInputs() != 1 || linalgOp.getNumDpsInits() != 1 ||
      linalgOp.getNumParallelLoops() != linalgOp.getNumLoops() ||
      !isa<RankedTensorType>(linalgOp.getDpsInputs()[0].getType()))
    return {};
  Block *body = linalgOp.getBlock();
  if (body->getTerminator()->getOperand(0) != body->getArgument(0))
    return {};
  SmallVector<AffineMap> maps = linalgOp.getIndexingMapsArray();
  if (!maps[0].isProjectedPermutation() || !maps[1].isPermutation())
    return {};
  return maps[0].compose(inversePermutation(maps[1]));
}

/// Steps back over transposes, and over broadcasts along loops that `mayDrop`
/// allows to lose.
static void lookThrough(IndexedTensor &tensor,
                        llvm::function_ref<bool(unsigned)> mayDrop) {
  // The bound is for unreachable blocks, where an op may stand behind itself.
  constexpr int maxOps = 1000;
  for (int i = 0; i < maxOps; ++i) {
    Operation *op = tensor.value.getDefiningOp();
    AffineMap map = getMoveMap(op);
    if (!map)
      return;
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
    auto type = cast<RankedTensorType>(tensor->value.getType());
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
