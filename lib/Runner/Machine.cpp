//===- Machine.cpp - code for this processor ------------------------------===//

#include "Machine.h"

#include "mx/Runner/Error.h"
#include "mx/Runner/Source.h"

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
