//===- BlockRange.cpp - does a range of an axis cut a block? --------------===//

#include "mx/Dialect/MX/IR/BlockRange.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/ShapedOpInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::mx;

/// Returns the lower bound and the step of the loop that `value` counts,
/// nothing where it counts none.
static std::optional<std::pair<OpFoldResult, OpFoldResult>>
startAndStep(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return std::nullopt;
  auto loop =
      dyn_cast_or_null<LoopLikeOpInterface>(argument.getOwner()->getParentOp());
  if (!loop)
    return std::nullopt;
  auto variables = loop.getLoopInductionVars();
  auto lower = loop.getLoopLowerBounds(), steps = loop.getLoopSteps();
  if (!variables || !lower || !steps)
    return std::nullopt;
  for (auto [variable, start, step] : llvm::zip(*variables, *lower, *steps))
    if (variable == value)
      return std::make_pair(start, step);
  return std::nullopt;
}

static bool isMultipleOf(OpFoldResult value, int64_t factor) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return *constant % factor == 0;
  Value ssa = cast<Value>(value);
  if (auto apply = ssa.getDefiningOp<affine::AffineApplyOp>())
    return apply.getAffineMap().getResult(0).isMultipleOf(factor);
  auto counts = startAndStep(ssa);
  return counts && isMultipleOf(counts->first, factor) &&
         isMultipleOf(counts->second, factor);
}

/// Returns true where `size`, one of the results of `min`, is `extent - offset`
/// by its form.
static bool isRest(AffineExpr size, affine::AffineMinOp min,
                   OpFoldResult offset, int64_t extent) {
  AffineMap map = min.getAffineMap();
  SmallVector<Value> operands(min.getOperands());
  // The dimensions come first among the operands of an affine map.
  AffineExpr start = getAffineDimExpr(map.getNumDims(), map.getContext());
  if (std::optional<int64_t> constant = getConstantIntValue(offset))
    start = getAffineConstantExpr(*constant, map.getContext());
  else
    operands.insert(operands.begin() + map.getNumDims(), cast<Value>(offset));
  unsigned dims = map.getNumDims() + (isa<Value>(offset) ? 1 : 0);
  AffineMap excess =
      AffineMap::get(dims, map.getNumSymbols(), size + start - extent);
  affine::fullyComposeAffineMapAndOperands(&excess, &operands);
  affine::canonicalizeMapAndOperands(&excess, &operands);
  excess = simplifyAffineMap(excess);
  return excess.isSingleConstant() && excess.getSingleConstantResult() == 0;
}

/// Returns true if `value` comes from an axis that its tensor does not have:
/// such a `tensor.dim` verifies, and upstream's value bounds crash on it.
static bool readsNoAxis(Value value) {
  SmallVector<Value> open{value};
  SmallPtrSet<Operation *, 8> seen;
  while (!open.empty()) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (auto dim = dyn_cast<ShapedDimOpInterface>(op)) {
      auto type = dyn_cast<ShapedType>(dim.getShapedValue().getType());
      std::optional<int64_t> axis = getConstantIntValue(dim.getDimension());
      if (type && type.hasRank() && axis &&
          (*axis < 0 || *axis >= type.getRank()))
        return true;
    }
    llvm::append_range(open, op->getOperands());
  }
  return false;
}

bool mlir::mx::isWholeAxis(OpFoldResult size, Value tensor, int64_t axis) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (std::optional<int64_t> constant = getConstantIntValue(size))
    return *constant == type.getDimSize(axis);
  if (readsNoAxis(cast<Value>(size)))
    return false;
  FailureOr<bool> same =
      ValueBoundsConstraintSet::areEqual(size, {tensor, axis});
  return succeeded(same) && *same;
}

bool mlir::mx::keepsBlocksWhole(OpFoldResult offset, OpFoldResult size,
                                Value tensor, int64_t block) {
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t axis = type.getRank() - 1, extent = type.getDimSize(axis);
  if (!isMultipleOf(offset, block))
    return false;
  if (isMultipleOf(size, block) || isWholeAxis(size, tensor, axis))
    return true;
  if (ShapedType::isDynamic(extent))
    return false;
  std::optional<int64_t> first = getConstantIntValue(offset);
  if (std::optional<int64_t> count = getConstantIntValue(size))
    return first && *first + *count == extent;
  auto min = cast<Value>(size).getDefiningOp<affine::AffineMinOp>();
  return min &&
         llvm::all_of(min.getAffineMap().getResults(), [&](AffineExpr result) {
           return result.isMultipleOf(block) ||
                  isRest(result, min, offset, extent);
         });
}
