//===- Source.cpp - input files and what is run on them -------------------===//

#include "mx/Runner/Source.h"

#include "mx/InitAll.h"
#include "mx/Runner/Error.h"

#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/LLVMTranslationInterface.h"
#include "llvm/Support/SourceMgr.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mx;

void mlir::mx::registerRunnerDialects(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  mx::registerAllDialects(registry);
}

std::unique_ptr<MLIRContext> mlir::mx::makeRunnerContext() {
  DialectRegistry registry;
  registerRunnerDialects(registry);
  return std::make_unique<MLIRContext>(registry,
                                       MLIRContext::Threading::DISABLED);
}

void mlir::mx::registerRunnerPasses() {
  // A pipeline that is registered twice ends the process.
  static const bool once = [] {
    if (!PassInfo::lookup("canonicalize"))
      mlir::registerAllPasses();
    if (!PassPipelineInfo::lookup("mx-reference"))
      mx::registerAllPasses();
    return true;
  }();
  (void)once;
}

// Bytecode asks for resources at their alignment, 64 bytes for weights.
static std::unique_ptr<llvm::MemoryBuffer> copyAligned(StringRef bytes,
                                                       StringRef name) {
  auto copy = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      bytes.size(), name, llvm::Align(64));
  if (!bytes.empty())
    std::memcpy(copy->getBufferStart(), bytes.data(), bytes.size());
  return copy;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
mlir::mx::openModuleFile(StringRef path) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file =
      openInputFile(path, llvm::Align(64), &message);
  if (!file)
    return makeError(message);
  if (!llvm::isAddrAligned(llvm::Align(64), file->getBufferStart()))
    file = copyAligned(file->getBuffer(), file->getBufferIdentifier());
  return file;
}

llvm::Expected<Source> Source::open(StringRef path) {
  auto file = openModuleFile(path);
  if (!file)
    return file.takeError();
  return Source(std::move(*file));
}

Source Source::fromText(StringRef text, StringRef name) {
  return Source(copyAligned(text, name));
}

llvm::Expected<OwningOpRef<ModuleOp>>
Source::parse(MLIRContext &context, ArrayRef<Resource> resources) const {
  FirstError first(&context);
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBuffer(buffer->getMemBufferRef(),
                                       /*RequiresNullTerminator=*/false),
      llvm::SMLoc());
  // Not verified yet: a verifier may look at the data of a resource.
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(
      sources, ParserConfig(&context, /*verifyAfterParse=*/false));
  if (!module)
    return first.take("the input is no module");
  if (llvm::Error error = setResources(*module, resources))
    return error;
  if (failed(verify(*module)))
    return first.take("the input is no valid module");
  if (llvm::Error error = checkResources(*module))
    return error;
  return module;
}

Operation *mlir::mx::findUnlowered(ModuleOp module) {
  Operation *found = nullptr;
  module.walk([&](Operation *op) {
    Dialect *dialect = op->getDialect();
    if (dialect &&
        dialect->getRegisteredInterface<LLVMTranslationDialectInterface>())
      return WalkResult::advance();
    found = op;
    return WalkResult::interrupt();
  });
  return found;
}

static bool isMX(Type type) {
  return type
      .walk([](Type inner) {
        return inner.getDialect().getNamespace() == "mx"
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

static bool hasMXType(Operation *op) {
  if (llvm::any_of(op->getOperandTypes(), isMX) ||
      llvm::any_of(op->getResultTypes(), isMX))
    return true;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (llvm::any_of(block.getArgumentTypes(), isMX))
        return true;
  // Declarations have their types in attributes only.
  return llvm::any_of(op->getAttrs(), [](NamedAttribute attr) {
    auto type = dyn_cast<TypeAttr>(attr.getValue());
    return type && isMX(type.getValue());
  });
}

Operation *mlir::mx::findMX(ModuleOp module) {
  Operation *found = nullptr;
  module.walk([&](Operation *op) {
    if (op->getName().getDialectNamespace() != "mx" && !hasMXType(op))
      return WalkResult::advance();
    found = op;
    return op->getName().getDialectNamespace() == "mx" ? WalkResult::interrupt()
                                                       : WalkResult::advance();
  });
  return found;
}
