//===- LayoutChain.cpp - ops that only move or convert floats -------------===//

#include "mx/Dialect/MX/Extensions/LayoutChain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::mx;

bool mlir::mx::isFloatConversion(Operation *op) {
  if (auto trunc = dyn_cast<arith::TruncFOp>(op))
    return trunc.getRoundingmode().value_or(
               arith::RoundingMode::to_nearest_even) ==
           arith::RoundingMode::to_nearest_even;
  return isa<arith::ExtFOp>(op);
}

/// Returns the conversions between the first argument of `body` and the yielded
/// value, nothing where something else is yielded.
static std::optional<SmallVector<Operation *>> getConversions(Block *body) {
  SmallVector<Operation *> conversions;
  Value value = body->getTerminator()->getOperand(0);
  while (value != body->getArgument(0)) {
    Operation *conversion = value.getDefiningOp();
    if (!conversion || conversion->getBlock() != body ||
        !isFloatConversion(conversion))
      return std::nullopt;
    conversions.push_back(conversion);
    value = conversion->getOperand(0);
  }
  std::reverse(conversions.begin(), conversions.end());
  return conversions;
}

std::optional<ElementMove> ElementMove::of(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  if (!linalgOp || !linalgOp.hasPureTensorSemantics() ||
      linalgOp.getNumDpsInputs() != 1 || linalgOp.getNumDpsInits() != 1 ||
      linalgOp.getNumParallelLoops() != linalgOp.getNumLoops())
    return std::nullopt;
  Value source = linalgOp.getDpsInputs()[0];
  auto type = dyn_cast<RankedTensorType>(source.getType());
  SmallVector<AffineMap> maps = linalgOp.getIndexingMapsArray();
  if (!type || !maps[1].isPermutation() ||
      !maps[0].isProjectedPermutation(/*allowZeroInResults=*/true))
    return std::nullopt;
  for (auto [axis, index] : llvm::enumerate(maps[0].getResults()))
    if (isa<AffineConstantExpr>(index) && type.getDimSize(axis) != 1)
      return std::nullopt;
  std::optional<SmallVector<Operation *>> conversions =
      getConversions(linalgOp.getBlock());
  if (!conversions)
    return std::nullopt;
  return ElementMove{source, maps[0].compose(inversePermutation(maps[1])),
                     *conversions};
}

/// Returns the operand whose elements `op` moves or converts, null where it
/// does anything else.
static Value sourceOf(Operation *op) {
  if (op->getNumResults() != 1 || !isa<TensorType>(op->getResult(0).getType()))
    return {};
  if (std::optional<ElementMove> move = ElementMove::of(op))
    return move->source;
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op) ||
      isFloatConversion(op))
    return op->getOperand(0);
  return {};
}

LayoutChain LayoutChain::behind(Value value) {
  // Chains are short; the bound is for unreachable blocks, where an op may
  // stand behind itself.
  constexpr size_t maxOps = 1000;
  LayoutChain chain{value, {}};
  while (Operation *op = chain.root.getDefiningOp()) {
    Value source = sourceOf(op);
    if (!source || chain.ops.size() == maxOps)
      break;
    chain.ops.push_back(op);
    chain.root = source;
  }
  std::reverse(chain.ops.begin(), chain.ops.end());
  return chain;
}

ElementsAttr LayoutChain::getConstant() const {
  Attribute value;
  if (!matchPattern(root, m_Constant(&value)))
    return {};
  return dyn_cast<ElementsAttr>(value);
}

SmallVector<Operation *> mlir::mx::conversionsOf(Operation *op) {
  if (std::optional<ElementMove> move = ElementMove::of(op))
    return move->conversions;
  if (isFloatConversion(op))
    return {op};
  return {};
}
