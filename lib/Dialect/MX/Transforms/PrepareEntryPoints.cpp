//===- PrepareEntryPoints.cpp - the runner's view of public functions -----===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXPREPAREENTRYPOINTSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

namespace {

struct PrepareEntryPoints final
    : impl::MXPrepareEntryPointsPassBase<PrepareEntryPoints> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<FunctionOpInterface>()) {
      auto type = dyn_cast<FunctionType>(function.getFunctionType());
      if (!type || function.isExternal() || !function.isPublic())
        continue;
      function->setAttr("llvm.emit_c_interface", UnitAttr::get(&getContext()));
      function->setAttr(MXDialect::kSignatureAttr, TypeAttr::get(type));
    }
  }
};

} // namespace
} // namespace mlir::mx
