//===- Data.h - the operands of a product -----------------------*- C++ -*-===//
//
// Random weights and activations: the same for us and for the peers, and the
// same on all machines.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_DATA_H
#define MX_LIB_BENCH_DATA_H

#include "mx/Bench/Bench.h"
#include "mx/Numerics/Format.h"
#include "mx/Runner/Array.h"

namespace mlir::mx {

/// W[n, k]: Gaussian of variance 1 / k. Its rows repeat after
/// `maxDistinctRows`, which no kernel can tell, so that large ones are made in
/// no time.
class WeightData {
public:
  static constexpr int64_t maxDistinctRows = 512;

  static llvm::Expected<WeightData> create(MatrixShape shape,
                                           const ::mx::Preset &preset);

  const float *row(int64_t index) const {
    return rows.data() + index % maxDistinctRows * shape.k;
  }
  /// Returns the bytes of codes, scales, and the outer scale if there is one,
  /// as the ABI wants them.
  ArrayRef<std::vector<uint8_t>> getParts() const { return parts; }
  int64_t partBytes() const;

private:
  explicit WeightData(MatrixShape shape) : shape(shape) {}
  void quantize(const ::mx::Preset &preset, int64_t distinct);

  MatrixShape shape;
  std::vector<float> rows;
  std::vector<std::vector<uint8_t>> parts;
};

/// Returns X[m, k] of f32, Gaussian of variance 1; of `outliers` one element in
/// a hundred is 20 times as large.
llvm::Expected<Array> makeActivations(int64_t m, int64_t k, BenchData data,
                                      uint64_t seed);

/// A product that is measured, Y[m, n] = X[m, k] * transpose(W[n, k]).
struct Problem {
  int64_t m, n, k;
  unsigned threads;
  const WeightData &weights;
  ArrayRef<Array> activations; ///< that calls take in turn
  /// Bytes that the copies of the weights must have together, so that no cache
  /// holds them; 0 where one copy will do.
  int64_t rotatedBytes;

  /// Returns how many copies of weights of `bytes` calls take in turn.
  int64_t copies(int64_t bytes) const;
};

} // namespace mlir::mx

#endif // MX_LIB_BENCH_DATA_H
