//===- QuantizeMeter.h - the quantizer of activations alone -----*- C++ -*-===//
//
// What a product spends on quantizing X is measured beside it, by the same
// lowering of
//
//   @main(%x: tensor<MxKxf32>[, %outer]) -> codes, scales
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_QUANTIZEMETER_H
#define MX_LIB_BENCH_QUANTIZEMETER_H

#include "Buffer.h"
#include "Data.h"

#include "mx/Runner/Jit.h"

#include <memory>

namespace mlir::mx {

class QuantizeMeter {
public:
  /// Compiles the quantizer of the activations of `problem` to `preset`.
  static llvm::Expected<std::unique_ptr<QuantizeMeter>>
  create(const Problem &problem, const ::mx::Preset &preset,
         StringRef pipeline);

  /// Quantizes the activations in turn for a round.
  void measure();

  /// Returns GB/s of f32 read, the median of the rounds.
  double getGBs() const;

private:
  explicit QuantizeMeter(Executable executable)
      : executable(std::move(executable)) {}
  void addFrames(const Problem &problem, const ::mx::Preset &preset);

  Executable executable;
  std::vector<Buffer> memory;
  std::vector<std::unique_ptr<CallFrame>> frames;
  int64_t bytes = 0; ///< of X
  std::vector<double> rounds;
};

} // namespace mlir::mx

#endif // MX_LIB_BENCH_QUANTIZEMETER_H
