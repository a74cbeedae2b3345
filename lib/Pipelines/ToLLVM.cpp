//===- ToLLVM.cpp - block tensors to LLVM, exactly or fast ----------------===//

#include "mx/Conversion/Passes.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Pipelines/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::mx {

/// Tensors -> memrefs. Results are in new buffers that the caller owns (two may
/// share one): the ownership-based deallocation copies a result that is an
/// argument or a constant. With a number of `threads`, parallel loops are split
/// among so many, and buffers of other loops are made before them.
static void addBufferization(OpPassManager &pm,
                             std::optional<int64_t> threads = {}) {
  pm.addPass(createMXPrepareEntryPointsPass());
  pm.addPass(createMXSelectToIfPass());
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addPass(bufferization::createEmptyTensorToAllocTensorPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  // A loop may hand on a tensor that its body makes.
  options.allowReturnAllocsFromLoops = true;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  // A private function that writes to an argument and returns it would copy it.
  pm.addPass(bufferization::createDropEquivalentBufferResultsPass());
  pm.addPass(createCanonicalizerPass());
  if (threads) {
    // Copies of what is there already fold only when their operands are equal.
    pm.addPass(createCSEPass());
    pm.addPass(createCanonicalizerPass());
    MXShareLoopsPassOptions share;
    share.threads = *threads;
    pm.addPass(createMXShareLoopsPass(share));
    pm.addNestedPass<func::FuncOp>(
        bufferization::createBufferLoopHoistingPass());
  }
  bufferization::buildBufferDeallocationPipeline(
      pm, bufferization::BufferDeallocationPipelineOptions());
}

/// Parallel loops -> as many threads of OpenMP.
static void addThreads(OpPassManager &pm, int64_t threads) {
  pm.addPass(createForallToParallelLoopPass());
  ConvertSCFToOpenMPPassOptions options;
  options.numThreads = static_cast<unsigned>(threads);
  pm.addPass(createConvertSCFToOpenMPPass(options));
  // Bodies of parallel loops are in scopes, which may hold one block only.
  pm.addPass(createMXInlineAllocaScopesPass());
}

/// Memrefs -> LLVM dialect.
static void addLowering(OpPassManager &pm, int64_t threads = 1) {
  pm.addPass(createConvertBufferizationToMemRefPass());
  pm.addPass(createMXExpandMathPass());
  pm.addPass(createConvertLinalgToLoopsPass());
  // Not every CPU has bf16 arithmetic, and no library the conversions of it.
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16"};
  pm.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  if (threads > 1)
    addThreads(pm, threads);
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  if (threads > 1)
    pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  MXVerifyStagePassOptions target;
  target.stage = "target";
  pm.addPass(createMXVerifyStagePass(target));
}

void buildFloatToLLVMPipeline(OpPassManager &pm) {
  MXLowerTosaPassOptions lower;
  lower.strict = true; // nothing that follows takes what is left
  pm.addPass(createMXLowerTosaPass(lower));
  addBufferization(pm);
  addLowering(pm);
}

/// Block tensors -> their parts.
static void addParts(OpPassManager &pm) {
  pm.addPass(createConvertMXToPartsPass());
  MXVerifyStagePassOptions parts;
  parts.stage = "parts";
  pm.addPass(createMXVerifyStagePass(parts));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void buildReferencePipeline(OpPassManager &pm) {
  pm.addPass(createMXVerifyStagePass());
  addParts(pm);
  addBufferization(pm);
  pm.addPass(createConvertMXPartsToLoopsPass());
  addLowering(pm);
}

void buildToLLVMPipeline(OpPassManager &pm,
                         const ToLLVMPipelineOptions &options) {
  pm.addPass(createMXVerifyStagePass());
  MXSelectLoweringPassOptions select;
  select.target = options.target;
  select.threads = options.threads;
  select.strict = options.strict;
  pm.addPass(createMXSelectLoweringPass(select));
  if (options.fuse) {
    MXFuseQuantizePassOptions fuse;
    fuse.byConfig = true;
    pm.addPass(createMXFuseQuantizePass(fuse));
  }
  MXPrepackWeightsPassOptions prepack;
  prepack.packFunctions = options.packFunctions;
  pm.addPass(createMXPrepackWeightsPass(prepack));
  addParts(pm);
  pm.addPass(createMXBoundTemporariesPass());
  addBufferization(pm, options.threads.getValue());
  pm.addPass(createCSEPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createMXShareFunctionsPass());
  pm.addPass(createConvertMXPartsToKernelsPass());
  ConvertFloatProductsToKernelsPassOptions products;
  products.target = options.target;
  products.threads = options.threads;
  pm.addPass(createConvertFloatProductsToKernelsPass(products));
  ConvertReductionsToVectorPassOptions reductions;
  reductions.target = options.target;
  pm.addPass(createConvertReductionsToVectorPass(reductions));
  // What no kernel fits.
  pm.addPass(createConvertMXPartsToLoopsPass());
  // Tiles that a static M never has.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createConvertMXKernelsToVectorPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
  if (!options.weightsFile.empty()) {
    MXExternalizeConstantsPassOptions externalize;
    externalize.file = options.weightsFile;
    pm.addPass(createMXExternalizeConstantsPass(externalize));
  }
  pm.addPass(createMXPoolTemporariesPass());
  addLowering(pm, options.threads);
}

void registerPipelines() {
  registerQuantizePipeline();
  PassPipelineRegistration<>(
      "mx-reference",
      "Lower block tensors to LLVM, slowly and exactly (the oracle)",
      buildReferencePipeline);
  PassPipelineRegistration<ToLLVMPipelineOptions>(
      "mx-to-llvm", "Lower block tensors to LLVM by vector kernels",
      buildToLLVMPipeline);
  PassPipelineRegistration<>(
      "mx-float-to-llvm",
      "Lower tensors of upstream dialects to LLVM, with the runner's ABI",
      buildFloatToLLVMPipeline);
}

} // namespace mlir::mx
