//===- DequantizeTest.cpp - every code under every scale ------------------===//

#include "Generator.h"
#include "Oracle.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

using namespace mx;

namespace {
/// Blocks that hold every code once, side by side in a row.
struct AllCodes {
  explicit AllCodes(FormatSpec format) : format(format) {
    this->format.blockSize = 1 << spec(format.element).bits;
    for (int code = 0; code < this->format.blockSize; ++code)
      codes.push_back(static_cast<uint8_t>(code));
    bytes.resize(codes.size());
    packCodes(this->format, codes.data(), this->format.blockSize, bytes.data());
  }

  std::vector<float> decode(unsigned first, unsigned second,
                            const float *outer) const {
    uint8_t scales[4];
    storeScale(format, scales, 0, first);
    if (format.scalesPerBlock() == 2)
      storeScale(format, scales, 1, second);
    std::vector<float> x(codes.size());
    dequantizeRows(format, bytes.data(), scales, outer, 1, format.blockSize,
                   x.data());
    return x;
  }

  FormatSpec format;
  std::vector<uint8_t> codes, bytes;
};
} // namespace

/// Returns element times scale by the definition: one rounding of exact
/// integers.
static float expectedProduct(const FormatSpec &format, unsigned code,
                             unsigned first, unsigned second) {
  bool negative = code >= 1u << (spec(format.element).bits - 1);
  bool takesSecond = negative && format.scheme == Scheme::Asymmetric;
  return toFloat(times(elementValue(format, code),
                       scaleValue(format.scale, takesSecond ? second : first)));
}

static float expectedAffine(const FormatSpec &format, unsigned code,
                            unsigned first, unsigned second) {
  BigFixed sum;
  sum.addProduct(scaleValue(format.scale, first), elementValue(format, code));
  Dyadic minimum = scaleValue(format.scale, second);
  sum.add(minimum.significand, minimum.exponent);
  return sum.roundToFloat();
}

/// Counts wrong values of one block. The sign of a zero has a test of its own.
static int64_t countWrong(const AllCodes &all, unsigned first, unsigned second,
                          const float *outer, const std::vector<float> &x) {
  const FormatSpec &format = all.format;
  bool nan = scaleValue(format.scale, first).nan ||
             (format.scheme != Scheme::Symmetric &&
              scaleValue(format.scale, second).nan);
  int64_t wrong = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    float want = NAN;
    if (!nan)
      want = format.scheme == Scheme::Affine
                 ? expectedAffine(format, all.codes[i], first, second)
                 : expectedProduct(format, all.codes[i], first, second);
    if (outer)
      want *= *outer;
    if (want == 0 ? x[i] != 0 : !sameFloat(x[i], want))
      ++wrong;
  }
  return wrong;
}

static int64_t countWrong(const AllCodes &all, unsigned first, unsigned second,
                          const float *outer) {
  return countWrong(all, first, second, outer,
                    all.decode(first, second, outer));
}

static std::vector<FormatSpec> allFormats() {
  std::vector<FormatSpec> all;
  for (const NamedFormat &entry : formats)
    all.push_back(entry.format);
  all.push_back({ElementKind::E2M3, 32, ScaleKind::UE5M3, Scheme::Asymmetric});
  all.push_back({ElementKind::E3M2, 32, ScaleKind::E4M3, Scheme::Asymmetric,
                 OuterScale::Row});
  all.push_back({ElementKind::E4M3, 32, ScaleKind::UE5M3, Scheme::Asymmetric});
  all.push_back({ElementKind::Int8, 32, ScaleKind::F16, Scheme::Affine});
  all.push_back({ElementKind::Int8, 32, ScaleKind::F16});
  return all;
}

/// All scale codes, with a few of the other scale where there are two; and all
/// codes of the other one.
TEST(Dequantize, EveryCodeUnderEveryScale) {
  for (const FormatSpec &format : allFormats()) {
    AllCodes all(format);
    unsigned count = scaleCodeCount(format.scale);
    unsigned one = unitScaleCode(format.scale);
    // 256 codes under all f16 pairs of interest would take a minute.
    unsigned stride = all.codes.size() == 256 && count != 256 ? 7 : 1;
    int64_t wrong = 0;
    for (unsigned scale = 0; scale < count; scale += stride) {
      wrong += countWrong(all, scale, one, nullptr);
      if (format.scalesPerBlock() == 1)
        continue;
      wrong += countWrong(all, one, scale, nullptr);
      wrong += countWrong(all, scale, (scale * 40503u + 5) % count, nullptr);
    }
    EXPECT_EQ(wrong, 0) << spec(format.element).name << " "
                        << spec(format.scale).name << " " << int(format.scheme);
  }
}

