//===- Quantize.cpp - Float -> Block --------------------------------------===//

#include "mx/Conversion/Passes.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Pipelines/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void mlir::mx::buildQuantizePipeline(OpPassManager &pm,
                                     const QuantizePipelineOptions &options) {
  ConvertTosaToMXPassOptions tosa;
  tosa.strict = options.strict;
  pm.addPass(createConvertTosaToMXPass(tosa));
  MXLowerTosaPassOptions lower;
  lower.strict = options.strict;
  pm.addPass(createMXLowerTosaPass(lower));
  ConvertLinalgToMXPassOptions convert;
  convert.weights = options.weights;
  convert.activations = options.activations;
  convert.weightsScaleRule = options.weightsScaleRule;
  convert.activationsScaleRule = options.activationsScaleRule;
  convert.minK = options.minK;
  convert.minN = options.minN;
  convert.quantizeAttention = options.quantizeAttention;
  convert.strict = options.strict;
  pm.addPass(createConvertLinalgToMXPass(convert));
  bool isRandom = options.rotateSeed != -1;
  if (options.rotate != 0 || isRandom) { // a seed alone is an error there
    MXRotateOperandsPassOptions rotate;
    rotate.size = options.rotate;
    rotate.kind =
        isRandom ? RotationKind::RandomHadamard : RotationKind::Hadamard;
    rotate.seed = isRandom ? options.rotateSeed.getValue() : 0;
    pm.addPass(createMXRotateOperandsPass(rotate));
  }
  // What a loop does not change is quantized before it, and an activation that
  // feeds many products once.
  pm.addPass(createLoopInvariantCodeMotionPass());
  pm.addPass(createCSEPass());
  pm.addPass(createMXFoldConstantsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mlir::mx::registerQuantizePipeline() {
  PassPipelineRegistration<QuantizePipelineOptions>(
      "mx-quantize",
      "Quantize contractions with a weight, and their constant weights at "
      "compile time (Float -> Block)",
      buildQuantizePipeline);
}
