//===- Bits.h - bit patterns of floats and one rounding ---------*- C++ -*-===//
//
// The pieces that all codecs share: float and double as integers, powers of
// two, and the one place where a number is rounded to an integer.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_NUMERICS_BITS_H
#define MX_LIB_NUMERICS_BITS_H

#include "mx/Numerics/Format.h"

#include <cstdint>
#include <cstring>

namespace mx {

inline constexpr uint32_t floatSign = 0x80000000u;
inline constexpr uint32_t floatInfinity = 0x7F800000u;

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

inline float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

inline uint64_t bitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

inline double doubleOf(uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Returns 2^exponent, `exponent` in -1022 .. 1023.
inline double powerOfTwo(int exponent) {
  return doubleOf(static_cast<uint64_t>(exponent + 1023) << 52);
}

/// Returns floor(log2(value)) of a normal `value` > 0; -1023 of smaller ones.
/// Every positive float is a normal double.
inline int exponentOf(double value) {
  return static_cast<int>(bitsOf(value) >> 52) - 1023;
}

/// Returns 0 <= `value` < 2^52 rounded to an integer.
inline int64_t roundToInteger(double value, Rounding rounding) {
  int64_t whole = static_cast<int64_t>(value);
  double rest = value - static_cast<double>(whole);
  if (rounding == Rounding::TowardZero || rest < 0.5)
    return whole;
  if (rest > 0.5 || rounding == Rounding::NearestAway)
    return whole + 1;
  return whole + (whole & 1);
}

/// Fields of a float with subnormals, and its largest finite code without sign.
struct FloatLayout {
  int bias;
  int fractionBits;
  unsigned largest;
};

/// Returns the code (without sign) nearest to `magnitude` >= 0, saturated.
/// Every layout here ends below 2^17.
///
///    code = (exponent + bias - 1) << fractionBits  +  significand
///
/// holds for subnormals too, and a significand that rounds up to the next power
/// of two carries into the exponent by itself.
inline unsigned encodeFloat(double magnitude, const FloatLayout &layout,
                            Rounding rounding) {
  if (magnitude >= 0x1p17)
    return layout.largest;
  int lowest = 1 - layout.bias;
  int exponent = exponentOf(magnitude);
  if (exponent < lowest)
    exponent = lowest;
  double units = magnitude * powerOfTwo(layout.fractionBits - exponent);
  unsigned code =
      static_cast<unsigned>(roundToInteger(units, rounding)) +
      (static_cast<unsigned>(exponent - lowest) << layout.fractionBits);
  return code < layout.largest ? code : layout.largest;
}

/// Returns the significand of `code` (without sign) in units of the smallest
/// subnormal, 2^(1 - bias - fractionBits).
inline int64_t floatUnits(unsigned code, const FloatLayout &layout) {
  int exponent = static_cast<int>(code >> layout.fractionBits);
  int64_t fraction = code & ((1u << layout.fractionBits) - 1);
  if (exponent == 0)
    return fraction;
  return (fraction + (int64_t(1) << layout.fractionBits)) << (exponent - 1);
}

} // namespace mx

#endif // MX_LIB_NUMERICS_BITS_H
