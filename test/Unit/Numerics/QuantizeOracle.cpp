//===- QuantizeOracle.cpp - blocks by exhaustive search -------------------===//

#include "QuantizeOracle.h"

#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mx {

static float quarterSteps(Generator &generator) {
  return (static_cast<float>(generator.below(113)) - 56) * 0.125f;
}

static float drawElement(unsigned kind, Generator &generator) {
  switch (kind) {
  case 1:
    return heavyTail(generator);
  case 3:
    return std::fabs(heavyTail(generator));
  case 4:
    return -std::fabs(bell(generator));
  case 5:
    return generator.below(2) != 0 ? 0.0f : -0.0f;
  case 6: // subnormals and zeros
    return floatFromBits(static_cast<uint32_t>(generator.next()) & 0x807FFFFFu);
  case 7:
    return anyFloat(generator);
  case 8: // many exact ties for a maximum of 7
    return quarterSteps(generator);
  case 9:
    return generator.below(8) == 0 ? bell(generator) : -0.0f;
  default:
    return bell(generator);
  }
}

void fillBlock(unsigned kind, float *x, int64_t count, Generator &generator) {
  int exponent = static_cast<int>(generator.below(21)) - 10;
  if (kind == 5 || kind == 6 || kind == 7)
    exponent = 0;
  if (kind == 10) // where scales underflow
    exponent = static_cast<int>(generator.below(24)) - 30;
  if (kind == 11) // where scales overflow
    exponent = static_cast<int>(generator.below(20)) + 8;
  if (kind == 12) // ends of the float's range
    exponent = generator.below(2) != 0 ? 126 : -126;
  float factor = exp2Of(exponent);
  for (int64_t i = 0; i < count; ++i)
    x[i] = drawElement(kind, generator) * factor;
  auto position =
      static_cast<int64_t>(generator.below(static_cast<uint32_t>(count)));
  if (kind == 2)
    x[position] *= exp2Of(static_cast<int>(generator.below(8)) + 2);
  static constexpr uint32_t special[] = {0x7F800000u, 0xFF800000u, 0x7FC00000u,
                                         0xFFC00001u, 0x7F800001u};
  if (kind == 13)
    x[position] = floatFromBits(special[generator.below(5)]);
}

Tensor makeTensor(const FormatSpec &format, int64_t rows, int64_t k,
                  Generator &generator) {
  Tensor tensor{format, rows, k, {}, {}, {}, {}};
  tensor.x.resize(static_cast<size_t>(rows * k));
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t first = 0; first < k; first += format.blockSize)
      fillBlock(generator.below(blockKinds), tensor.x.data() + row * k + first,
                std::min<int64_t>(format.blockSize, k - first), generator);
  tensor.outer.assign(static_cast<size_t>(rows), 1.0f);
  outerScales(format, tensor.x.data(), rows, k, tensor.outer.data());
  // Any number may be passed, and most blocks must not vanish beside the
  // largest one of their row.
  if (generator.below(4) != 0)
    for (float &outer : tensor.outer)
      outer = std::fabs(bell(generator)) + 0x1p-10f;
  tensor.codes.resize(static_cast<size_t>(rows * codeBytesPerRow(format, k)));
  tensor.scales.resize(static_cast<size_t>(rows * scaleBytesPerRow(format, k)));
  return tensor;
}

void quantize(Tensor &tensor, const Quantizer &quantizer) {
  quantizeRows(tensor.format, quantizer, tensor.x.data(), tensor.rows, tensor.k,
               tensor.format.hasOuterScale() ? tensor.outer.data() : nullptr,
               tensor.codes.data(), tensor.scales.data());
}

/// Magnitudes of the codes 0, 1, ... of one sign, as integers of one unit.
struct Magnitudes {
  std::vector<int64_t> units;
  int exponent;
};

static Magnitudes magnitudesOf(const FormatSpec &format) {
  Magnitudes result{{}, 0};
  result.exponent = elementValue(format, 1).exponent;
  Dyadic largest = largestElementValue(format);
  for (unsigned code = 0;; ++code) {
    Dyadic value = elementValue(format, code);
    result.units.push_back(value.significand
                           << (value.exponent - result.exponent));
    if (compare(value, largest) == 0)
      return result;
  }
}

static unsigned searchMagnitude(const Magnitudes &all, Rounding rounding,
                                Dyadic x, Dyadic scale) {
  // All in one unit. Beyond 60 places apart the answer is 0 or the largest
  // code, with the shift cut to 60 just as without.
  int shift = x.exponent - scale.exponent - all.exponent;
  shift = std::clamp(shift, -60, 60);
  Int128 target = Int128(x.significand) << std::max(shift, 0);
  unsigned best = 0;
  Int128 least = -1;
  for (unsigned code = 0; code < all.units.size(); ++code) {
    Int128 value = Int128(all.units[code] * scale.significand)
                   << std::max(-shift, 0);
    Int128 distance = value > target ? value - target : target - value;
    if (rounding == Rounding::TowardZero && value > target)
      break;
    bool wins = least < 0 || distance < least;
    if (distance == least) // codes ascend: away takes the later one
      wins = rounding == Rounding::NearestAway || code % 2 == 0;
    if (wins) {
      best = code;
      least = distance;
    }
  }
  return best;
}

