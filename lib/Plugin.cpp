//===- Plugin.cpp - MX inside a stock mlir-opt ----------------------------===//
//
//   mlir-opt --load-dialect-plugin=MXPlugin.so --load-pass-plugin=MXPlugin.so
//            --pass-pipeline='builtin.module(mx-quantize)'
//
//===----------------------------------------------------------------------===//

#include "mx/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "MX", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) {
            mlir::mx::registerAllDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "MX", LLVM_VERSION_STRING,
          mlir::mx::registerAllPasses};
}
