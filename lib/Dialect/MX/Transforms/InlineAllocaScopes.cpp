//===- InlineAllocaScopes.cpp - scopes that nothing needs -----------------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXINLINEALLOCASCOPESPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

/// True where stack memory is taken in `scope` itself.
static bool holdsMemory(memref::AllocaScopeOp scope) {
  auto isMemory = [&](memref::AllocaOp op) {
    return op->getParentWithTrait<OpTrait::AutomaticAllocationScope>() ==
                   scope.getOperation()
               ? WalkResult::interrupt()
               : WalkResult::advance();
  };
  return scope.walk(isMemory).wasInterrupted();
}

static void inlineScope(RewriterBase &rewriter, memref::AllocaScopeOp scope) {
  Operation *end = scope.getBody()->getTerminator();
  rewriter.replaceAllUsesWith(scope.getResults(), end->getOperands());
  rewriter.eraseOp(end);
  rewriter.inlineBlockBefore(scope.getBody(), scope);
  rewriter.eraseOp(scope);
}

namespace {

struct InlineAllocaScopes final
    : impl::MXInlineAllocaScopesPassBase<InlineAllocaScopes> {
  void runOnOperation() override {
    SmallVector<memref::AllocaScopeOp> scopes;
    getOperation()->walk([&](memref::AllocaScopeOp scope) {
      if (!holdsMemory(scope))
        scopes.push_back(scope);
    });
    IRRewriter rewriter(&getContext());
    for (memref::AllocaScopeOp scope : scopes)
      inlineScope(rewriter, scope);
  }
};

} // namespace
} // namespace mlir::mx
