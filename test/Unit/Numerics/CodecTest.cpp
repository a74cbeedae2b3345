//===- CodecTest.cpp - single elements, scales and 16-bit floats ----------===//

#include "mx/Numerics/Codec.h"
#include "Generator.h"
#include "Oracle.h"
#include "QuantizeOracle.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mx;

static std::vector<FormatSpec> allFormats() {
  std::vector<FormatSpec> all;
  for (const NamedFormat &entry : formats)
    all.push_back(entry.format);
  all.push_back({ElementKind::E3M2, 32, ScaleKind::F16, Scheme::Asymmetric});
  all.push_back({ElementKind::Int8, 32, ScaleKind::F16, Scheme::Affine});
  return all;
}

constexpr ScaleKind scaleKinds[] = {ScaleKind::E8M0, ScaleKind::E5M2,
                                    ScaleKind::E4M3, ScaleKind::UE5M3,
                                    ScaleKind::F16};
constexpr Rounding roundings[] = {Rounding::NearestEven, Rounding::NearestAway,
                                  Rounding::TowardZero};

TEST(Element, DecodeEveryCode) {
  for (const FormatSpec &format : allFormats()) {
    unsigned count = 1u << spec(format.element).bits;
    int bits = 0;
    for (unsigned code = 0; code < count; ++code) {
      Dyadic want = elementValue(format, code);
      float value = decodeElement(format, code);
      EXPECT_TRUE(want.nan ? std::isnan(value) : value == toFloat(want));
      int64_t units = elementUnits(format, code);
      EXPECT_EQ(std::ldexp(double(units), elementUnitExponent(format)),
                want.nan ? 0.0 : double(value));
      while (std::llabs(units) >> bits != 0)
        ++bits;
    }
    EXPECT_EQ(elementUnitBits(format), bits) << spec(format.element).name;
    bool isFloat8 = format.element == ElementKind::E4M3 ||
                    format.element == ElementKind::E5M2;
    EXPECT_EQ(hasNanElement(format), isFloat8);
  }
  EXPECT_TRUE(std::signbit(decodeElement(*findFormat("mxfp4"), 8)));
}

/// Encode undoes decode, for every code that an encoder emits.
TEST(Element, EncodeUndoesDecode) {
  for (const FormatSpec &format : allFormats()) {
    unsigned count = 1u << spec(format.element).bits;
    Dyadic largest = largestElementValue(format);
    bool affine = format.scheme == Scheme::Affine;
    for (unsigned code = 0; code < count; ++code) {
      Dyadic value = elementValue(format, code);
      if (value.nan)
        continue;
      float x = decodeElement(format, code);
      bool emitted = affine || (compare(value, largest) <= 0 &&
                                compare(negated(value), largest) <= 0);
      for (Rounding rounding : roundings)
        EXPECT_EQ(encodeElement(format, rounding, x), emitted ? code : code + 1)
            << spec(format.element).name;
    }
  }
}

/// Nearest of all codes, for floats everywhere; and for the ties themselves.
TEST(Element, EncodeIsNearest) {
  Generator generator(31);
  for (const FormatSpec &format : allFormats()) {
    if (format.scheme == Scheme::Affine)
      continue;
    FormatSpec signedZero = format;
    signedZero.scheme = Scheme::Symmetric;
    unsigned count = 1u << spec(format.element).bits;
    int64_t wrong = 0;
    for (int i = 0; i < 20000; ++i) {
      float x = bell(generator) * exp2Of(int(generator.below(40)) - 20);
      unsigned code = generator.below(count / 2 - 1);
      Dyadic low = elementValue(format, code),
             high = elementValue(format, code + 1);
      if (i % 2 != 0 && !low.nan && !high.nan)
        x = toFloat(middle(low, high));
      if (i % 8 == 0)
        x = anyFloat(generator);
      for (Rounding rounding : roundings)
        wrong += encodeElement(format, rounding, x) !=
                 searchElement(signedZero, rounding, x, {1, 0});
    }
    EXPECT_EQ(wrong, 0) << spec(format.element).name;
    EXPECT_EQ(decodeElement(format, encodeElement(format, Rounding::NearestEven,
                                                  INFINITY)),
              toFloat(largestElementValue(format)));
  }
}

TEST(Element, AffineEncodes0To15) {
  FormatSpec format = *findFormat("int4_affine");
  EXPECT_EQ(encodeElement(format, Rounding::NearestEven, -3.0f), 0u);
  EXPECT_EQ(encodeElement(format, Rounding::NearestEven, 2.5f), 2u);
  EXPECT_EQ(encodeElement(format, Rounding::NearestAway, 2.5f), 3u);
  EXPECT_EQ(encodeElement(format, Rounding::NearestEven, 99.0f), 15u);
}

/// Returns the number of wrong values among all codes of `kind`, with `flip`
/// applied to the code given to the decoder.
static int64_t countWrongScales(ScaleKind kind, unsigned flip) {
  int64_t wrong = 0;
  for (unsigned code = 0; code < scaleCodeCount(kind); ++code) {
    Dyadic want = scaleValue(kind, code);
    float value = decodeScale(kind, code ^ flip);
    wrong += want.nan ? !std::isnan(value) : value != toFloat(want);
  }
  return wrong;
}

TEST(Scale, DecodeEveryCode) {
  for (ScaleKind kind : scaleKinds)
    EXPECT_EQ(countWrongScales(kind, 0), 0) << spec(kind).name;
}

