//===- Compare.cpp - how far two results are apart ------------------------===//

#include "mx/Numerics/Compare.h"

#include "Bits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mx {

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// Returns |y - g|: 0 for equal NaNs and equal infinities, infinity for a NaN
/// against a number.
static double distance(double y, double g) {
  if (std::isnan(y) || std::isnan(g))
    return std::isnan(y) && std::isnan(g) ? 0 : infinity;
  return y == g ? 0 : std::fabs(y - g);
}

double sqnrDb(const float *y, const float *gold, int64_t count) {
  double signal = 0, noise = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (std::isnan(y[i]) != std::isnan(gold[i]))
      return std::numeric_limits<double>::quiet_NaN();
    double error = distance(y[i], gold[i]);
    noise += error * error;
    if (std::isfinite(gold[i]))
      signal += double(gold[i]) * gold[i];
  }
  return noise == 0 ? infinity : 10 * std::log10(signal / noise);
}

double maxRelativeError(const float *y, const double *gold,
                        const double *magnitude, int64_t count) {
  double worst = 0;
  for (int64_t i = 0; i < count; ++i) {
    double error = distance(y[i], gold[i]);
    if (error == 0)
      continue;
    // Infinity over an infinite or NaN magnitude is NaN, but no small error.
    double relative = error / magnitude[i];
    worst = std::max(worst, std::isnan(relative) ? infinity : relative);
  }
  return worst;
}

double maxErrorOverRms(const float *y, const float *gold, int64_t count) {
  double worst = 0, squares = 0;
  int64_t finite = 0;
  for (int64_t i = 0; i < count; ++i) {
    worst = std::max(worst, distance(y[i], gold[i]));
    if (std::isfinite(gold[i])) {
      squares += double(gold[i]) * gold[i];
      ++finite;
    }
  }
  if (worst == 0 || std::isinf(worst))
    return worst;
  return worst / std::sqrt(squares / double(finite));
}

int64_t ulpDistance(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b) ? 0
                                          : std::numeric_limits<int64_t>::max();
  // Sign-magnitude patterns as integers in the order of the values.
  auto order = [](float value) -> int64_t {
    int64_t magnitude = bitsOf(value) & ~floatSign;
    return std::signbit(value) ? -magnitude : magnitude;
  };
  return std::abs(order(a) - order(b));
}

} // namespace mx
