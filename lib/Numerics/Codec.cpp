//===- Codec.cpp - elements and 16-bit floats, one at a time --------------===//

#include "mx/Numerics/Codec.h"

#include "Bits.h"

#include <cmath>
#include <limits>

namespace mx {

static bool isInteger(ElementKind kind) { return spec(kind).exponentBits == 0; }

/// Codes and sign bit of a float element.
static unsigned signBit(const ElementSpec &element) {
  return 1u << (element.bits - 1);
}

/// The formats of less than 8 bits have no NaN: all their codes are finite.
static FloatLayout layoutOf(ElementKind kind) {
  const ElementSpec &element = spec(kind);
  unsigned largest = kind == ElementKind::E4M3   ? 0x7E
                     : kind == ElementKind::E5M2 ? 0x7B
                                                 : signBit(element) - 1;
  return {element.bias, element.fractionBits, largest};
}

/// True for the codes above the largest finite one.
static bool isNanCode(ElementKind kind, unsigned code) {
  if (isInteger(kind))
    return false;
  return (code & (signBit(spec(kind)) - 1)) > layoutOf(kind).largest;
}

bool hasNanElement(const FormatSpec &format) {
  return format.element == ElementKind::E4M3 ||
         format.element == ElementKind::E5M2;
}

int elementUnitExponent(const FormatSpec &format) {
  const ElementSpec &element = spec(format.element);
  if (!isInteger(format.element))
    return 1 - element.bias - element.fractionBits;
  // OCP's integers carry an implied scale 2^-(n-2), so that they lie in -2 .. 2
  // and E8M0 scales follow the floats' rule. Others (GGUF's) are plain.
  return format.scale == ScaleKind::E8M0 ? 2 - element.bits : 0;
}

int64_t elementUnits(const FormatSpec &format, unsigned code) {
  const ElementSpec &element = spec(format.element);
  unsigned sign = signBit(element);
  code &= 2 * sign - 1;
  if (isInteger(format.element)) {
    bool negative = format.scheme != Scheme::Affine && (code & sign) != 0;
    return static_cast<int64_t>(code) - (negative ? 2 * int64_t(sign) : 0);
  }
  if (isNanCode(format.element, code))
    return 0;
  int64_t units = floatUnits(code & (sign - 1), layoutOf(format.element));
  return (code & sign) != 0 ? -units : units;
}

int elementUnitBits(const FormatSpec &format) {
  const ElementSpec &element = spec(format.element);
  if (isInteger(format.element))
    return element.bits;
  int64_t units =
      floatUnits(layoutOf(format.element).largest, layoutOf(format.element));
  int bits = 0;
  for (; units != 0; units >>= 1)
    ++bits;
  return bits;
}

float decodeElement(const FormatSpec &format, unsigned code) {
  if (isNanCode(format.element, code))
    return std::numeric_limits<float>::quiet_NaN();
  double unit = powerOfTwo(elementUnitExponent(format));
  double value = static_cast<double>(elementUnits(format, code)) * unit;
  bool negativeZero = value == 0 && !isInteger(format.element) &&
                      (code & signBit(spec(format.element))) != 0;
  return negativeZero ? -0.0f : static_cast<float>(value);
}

static unsigned encodeInteger(const FormatSpec &format, Rounding rounding,
                              double value) {
  const ElementSpec &element = spec(format.element);
  bool affine = format.scheme == Scheme::Affine;
  double limit = affine ? 2 * signBit(element) - 1 : element.max;
  double units = std::fabs(value) * powerOfTwo(-elementUnitExponent(format));
  if (affine && value < 0)
    units = 0;
  units = units < limit ? units : limit;
  unsigned magnitude = static_cast<unsigned>(roundToInteger(units, rounding));
  unsigned mask = 2 * signBit(element) - 1;
  return (value < 0 ? 0u - magnitude : magnitude) & mask;
}

unsigned encodeElement(const FormatSpec &format, Rounding rounding,
                       float value) {
  if (isInteger(format.element))
    return encodeInteger(format, rounding, value);
  unsigned code =
      encodeFloat(std::fabs(value), layoutOf(format.element), rounding);
  return std::signbit(value) ? code | signBit(spec(format.element)) : code;
}

uint16_t encodeF16(double value, Rounding rounding) {
  const ScaleSpec &f16 = spec(ScaleKind::F16);
  unsigned code = encodeFloat(
      std::fabs(value), {f16.bias, f16.fractionBits, f16.largest}, rounding);
  return static_cast<uint16_t>(std::signbit(value) ? code | 0x8000u : code);
}

float f16ToF32(uint16_t bits) {
  uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
  uint32_t magnitude = bits & 0x7FFFu;
  // Exponents are 112 apart; infinity and NaN keep all exponent bits set.
  if (magnitude >= 0x7C00u)
    return floatOf(sign | floatInfinity | (magnitude & 0x3FFu) << 13);
  if (magnitude >= 0x0400u)
    return floatOf(sign | ((magnitude << 13) + (112u << 23)));
  float value = static_cast<float>(magnitude) * 0x1p-24f;
  return sign != 0 ? -value : value;
}

float bf16ToF32(uint16_t bits) {
  return floatOf(static_cast<uint32_t>(bits) << 16);
}

uint16_t f32ToF16(float value) {
  unsigned sign = std::signbit(value) ? 0x8000u : 0u;
  if (std::isnan(value))
    return static_cast<uint16_t>(sign | 0x7E00u);
  // 0x7C00, infinity, is where the encoder would go after the largest: values
  // from 65520 on round there.
  unsigned code =
      encodeFloat(std::fabs(value), {15, 10, 0x7C00}, Rounding::NearestEven);
  return static_cast<uint16_t>(sign | code);
}

uint16_t f32ToBF16(float value) {
  uint32_t bits = bitsOf(value);
  if (std::isnan(value))
    return static_cast<uint16_t>(bits >> 16 | 0x0040u);
  // Adds a half less one, and one more where the kept last bit is odd.
  bits += 0x7FFFu + (bits >> 16 & 1u);
  return static_cast<uint16_t>(bits >> 16);
}

} // namespace mx
