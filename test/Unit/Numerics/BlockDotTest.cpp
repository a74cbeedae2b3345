//===- BlockDotTest.cpp - block values against big integers ---------------===//

#include "BlockOracle.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mx;

static std::vector<FormatSpec> operandFormats() {
  std::vector<FormatSpec> all;
  for (const NamedFormat &entry : formats)
    all.push_back(entry.format);
  all.push_back({ElementKind::E5M2, 256, ScaleKind::E8M0});
  all.push_back({ElementKind::E5M2, 32, ScaleKind::F16, Scheme::Asymmetric});
  all.push_back({ElementKind::E3M2, 16, ScaleKind::E5M2, Scheme::Asymmetric});
  all.push_back({ElementKind::E4M3, 64, ScaleKind::UE5M3, Scheme::Asymmetric});
  all.push_back({ElementKind::Int8, 16, ScaleKind::F16, Scheme::Affine});
  return all;
}

/// Every pair of formats, unlike block sizes included, with codes and scales of
/// all kinds.
TEST(BlockDot, EqualsTheExactSumRoundedOnce) {
  Generator generator(51);
  for (const FormatSpec &a : operandFormats())
    for (const FormatSpec &b : operandFormats()) {
      int64_t wrong = 0;
      for (ScaleMix mix : {ScaleMix::Near, ScaleMix::Any, ScaleMix::Extreme})
        for (int i = 0; i < 12; ++i) {
          int64_t k = 1 + generator.below(300);
          Matrix left = randomMatrix(a, 2, k, mix, generator);
          Matrix right = randomMatrix(b, 2, k, mix, generator);
          wrong += countWrongBlocks(left, right, k, left, right);
        }
      EXPECT_EQ(wrong, 0) << spec(a.element).name << " x " << a.blockSize
                          << " by " << spec(b.element).name << " x "
                          << b.blockSize;
    }
}

/// A matrix of one block with the same code everywhere.
static Matrix oneBlock(const FormatSpec &format, std::vector<unsigned> codes,
                       std::vector<unsigned> scales) {
  Matrix matrix = emptyMatrix(format, 1, format.blockSize);
  for (size_t i = 0; i < codes.size(); ++i)
    matrix.setCode(0, int64_t(i), codes[i]);
  for (size_t i = 0; i < scales.size(); ++i)
    matrix.setScale(0, 0, int(i), scales[i]);
  return matrix;
}

static float dot(const Matrix &a, const Matrix &b) {
  int64_t count = std::min(a.format.blockSize, b.format.blockSize);
  return blockDot(a.view(), 0, b.view(), 0, count, 0, count);
}

/// 2^127 against 2^-127: f64 keeps the large term only, and the small one
/// decides the tie.
TEST(BlockDot, SmallTermsBreakTies) {
  FormatSpec format = *findFormat("amxfp4_pot");
  // Positive side 2^127 * 2^0, negative side 2^-127 * 2^0.
  Matrix b = oneBlock(format, {2, 2, 10}, {127, 127});
  Matrix a = oneBlock(format, {2, 0, 2}, {127 + 100, 127 - 127});
  EXPECT_EQ(dot(a, b), 0.0f); // 2^100 - 2^100
  a = oneBlock(format, {2, 0, 10}, {127 + 100, 0});
  EXPECT_EQ(dot(a, b), 0x1p100f);
  // The sum cancels all but the smallest term.
  a = oneBlock(format, {2, 10, 2}, {127 + 100, 0});
  EXPECT_EQ(dot(a, b), -0x1p-127f);
}

/// Ties of f32 that only a term 2^-200 below can break, in both directions.
TEST(BlockDot, RoundsLikeTheWholeSum) {
  FormatSpec wide{ElementKind::E5M2, 32, ScaleKind::E8M0, Scheme::Asymmetric};
  // 2^12 * 2^12 + 2^-12 * 2^12 = 2^24 + 1, a tie of f32.
  unsigned big = (12 + 15) << 2, one = 15 << 2;
  Matrix b = oneBlock(wide, {big, one, one | 128}, {127, 127});
  Matrix tie = oneBlock(wide, {big, one, 0}, {127, 0});
  EXPECT_EQ(dot(tie, b), 0x1p24f);
  Matrix above = oneBlock(wide, {big, one, one | 128}, {127, 0});
  EXPECT_EQ(dot(above, b), 0x1p24f + 2);
  // 2^24 + 3 goes up to the even 2^24 + 4, and a little less goes down.
  unsigned three = 16 << 2 | 2;
  Matrix ones = oneBlock(wide, {big, one, one}, {127, 127});
  EXPECT_EQ(dot(oneBlock(wide, {big, three}, {127, 0}), ones), 0x1p24f + 4);
  Matrix below = oneBlock(wide, {big, three, one | 128}, {127, 0});
  EXPECT_EQ(dot(below, ones), 0x1p24f + 2);
}

/// Below the least normal f32 and above the largest.
TEST(BlockDot, UnderflowsGraduallyAndOverflows) {
  FormatSpec format = *findFormat("mxfp4");
  Matrix half = oneBlock(format, {1}, {0}); // 2^-128
  Matrix small = oneBlock(format, {1}, {127 - 20});
  EXPECT_EQ(dot(half, small), 0x1p-149f);
  small = oneBlock(format, {1}, {127 - 21});
  EXPECT_EQ(dot(half, small), 0.0f);
  EXPECT_EQ(dot(oneBlock(format, {3}, {0}), small), 0x1p-148f); // 1.5 units
  Matrix negative = oneBlock(format, {9}, {127 - 30});
  EXPECT_TRUE(std::signbit(dot(half, negative)));
  Matrix large = oneBlock(format, {2}, {254});
  Matrix one = oneBlock(format, {2}, {127}), two = oneBlock(format, {4}, {127});
  EXPECT_EQ(dot(large, one), 0x1p127f);
  EXPECT_EQ(dot(large, two), INFINITY);
  EXPECT_EQ(dot(oneBlock(format, {10}, {254}), two), -INFINITY);
}

