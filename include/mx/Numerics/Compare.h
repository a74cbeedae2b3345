//===- Compare.h - how far two results are apart ----------------*- C++ -*-===//
//
// Error measures of tests, tools and tables.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_COMPARE_H
#define MX_NUMERICS_COMPARE_H

#include <cstdint>

namespace mx {

/// Returns 10 log10(sum g^2 / sum (y - g)^2) in dB, `gold` being g: infinity
/// where they are equal, NaN where either holds a NaN at a place where the
/// other does not. Equal NaNs and equal infinities are no error.
double sqnrDb(const float *y, const float *gold, int64_t count);

/// Returns max |y - g| / magnitude over the elements, with `magnitude` the sum
/// of |x * w| of each (y = g counts as 0 even where it is 0). NaN against a
/// number is infinity.
double maxRelativeError(const float *y, const double *gold,
                        const double *magnitude, int64_t count);

/// Returns max |y - g| / rms(g); NaN against a number is infinity.
double maxErrorOverRms(const float *y, const float *gold, int64_t count);

/// Returns the distance in units in the last place: the number of f32 values
/// between `a` and `b` (+0 and -0 are equal, NaNs are equal); INT64_MAX where
/// just one is NaN.
int64_t ulpDistance(float a, float b);

} // namespace mx

#endif // MX_NUMERICS_COMPARE_H
