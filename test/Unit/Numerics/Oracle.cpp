//===- Oracle.cpp - exact numbers, written apart from the library ---------===//

#include "Oracle.h"

#include "Generator.h"

namespace mx {

Dyadic times(Dyadic a, Dyadic b) {
  return {a.significand * b.significand, a.exponent + b.exponent,
          a.nan || b.nan};
}

Dyadic negated(Dyadic a) { return {-a.significand, a.exponent, a.nan}; }

Dyadic middle(Dyadic a, Dyadic b) {
  if (a.exponent > b.exponent)
    return middle(b, a);
  int64_t aligned = b.significand * (int64_t(1) << (b.exponent - a.exponent));
  return {a.significand + aligned, a.exponent - 1, a.nan || b.nan};
}

static int bitLength(Int128 value) {
  int length = 0;
  for (Int128 rest = value < 0 ? -value : value; rest != 0; rest >>= 1)
    ++length;
  return length;
}

int floorLog2(Dyadic a) { return a.exponent + bitLength(a.significand) - 1; }

static int signOf(Int128 value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

int compare(Dyadic a, Dyadic b) {
  int sign = signOf(a.significand);
  if (sign != signOf(b.significand) || sign == 0)
    return signOf(sign - signOf(b.significand));
  if (floorLog2(a) != floorLog2(b))
    return floorLog2(a) < floorLog2(b) ? -sign : sign;
  // Same leading bit: exponents differ by less than 64.
  int shift = a.exponent - b.exponent;
  Int128 left = a.significand * (Int128(1) << (shift > 0 ? shift : 0));
  Int128 right = b.significand * (Int128(1) << (shift < 0 ? -shift : 0));
  return signOf(left - right);
}

float toFloat(Dyadic a) {
  if (a.nan)
    return floatFromBits(0x7FC00000u);
  BigFixed sum;
  sum.add(a.significand, a.exponent);
  return sum.roundToFloat();
}

bool sameFloat(float a, float b) {
  if (a != a || b != b)
    return a != a && b != b;
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

Dyadic exactOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  int field = static_cast<int>(bits >> 23 & 255);
  int64_t fraction = bits & 0x7FFFFF;
  if (field == 255)
    return {0, 0, true};
  int64_t significand = field == 0 ? fraction : fraction + 0x800000;
  int exponent = field == 0 ? -149 : field - 150;
  return {bits >> 31 != 0 ? -significand : significand, exponent};
}

/// Splits a code without sign in fields and places the point.
static Dyadic fields(unsigned magnitude, int fractionBits, int bias) {
  int64_t hidden = 1 << fractionBits;
  int64_t fraction = magnitude % hidden;
  int exponent = static_cast<int>(magnitude / hidden);
  if (exponent == 0)
    return {fraction, 1 - bias - fractionBits};
  return {hidden + fraction, exponent - bias - fractionBits};
}

static Dyadic withSign(Dyadic value, bool negative) {
  return negative ? negated(value) : value;
}

Dyadic elementValue(const FormatSpec &format, unsigned code) {
  bool plain = format.scale != ScaleKind::E8M0;
  bool affine = format.scheme == Scheme::Affine;
  switch (format.element) {
  case ElementKind::E2M1:
    return withSign(fields(code & 7, 1, 1), code >= 8);
  case ElementKind::E2M3:
    return withSign(fields(code & 31, 3, 1), code >= 32);
  case ElementKind::E3M2:
    return withSign(fields(code & 31, 2, 3), code >= 32);
  case ElementKind::E4M3:
    if (code % 128 == 127)
      return {0, 0, true};
    return withSign(fields(code & 127, 3, 7), code >= 128);
  case ElementKind::E5M2:
    if (code % 128 >= 124)
      return {0, 0, true};
    return withSign(fields(code & 127, 2, 15), code >= 128);
  case ElementKind::Int4:
    return {code >= 8 && !affine ? int(code) - 16 : int(code), plain ? 0 : -2};
  case ElementKind::Int8:
    return {code >= 128 && !affine ? int(code) - 256 : int(code),
            plain ? 0 : -6};
  }
  return {0, 0, true};
}

Dyadic scaleValue(ScaleKind kind, unsigned code) {
  switch (kind) {
  case ScaleKind::E8M0:
    return {1, int(code) - 127, code == 255};
  case ScaleKind::E5M2:
    if (code % 128 >= 124)
      return {0, 0, true};
    return withSign(fields(code & 127, 2, 15), code >= 128);
  case ScaleKind::E4M3:
    if (code % 128 == 127)
      return {0, 0, true};
    return withSign(fields(code & 127, 3, 7), code >= 128);
  case ScaleKind::UE5M3:
    if (code == 255)
      return {0, 0, true};
    return fields(code, 3, 15);
  case ScaleKind::F16:
    if (code % 32768 >= 31744)
      return {0, 0, true};
    return withSign(fields(code & 32767, 10, 15), code >= 32768);
  }
  return {0, 0, true};
}

Dyadic largestElementValue(const FormatSpec &format) {
  bool plain = format.scale != ScaleKind::E8M0;
  switch (format.element) {
  case ElementKind::E2M1:
    return {6, 0};
  case ElementKind::E2M3:
    return {15, -1};
  case ElementKind::E3M2:
    return {28, 0};
  case ElementKind::E4M3:
    return {448, 0};
  case ElementKind::E5M2:
    return {57344, 0};
  case ElementKind::Int4:
    return {7, plain ? 0 : -2};
  case ElementKind::Int8:
    return {127, plain ? 0 : -6};
  }
  return {};
}

unsigned scaleCodeCount(ScaleKind kind) {
  return kind == ScaleKind::F16 ? 65536 : 256;
}

unsigned largestScaleCode(ScaleKind kind) {
  static constexpr unsigned codes[] = {254, 123, 126, 254, 31743};
  return codes[static_cast<int>(kind)];
}

unsigned nanScaleCode(ScaleKind kind) {
  static constexpr unsigned codes[] = {0xFF, 0x7F, 0x7F, 0xFF, 0x7E00};
  return codes[static_cast<int>(kind)];
}

unsigned unitScaleCode(ScaleKind kind) {
  static constexpr unsigned codes[] = {127, 15 * 4, 7 * 8, 15 * 8, 15 * 1024};
  return codes[static_cast<int>(kind)];
}

void BigFixed::add(Int128 value, int exponent) {
  int position = exponent - unit;
  size_t word = static_cast<size_t>(position / 64);
  int shift = position % 64;
  // Sign-extended digits of value * 2^shift, added with carries to the top.
  uint64_t carry = 0;
  Int128 rest = value;
  uint64_t spill = 0;
  for (; word < words.size(); ++word) {
    uint64_t digit = static_cast<uint64_t>(rest);
    uint64_t shifted = shift == 0 ? digit : digit << shift | spill;
    spill = shift == 0 ? 0 : digit >> (64 - shift);
    rest >>= 64;
    uint64_t sum = words[word] + shifted;
    uint64_t overflow = sum < shifted ? 1 : 0;
    sum += carry;
    overflow += sum < carry ? 1 : 0;
    words[word] = sum;
    carry = overflow;
  }
}

void BigFixed::addProduct(Dyadic a, Dyadic b) {
  add(Int128(a.significand) * b.significand, a.exponent + b.exponent);
}

float BigFixed::roundToFloat() const {
  std::array<uint64_t, 12> magnitude = words;
  bool negative = words.back() >> 63 != 0;
  uint64_t carry = negative ? 1 : 0;
  for (uint64_t &word : magnitude) {
    word = (negative ? ~word : word) + carry;
    carry = carry != 0 && word == 0 ? 1 : 0;
  }
  auto bit = [&](int position) -> uint32_t {
    return magnitude[size_t(position / 64)] >> position % 64 & 1;
  };
  int top = 64 * int(magnitude.size()) - 1;
  while (top >= 0 && magnitude[size_t(top / 64)] == 0)
    top -= 64;
  while (top >= 0 && bit(top) == 0)
    --top;
  if (top < 0)
    return 0.0f;
  uint32_t sign = negative ? 0x80000000u : 0;
  // The last place kept: 23 below the leading bit, but not below 2^-149.
  int last = top - 23 > -149 - unit ? top - 23 : -149 - unit;
  uint32_t kept = 0;
  for (int position = top; position >= last; --position)
    kept = 2 * kept + bit(position);
  bool half = bit(last - 1) != 0, more = false;
  for (int position = 0; position < (last - 1) / 64 * 64; position += 64)
    more |= magnitude[size_t(position / 64)] != 0;
  for (int position = (last - 1) / 64 * 64; position < last - 1; ++position)
    more |= bit(position) != 0;
  if (half && (more || kept % 2 != 0))
    ++kept;
  if (top + unit > 127)
    return floatFromBits(sign | 0x7F800000u);
  // Field 1 starts at kept = 2^23; a carry moves into the next field.
  uint32_t field = static_cast<uint32_t>(last + unit + 149);
  return floatFromBits(sign | (kept + (field << 23)));
}

} // namespace mx
