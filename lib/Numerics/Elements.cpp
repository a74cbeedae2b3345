//===- Elements.cpp - the codes of a block under given scales -------------===//

#include "Elements.h"

#include "Bits.h"
#include "Scale.h"
#include "mx/Numerics/Codec.h"

namespace mx {

/// Fraction bits of a float.
static constexpr uint32_t floatFraction = 23;

ElementEncoder::ElementEncoder(const FormatSpec &format, Rounding rounding)
    : rounding(rounding), isInteger(spec(format.element).exponentBits == 0),
      keepsZeroSign(format.scheme == Scheme::Symmetric && !isInteger),
      fractionBits(spec(format.element).fractionBits),
      largest(largestElement(format)),
      signCode(1u << (spec(format.element).bits - 1)) {
  int exponent = elementUnitExponent(format) + static_cast<int>(fractionBits);
  lowest = static_cast<uint32_t>(exponent + 127) << floatFraction;
  unsigned count = 1u << spec(format.element).bits;
  for (unsigned code = 0; code < count; ++code)
    values[code] = decodeElement(format, code);
}

// An integer is a float whose codes all have the lowest exponent, so one loop
// does both. Added to 2^(23 - fractionBits) times its own power of two, a
// quotient is rounded to even at the place of an element's last bit, and the
// sum's low bits are the significand (see encodeFloat in Bits.h). What the
// rounding took away is a float and tells the other two roundings.
//
// Comparisons and masks only: the loop vectorizes on any machine.
template <Rounding Mode>
void ElementEncoder::encodeRounded(const float *x, int count,
                                   const std::array<float, 2> &scales,
                                   uint8_t *codes) const {
  const float positive = scales[0], negative = scales[1], limit = largest;
  const uint32_t least = lowest;
  const uint32_t places = fractionBits, sign = signCode;
  const uint32_t toMagic = (floatFraction - places) << floatFraction;
  const uint32_t toHalf = (places + 1) << floatFraction;
  const bool complement = isInteger, keepsSign = keepsZeroSign;
  for (int i = 0; i < count; ++i) {
    const uint32_t bits = bitsOf(x[i]);
    const bool isNegative = (bits & floatSign) != 0;
    float quotient =
        floatOf(bits & ~floatSign) / (isNegative ? negative : positive);
    quotient = quotient < limit ? quotient : limit;
    const uint32_t own = bitsOf(quotient) & floatInfinity;
    const uint32_t exponent = own > least ? own : least;
    const float magic = floatOf(exponent + toMagic);
    const float sum = quotient + magic;
    const float rest = quotient - (sum - magic);
    uint32_t code = bitsOf(sum) - bitsOf(magic) +
                    ((exponent - least) >> (floatFraction - places));
    if (Mode == Rounding::NearestAway)
      code += rest == floatOf(exponent - toHalf) ? 1 : 0;
    if (Mode == Rounding::TowardZero)
      code -= rest < 0 ? 1 : 0;
    const uint32_t signedCode = complement ? 2 * sign - code : code | sign;
    const bool takesSign = isNegative && (code != 0 || keepsSign);
    codes[i] = static_cast<uint8_t>(takesSign ? signedCode : code);
  }
}

void ElementEncoder::encode(const float *x, int count,
                            const std::array<float, 2> &scales,
                            uint8_t *codes) const {
  switch (rounding) {
  case Rounding::NearestEven:
    return encodeRounded<Rounding::NearestEven>(x, count, scales, codes);
  case Rounding::NearestAway:
    return encodeRounded<Rounding::NearestAway>(x, count, scales, codes);
  case Rounding::TowardZero:
    return encodeRounded<Rounding::TowardZero>(x, count, scales, codes);
  }
}

double ElementEncoder::error(const float *x, int count, float scale) const {
  std::array<uint8_t, 256> codes;
  encode(x, count, {scale, scale}, codes.data());
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    float value = values[codes[static_cast<size_t>(i)]] * scale;
    double difference = static_cast<double>(x[i]) - value;
    sum += difference * difference;
  }
  return sum;
}

} // namespace mx
