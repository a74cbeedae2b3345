//===- Ours.h - compiled block-scaled products ------------------*- C++ -*-===//
//
// The contract with the lowering: in
//
//   @main(%x: tensor<MxKxf32>, %w: tensor<NxKx!mx.F> {mx.weight})
//     -> tensor<MxNxf32>
//
// %w becomes its parts, or, where the lowered module has an entry @main_pack,
// the results of that entry for the parts. Only these live from call to call.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_OURS_H
#define MX_LIB_BENCH_OURS_H

#include "Buffer.h"
#include "Contender.h"

#include "mx/Runner/Jit.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>

namespace mlir::mx {

/// How our product is made.
struct Recipe {
  ::mx::Preset weights;
  std::optional<::mx::Preset> activations; ///< unset: plain floats
  std::string pipeline;
};

/// A module in the LLVM dialect and what is known of its making.
struct LoweredProduct {
  OwningOpRef<ModuleOp> module;
  std::string kernel;
  double buildSeconds, lowerSeconds;
};

/// Builds the module above for `problem` and runs the pipeline on it.
llvm::Expected<LoweredProduct> lowerProduct(MLIRContext &context,
                                            const Problem &problem,
                                            const Recipe &recipe);

class Ours final : public Contender {
public:
  static llvm::Expected<std::unique_ptr<Ours>> create(const Problem &problem,
                                                      const Recipe &recipe);

  double run(int64_t call) override;
  llvm::Expected<std::vector<float>> getResult() override;

  StringRef getKernel() const { return kernel; }
  /// Returns the bytes of one copy of the weights.
  int64_t getWeightBytes() const { return weightBytes; }
  /// Returns `build 0.01 s, lower 0.20 s, compile 0.31 s`.
  std::string describeStages() const;

private:
  Ours() = default;
  llvm::Error compile(const Problem &problem, const Recipe &recipe);
  /// Sets `packed` to what calls take for the weights.
  llvm::Error pack(const Problem &problem);
  /// Returns why @main does not take X and `packed`, and give Y.
  llvm::Error checkSignature(const Problem &problem);
  void addFrames(const Problem &problem);

  std::string kernel;
  double buildSeconds = 0, lowerSeconds = 0, compileSeconds = 0;
  std::unique_ptr<MLIRContext> context; ///< holds constants of the code
  std::vector<Executable> entries; ///< @main, then @main_pack if there is one
  std::vector<Array> packed;
  int64_t weightBytes = 0;
  std::vector<Buffer> memory;
  std::vector<std::unique_ptr<CallFrame>> frames;
};

} // namespace mlir::mx

#endif // MX_LIB_BENCH_OURS_H
