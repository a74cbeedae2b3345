//===- Compare.cpp - are two results the same? ----------------------------===//

#include "mx/Runner/Compare.h"

#include "mx/Numerics/Compare.h"
#include "mx/Runner/Error.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::mx;

/// Returns the largest relative error of one rounding to `type`. f64 results
/// are measured as f32.
static double getUnit(DType type) {
  switch (type) {
  case DType::BF16:
    return 0x1p-8;
  case DType::F16:
    return 0x1p-11;
  default:
    return 0x1p-24;
  }
}

// One contraction: with r roundings on the way to an element, each of relative
// size u, the result is within (r + 1) * u * sum |x * w| of the exact sum (to
// first order r, and one more for the rest); storing it in a 16-bit type adds
// at most that type's unit times |y| <= sum |x * w|. Where the other side was
// rounded as well, both may be that far from the exact sum, in opposite
// directions.
//
// Anything else has no bound in terms of its result; 2^-20 of the rms for each
// contraction is 16 roundings of the rms value, which sums of thousands of
// terms of random sign stay below.
double mlir::mx::getDefaultTolerance(const Analysis &analysis, DType type,
                                     bool isGoldRounded) {
  double stored = getUnit(type) > 0x1p-24 ? getUnit(type) : 0;
  double sides = isGoldRounded ? 2 : 1;
  if (!analysis.magnitude)
    return (0x1p-20 + stored) * std::max(analysis.contractions, 1u);
  return sides *
         ((analysis.magnitude->roundings + 1) * analysis.magnitude->unit +
          stored);
}

llvm::Expected<Comparison> mlir::mx::compare(const Array &result,
                                             const Array &gold,
                                             const Magnitude *magnitude) {
  if (result.shape != gold.shape)
    return makeError("found " + toString(gold) + " to compare with, wanted " +
                     toString(result));
  std::vector<float> y = toFloats(result), g = toFloats(gold);
  const int64_t count = y.size();
  Comparison comparison;
  comparison.sqnrDb = ::mx::sqnrDb(y.data(), g.data(), count);
  if (!magnitude) {
    comparison.maxError = ::mx::maxErrorOverRms(y.data(), g.data(), count);
    return comparison;
  }
  if (magnitude->sums.size() != y.size())
    return makeError("the magnitude of the result has another shape");
  std::vector<double> exact = toDoubles(gold);
  comparison.maxError = ::mx::maxRelativeError(y.data(), exact.data(),
                                               magnitude->sums.data(), count);
  return comparison;
}