/// Both scales of an asymmetric block, in all pairs, against the side's own
/// value.
TEST(Dequantize, AsymmetricScalesAreIndependent) {
  AllCodes all(*findFormat("amxfp4"));
  int64_t wrong = 0;
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      std::vector<float> x = all.decode(first, second, nullptr);
      Dyadic side[2] = {scaleValue(ScaleKind::E5M2, first),
                        scaleValue(ScaleKind::E5M2, second)};
      if (side[0].nan || side[1].nan) {
        for (float value : x) // zeros too
          wrong += std::isnan(value) ? 0 : 1;
        continue;
      }
      wrong += x[7] == toFloat(times({6, 0}, side[0])) ? 0 : 1;
      wrong += x[15] == toFloat(times({-6, 0}, side[1])) ? 0 : 1;
    }
  EXPECT_EQ(wrong, 0);
}

TEST(Dequantize, OuterScaleRoundsOnceMore) {
  Generator generator(3);
  for (const FormatSpec &format : allFormats()) {
    if (!format.hasOuterScale())
      continue;
    AllCodes all(format);
    int64_t wrong = 0;
    for (unsigned first = 0; first < 256; ++first)
      for (int i = 0; i < 16; ++i) {
        float outer = anyFloat(generator);
        unsigned second = generator.below(256);
        wrong += countWrong(all, first, second, &outer);
      }
    float nan = NAN;
    wrong += countWrong(all, 1, 1, &nan);
    EXPECT_EQ(wrong, 0) << nameOf(format);
  }
}

/// A zero keeps the sign of its code.
TEST(Dequantize, NegativeZero) {
  AllCodes all(*findFormat("mxfp4"));
  std::vector<float> x = all.decode(127, 127, nullptr);
  EXPECT_FALSE(std::signbit(x[0]));
  EXPECT_TRUE(std::signbit(x[8]));
  EXPECT_EQ(x[8], 0.0f);
}

/// Rows are found by their own scales and outer scales, and end at k.
TEST(Dequantize, RaggedRowsStandApart) {
  FormatSpec format = *findFormat("nvfp4_row");
  constexpr int64_t rows = 3, k = 21;
  std::vector<uint8_t> codes(size_t(rows * codeBytesPerRow(format, k)), 0x22);
  std::vector<uint8_t> scales{0x38, 0x40, 0x48, 0x50, 0x58, 0x7F};
  std::vector<float> outer{1.0f, 0.5f, 4.0f}, x(size_t(rows * k + 1), 7.0f);
  dequantizeRows(format, codes.data(), scales.data(), outer.data(), rows, k,
                 x.data());
  EXPECT_EQ(x[0], 1.0f);
  EXPECT_EQ(x[15], 1.0f);
  EXPECT_EQ(x[16], 2.0f);
  EXPECT_EQ(x[21], 2.0f);
  EXPECT_EQ(x[21 + 16], 4.0f);
  EXPECT_EQ(x[42], 64.0f);
  EXPECT_TRUE(std::isnan(x[42 + 16]));
  EXPECT_TRUE(std::isnan(x[62]));
  EXPECT_EQ(x[63], 7.0f); // beyond the end
}

/// One flipped bit of a code, its sign (which selects the scale), or a scale.
TEST(Dequantize, CheckSeesCorruption) {
  AllCodes all(*findFormat("amxfp4"));
  std::vector<float> x = all.decode(0x3C, 0x41, nullptr);
  ASSERT_EQ(countWrong(all, 0x3C, 0x41, nullptr, x), 0);
  for (int bit : {0, 3, 7}) {
    AllCodes corrupt = all;
    corrupt.bytes[2] ^= 1 << bit;
    EXPECT_EQ(countWrong(all, 0x3C, 0x41, nullptr,
                         corrupt.decode(0x3C, 0x41, nullptr)),
              1);
  }
  // 7 codes of a side are not zero.
  EXPECT_EQ(
      countWrong(all, 0x3C, 0x41, nullptr, all.decode(0x3D, 0x41, nullptr)), 7);
  EXPECT_EQ(
      countWrong(all, 0x3C, 0x41, nullptr, all.decode(0x3C, 0x40, nullptr)), 7);
}
