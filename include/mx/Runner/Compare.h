//===- Compare.h - are two results the same? --------------------*- C++ -*-===//
//
// Measures the distance of two results, where possible in units of what the
// sums behind them can lose by rounding, and says how much of it is rounding.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_COMPARE_H
#define MX_RUNNER_COMPARE_H

#include "mx/Runner/Array.h"
#include "mx/Runner/Source.h"

#include <optional>
#include <vector>

namespace mlir::mx {

/// `sum |x * w|` of each element of a contraction's result.
struct Magnitude {
  std::vector<double> sums;
  /// Most roundings on the way to one element, and the unit of each.
  double roundings = 0;
  double unit = 0x1p-24;
};

/// What an entry computes, as far as the choice of a measure needs it.
struct Analysis {
  /// Number of contractions of the module.
  unsigned contractions = 0;
  /// The module holds something of mx.
  bool isQuantized = false;
  /// Known where the entry returns just the result of its only contraction.
  std::optional<Magnitude> magnitude;
};

/// Analyses `entry` after the part of `pipeline` that comes before its
/// lowering, and computes the magnitude for `arguments` by running a derived
/// module: the operands of the contraction decoded and made positive.
llvm::Expected<Analysis> analyze(const Source &source, StringRef pipeline,
                                 StringRef entry, ArrayRef<Array> arguments);

/// Returns the largest error that rounding explains for a result of `type`, in
/// the unit of measure. `isGoldRounded` says that the other side was computed
/// in the same arithmetic and not exactly.
double getDefaultTolerance(const Analysis &analysis, DType type,
                           bool isGoldRounded);

/// How far a result is from `gold`.
struct Comparison {
  /// Infinity where they are equal.
  double sqnrDb = 0;
  /// max |y - g| / sum |x * w| with a magnitude, else max |y - g| / rms(g).
  double maxError = 0;
};

/// Compares arrays of one shape; the error says which shapes differ.
/// `magnitude`, where not null, is that of this result.
llvm::Expected<Comparison> compare(const Array &result, const Array &gold,
                                   const Magnitude *magnitude);

} // namespace mlir::mx

#endif // MX_RUNNER_COMPARE_H
