//===- TosaModel.cpp - TOSA's block-scaled casts in double ----------------===//

#include "TosaModel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlir::mx::test {

static constexpr size_t kBlock = 32;

static bool isInteger(const TosaType &type) { return type.exponentBits == 0; }

double tosaValue(const TosaType &type, unsigned code) {
  int sign = 1 << (type.bits - 1);
  int magnitude = static_cast<int>(code) % sign;
  bool negative = static_cast<int>(code) >= sign;
  if (isInteger(type))
    return (negative ? magnitude - sign : magnitude) / 64.0;
  int exponent = magnitude >> type.fractionBits;
  int fraction = magnitude % (1 << type.fractionBits);
  double value = std::ldexp(fraction, -type.fractionBits);
  if (exponent != 0)
    value += 1;
  value = std::ldexp(value, std::max(exponent, 1) - type.bias);
  return negative ? -value : value;
}

/// The specification's calc_block_scale, as the exponent of a finite scale.
static int blockScaleExponent(const TosaType &type, double maxAbs) {
  double ulp = isInteger(type)
                   ? 1 / 64.0
                   : std::exp2(std::ilogb(type.normalMax) - type.fractionBits);
  double outMax = type.normalMax + 0.5 * ulp;
  bool isE4M3 = type.exponentBits == 4;
  double exponent = isE4M3 ? std::ceil(std::log2(maxAbs / outMax))
                           : std::floor(std::log2(maxAbs / outMax)) + 1;
  return static_cast<int>(std::clamp(exponent, -127.0, 127.0));
}

/// Nearest value, ties to the even code. Out of range, where the specification
/// allows NaN, the largest.
static unsigned roundToNearest(const TosaType &type, double x) {
  unsigned best = 0, sign = 1u << (type.bits - 1);
  for (unsigned code = 1; code < sign; ++code) {
    double value = tosaValue(type, code);
    if (value > type.normalMax)
      break;
    double before = std::fabs(tosaValue(type, best) - std::fabs(x));
    double distance = std::fabs(value - std::fabs(x));
    if (distance < before || (distance == before && code % 2 == 0))
      best = code;
  }
  if (!std::signbit(x))
    return best;
  return isInteger(type) ? (2 * sign - best) % (2 * sign) : best + sign;
}

TosaBlocks castToBlockScaled(const TosaType &type,
                             const std::vector<float> &x) {
  TosaBlocks result;
  for (size_t first = 0; first < x.size(); first += kBlock) {
    double maxAbs = 0;
    bool finite = true;
    for (size_t i = first; i < first + kBlock; ++i) {
      finite = finite && std::isfinite(x[i]);
      maxAbs = std::max(maxAbs, std::fabs(static_cast<double>(x[i])));
    }
    int exponent = -127;
    if (finite && maxAbs > 0)
      exponent = blockScaleExponent(type, maxAbs);
    result.scales.push_back(finite ? uint8_t(exponent + 127) : uint8_t(0xFF));
    for (size_t i = first; i < first + kBlock; ++i)
      result.codes.push_back(
          finite ? roundToNearest(type, std::ldexp(x[i], -exponent)) : 0);
  }
  return result;
}

std::vector<double> castFromBlockScaled(const TosaType &type,
                                        const TosaBlocks &blocks) {
  std::vector<double> x;
  for (size_t i = 0; i < blocks.codes.size(); ++i) {
    uint8_t scale = blocks.scales[i / kBlock];
    x.push_back(scale == 0xFF ? std::numeric_limits<double>::quiet_NaN()
                              : std::ldexp(tosaValue(type, blocks.codes[i]),
                                           scale - 127));
  }
  return x;
}

std::vector<uint8_t> packBits(const TosaType &type,
                              const std::vector<unsigned> &codes) {
  std::vector<uint8_t> bytes(codes.size() * size_t(type.bits) / 8);
  for (size_t at = 0; at < 8 * bytes.size(); ++at)
    if (codes[at / size_t(type.bits)] >> at % size_t(type.bits) & 1u)
      bytes[at / 8] |= uint8_t(1u << at % 8);
  return bytes;
}

} // namespace mlir::mx::test