/// All codes the largest: sums of 2^72 units.
TEST(BlockDot, LargestSumsOfWideElements) {
  FormatSpec format{ElementKind::E5M2, 256, ScaleKind::E8M0};
  Matrix a = oneBlock(format, std::vector<unsigned>(256, 0x7B), {127});
  EXPECT_EQ(dot(a, a), 256.0f * 57344.0f * 57344.0f);
  Matrix b = oneBlock(format, std::vector<unsigned>(256, 0xFB), {127});
  EXPECT_EQ(dot(a, b), -256.0f * 57344.0f * 57344.0f);
}

/// Sums of some 60 bits times scale products of 22 that cancel but for one
/// element: what is left is right only if each term is exact.
TEST(BlockDot, LargeTermsCancelExactly) {
  Generator generator(53);
  FormatSpec format{ElementKind::E5M2, 32, ScaleKind::F16, Scheme::Asymmetric};
  int64_t wrong = 0;
  for (int round = 0; round < 300; ++round) {
    Matrix a = emptyMatrix(format, 1, 32), b = emptyMatrix(format, 1, 32);
    for (int64_t i = 0; i < 15; ++i) {
      unsigned left = generator.below(0x7C), right = generator.below(0x7C);
      a.setCode(0, i, left);
      a.setCode(0, i + 15, left | 128);
      b.setCode(0, i, right);
      b.setCode(0, i + 15, right);
    }
    a.setCode(0, 30, generator.below(16));
    b.setCode(0, 30, generator.below(16));
    unsigned scale = 0x3C01 + 2 * generator.below(512);
    for (int which = 0; which < 2; ++which) {
      a.setScale(0, 0, which, scale);
      b.setScale(0, 0, which, scale + 2);
    }
    wrong += countWrongBlocks(a, b, 32, a, b);
  }
  EXPECT_EQ(wrong, 0);
}

TEST(BlockDot, NanScaleOrElementIsNan) {
  for (const NamedFormat &entry : formats) {
    const FormatSpec &format = entry.format;
    for (int which = 0; which < format.scalesPerBlock(); ++which) {
      Matrix zero = oneBlock(format, {}, {}), nan = zero;
      nan.setScale(0, 0, which, nanScaleCode(format.scale));
      EXPECT_FALSE(std::isnan(dot(zero, zero))) << entry.name;
      EXPECT_TRUE(std::isnan(dot(nan, zero))) << entry.name;
      EXPECT_TRUE(std::isnan(dot(zero, nan))) << entry.name;
    }
  }
  FormatSpec format = *findFormat("mxfp8_e4m3");
  Matrix one = oneBlock(format, {0, 0, 0, 0x7F}, {127});
  Matrix zero = oneBlock(format, {}, {127});
  EXPECT_TRUE(std::isnan(dot(one, zero)));
  EXPECT_TRUE(std::isnan(dot(zero, one)));
  EXPECT_FALSE(std::isnan(blockDot(one.view(), 0, zero.view(), 0, 32, 0, 3)));
  EXPECT_FALSE(std::isnan(blockDot(one.view(), 0, zero.view(), 0, 32, 4, 28)));
}

/// The minimum counts once for each real element, none for the padding.
TEST(BlockDot, AffineMinimumStopsAtTheEnd) {
  FormatSpec format = *findFormat("int4_affine");
  Matrix ones = oneBlock(format, {}, {0x3C00, 0x3C00}); // 1 + 1 * 0
  EXPECT_EQ(blockDot(ones.view(), 0, ones.view(), 0, 5, 0, 5), 5.0f);
  EXPECT_EQ(blockDot(ones.view(), 0, ones.view(), 0, 32, 8, 24), 24.0f);
}

/// One bit of a code, of a sign (which selects the scale) or of a scale.
TEST(BlockDot, CheckSeesCorruption) {
  Generator generator(52);
  FormatSpec format = *findFormat("amxfp4");
  Matrix a = randomMatrix(format, 1, 32, ScaleMix::Near, generator);
  Matrix b =
      randomMatrix(*findFormat("mxint8"), 1, 32, ScaleMix::Near, generator);
  for (int64_t i = 0; i < 32; ++i)
    b.setCode(0, i, 0x41);
  a.setScale(0, 0, 0, 0x3C);
  a.setScale(0, 0, 1, 0x42);
  b.setScale(0, 0, 0, 127);
  a.setCode(0, 3, 5);
  ASSERT_EQ(countWrongBlocks(a, b, 32, a, b), 0);
  for (unsigned flip : {1u, 8u}) {
    Matrix corrupt = a;
    corrupt.setCode(0, 3, 5 ^ flip);
    EXPECT_EQ(countWrongBlocks(a, b, 32, corrupt, b), 1) << flip;
  }
  for (int which : {0, 1}) {
    Matrix corrupt = a;
    corrupt.scales[size_t(which)] ^= 1;
    EXPECT_EQ(countWrongBlocks(a, b, 32, corrupt, b), 1) << which;
  }
}
