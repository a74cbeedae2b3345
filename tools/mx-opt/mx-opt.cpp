//===- mx-opt.cpp - mlir-opt with the mx dialect --------------------------===//

#include "mx/InitAll.h"
#include "mx/Runner/Source.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

/// MlirOptMain, but for how the input is opened: weights in bytecode ask for 64
/// bytes of alignment, which upstream's own opening gives to large files only.
static LogicalResult run(StringRef inputName, StringRef outputName,
                         const MlirOptMainConfig &config,
                         DialectRegistry &registry) {
  auto input = mx::openModuleFile(inputName);
  if (!input) {
    llvm::errs() << llvm::toString(input.takeError()) << "\n";
    return failure();
  }
  std::string message;
  auto output = openOutputFile(outputName, &message);
  if (!output) {
    llvm::errs() << "error: " << message << "\n";
    return failure();
  }
  if (failed(MlirOptMain(output->os(), std::move(*input), registry, config)))
    return failure();
  output->keep();
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllPasses();
  mx::registerAllDialects(registry);
  mx::registerAllPasses();
  auto [input, output] =
      registerAndParseCLIOptions(argc, argv, "MX optimizer driver\n", registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
  return asMainReturnCode(run(input, output, config, registry));
}
