//===- PrepareEntryPoints.cpp - the runner's view of public functions -----===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXPREPAREENTRYPOINTSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

/// What one-shot-bufferize asks before it lets a result lie in an argument.
static constexpr StringLiteral kWritable = "bufferization.writable";

/// Bufferization and the conversions to LLVM take functions at the top of the
/// module only, and say other things of the rest.
static LogicalResult verifyNotNested(ModuleOp top) {
  WalkResult result = top.walk([&](func::FuncOp function) -> WalkResult {
    if (function->getParentOfType<ModuleOp>() == top)
      return success();
    return function.emitOpError(
        "is in a nested module, expected all functions that are lowered at the "
        "top of the module");
  });
  return failure(result.wasInterrupted());
}

namespace {

struct PrepareEntryPoints final
    : impl::MXPrepareEntryPointsPassBase<PrepareEntryPoints> {
  void runOnOperation() override {
    if (failed(verifyNotNested(getOperation())))
      return signalPassFailure();
    for (auto function : getOperation().getOps<FunctionOpInterface>()) {
      auto type = dyn_cast<FunctionType>(function.getFunctionType());
      if (!type || function.isExternal() || !function.isPublic())
        continue;
      function->setAttr("llvm.emit_c_interface", UnitAttr::get(&getContext()));
      function->setAttr(MXDialect::kSignatureAttr, TypeAttr::get(type));
      for (unsigned i = 0; i < type.getNumInputs(); ++i)
        if (isa<TensorType>(type.getInput(i)) &&
            !function.getArgAttr(i, kWritable))
          function.setArgAttr(i, kWritable,
                              BoolAttr::get(&getContext(), false));
    }
  }
};

} // namespace
} // namespace mlir::mx