static unsigned applySign(const FormatSpec &format, unsigned magnitude,
                          bool negative) {
  unsigned count = 1u << spec(format.element).bits;
  if (spec(format.element).exponentBits == 0)
    return negative ? (count - magnitude) % count : magnitude;
  if (magnitude == 0 && format.scheme == Scheme::Asymmetric)
    return 0;
  return negative ? magnitude + count / 2 : magnitude;
}

static unsigned searchElement(const FormatSpec &format, const Magnitudes &all,
                              Rounding rounding, float x, Dyadic scale) {
  unsigned magnitude = 0;
  if (scale.significand != 0)
    magnitude = searchMagnitude(all, rounding, exactOf(std::fabs(x)), scale);
  return applySign(format, magnitude, std::signbit(x));
}

unsigned searchElement(const FormatSpec &format, Rounding rounding, float x,
                       Dyadic scale) {
  return searchElement(format, magnitudesOf(format), rounding, x, scale);
}

/// Goes up from the smallest scale until m is not above the value midway
/// between E and the next one, or at it where E's code is even.
static unsigned searchFit(const FormatSpec &format, Dyadic m) {
  std::vector<int64_t> units = magnitudesOf(format).units;
  int64_t last = units.back(), before = units[units.size() - 2];
  Dyadic tie{3 * last - before, magnitudesOf(format).exponent - 1};
  bool isEven = units.size() % 2 != 0;
  for (unsigned code = 0; code < 254; ++code) {
    int side = compare(m, times(tie, scaleValue(ScaleKind::E8M0, code)));
    if (side < 0 || (side == 0 && isEven))
      return code;
  }
  return 254;
}

static unsigned searchPowerOfTwo(const FormatSpec &format, ScaleRule rule,
                                 Dyadic m) {
  if (rule == ScaleRule::PotFit)
    return searchFit(format, m);
  int exponent = floorLog2(m) - floorLog2(largestElementValue(format));
  if (rule == ScaleRule::PotRound) {
    // m / 2^floor(log2 m) against 2 - 2^-n, n = significand bits of an element.
    static constexpr int bits[] = {2, 4, 3, 4, 3, 3, 7};
    int64_t n = bits[static_cast<int>(format.element)];
    Dyadic threshold{(int64_t(2) << n) - 1, floorLog2(m) - int(n)};
    exponent += compare(m, threshold) >= 0 ? 1 : 0;
  }
  if (rule == ScaleRule::PotCeil) {
    exponent -= 4;
    while (compare(times(largestElementValue(format), {1, exponent}), m) < 0)
      ++exponent;
  }
  return static_cast<unsigned>(std::clamp(exponent + 127, 0, 254));
}

unsigned searchScale(const FormatSpec &format, const Quantizer &quantizer,
                     float m) {
  Dyadic target = exactOf(m), element = largestElementValue(format);
  if (format.scale == ScaleKind::E8M0)
    return searchPowerOfTwo(format, quantizer.scaleRule, target);
  // The last code whose value times E is at most m, by bisection.
  unsigned low = 0, high = largestScaleCode(format.scale) + 1;
  while (high - low > 1) {
    unsigned code = (low + high) / 2;
    Dyadic value = times(element, scaleValue(format.scale, code));
    (compare(value, target) <= 0 ? low : high) = code;
  }
  if (low < largestScaleCode(format.scale) &&
      quantizer.scaleRounding != Rounding::TowardZero) {
    Dyadic tie = times(element, middle(scaleValue(format.scale, low),
                                       scaleValue(format.scale, low + 1)));
    int side = compare(target, tie);
    bool away = quantizer.scaleRounding == Rounding::NearestAway;
    if (side > 0 || (side == 0 && (away || low % 2 != 0)))
      ++low;
  }
  return low == 0 && !quantizer.emulator ? 1 : low;
}

static double squaredError(const FormatSpec &format, const Magnitudes &all,
                           Rounding rounding, const std::vector<float> &x,
                           Dyadic scale) {
  double sum = 0;
  for (float value : x) {
    unsigned code = searchElement(format, all, rounding, value, scale);
    float decoded = toFloat(times(elementValue(format, code), scale));
    double difference = static_cast<double>(value) - decoded;
    sum += difference * difference;
  }
  return sum;
}

