//===- Block.cpp - floats to blocks and back ------------------------------===//

#include "mx/Numerics/Block.h"

#include "Bits.h"
#include "Elements.h"
#include "Scale.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mx {

static constexpr size_t maxBlockSize = 256;
using FloatBlock = std::array<float, maxBlockSize>;
using CodeBlock = std::array<uint8_t, maxBlockSize>;

//===----------------------------------------------------------------------===//
// Outer scales
//===----------------------------------------------------------------------===//

float outerScaleUnit(const FormatSpec &format) {
  return largestElement(format) * spec(format.scale).max;
}

float outerScaleOf(const FormatSpec &format, float amax) {
  float scale = amax / outerScaleUnit(format);
  return std::isnormal(scale) ? scale : 1.0f;
}

static float finiteAmax(const float *x, int64_t count) {
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits = bitsOf(x[i]) & ~floatSign;
    largest = std::max(largest, bits < floatInfinity ? bits : 0u);
  }
  return floatOf(largest);
}

void outerScales(const FormatSpec &format, const float *x, int64_t rows,
                 int64_t k, float *outer) {
  if (format.outer == OuterScale::Tensor)
    *outer = outerScaleOf(format, finiteAmax(x, rows * k));
  if (format.outer == OuterScale::Row)
    for (int64_t row = 0; row < rows; ++row)
      outer[row] = outerScaleOf(format, finiteAmax(x + row * k, k));
}

