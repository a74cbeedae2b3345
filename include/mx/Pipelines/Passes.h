//===- Passes.h - pipelines of MX -------------------------------*- C++ -*-===//
//
// A pipeline only orders passes. Each has an options struct, a builder for
// embedders, and a registration that gives it a name on the command line.
//
//===----------------------------------------------------------------------===//

#ifndef MX_PIPELINES_PASSES_H
#define MX_PIPELINES_PASSES_H

#include "mlir/Pass/PassOptions.h"

#include <string>

namespace mlir {
class OpPassManager;

namespace mx {

/// Options of `mx-quantize`; the meaning of each is that of
/// `convert-linalg-to-mx`, or `mx-rotate-operands`, which checks them.
struct QuantizePipelineOptions
    : public PassPipelineOptions<QuantizePipelineOptions> {
  Option<std::string> weights{*this, "weights",
                              llvm::cl::desc("Preset of the weights"),
                              llvm::cl::init("amxfp4")};
  Option<std::string> activations{
      *this, "activations",
      llvm::cl::desc("Preset of the activations, or none (weight-only)"),
      llvm::cl::init("amxfp4")};
  Option<std::string> weightsScaleRule{
      *this, "weights-scale-rule",
      llvm::cl::desc("preset, or mse: search the scale codes"),
      llvm::cl::init("preset")};
  Option<std::string> activationsScaleRule{
      *this, "activations-scale-rule",
      llvm::cl::desc("preset, or mse: search the scale codes"),
      llvm::cl::init("preset")};
  Option<int64_t> minK{*this, "min-k",
                       llvm::cl::desc("Leave contractions of smaller K alone"),
                       llvm::cl::init(128)};
  Option<int64_t> minN{*this, "min-n",
                       llvm::cl::desc("Leave contractions of smaller N alone"),
                       llvm::cl::init(64)};
  Option<bool> quantizeAttention{
      *this, "quantize-attention",
      llvm::cl::desc("Quantize batched products of two activations too"),
      llvm::cl::init(false)};
  Option<int64_t> rotate{
      *this, "rotate",
      llvm::cl::desc("Rotate both operands in groups of this size; 0: do not"),
      llvm::cl::init(0)};
  Option<int64_t> rotateSeed{
      *this, "rotate-seed",
      llvm::cl::desc("Seed of the random signs of the rotation; -1: no signs"),
      llvm::cl::init(-1)};
  Option<bool> strict{
      *this, "strict",
      llvm::cl::desc("An untouched contraction or op of TOSA is an error"),
      llvm::cl::init(false)};
};

/// Options of `mx-to-llvm`: those of `mx-select-lowering`, which checks them,
/// of `mx-prepack-weights`, whether the products of many rows are fused with
/// others, and where large constants go.
struct ToLLVMPipelineOptions
    : public PassPipelineOptions<ToLLVMPipelineOptions> {
  Option<std::string> target{
      *this, "target",
      llvm::cl::desc("Row of the target table, or host: that of this machine"),
      llvm::cl::init("host")};
  Option<int64_t> threads{
      *this, "threads",
      llvm::cl::desc("Threads of kernels, parallel loops and large "
                     "elementwise ops; from 2 on by OpenMP"),
      llvm::cl::init(1)};
  Option<bool> packFunctions{
      *this, "pack-functions",
      llvm::cl::desc("Public functions take packed weights"),
      llvm::cl::init(false)};
  Option<bool> strict{*this, "strict",
                      llvm::cl::desc("An op that no kernel fits is an error"),
                      llvm::cl::init(false)};
  Option<std::string> weightsFile{
      *this, "weights-file",
      llvm::cl::desc("Write constants above 64 KB to this file "
                     "(mx-externalize-constants); default: leave them"),
      llvm::cl::init("")};
  Option<bool> fuse{
      *this, "fuse",
      llvm::cl::desc("Compute many rows by blocks, with what is done before "
                     "and after products (mx-fuse-quantize)"),
      llvm::cl::init(true)};
};

/// Float -> Block: convert-tosa-to-mx, mx-lower-tosa, convert-linalg-to-mx,
/// mx-rotate-operands where asked for, mx-fold-constants, canonicalize.
void buildQuantizePipeline(OpPassManager &pm,
                           const QuantizePipelineOptions &options);

/// Block (or Float) -> Target, slow and exact: the oracle of every other
/// lowering.
void buildReferencePipeline(OpPassManager &pm);

/// Block (or Float) -> Target by the kernels of the target table; ops that none
/// fits as in the reference. Same ABI.
void buildToLLVMPipeline(OpPassManager &pm,
                         const ToLLVMPipelineOptions &options);

/// Tensors of upstream's dialects -> LLVM dialect, by upstream passes alone and
/// the ABI of the runner: results are in new buffers that the caller frees (two
/// may share one), `_mlir_ciface_NAME` for every public function. The tail of
/// the reference pipeline, and all that a float module needs to run. Float ops
/// of TOSA go through linalg.
void buildFloatToLLVMPipeline(OpPassManager &pm);

/// Registers `mx-quantize` alone.
void registerQuantizePipeline();

/// Registers `mx-quantize`, `mx-reference`, `mx-to-llvm`, `mx-float-to-llvm`.
void registerPipelines();

} // namespace mx
} // namespace mlir

#endif // MX_PIPELINES_PASSES_H
