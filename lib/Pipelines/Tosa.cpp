//===- Tosa.cpp - float ops of TOSA -> linalg -----------------------------===//

#include "mx/Pipelines/Passes.h"

#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToSCF/TosaToSCF.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

// Not tosa::addTosaToLinalgPasses: its canonicalizers would run over modules
// that have no op of TOSA too, and so before their contractions are matched.
void mlir::mx::buildTosaToLinalgPipeline(OpPassManager &pm) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(tosa::createTosaOptionalDecompositionsPass());
  functions.addPass(tosa::createTosaInferShapesPass());
  functions.addPass(tosa::createTosaMakeBroadcastablePass());
  // Convolutions and products first: what they leave is for the others.
  functions.addPass(tosa::createTosaToLinalgNamed());
  functions.addPass(tosa::createTosaToLinalg());
  functions.addPass(createTosaToSCFPass());
  functions.addPass(createTosaToArithPass());
  functions.addPass(createTosaToTensorPass());
}