/// Returns the outer scale of `row`, or null where there is none.
static const float *outerOf(const FormatSpec &format, const float *outer,
                            int64_t row) {
  if (!outer || !format.hasOuterScale())
    return nullptr;
  return format.outer == OuterScale::Row ? outer + row : outer;
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

namespace {
/// Largest magnitudes of the positive and of the negative elements.
struct Extremes {
  std::array<float, 2> side;
  bool finite;

  float magnitude() const { return std::max(side[0], side[1]); }
};

/// Quantizes one block at a time, padded with zeros to its full size.
class BlockQuantizer {
public:
  BlockQuantizer(const FormatSpec &format, const Quantizer &quantizer)
      : format(format), quantizer(quantizer),
        encoder(format, quantizer.rounding) {}

  /// Quantizes `x`, of which the first `count` elements are real.
  void quantize(const float *x, int64_t count, uint8_t *codes,
                uint8_t *scales) const;

private:
  void quantizeAffine(const float *x, int64_t count, const Extremes &extremes,
                      uint8_t *codes, uint8_t *scales) const;
  unsigned scaleOfSide(const float *x, float m) const;
  unsigned leastError(const float *x, unsigned code) const;
  std::array<unsigned, 2> scaleCodes(const float *x,
                                     const Extremes &extremes) const;

  FormatSpec format;
  Quantizer quantizer;
  ElementEncoder encoder;
};
} // namespace

// Positive floats order like their patterns as signed integers, and so do
// negative ones with the sign flipped; NaN and infinity come out on top.
static Extremes scan(const float *x, int count) {
  int32_t positive = 0, negative = 0;
  for (int i = 0; i < count; ++i) {
    uint32_t bits = bitsOf(x[i]);
    positive = std::max(positive, static_cast<int32_t>(bits));
    negative = std::max(negative, static_cast<int32_t>(bits ^ floatSign));
  }
  uint32_t largest = static_cast<uint32_t>(std::max(positive, negative));
  return {{floatOf(static_cast<uint32_t>(positive)),
           floatOf(static_cast<uint32_t>(negative))},
          largest < floatInfinity};
}

void BlockQuantizer::quantize(const float *x, int64_t count, uint8_t *codes,
                              uint8_t *scales) const {
  Extremes extremes = scan(x, format.blockSize);
  if (!extremes.finite) {
    for (int which = 0; which < format.scalesPerBlock(); ++which)
      storeScale(format, scales, which, spec(format.scale).nan);
    std::fill_n(codes, codeBytesPerBlock(format), uint8_t(0));
    return;
  }
  if (format.scheme == Scheme::Affine) {
    quantizeAffine(x, count, extremes, codes, scales);
    return;
  }
  std::array<unsigned, 2> scaleCode = scaleCodes(x, extremes);
  std::array<float, 2> scale;
  for (size_t which = 0; which < 2; ++which) {
    scale[which] = decodeScale(format.scale, scaleCode[which]);
    if (scale[which] == 0) // the emulator's underflow: all elements are 0
      scale[which] = std::numeric_limits<float>::infinity();
  }
  for (int which = 0; which < format.scalesPerBlock(); ++which)
    storeScale(format, scales, which, scaleCode[static_cast<size_t>(which)]);
  CodeBlock plain;
  encoder.encode(x, format.blockSize, scale, plain.data());
  packCodes(format, plain.data(), format.blockSize, codes);
}

/// A side without elements copies the other one's scale.
std::array<unsigned, 2>
BlockQuantizer::scaleCodes(const float *x, const Extremes &extremes) const {
  unsigned ofZeros = scaleOfZeros(format, quantizer);
  if (extremes.magnitude() == 0)
    return {ofZeros, ofZeros};
  if (format.scheme == Scheme::Symmetric) {
    unsigned code = scaleOfSide(x, extremes.magnitude());
    return {code, code};
  }
  std::array<unsigned, 2> codes{ofZeros, ofZeros};
  for (size_t side = 0; side < 2; ++side) {
    if (extremes.side[side] == 0)
      continue;
    FloatBlock own;
    for (size_t i = 0; quantizer.mse && i < size_t(format.blockSize); ++i)
      own[i] = std::signbit(x[i]) == (side == 1) ? x[i] : 0.0f;
    codes[side] = scaleOfSide(own.data(), extremes.side[side]);
  }
  for (size_t side = 0; side < 2; ++side)
    if (extremes.side[side] == 0)
      codes[side] = codes[1 - side];
  return codes;
}

/// Returns the scale code of elements `x` of largest magnitude `m` > 0.
unsigned BlockQuantizer::scaleOfSide(const float *x, float m) const {
  unsigned code = scaleOfMax(format, quantizer, m);
  return quantizer.mse ? leastError(x, code) : code;
}

/// The rule's own code is among the candidates, so that the result is never
/// worse; going up with <= gives ties to the larger scale.
unsigned BlockQuantizer::leastError(const float *x, unsigned code) const {
  const auto [below, above] = scaleSearch(format.scale);
  int first = std::max<int>(static_cast<int>(code) - below,
                            spec(format.scale).smallest);
  int last =
      std::min<int>(static_cast<int>(code) + above, spec(format.scale).largest);
  double least = std::numeric_limits<double>::infinity();
  for (int candidate = first; candidate <= last; ++candidate) {
    float scale = decodeScale(format.scale, static_cast<unsigned>(candidate));
    double error = encoder.error(x, format.blockSize, scale);
    if (error <= least) {
      least = error;
      code = static_cast<unsigned>(candidate);
    }
  }
  return code;
}

/// The range includes 0. Codes are those of (x - minimum) / step in f64, of the
/// rounded step and minimum, with codes of the padding left 0.
void BlockQuantizer::quantizeAffine(const float *x, int64_t count,
                                    const Extremes &extremes, uint8_t *codes,
                                    uint8_t *scales) const {
  unsigned levels = (1u << spec(format.element).bits) - 1;
  double range = static_cast<double>(extremes.side[0]) + extremes.side[1];
  unsigned stepCode = spec(format.scale).one, minimumCode = 0;
  if (range > 0) {
    stepCode =
        encodeScale(format.scale, range / levels, quantizer.scaleRounding);
    stepCode = std::max<unsigned>(stepCode, spec(format.scale).smallest);
  }
  if (extremes.side[1] > 0)
    minimumCode = encodeF16(-static_cast<double>(extremes.side[1]),
                            quantizer.scaleRounding);
  storeScale(format, scales, 0, stepCode);
  storeScale(format, scales, 1, minimumCode);
  double step = decodeScale(format.scale, stepCode);
  double minimum = decodeScale(format.scale, minimumCode);
  CodeBlock plain{};
  for (int64_t i = 0; i < count; ++i) {
    double level = (x[i] - minimum) / step;
    level = std::min(std::max(level, 0.0), static_cast<double>(levels));
    plain[static_cast<size_t>(i)] =
        static_cast<uint8_t>(roundToInteger(level, quantizer.rounding));
  }
  packCodes(format, plain.data(), format.blockSize, codes);
}

void quantizeRows(const FormatSpec &format, const Quantizer &quantizer,
                  const float *x, int64_t rows, int64_t k, const float *outer,
                  uint8_t *codes, uint8_t *scales) {
  BlockQuantizer quantize(format, quantizer);
  int64_t size = format.blockSize, blocks = numBlocks(format, k);
  FloatBlock buffer;
  for (int64_t row = 0; row < rows; ++row) {
    const float *scale = outerOf(format, outer, row);
    for (int64_t block = 0; block < blocks; ++block) {
      const float *source = x + row * k + block * size;
      int64_t count = std::min(size, k - block * size);
      if (scale || count < size) {
        for (int64_t i = 0; i < count; ++i)
          buffer[static_cast<size_t>(i)] =
              scale ? source[i] / *scale : source[i];
        std::fill(buffer.begin() + count, buffer.begin() + size, 0.0f);
        source = buffer.data();
      }
      quantize.quantize(source, count, codes, scales);
      codes += codeBytesPerBlock(format);
      scales += scaleBytesPerBlock(format);
    }
  }
}

//===----------------------------------------------------------------------===//
// Dequantization
//===----------------------------------------------------------------------===//

namespace {
/// Decodes one block at a time.
class BlockDecoder {
public:
  explicit BlockDecoder(const FormatSpec &format)
      : format(format), codeCount(1u << spec(format.element).bits) {
    for (unsigned code = 0; code < codeCount; ++code)
      elements[code] = decodeElement(format, code);
  }

  void decode(const uint8_t *codes, const uint8_t *scales, const float *outer,
              int64_t length, float *x) const;

private:
  float valueOf(unsigned code, const std::array<float, 2> &scale) const {
    // step * code is exact, so that the sum is the only rounding.
    if (format.scheme == Scheme::Affine)
      return scale[1] + scale[0] * elements[code];
    return elements[code] * scale[code < codeCount / 2 ? 0 : 1];
  }

  FormatSpec format;
  unsigned codeCount;
  FloatBlock elements;
};
} // namespace

void BlockDecoder::decode(const uint8_t *codes, const uint8_t *scales,
                          const float *outer, int64_t length, float *x) const {
  std::array<float, 2> scale;
  for (int which = 0; which < format.scalesPerBlock(); ++which)
    scale[static_cast<size_t>(which)] =
        decodeScale(format.scale, loadScale(format, scales, which));
  if (format.scheme == Scheme::Symmetric)
    scale[1] = scale[0];
  // Also where no element selects the scale that is NaN.
  if (std::isnan(scale[0]) || std::isnan(scale[1])) {
    std::fill_n(x, length, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  float factor = outer ? *outer : 1.0f;
  if (codeCount != 16) {
    CodeBlock plain;
    if (codeCount != 256) {
      unpackCodes(format, codes, length, plain.data());
      codes = plain.data();
    }
    for (int64_t i = 0; i < length; ++i)
      x[i] = valueOf(codes[i], scale) * factor;
    return;
  }
  std::array<float, 16> table;
  for (unsigned code = 0; code < 16; ++code)
    table[code] = valueOf(code, scale) * factor;
  for (int64_t i = 0; i < length / 2; ++i) {
    x[2 * i] = table[codes[i] & 15];
    x[2 * i + 1] = table[codes[i] >> 4];
  }
  if (length % 2 != 0)
    x[length - 1] = table[codes[length / 2] & 15];
}

void dequantizeRows(const FormatSpec &format, const uint8_t *codes,
                    const uint8_t *scales, const float *outer, int64_t rows,
                    int64_t k, float *x) {
  const BlockDecoder decoder(format);
  int64_t size = format.blockSize, blocks = numBlocks(format, k);
  for (int64_t row = 0; row < rows; ++row) {
    const float *scale = outerOf(format, outer, row);
    for (int64_t block = 0; block < blocks; ++block) {
      int64_t length = std::min(size, k - block * size);
      decoder.decode(codes, scales, scale, length, x);
      codes += codeBytesPerBlock(format);
      scales += scaleBytesPerBlock(format);
      x += length;
    }
  }
}

} // namespace mx
