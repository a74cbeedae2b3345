// Quantizes and lowers a module from inside another compiler.

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mx/Dialect/MX/IR/MX.h"
#include "mx/InitAll.h"
#include "mx/Pipelines/Passes.h"

static constexpr const char *source = R"mlir(
func.func @main(%x: tensor<4x128xf32>) -> tensor<4x64xf32> {
  %zero = arith.constant dense<0.0> : tensor<4x64xf32>
  %w = arith.constant dense<0.5> : tensor<128x64xf32>
  %y = linalg.matmul ins(%x, %w : tensor<4x128xf32>, tensor<128x64xf32>)
                     outs(%zero : tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
})mlir";

int main() {
  mlir::DialectRegistry registry;
  mlir::mx::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();

  auto module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
  mlir::PassManager manager(&context);
  mlir::mx::buildQuantizePipeline(manager, {});
  if (!module || mlir::failed(manager.run(*module)))
    return 1;
  module->print(llvm::outs());

  int products = 0;
  module->walk([&](mlir::mx::MatmulOp) { ++products; });

  // And on, to the LLVM dialect.
  mlir::PassManager lowering(&context);
  mlir::mx::buildReferencePipeline(lowering);
  return products == 1 && mlir::succeeded(lowering.run(*module)) ? 0 : 1;
}
