//===- Elements.cpp - the codes of a block under given scales -------------===//

#include "Elements.h"

#include "Bits.h"
#include "mx/Numerics/Codec.h"

#include <cmath>

namespace mx {

/// Thresholds of the seven steps between E2M1 magnitudes. A tie that rounds
/// down moves to the float above it; nearest even does so from even codes.
static std::array<float, 7> thresholdsOf(Rounding rounding) {
  if (rounding == Rounding::TowardZero)
    return {0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f};
  std::array<float, 7> ties{0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
  if (rounding == Rounding::NearestEven)
    for (size_t i = 0; i < ties.size(); i += 2)
      ties[i] = floatOf(bitsOf(ties[i]) + 1);
  return ties;
}

ElementEncoder::ElementEncoder(const FormatSpec &format, Rounding rounding)
    : format(format), rounding(rounding),
      keepsZeroSign(format.scheme == Scheme::Symmetric),
      thresholds(thresholdsOf(rounding)) {
  unsigned count = 1u << spec(format.element).bits;
  for (unsigned code = 0; code < count; ++code)
    values[code] = decodeElement(format, code);
}

// Comparisons and masks only: the loop vectorizes on any machine.
void ElementEncoder::encodeE2M1(const float *x, int count,
                                const std::array<float, 2> &scales,
                                uint8_t *codes) const {
  const std::array<float, 7> steps = thresholds;
  const float positive = scales[0], negative = scales[1];
  const uint32_t zeroSign = keepsZeroSign ? 8 : 0;
  for (int i = 0; i < count; ++i) {
    uint32_t bits = bitsOf(x[i]);
    float scale = (bits & floatSign) != 0 ? negative : positive;
    float quotient = floatOf(bits & ~floatSign) / scale;
    uint32_t code = 0;
    for (float step : steps)
      code += quotient >= step ? 1 : 0;
    uint32_t sign = bits >> 28 & 8;
    codes[i] = static_cast<uint8_t>(code | (sign & (code ? 8 : zeroSign)));
  }
}

void ElementEncoder::encode(const float *x, int count,
                            const std::array<float, 2> &scales,
                            uint8_t *codes) const {
  if (format.element == ElementKind::E2M1) {
    encodeE2M1(x, count, scales, codes);
    return;
  }
  for (int i = 0; i < count; ++i) {
    float quotient = x[i] / scales[std::signbit(x[i]) ? 1 : 0];
    unsigned code = encodeElement(format, rounding, quotient);
    bool zero = !keepsZeroSign && values[code] == 0;
    codes[i] = static_cast<uint8_t>(zero ? 0 : code);
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
