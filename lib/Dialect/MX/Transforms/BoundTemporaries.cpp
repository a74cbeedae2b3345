//===- BoundTemporaries.cpp - one buffer for all iterations ---------------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"

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

namespace {

struct BoundTemporaries final
    : impl::MXBoundTemporariesPassBase<BoundTemporaries> {
  void runOnOperation() override {
    SmallVector<tensor::EmptyOp> ops;
    getOperation()->walk([&](tensor::EmptyOp op) {
      if (!op.getType().hasStaticShape() &&
          op->getParentOfType<scf::ForallOp>())
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
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
