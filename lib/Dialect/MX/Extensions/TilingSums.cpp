//===- TilingSums.cpp - may the sums of a product be cut? -----------------===//

#include "TilingSums.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::mx;

using ExtentsRef = ArrayRef<OpFoldResult>;

/// Returns true where one of `values` is made of the induction variable of a
/// parallel loop; through index arithmetic, and the bounds of other loops.
static bool dependOnForall(ExtentsRef values) {
  SmallVector<Value> worklist;
  SmallPtrSet<Value, 8> seen;
  auto add = [&](ArrayRef<OpFoldResult> folds) {
    for (OpFoldResult fold : folds)
      if (auto value = dyn_cast<Value>(fold);
          value && seen.insert(value).second)
        worklist.push_back(value);
  };
  add(values);
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (Operation *op = value.getDefiningOp()) {
      for (Value operand : op->getOperands())
        if (operand.getType().isIntOrIndex())
          add(OpFoldResult(operand));
      continue;
    }
    Operation *parent = value.getParentBlock()->getParentOp();
    if (isa_and_nonnull<scf::ForallOp>(parent))
      return true;
    if (auto loop = dyn_cast_or_null<LoopLikeOpInterface>(parent)) {
      add(loop.getLoopLowerBounds().value_or(SmallVector<OpFoldResult>()));
      add(loop.getLoopSteps().value_or(SmallVector<OpFoldResult>()));
    }
  }
  return false;
}

/// Returns true where `loop` runs over one of `offsets`: it is one of those
/// that a tiling is making.
static bool makesTile(LoopLikeOpInterface loop, ExtentsRef offsets) {
  std::optional<SmallVector<Value>> variables = loop.getLoopInductionVars();
  return variables && llvm::any_of(*variables, [&](Value variable) {
           return llvm::is_contained(offsets, OpFoldResult(variable));
         });
}

/// Returns true where `init` is zero. Looks through slices, through the
/// outputs of parallel loops and through the iteration arguments of the loops
/// which are being made: that over K adds to its own, the others write each
/// tile of theirs once.
static bool startsFromZero(Value init, ExtentsRef offsets) {
  while (true) {
    if (auto slice = init.getDefiningOp<tensor::ExtractSliceOp>()) {
      init = slice.getSource();
    } else if (auto fill = init.getDefiningOp<linalg::FillOp>()) {
      return matchPattern(fill.getInputs()[0], m_AnyZeroFloat());
    } else if (auto argument = dyn_cast<BlockArgument>(init)) {
      Operation *parent = argument.getOwner()->getParentOp();
      auto loop = dyn_cast_or_null<LoopLikeOpInterface>(parent);
      OpOperand *start = loop ? loop.getTiedLoopInit(argument) : nullptr;
      if (!start || (!isa<scf::ForallOp>(parent) && !makesTile(loop, offsets)))
        return false;
      init = start->get();
    } else {
      return matchPattern(init, m_AnyZeroFloat());
    }
  }
}

bool mlir::mx::mayCutSums(MatmulOp op, ExtentsRef offsets, ExtentsRef sizes) {
  return op.getAccumulate() != Accumulate::InOrder &&
         op.getType().getElementType().isF32() &&
         !dependOnForall({offsets.back(), sizes.back()}) &&
         startsFromZero(op.getInit(), offsets);
}
