//===- MXToParts.cpp - block tensors to codes and scales ------------------===//

#include "mx/Conversion/Passes.h"

#include "Patterns.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTMXTOPARTSPASS
#include "mx/Conversion/Passes.h.inc"

namespace {

/// Argument and result attributes of a function. Upstream's 1:N conversion
/// leaves them at their old indices, where they would belong to other values;
/// so they are taken off before it and put back, once a part, after it. K,
/// which is no memory, gets none (llvm.noalias on an index would not verify).
class SavedAttributes {
public:
  explicit SavedAttributes(func::FuncOp function) : function(function) {
    function.getAllArgAttrs(arguments);
    function.getAllResultAttrs(results);
    argumentTypes = llvm::to_vector(function.getArgumentTypes());
    resultTypes = llvm::to_vector(function.getResultTypes());
    function.removeArgAttrsAttr();
    function.removeResAttrsAttr();
  }

  void restore() {
    if (!arguments.empty())
      function.setAllArgAttrs(repeat(arguments, argumentTypes));
    if (!results.empty())
      function.setAllResultAttrs(repeat(results, resultTypes));
  }

private:
  static SmallVector<DictionaryAttr> repeat(ArrayRef<DictionaryAttr> attrs,
                                            ArrayRef<Type> types) {
    SmallVector<DictionaryAttr> all;
    for (auto [attr, type] : llvm::zip(attrs, types)) {
      if (!getBlockType(type)) {
        all.push_back(attr);
        continue;
      }
      auto none = DictionaryAttr::get(type.getContext());
      for (Type part : getPartTypes(cast<RankedTensorType>(type)))
        all.push_back(isa<IndexType>(part) ? none : attr);
    }
    return all;
  }

  func::FuncOp function;
  SmallVector<DictionaryAttr> arguments, results;
  SmallVector<Type> argumentTypes, resultTypes;
};

struct MXToParts final : impl::ConvertMXToPartsPassBase<MXToParts> {
  void runOnOperation() override {
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion(
        [](RankedTensorType type,
           SmallVectorImpl<Type> &parts) -> std::optional<LogicalResult> {
          if (!getBlockType(type))
            return std::nullopt;
          // Blocks lie along the last axis.
          if (type.getRank() == 0)
            return failure();
          llvm::append_range(parts, getPartTypes(type));
          return success();
        });

    RewritePatternSet patterns(&getContext());
    ConversionTarget target(getContext());
    configure(converter, patterns, target);

    SmallVector<SavedAttributes, 0> saved;
    getOperation().walk(
        [&](func::FuncOp function) { saved.emplace_back(function); });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      return signalPassFailure();
    for (SavedAttributes &attributes : saved)
      attributes.restore();
  }

private:
  /// Whatever still holds a block type is illegal, so that a forgotten op is an
  /// error and not a crash later.
  static void configure(const TypeConverter &converter,
                        RewritePatternSet &patterns, ConversionTarget &target) {
    target.markUnknownOpDynamicallyLegal(
        [&](Operation *op) { return converter.isLegal(op); });
    target.addIllegalOp<QuantizeOp, DequantizeOp, MatmulOp, ConstantOp, SplitOp,
                        JoinOp, OuterScaleOp, RotateOp, PackOp, UnpackOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp function) {
      return converter.isSignatureLegal(function.getFunctionType()) &&
             converter.isLegal(&function.getBody());
    });
    target.addDynamicallyLegalOp<scf::ForallOp>([&](scf::ForallOp loop) {
      return converter.isLegal(loop->getOperandTypes()) &&
             converter.isLegal(&loop.getRegion());
    });
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    populateBlockOpPatterns(converter, patterns);
    populatePackPatterns(converter, patterns);
    populateRotatePatterns(converter, patterns);
    populateStructurePatterns(converter, patterns);
  }
};

} // namespace
} // namespace mlir::mx