static unsigned searchLeastError(const FormatSpec &format,
                                 const Magnitudes &all, Rounding rounding,
                                 const std::vector<float> &x, unsigned code) {
  static constexpr int below[] = {0, 1, 2, 2, 0}, above[] = {1, 0, 1, 1, 0};
  auto kind = static_cast<size_t>(format.scale);
  int smallest = format.scale == ScaleKind::E8M0 ? 0 : 1;
  int largest = static_cast<int>(largestScaleCode(format.scale));
  int best = -1;
  double least = 0;
  for (int step = -below[kind]; step <= above[kind]; ++step) {
    int candidate =
        std::clamp(static_cast<int>(code) + step, smallest, largest);
    Dyadic scale = scaleValue(format.scale, static_cast<unsigned>(candidate));
    double error = squaredError(format, all, rounding, x, scale);
    if (best < 0 || error < least || (error == least && candidate > best)) {
      best = candidate;
      least = error;
    }
  }
  return static_cast<unsigned>(best);
}

/// Returns the scale of the elements of `x`, all of one side.
static unsigned sideScale(const FormatSpec &format, const Magnitudes &all,
                          const Quantizer &quantizer,
                          const std::vector<float> &x) {
  float m = 0;
  for (float value : x)
    m = std::max(m, std::fabs(value));
  unsigned code = searchScale(format, quantizer, m);
  return quantizer.mse
             ? searchLeastError(format, all, quantizer.rounding, x, code)
             : code;
}

static std::vector<unsigned> blockScales(const FormatSpec &format,
                                         const Magnitudes &all,
                                         const Quantizer &quantizer,
                                         const float *x, int64_t count) {
  std::vector<float> sides[2];
  for (int64_t i = 0; i < count; ++i)
    if (x[i] != 0)
      sides[format.scheme == Scheme::Asymmetric && x[i] < 0].push_back(x[i]);
  if (sides[0].empty() && sides[1].empty())
    return std::vector<unsigned>(static_cast<size_t>(format.scalesPerBlock()),
                                 quantizer.scaleRule == ScaleRule::PotFit
                                     ? 0
                                     : unitScaleCode(format.scale));
  std::vector<unsigned> codes;
  for (int side = 0; side < format.scalesPerBlock(); ++side) {
    const std::vector<float> &own = sides[side];
    codes.push_back(
        sideScale(format, all, quantizer, own.empty() ? sides[1 - side] : own));
  }
  return codes;
}

Block searchBlock(const FormatSpec &format, const Quantizer &quantizer,
                  const float *x, int64_t count) {
  Block block;
  block.codes.resize(static_cast<size_t>(format.blockSize));
  for (int64_t i = 0; i < count; ++i) {
    if (std::isfinite(x[i]))
      continue;
    block.scales.assign(static_cast<size_t>(format.scalesPerBlock()),
                        nanScaleCode(format.scale));
    return block;
  }
  Magnitudes all = magnitudesOf(format);
  block.scales = blockScales(format, all, quantizer, x, count);
  for (int64_t i = 0; i < count; ++i) {
    unsigned scale = block.scales[x[i] < 0 ? block.scales.size() - 1 : 0];
    block.codes[static_cast<size_t>(i)] = searchElement(
        format, all, quantizer.rounding, x[i], scaleValue(format.scale, scale));
  }
  return block;
}

Block storedBlock(const Tensor &tensor, int64_t row, int64_t block) {
  const FormatSpec &format = tensor.format;
  int64_t index = row * numBlocks(format, tensor.k) + block;
  int bits = spec(format.element).bits;
  Block result;
  for (int64_t i = index * format.blockSize; i < (index + 1) * format.blockSize;
       ++i) {
    unsigned code = 0;
    for (int bit = 0; bit < bits; ++bit) {
      int64_t at = i * bits + bit;
      code |= (tensor.codes[static_cast<size_t>(at / 8)] >> at % 8 & 1u) << bit;
    }
    result.codes.push_back(code);
  }
  int bytes = format.scale == ScaleKind::F16 ? 2 : 1;
  for (int which = 0; which < format.scalesPerBlock(); ++which) {
    auto at =
        static_cast<size_t>((index * format.scalesPerBlock() + which) * bytes);
    unsigned code = tensor.scales[at];
    result.scales.push_back(bytes == 2 ? code + 256u * tensor.scales[at + 1]
                                       : code);
  }
  return result;
}

int64_t countMismatches(const Tensor &tensor, const Quantizer &quantizer) {
  const FormatSpec &format = tensor.format;
  int64_t mismatches = 0;
  for (int64_t row = 0; row < tensor.rows; ++row) {
    for (int64_t block = 0; block < numBlocks(format, tensor.k); ++block) {
      int64_t first = block * format.blockSize;
      std::vector<float> x;
      for (int64_t i = first; i < std::min(tensor.k, first + format.blockSize);
           ++i) {
        float value = tensor.x[static_cast<size_t>(row * tensor.k + i)];
        if (format.outer == OuterScale::Row)
          value /= tensor.outer[static_cast<size_t>(row)];
        if (format.outer == OuterScale::Tensor)
          value /= tensor.outer[0];
        x.push_back(value);
      }
      Block want = searchBlock(format, quantizer, x.data(), int64_t(x.size()));
      Block found = storedBlock(tensor, row, block);
      if (found.codes != want.codes || found.scales != want.scales)
        ++mismatches;
    }
  }
  return mismatches;
}

} // namespace mx
