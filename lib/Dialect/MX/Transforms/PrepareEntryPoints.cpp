//===- PrepareEntryPoints.cpp - the runner's view of public functions -----===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
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

/// Argument `index` becomes a memref; what the function returns as `result` is
/// written to it.
static void writeInPlace(func::FuncOp function, unsigned index,
                         unsigned result) {
  OpBuilder builder(function.getContext());
  Location loc = function.getLoc();
  BlockArgument argument = function.getArgument(index);
  auto tensor = cast<RankedTensorType>(argument.getType());
  argument.setType(MemRefType::get(tensor.getShape(), tensor.getElementType()));
  builder.setInsertionPointToStart(&function.front());
  auto read = bufferization::ToTensorOp::create(builder, loc, tensor, argument,
                                                /*restrict=*/true,
                                                /*writable=*/true);
  argument.replaceAllUsesExcept(read.getResult(), read);
  function.walk([&](func::ReturnOp op) {
    builder.setInsertionPoint(op);
    auto write = bufferization::MaterializeInDestinationOp::create(
        builder, op.getLoc(), TypeRange(), op.getOperand(result), argument);
    write.setRestrict(true);
    write.setWritable(true);
  });
}

/// The same for all arguments that ask for it; then these results go.
static void writeInPlace(func::FuncOp function) {
  SmallVector<int64_t> holds(function.getNumArguments(), -1);
  llvm::BitVector gone(function.getNumResults());
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto result =
        function.getArgAttrOfType<IntegerAttr>(i, MXDialect::kInPlaceAttr);
    if (!result)
      continue;
    holds[i] = result.getInt();
    gone.set(holds[i]);
    function.removeArgAttr(i, MXDialect::kInPlaceAttr);
    writeInPlace(function, i, holds[i]);
  }
  if (gone.none())
    return;
  function->setAttr(MXDialect::kInPlaceAttr,
                    DenseI64ArrayAttr::get(function.getContext(), holds));
  function.walk([&](func::ReturnOp op) { op->eraseOperands(gone); });
  function.setType(FunctionType::get(function.getContext(),
                                     function.front().getArgumentTypes(),
                                     function.getResultTypes()));
  (void)function.eraseResults(gone);
}

namespace {

struct PrepareEntryPoints final
    : impl::MXPrepareEntryPointsPassBase<PrepareEntryPoints> {
  void runOnOperation() override {
    if (failed(verifyNotNested(getOperation())))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      FunctionType type = function.getFunctionType();
      if (function.isExternal() || !function.isPublic())
        continue;
      function->setAttr("llvm.emit_c_interface", UnitAttr::get(&getContext()));
      function->setAttr(MXDialect::kSignatureAttr, TypeAttr::get(type));
      for (unsigned i = 0; i < type.getNumInputs(); ++i)
        if (isa<TensorType>(type.getInput(i)) &&
            !function.getArgAttr(i, MXDialect::kInPlaceAttr) &&
            !function.getArgAttr(i, kWritable))
          function.setArgAttr(i, kWritable,
                              BoolAttr::get(&getContext(), false));
      writeInPlace(function);
    }
  }
};

} // namespace
} // namespace mlir::mx
