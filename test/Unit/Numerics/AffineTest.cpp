//===- AffineTest.cpp - step and minimum, and codes between them ----------===//

#include "QuantizeOracle.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace mx;

/// Returns an f16 code for 0 <= `value`: the last code whose value, or whose
/// midpoint to the next one, `value` reaches. Midpoints are exact doubles.
static unsigned nearestHalf(double value) {
  unsigned low = 0, high = 31744;
  while (high - low > 1) {
    unsigned code = (low + high) / 2;
    Dyadic exact = scaleValue(ScaleKind::F16, code);
    double number = std::ldexp(double(exact.significand), exact.exponent);
    (number <= value ? low : high) = code;
  }
  if (low == 31743)
    return low;
  Dyadic exact = middle(scaleValue(ScaleKind::F16, low),
                        scaleValue(ScaleKind::F16, low + 1));
  double tie = std::ldexp(double(exact.significand), exact.exponent);
  return value > tie || (value == tie && low % 2 != 0) ? low + 1 : low;
}

/// Units of 2^-80, cut off below: enough to tell what f64 can tell.
static Int128 fixedPoint(Dyadic value) {
  int shift = value.exponent + 80;
  if (shift >= 0)
    return value.significand * (Int128(1) << shift);
  return shift < -62 ? 0 : Int128(value.significand) >> -shift;
}

/// True if `code` is the nearest to x among all, or as near as f64 can tell;
/// of two exactly as near, the even one.
static bool isNearest(float x, unsigned code, unsigned count, Dyadic step,
                      Dyadic minimum) {
  Int128 target = fixedPoint(exactOf(x));
  auto distance = [&](unsigned candidate) {
    Int128 value = fixedPoint(minimum) + fixedPoint(step) * candidate;
    return value > target ? value - target : target - value;
  };
  Int128 least = distance(0);
  for (unsigned candidate = 1; candidate < count; ++candidate)
    least = std::min(least, distance(candidate));
  Int128 found = distance(code);
  // f64 keeps 52 bits of x - minimum, which is at most 2^18, and of the level.
  Int128 slack = (fixedPoint(step) * Int128(count) >> 51) + 1;
  if (found > least + slack)
    return false;
  bool exact = std::fabs(x) >= 0x1p-30f || x == 0;
  bool tied = (code > 0 && distance(code - 1) == found) ||
              (code + 1 < count && distance(code + 1) == found);
  return !(exact && tied) || code % 2 == 0;
}

static bool isExpected(const FormatSpec &format, const std::vector<float> &x,
                       const Block &block) {
  unsigned count = 1u << spec(format.element).bits;
  double largest = 0, smallest = 0;
  for (float value : x) {
    if (!std::isfinite(value))
      return block.scales == std::vector<unsigned>{0x7E00, 0x7E00} &&
             std::all_of(block.codes.begin(), block.codes.end(),
                         [](unsigned code) { return code == 0; });
    largest = std::max<double>(largest, value);
    smallest = std::min<double>(smallest, value);
  }
  unsigned step = 0x3C00, minimum = 0;
  if (largest > smallest)
    step = std::max(1u, nearestHalf((largest - smallest) / (count - 1)));
  if (smallest < 0)
    minimum = nearestHalf(-smallest) | 0x8000u;
  if (block.scales != std::vector<unsigned>{step, minimum})
    return false;
  for (size_t i = 0; i < block.codes.size(); ++i) {
    if (i >= x.size() && block.codes[i] != 0)
      return false;
    if (i < x.size() && !isNearest(x[i], block.codes[i], count,
                                   scaleValue(ScaleKind::F16, step),
                                   scaleValue(ScaleKind::F16, minimum)))
      return false;
  }
  return true;
}

static int64_t countWrong(const Tensor &tensor) {
  int64_t wrong = 0;
  int64_t size = tensor.format.blockSize;
  for (int64_t row = 0; row < tensor.rows; ++row)
    for (int64_t first = 0; first < tensor.k; first += size) {
      const float *x = tensor.x.data() + row * tensor.k + first;
      std::vector<float> block(x, x + std::min(size, tensor.k - first));
      if (!isExpected(tensor.format, block,
                      storedBlock(tensor, row, first / size)))
        ++wrong;
    }
  return wrong;
}

