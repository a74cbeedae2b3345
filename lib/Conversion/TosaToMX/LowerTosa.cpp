//===- LowerTosa.cpp - float ops of TOSA to linalg ------------------------===//
//
// Upstream's patterns, not its passes: those are full conversions, which fail
// where one op of a function has no lowering, and find only functions at the
// top of a module.
//
//===----------------------------------------------------------------------===//

#include "Steering.h"

#include "mx/Conversion/Passes.h"
#include "mx/Dialect/MX/IR/Remarks.h"

#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToSCF/TosaToSCF.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXLOWERTOSAPASS
#include "mx/Conversion/Passes.h.inc"

static bool isTosaOp(Operation *op) {
  return isa_and_nonnull<tosa::TosaDialect>(op->getDialect());
}

/// Returns the first type of `op` that upstream's patterns do not ask for and
/// cannot lower, null where there is none: a tensor without rank; one of
/// unsigned or quantized numbers, whose casts nobody would take.
static Type findUnsupportedType(Operation *op) {
  auto types = llvm::concat<Type>(llvm::to_vector(op->getOperandTypes()),
                                  llvm::to_vector(op->getResultTypes()));
  for (Type type : types) {
    auto tensor = dyn_cast<TensorType>(type);
    if (tensor && (!tensor.hasRank() ||
                   !tensor.getElementType().isSignlessIntOrIndexOrFloat()))
      return type;
  }
  return {};
}

static OpPassManager makePreparation() {
  OpPassManager pm(func::FuncOp::getOperationName());
  pm.addPass(tosa::createTosaOptionalDecompositionsPass());
  pm.addPass(tosa::createTosaInferShapesPass());
  return pm;
}

/// Converts the ops that a pattern of `patterns` takes, and leaves those that
/// all of them refuse. What a pattern makes of an op may be for the next set.
static LogicalResult convertSome(ModuleOp module, RewritePatternSet patterns) {
  DenseSet<OperationName> roots;
  for (const std::unique_ptr<RewritePattern> &pattern :
       patterns.getNativePatterns())
    if (std::optional<OperationName> root = pattern->getRootKind())
      roots.insert(*root);
  ConversionTarget target(*module.getContext());
  target.markUnknownOpDynamicallyLegal(
      [roots](Operation *op) -> std::optional<bool> {
        // Neither legal nor illegal: converted where a pattern takes it.
        if (roots.contains(op->getName()) && !findUnsupportedType(op))
          return std::nullopt;
        return true;
      });
  return applyPartialConversion(module, target, std::move(patterns));
}

/// In the order of upstream's passes, control flow first: its bodies are then
/// like any other.
static LogicalResult convertToLinalg(ModuleOp module) {
  TypeConverter types;
  tosa::populateTosaTypeConversion(types);
  MLIRContext *context = module.getContext();
  RewritePatternSet controlFlow(context), named(context), generic(context),
      arith(context), tensor(context);
  tosa::populateTosaToSCFConversionPatterns(&controlFlow);
  tosa::populateTosaToLinalgNamedConversionPatterns(types, &named, {});
  tosa::populateTosaToLinalgConversionPatterns(types, &generic);
  tosa::populateTosaToArithConversionPatterns(&arith);
  tosa::populateTosaToTensorConversionPatterns(types, &tensor);
  for (RewritePatternSet *patterns :
       {&controlFlow, &named, &generic, &arith, &tensor})
    if (failed(convertSome(module, std::move(*patterns))))
      return failure();
  return success();
}

namespace {

struct LowerTosa final : impl::MXLowerTosaPassBase<LowerTosa> {
  using MXLowerTosaPassBase::MXLowerTosaPassBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    makePreparation().getDependentDialects(registry);
    registry
        .insert<arith::ArithDialect, index::IndexDialect, linalg::LinalgDialect,
                math::MathDialect, scf::SCFDialect, tensor::TensorDialect>();
  }

  void runOnOperation() override {
    bool holdsTosa = false;
    llvm::SetVector<func::FuncOp> functions;
    getOperation().walk([&](Operation *op) {
      if (!isTosaOp(op))
        return;
      holdsTosa = true;
      if (auto function = op->getParentOfType<func::FuncOp>())
        functions.insert(function);
    });
    if (!holdsTosa)
      return markAllAnalysesPreserved();
    Steering steering = Steering::carry(getOperation());
    if (failed(lower(functions.getArrayRef())))
      signalPassFailure();
    for (const Steered &lost : steering.restore(getOperation()))
      leave(lost.loc, lost.function, "NoContraction",
            "mx.quantize is set, and no contraction comes of the op");
    // The shapes that nobody asks for any more; not before ops that are alike
    // but for the attributes have them again.
    OpPassManager cleanup(func::FuncOp::getOperationName());
    cleanup.addPass(createCSEPass());
    for (func::FuncOp function : functions)
      if (failed(runPipeline(cleanup, function)))
        return signalPassFailure();
    leaveTheRest();
  }

private:
  LogicalResult lower(ArrayRef<func::FuncOp> functions) {
    OpPassManager preparation = makePreparation();
    for (func::FuncOp function : functions)
      if (failed(runPipeline(preparation, function)))
        return failure();
    return convertToLinalg(getOperation());
  }

  void leave(Location loc, FunctionOpInterface function, StringRef id,
             const Twine &text) {
    std::string reason = text.str();
    remark::missed(loc, remarkIn(function, "mx-quantize", id))
        << remark::detail::Remark::Arg("Reason", reason);
    if (!strict)
      return;
    emitError(loc, "TOSA is not lowered (") << id << "): " << reason;
    signalPassFailure();
  }

  /// Shapes and ends of regions are there for the ops around them.
  void leaveTheRest() {
    getOperation().walk([&](Operation *op) {
      if (!isTosaOp(op) || isa<tosa::ConstShapeOp, tosa::YieldOp>(op))
        return;
      std::string text;
      llvm::raw_string_ostream os(text);
      os << "'" << op->getName() << "' ";
      if (Type type = findUnsupportedType(op))
        os << "has type " << type
           << ", expected ranked tensors of floats or signless integers";
      else
        os << "is not lowered by upstream, or not with these operands, types "
              "and attributes";
      leave(op->getLoc(), op->getParentOfType<FunctionOpInterface>(),
            "NotLowered", text);
    });
  }
};

} // namespace
} // namespace mlir::mx
