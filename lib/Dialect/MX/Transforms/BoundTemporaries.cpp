//===- BoundTemporaries.cpp - buffers without copies or growth ------------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXBOUNDTEMPORARIESPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

/// Induction variables of all parallel loops around `op`.
static SmallVector<Value> inductionVarsAround(Operation *op) {
  SmallVector<Value> variables;
  for (auto loop = op->getParentOfType<scf::ForallOp>(); loop;
       loop = loop->getParentOfType<scf::ForallOp>())
    llvm::append_range(variables, loop.getInductionVars());
  return variables;
}

/// Gives each op that writes over the result of `op` a fill of its own: what is
/// shared, bufferization would copy.
static void splitFill(RewriterBase &rewriter, linalg::FillOp op) {
  SmallVector<OpOperand *> writes;
  for (OpOperand &use : op->getUses())
    if (auto styled = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
        styled && styled.isDpsInit(&use))
      writes.push_back(&use);
  if (op->hasOneUse())
    return;
  for (OpOperand *use : writes) {
    rewriter.setInsertionPoint(op);
    IRMapping mapping;
    if (auto empty = op.getOutputs()[0].getDefiningOp<tensor::EmptyOp>())
      rewriter.clone(*empty, mapping);
    Operation *own = rewriter.clone(*op, mapping);
    rewriter.modifyOpInPlace(use->getOwner(),
                             [&] { use->set(own->getResult(0)); });
  }
  Operation *destination = op.getOutputs()[0].getDefiningOp();
  if (op->use_empty())
    rewriter.eraseOp(op);
  if (isa_and_nonnull<tensor::EmptyOp>(destination) && destination->use_empty())
    rewriter.eraseOp(destination);
}

namespace {

struct BoundTemporaries final
    : impl::MXBoundTemporariesPassBase<BoundTemporaries> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::FillOp> fills;
    getOperation()->walk([&](linalg::FillOp op) {
      if (op.hasPureTensorSemantics())
        fills.push_back(op);
    });
    for (linalg::FillOp op : fills)
      splitFill(rewriter, op);
    bound(rewriter);
  }

private:
  void bound(RewriterBase &rewriter) {
    SmallVector<tensor::EmptyOp> ops;
    getOperation()->walk([&](tensor::EmptyOp op) {
      if (!op.getType().hasStaticShape() &&
          op->getParentOfType<scf::ForallOp>())
        ops.push_back(op);
    });
    for (tensor::EmptyOp op : ops) {
      rewriter.setInsertionPoint(op);
      FailureOr<Value> bounded =
          tensor::buildIndependentOp(rewriter, op, inductionVarsAround(op));
      if (succeeded(bounded) && *bounded != op.getResult())
        rewriter.replaceOp(op, *bounded);
    }
  }
};

} // namespace
} // namespace mlir::mx
