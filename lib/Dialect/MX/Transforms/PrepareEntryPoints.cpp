//===- PrepareEntryPoints.cpp - the runner's view of public functions -----===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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

/// The tensor that `value` is a view or a changed version of, as far as ops of
/// the function tell.
static Value findOrigin(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      value = insert.getDest();
    else if (isa<tensor::ExtractSliceOp, tensor::CastOp,
                 tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      value = op->getOperand(0);
    else
      break;
  }
  return value;
}

/// Returns for each argument the number of the result that it holds, or -1.
/// Refuses what calls and other arguments would see wrongly.
static FailureOr<SmallVector<int64_t>> readHolders(func::FuncOp function) {
  SmallVector<int64_t> holds;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto result =
        function.getArgAttrOfType<IntegerAttr>(i, MXDialect::kInPlaceAttr);
    holds.push_back(result ? result.getInt() : -1);
  }
  auto isHolder = [](int64_t result) { return result != -1; };
  if (llvm::none_of(holds, isHolder))
    return holds;
  if (!function.isPublic() ||
      !SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
    return function.emitOpError("has an argument with 'mx.in_place', expected "
                                "a public function that nothing in the module "
                                "calls");
  WalkResult walk = function.walk([&](func::ReturnOp op) -> WalkResult {
    for (auto [i, result] : llvm::enumerate(holds)) {
      if (result == -1)
        continue;
      auto origin = dyn_cast<BlockArgument>(findOrigin(op.getOperand(result)));
      if (origin && origin.getArgNumber() != i &&
          isHolder(holds[origin.getArgNumber()]))
        return op.emitOpError("result ")
               << result << ", which argument " << i << " is to hold, is made "
               << "of argument " << origin.getArgNumber()
               << ", which is written to as well";
    }
    return WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return failure();
  return holds;
}

/// What is returned beside may lie in an argument that is written to before:
/// it is copied first.
static void copyOtherResults(func::ReturnOp op, const llvm::BitVector &held) {
  OpBuilder builder(op);
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type || held.test(operand.getOperandNumber()))
      continue;
    operand.set(bufferization::AllocTensorOp::create(
        builder, op.getLoc(), type, ValueRange(), operand.get()));
  }
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
static LogicalResult writeInPlace(func::FuncOp function) {
  FailureOr<SmallVector<int64_t>> holds = readHolders(function);
  if (failed(holds))
    return failure();
  llvm::BitVector held(function.getNumResults());
  for (int64_t result : *holds)
    if (result != -1)
      held.set(result);
  if (held.none())
    return success();
  function.walk([&](func::ReturnOp op) { copyOtherResults(op, held); });
  for (auto [i, result] : llvm::enumerate(*holds)) {
    if (result == -1)
      continue;
    function.removeArgAttr(i, MXDialect::kInPlaceAttr);
    writeInPlace(function, i, result);
  }
  function->setAttr(MXDialect::kInPlaceAttr,
                    DenseI64ArrayAttr::get(function.getContext(), *holds));
  function.walk([&](func::ReturnOp op) { op->eraseOperands(held); });
  function.setType(FunctionType::get(function.getContext(),
                                     function.front().getArgumentTypes(),
                                     function.getResultTypes()));
  return function.eraseResults(held);
}

namespace {

struct PrepareEntryPoints final
    : impl::MXPrepareEntryPointsPassBase<PrepareEntryPoints> {
  void runOnOperation() override {
    if (failed(verifyNotNested(getOperation())))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      FunctionType type = function.getFunctionType();
      if (function.isExternal())
        continue;
      if (!function.isPublic()) {
        if (failed(readHolders(function)))
          return signalPassFailure();
        continue;
      }
      function->setAttr("llvm.emit_c_interface", UnitAttr::get(&getContext()));
      function->setAttr(MXDialect::kSignatureAttr, TypeAttr::get(type));
      for (unsigned i = 0; i < type.getNumInputs(); ++i)
        if (isa<TensorType>(type.getInput(i)) &&
            !function.getArgAttr(i, MXDialect::kInPlaceAttr) &&
            !function.getArgAttr(i, kWritable))
          function.setArgAttr(i, kWritable,
                              BoolAttr::get(&getContext(), false));
      if (failed(writeInPlace(function)))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace mlir::mx
