//===- Scale.cpp - scale codecs and scale rules ---------------------------===//

#include "Scale.h"

#include "Bits.h"
#include "mx/Numerics/Codec.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mx {

static FloatLayout layoutOf(const ScaleSpec &scale) {
  return {scale.bias, scale.fractionBits, scale.largest};
}

float decodeScale(ScaleKind kind, unsigned code) {
  const ScaleSpec &scale = spec(kind);
  code &= (1u << 8 * scale.bytes) - 1;
  unsigned sign = scale.isSigned ? 1u << (8 * scale.bytes - 1) : 0u;
  unsigned magnitude = code & ~sign;
  if (magnitude > scale.largest)
    return std::numeric_limits<float>::quiet_NaN();
  if (kind == ScaleKind::E8M0)
    return static_cast<float>(powerOfTwo(static_cast<int>(code) - scale.bias));
  double unit = powerOfTwo(1 - scale.bias - scale.fractionBits);
  float value = static_cast<float>(
      static_cast<double>(floatUnits(magnitude, layoutOf(scale))) * unit);
  return (code & sign) != 0 ? -value : value;
}

/// Between two powers of two the tie is at 1.5; the even code wins it.
static unsigned encodeE8M0(double value, Rounding rounding) {
  int exponent = exponentOf(value);
  int code = exponent + 127;
  double significand =
      value * powerOfTwo(-exponent / 2) * powerOfTwo(-exponent - -exponent / 2);
  bool up = significand > 1.5;
  if (significand == 1.5)
    up = rounding == Rounding::NearestAway || (code & 1) != 0;
  if (up && rounding != Rounding::TowardZero)
    ++code;
  return static_cast<unsigned>(std::clamp(code, 0, 254));
}

unsigned encodeScale(ScaleKind kind, double value, Rounding rounding) {
  if (kind == ScaleKind::E8M0)
    return encodeE8M0(value, rounding);
  return encodeFloat(value, layoutOf(spec(kind)), rounding);
}

float largestElement(const FormatSpec &format) {
  const ElementSpec &element = spec(format.element);
  if (element.exponentBits != 0)
    return element.max;
  return element.max *
         static_cast<float>(powerOfTwo(elementUnitExponent(format)));
}

float stepUpSignificand(const FormatSpec &format, ScaleRule rule) {
  const ElementSpec &element = spec(format.element);
  double halfUnit = powerOfTwo(-(element.fractionBits + 1));
  double largest = largestElement(format) * powerOfTwo(-element.maxExponent);
  auto next = [](double value) {
    return std::nextafter(static_cast<float>(value), 2.0f);
  };
  switch (rule) {
  case ScaleRule::MaxFp:
  case ScaleRule::PotFloor:
    break;
  case ScaleRule::PotCeil: // E < m / 2^e
    return next(largest);
  case ScaleRule::PotRound: // the last value that still rounds down
    return static_cast<float>(2 - halfUnit);
  case ScaleRule::PotFit: { // the tie above E is E's where its code is even
    bool isEven = std::fmod(largest / (2 * halfUnit), 2) == 0;
    double tie = largest + halfUnit;
    return isEven ? next(tie) : static_cast<float>(tie);
  }
  }
  return 2;
}

unsigned scaleOfZeros(const FormatSpec &format, const Quantizer &quantizer) {
  const ScaleSpec &scale = spec(format.scale);
  return quantizer.scaleRule == ScaleRule::PotFit ? scale.smallest : scale.one;
}

/// Returns the power-of-two rules' exponent, exactly: significands are compared
/// instead of taking logarithms of quotients.
static int exponentOfMax(const FormatSpec &format, ScaleRule rule, float m) {
  int exponent = exponentOf(m);
  double significand = m * powerOfTwo(-exponent); // in [1, 2)
  bool up = significand >= stepUpSignificand(format, rule);
  return exponent - spec(format.element).maxExponent + (up ? 1 : 0);
}

unsigned scaleOfMax(const FormatSpec &format, const Quantizer &quantizer,
                    float m) {
  if (format.scale == ScaleKind::E8M0) {
    int exponent = exponentOfMax(format, quantizer.scaleRule, m);
    return static_cast<unsigned>(std::clamp(exponent + 127, 0, 254));
  }
  // One rounding: at a tie t of the scale type, t * E is a float, so a float m
  // that is not t * E is too far from it for m / E to round to t.
  unsigned code =
      encodeScale(format.scale, static_cast<double>(m) / largestElement(format),
                  quantizer.scaleRounding);
  if (code == 0 && !quantizer.emulator)
    return spec(format.scale).smallest;
  return code;
}

} // namespace mx