TEST(Scale, CheckSeesAFlippedBit) {
  for (ScaleKind kind : scaleKinds)
    for (unsigned bit = 0; bit < 8u * spec(kind).bytes; ++bit)
      EXPECT_GT(countWrongScales(kind, 1u << bit), 100) << spec(kind).name;
}

TEST(Scale, EncodeUndoesDecode) {
  for (ScaleKind kind : scaleKinds)
    for (unsigned code = 0; code <= largestScaleCode(kind); ++code)
      for (Rounding rounding : roundings)
        ASSERT_EQ(encodeScale(kind, decodeScale(kind, code), rounding), code)
            << spec(kind).name;
}

/// Ties, and the doubles on both sides of them, between all neighbours.
TEST(Scale, EncodeRoundsOnce) {
  for (ScaleKind kind : scaleKinds)
    for (unsigned code = 0; code < largestScaleCode(kind); ++code) {
      double low = decodeScale(kind, code), high = decodeScale(kind, code + 1);
      double tie = low + (high - low) / 2;
      unsigned even = code % 2 == 0 ? code : code + 1;
      ASSERT_EQ(encodeScale(kind, tie, Rounding::NearestEven), even);
      ASSERT_EQ(encodeScale(kind, tie, Rounding::NearestAway), code + 1);
      ASSERT_EQ(encodeScale(kind, tie, Rounding::TowardZero), code);
      for (Rounding rounding : {Rounding::NearestEven, Rounding::NearestAway}) {
        ASSERT_EQ(encodeScale(kind, std::nextafter(tie, 0.0), rounding), code);
        ASSERT_EQ(encodeScale(kind, std::nextafter(tie, 1e300), rounding),
                  code + 1);
      }
    }
}

TEST(Scale, EncodeSaturates) {
  for (ScaleKind kind : scaleKinds)
    for (Rounding rounding : roundings) {
      unsigned largest = largestScaleCode(kind);
      for (double value :
           {double(decodeScale(kind, largest)) * 1.9, 1e300, double(INFINITY)})
        EXPECT_EQ(encodeScale(kind, value, rounding), largest)
            << spec(kind).name;
      EXPECT_EQ(encodeScale(kind, 0.0, rounding), 0u);
      EXPECT_EQ(encodeScale(kind, 1e-300, rounding), 0u);
    }
}

TEST(F16, EncodeKeepsTheSignAndSaturates) {
  EXPECT_EQ(encodeF16(-1.0, Rounding::NearestEven), 0xBC00);
  EXPECT_EQ(encodeF16(1e9, Rounding::NearestEven), 0x7BFF);
  EXPECT_EQ(encodeF16(-65520.0, Rounding::NearestEven), 0xFBFF);
  EXPECT_EQ(encodeF16(-0x1p-25, Rounding::NearestEven), 0x8000);
  EXPECT_EQ(encodeF16(-0x1p-25, Rounding::NearestAway), 0x8001);
  EXPECT_EQ(encodeF16(0.0, Rounding::NearestEven), 0x0000);
}

/// All 2^16 patterns, there and back.
TEST(F16, RoundTrip) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    float value = f16ToF32(static_cast<uint16_t>(bits));
    bool special = bits % 32768 >= 31744, nan = bits % 32768 > 31744;
    if (!special)
      ASSERT_EQ(value, toFloat(scaleValue(ScaleKind::F16, bits)));
    ASSERT_EQ(std::signbit(value), bits >= 32768);
    ASSERT_EQ(std::isnan(value), nan);
    if (!nan)
      ASSERT_EQ(f32ToF16(value), bits);
    else
      ASSERT_TRUE(std::isnan(f16ToF32(f32ToF16(value))));
  }
  EXPECT_EQ(f16ToF32(0x7C00), INFINITY);
}

/// Nearest even at the ties between neighbours, infinity from 65520 on.
TEST(F16, RoundsToNearestEven) {
  for (unsigned code = 0; code < 31744; ++code) {
    float low = f16ToF32(uint16_t(code));
    float high = code == 31743 ? 65536.0f : f16ToF32(uint16_t(code + 1));
    float tie = low + (high - low) / 2;
    ASSERT_EQ(f32ToF16(tie), code + code % 2);
    ASSERT_EQ(f32ToF16(std::nextafter(tie, 0.0f)), code);
    ASSERT_EQ(f32ToF16(-std::nextafter(tie, 1e30f)), 0x8000 + code + 1);
  }
  EXPECT_EQ(f32ToF16(1e30f), 0x7C00);
}

TEST(BF16, RoundTripAndTies) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    float value = bf16ToF32(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(bf16ToF32(f32ToBF16(value))));
      continue;
    }
    ASSERT_EQ(f32ToBF16(value), bits);
    if (std::isinf(value))
      continue;
    float tie = floatFromBits(bits << 16 | 0x8000u);
    ASSERT_EQ(f32ToBF16(tie), bits + bits % 2);
    ASSERT_EQ(f32ToBF16(floatFromBits(bits << 16 | 0x7FFFu)), bits);
    ASSERT_EQ(f32ToBF16(floatFromBits(bits << 16 | 0x8001u)), bits + 1);
  }
  EXPECT_TRUE(std::isnan(bf16ToF32(f32ToBF16(floatFromBits(0x7F800001u)))));
}
