//===- InitAll.cpp - register everything of MX ----------------------------===//

#include "mx/InitAll.h"
#include "mx/Conversion/Passes.h"
#include "mx/Dialect/MX/Extensions/AllExtensions.h"
#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Pipelines/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectRegistry.h"

void mlir::mx::registerAllDialects(DialectRegistry &registry) {
  registry.insert<MXDialect>();
  registerBufferizableOpInterfaceModels(registry);
}

void mlir::mx::registerAllPasses() {
  registerMXTransformsPasses();
  registerMXConversionPasses();
  registerPipelines();
}