/// Inputs stay where 2^-80 fixed point fits 128 bits.
static Tensor makeAffine(const FormatSpec &format, int64_t rows, int64_t k,
                         Generator &generator) {
  Tensor tensor = makeTensor(format, rows, k, generator);
  for (float &x : tensor.x)
    if (std::isfinite(x))
      x = std::clamp(x, -0x1p24f, 0x1p24f);
  return tensor;
}

TEST(Affine, EqualsExhaustiveSearch) {
  FormatSpec eight{ElementKind::Int8, 32, ScaleKind::F16, Scheme::Affine};
  for (const FormatSpec &format : {*findFormat("int4_affine"), eight}) {
    Generator generator(21);
    int64_t wrong = 0;
    for (int i = 0; i < (format == eight ? 500 : 12500); ++i) {
      Tensor tensor =
          makeAffine(format, 2, 97 + generator.below(64), generator);
      quantize(tensor, {});
      wrong += countWrong(tensor);
    }
    EXPECT_EQ(wrong, 0) << spec(format.element).name;
  }
}

static Block affineBlock(std::vector<float> x,
                         const Quantizer &quantizer = {}) {
  FormatSpec format = *findFormat("int4_affine");
  Tensor tensor{format, 1, int64_t(x.size()), x, {}, {}, {}};
  tensor.codes.resize(size_t(codeBytesPerRow(format, tensor.k)));
  tensor.scales.resize(size_t(scaleBytesPerRow(format, tensor.k)));
  quantize(tensor, quantizer);
  return storedBlock(tensor, 0, 0);
}

TEST(Affine, KnownBlocks) {
  Block plain = affineBlock({-1.0f, 14.0f, 0.0f, 0.5f, 1.5f, 20.0f - 6.0f});
  EXPECT_EQ(plain.scales, (std::vector<unsigned>{0x3C00, 0xBC00}));
  EXPECT_EQ(std::vector<unsigned>(plain.codes.begin(), plain.codes.begin() + 7),
            (std::vector<unsigned>{0, 15, 1, 2, 2, 15, 0}));
  Block zero = affineBlock({0.0f, -0.0f});
  EXPECT_EQ(zero.scales, (std::vector<unsigned>{0x3C00, 0}));
  Block positive = affineBlock({15.0f, 3.0f}); // the range includes 0
  EXPECT_EQ(positive.scales, (std::vector<unsigned>{0x3C00, 0}));
  EXPECT_EQ(positive.codes[1], 3u);
  Block tiny = affineBlock({1e-20f});
  EXPECT_EQ(tiny.scales[0], 1u);
  Block huge = affineBlock({-1e30f, 1e30f});
  EXPECT_EQ(huge.scales, (std::vector<unsigned>{0x7BFF, 0xFBFF}));
  EXPECT_EQ(huge.codes[0], 0u);
  EXPECT_EQ(huge.codes[1], 15u);
}

TEST(Affine, RoundingOfCodes) {
  std::vector<float> x{15.0f, 0.5f, 1.5f, 2.25f, 2.75f};
  auto codes = [&](Rounding rounding) {
    Block block = affineBlock(x, {rounding});
    return std::vector<unsigned>(block.codes.begin() + 1,
                                 block.codes.begin() + 5);
  };
  EXPECT_EQ(codes(Rounding::NearestEven), (std::vector<unsigned>{0, 2, 2, 3}));
  EXPECT_EQ(codes(Rounding::NearestAway), (std::vector<unsigned>{1, 2, 2, 3}));
  EXPECT_EQ(codes(Rounding::TowardZero), (std::vector<unsigned>{0, 1, 2, 2}));
}

TEST(Affine, CheckSeesCorruption) {
  Generator generator(22);
  FormatSpec format = *findFormat("int4_affine");
  Tensor tensor = makeAffine(format, 1, 32, generator);
  fillBlock(0, tensor.x.data(), 32, generator);
  quantize(tensor, {});
  ASSERT_EQ(countWrong(tensor), 0);
  for (int bit = 0; bit < 8; ++bit) {
    Tensor corrupt = tensor;
    corrupt.codes[3] ^= 1 << bit;
    EXPECT_EQ(countWrong(corrupt), 1) << bit;
  }
  for (size_t byte = 0; byte < 4; ++byte) { // 3 holds the minimum's sign
    Tensor corrupt = tensor;
    corrupt.scales[byte] ^= byte == 3 ? 0x80 : 1;
    EXPECT_EQ(countWrong(corrupt), 1) << byte;
  }
}
