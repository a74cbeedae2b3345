//===- Machine.cpp - code for this processor ------------------------------===//

#include "Machine.h"

#include "mx/Runner/Error.h"
#include "mx/Runner/Source.h"
#include "mx/Target/Target.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace mlir::mx;

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
mlir::mx::makeHostMachine(bool isForFiles) {
  static const bool isInitialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)isInitialized;
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  if (isForFiles) {
    builder->setRelocationModel(llvm::Reloc::PIC_);
    builder->setCodeModel(llvm::CodeModel::Small);
  }
  return builder->createTargetMachine();
}

llvm::Error mlir::mx::checkLowered(ModuleOp module) {
  Operation *op = findUnlowered(module);
  if (!op)
    return llvm::Error::success();
  return makeError(op->getLoc(), "'" + op->getName().getStringRef() +
                                     "' is left after the pipeline, which has "
                                     "to lower to the LLVM dialect");
}

/// Returns the features of LLVM that the code of `function` may use, "+a,+b".
static StringRef featuresOf(LLVM::LLVMFuncOp function) {
  for (Attribute attribute : function.getPassthroughAttr().getValue())
    if (auto pair = dyn_cast<ArrayAttr>(attribute))
      if (auto strings = llvm::to_vector(pair.getAsValueRange<StringAttr>());
          strings.size() == 2 && strings[0] == "target-features")
        return strings[1];
  return "";
}

llvm::Error mlir::mx::checkFeatures(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (!function.getPassthroughAttr())
      continue;
    std::string missing = ::mx::missingHostFeature(featuresOf(function));
    if (!missing.empty())
      return makeError(function.getLoc(), "'@" + function.getName() +
                                              "' is code for machines "
                                              "with '" +
                                              missing +
                                              "', which this one lacks");
  }
  return llvm::Error::success();
}
