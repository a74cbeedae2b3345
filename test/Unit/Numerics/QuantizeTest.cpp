//===- QuantizeTest.cpp - quantizeRows against exhaustive search ----------===//

#include "QuantizeOracle.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mx;

/// Quantizes `blocks` blocks or more in tensors of many shapes, ragged ones
/// included, and returns the number that differ from the search.
static int64_t mismatchesOf(const FormatSpec &format,
                            const Quantizer &quantizer, int64_t blocks) {
  Generator generator(format.blockSize * 1000 + int(format.scale));
  int64_t mismatches = 0;
  while (blocks > 0) {
    int64_t rows = 1 + generator.below(4);
    int64_t k = 1 + generator.below(8u * unsigned(format.blockSize));
    if (generator.below(2) != 0)
      k = (1 + k / format.blockSize) * format.blockSize;
    Tensor tensor = makeTensor(format, rows, k, generator);
    quantize(tensor, quantizer);
    mismatches += countMismatches(tensor, quantizer);
    blocks -= rows * numBlocks(format, k);
  }
  return mismatches;
}

/// Codes are nearest and scales follow the rule, to the bit.
TEST(Quantize, PresetsEqualExhaustiveSearch) {
  for (const Preset &preset : presets) {
    if (preset.format.scheme == Scheme::Affine)
      continue;
    EXPECT_EQ(mismatchesOf(preset.format, preset.quantizer, 100000), 0)
        << preset.name;
  }
}

TEST(Quantize, EmulatorPresetsEqualExhaustiveSearch) {
  for (const char *name : {"mxfp4", "amxfp4", "amxfp4_pot", "amxfp4_pot_r"}) {
    std::string error;
    Preset preset = *parsePreset(name, error);
    preset.quantizer.emulator = true;
    EXPECT_EQ(mismatchesOf(preset.format, preset.quantizer, 20000), 0) << name;
  }
}

static std::vector<FormatSpec> unnamedFormats() {
  return {
      {ElementKind::E2M1, 8, ScaleKind::F16},
      {ElementKind::E2M1, 256, ScaleKind::E5M2},
      {ElementKind::E4M3, 16, ScaleKind::UE5M3, Scheme::Asymmetric},
      {ElementKind::E2M3, 16, ScaleKind::UE5M3, Scheme::Asymmetric,
       OuterScale::Tensor},
      {ElementKind::E2M3, 8, ScaleKind::E8M0, Scheme::Asymmetric},
      {ElementKind::E3M2, 64, ScaleKind::F16, Scheme::Asymmetric},
      {ElementKind::E3M2, 128, ScaleKind::E5M2},
      {ElementKind::E5M2, 64, ScaleKind::F16, Scheme::Asymmetric},
      {ElementKind::Int4, 32, ScaleKind::E5M2},
      {ElementKind::Int8, 128, ScaleKind::E4M3, Scheme::Symmetric,
       OuterScale::Row},
      {ElementKind::Int8, 32, ScaleKind::E8M0},
  };
}

/// All roundings and scale rules, of elements and scales of all kinds.
TEST(Quantize, EveryRuleEqualsExhaustiveSearch) {
  constexpr Rounding roundings[] = {
      Rounding::NearestEven, Rounding::NearestAway, Rounding::TowardZero};
  constexpr ScaleRule rules[] = {ScaleRule::MaxFp, ScaleRule::PotFloor,
                                 ScaleRule::PotCeil, ScaleRule::PotRound,
                                 ScaleRule::PotFit};
  int tried = 0;
  std::vector<FormatSpec> all = unnamedFormats();
  for (const NamedFormat &entry : formats)
    if (entry.format.scheme != Scheme::Affine)
      all.push_back(entry.format);
  for (const FormatSpec &format : all)
    for (Rounding rounding : roundings)
      for (ScaleRule rule : rules)
        for (Rounding scaleRounding : roundings) {
          Quantizer quantizer{rounding, rule, scaleRounding};
          if (!invalidReason(format, quantizer).empty())
            continue;
          ++tried;
          EXPECT_EQ(mismatchesOf(format, quantizer, 200), 0)
              << spec(format.element).name << " " << spec(format.scale).name
              << " x " << format.blockSize << ", rounding " << int(rounding)
              << ", rule " << int(rule) << ", " << int(scaleRounding);
        }
  EXPECT_GT(tried, 100);
}

/// Returns t * s, and the floats on both sides of it, for all ties t of
/// `format`, with alternating signs, in blocks whose scale is `s`.
static std::vector<float> tiesOf(const FormatSpec &format, Dyadic s) {
  float edge = toFloat(times(largestElementValue(format), s));
  std::vector<float> x;
  Dyadic low = elementValue(format, 0);
  for (unsigned code = 1; compare(low, largestElementValue(format)) != 0;
       ++code) {
    Dyadic high = elementValue(format, code);
    float tie = toFloat(times(middle(low, high), s));
    low = high;
    for (float value :
         {std::nextafter(tie, 0.0f), tie, std::nextafter(tie, INFINITY)}) {
      if (x.size() % size_t(format.blockSize) == 0)
        x.insert(x.end(), {edge, -edge});
      x.push_back(x.size() % 2 == 0 ? value : -value);
    }
  }
  return x;
}

/// Counts wrong blocks of ties, and scales that are not those meant.
static int64_t mismatchesOfTies(const FormatSpec &format,
                                const Quantizer &quantizer) {
  int64_t mismatches = 0;
  unsigned first = format.scale == ScaleKind::E8M0 ? 0 : 1;
  for (unsigned code = first; code <= largestScaleCode(format.scale); ++code) {
    Dyadic scale = scaleValue(format.scale, code);
    if (std::isinf(toFloat(times(largestElementValue(format), scale))))
      continue;
    Tensor tensor{format, 1, 0, tiesOf(format, scale), {}, {}, {}};
    tensor.k = int64_t(tensor.x.size());
    tensor.codes.resize(size_t(codeBytesPerRow(format, tensor.k)));
    tensor.scales.resize(size_t(scaleBytesPerRow(format, tensor.k)));
    quantize(tensor, quantizer);
    mismatches += countMismatches(tensor, quantizer);
    mismatches += storedBlock(tensor, 0, 0).scales[0] == code ? 0 : 1;
  }
  return mismatches;
}

/// The f32 quotient decides as the exact one does, where it is closest: under
/// every scale, subnormal ones included, and every rounding.
TEST(Quantize, TiesAndTheirNeighboursUnderEveryScale) {
  for (const Preset &preset : presets)
    for (Rounding rounding :
         {Rounding::NearestEven, Rounding::NearestAway, Rounding::TowardZero}) {
      FormatSpec format = preset.format;
      format.outer = OuterScale::None;
      Quantizer quantizer = preset.quantizer;
      quantizer.rounding = rounding;
      if (format.scheme != Scheme::Affine)
        EXPECT_EQ(mismatchesOfTies(format, quantizer), 0)
            << preset.name << ", rounding " << int(rounding);
    }
}

/// Maxima where a power-of-two rule steps up, and the floats beside them, from
/// the subnormals to the largest.
TEST(Quantize, PowerOfTwoRulesAtTheirEdges) {
  std::vector<FormatSpec> all = unnamedFormats();
  for (const NamedFormat &entry : formats)
    all.push_back(entry.format);
  for (const FormatSpec &format : all) {
    if (format.scale != ScaleKind::E8M0)
      continue;
    std::vector<float> edges{1.0f,        1.5f,        2 - 0x1p-2f, 2 - 0x1p-3f,
                             2 - 0x1p-4f, 2 - 0x1p-6f, 2 - 0x1p-7f, 1.8125f};
    int64_t mismatches = 0;
    for (ScaleRule rule : {ScaleRule::PotFloor, ScaleRule::PotCeil,
                           ScaleRule::PotRound, ScaleRule::PotFit})
      for (float edge : edges)
        for (int exponent = -149; exponent <= 127; ++exponent) {
          float m = edge * exp2Of(exponent);
          Tensor tensor{format, 3, 1, {}, {}, {}, {}};
          tensor.x = {std::nextafter(m, 0.0f), m, -std::nextafter(m, INFINITY)};
          tensor.codes.resize(size_t(3 * codeBytesPerRow(format, 1)));
          tensor.scales.resize(size_t(3 * scaleBytesPerRow(format, 1)));
          Quantizer quantizer{Rounding::NearestEven, rule};
          quantize(tensor, quantizer);
          mismatches += countMismatches(tensor, quantizer);
        }
    EXPECT_EQ(mismatches, 0) << spec(format.element).name;
  }
}

static Tensor quantized(const char *name, std::vector<float> x) {
  std::string error;
  Preset preset = *parsePreset(name, error);
  Tensor tensor{preset.format, 1, int64_t(x.size()), x, {1.0f}, {}, {}};
  tensor.codes.resize(size_t(codeBytesPerRow(tensor.format, tensor.k)));
  tensor.scales.resize(size_t(scaleBytesPerRow(tensor.format, tensor.k)));
  quantize(tensor, preset.quantizer);
  return tensor;
}

/// Published examples of the AMXFP4 and OCP rules, worked by hand.
TEST(Quantize, WorkedExamples) {
  Block b1 = storedBlock(
      quantized("amxfp4", {22.3f, 9.1f, -1.3f, .4f, -.2f, 3, 0}), 0, 0);
  EXPECT_EQ(b1.scales, (std::vector<unsigned>{0x43, 0x33}));
  EXPECT_EQ(std::vector<unsigned>(b1.codes.begin(), b1.codes.begin() + 7),
            (std::vector<unsigned>{7, 5, 0xF, 0, 0xA, 2, 0}));
  Block a2 = storedBlock(quantized("mxfp4", {7.4f, -7.4f, 6.5f, 1}), 0, 0);
  EXPECT_EQ(a2.scales, std::vector<unsigned>{127});
  EXPECT_EQ(a2.codes[0], 7u);
  EXPECT_EQ(a2.codes[1], 0xFu);
  Block a3 =
      storedBlock(quantized("amxfp4_pot_r", {7.4f, -7.4f, 6.5f, 1}), 0, 0);
  EXPECT_EQ(a3.scales, (std::vector<unsigned>{128, 128}));
  EXPECT_EQ(a3.codes[0], 6u);
  EXPECT_EQ(a3.codes[2], 5u);
}

/// Equal input has equal bytes: what the search takes for granted, in numbers.
TEST(Quantize, CanonicalCodes) {
  Block zero = storedBlock(quantized("amxfp4", {0.0f, -0.0f}), 0, 0);
  EXPECT_EQ(zero.scales, (std::vector<unsigned>{0x3C, 0x3C}));
  EXPECT_EQ(zero.codes, std::vector<unsigned>(32, 0));
  Block signedZero =
      storedBlock(quantized("mxfp4", {0.0f, -0.0f, -1e-9f, 6}), 0, 0);
  EXPECT_EQ(signedZero.codes[0], 0u);
  EXPECT_EQ(signedZero.codes[1], 8u);
  EXPECT_EQ(signedZero.codes[2], 8u);
  Block positive = storedBlock(quantized("amxfp4", {6.0f, 1.0f}), 0, 0);
  EXPECT_EQ(positive.scales, (std::vector<unsigned>{0x3C, 0x3C}));
  Block tiny = storedBlock(quantized("amxfp4", {1e-30f, -6.0f}), 0, 0);
  EXPECT_EQ(tiny.scales, (std::vector<unsigned>{0x01, 0x3C}));
  Block huge = storedBlock(quantized("amxfp4", {1e30f}), 0, 0);
  EXPECT_EQ(huge.scales[0], 0x7Bu);
  EXPECT_EQ(huge.codes[0], 7u);
  Block nan = storedBlock(quantized("amxfp4", {1.0f, NAN}), 0, 0);
  EXPECT_EQ(nan.scales, (std::vector<unsigned>{0x7F, 0x7F}));
  EXPECT_EQ(nan.codes, std::vector<unsigned>(32, 0));
}

/// One changed bit anywhere must not go unseen.
TEST(Quantize, SearchSeesCorruption) {
  std::string error;
  Preset preset = *parsePreset("amxfp4", error);
  Tensor tensor = quantized("amxfp4", {3.0f, -2.0f, 0.5f, -0.25f});
  ASSERT_EQ(countMismatches(tensor, preset.quantizer), 0);
  for (int bit = 0; bit < 8; ++bit) { // 3 and 7 select the scale
    Tensor corrupt = tensor;
    corrupt.codes[0] ^= 1 << bit;
    EXPECT_EQ(countMismatches(corrupt, preset.quantizer), 1) << bit;
  }
  for (size_t which = 0; which < 2; ++which) {
    Tensor corrupt = tensor;
    corrupt.scales[which] ^= 1;
    EXPECT_EQ(countMismatches(corrupt, preset.quantizer), 1);
  }
}

/// amax / (6 * 448), per row or per tensor, without what is not finite.
TEST(OuterScale, IsTheLargestFiniteMagnitudeOverTheLargestProduct) {
  float x[] = {1.0f, -5376.0f, INFINITY, 2688.0f, NAN, 0.0f};
  float outer[2] = {0, 0};
  outerScales(*findFormat("nvfp4"), x, 2, 3, outer);
  EXPECT_EQ(outer[0], 2.0f);
  EXPECT_EQ(outer[1], 0.0f);
  outerScales(*findFormat("nvfp4_row"), x, 2, 3, outer);
  EXPECT_EQ(outer[0], 2.0f);
  EXPECT_EQ(outer[1], 1.0f);
}

/// Zero, subnormal quotients and an infinite amax give 1.
TEST(OuterScale, IsOneWhereTheQuotientIsNotNormal) {
  FormatSpec format = *findFormat("nvfp4");
  EXPECT_EQ(outerScaleUnit(format), 2688.0f);
  EXPECT_EQ(outerScaleOf(format, 0.0f), 1.0f);
  EXPECT_EQ(outerScaleOf(format, 1e-36f), 1.0f);
  EXPECT_EQ(outerScaleOf(format, INFINITY), 1.0f);
  EXPECT_EQ(outerScaleOf(format, 2688 * 0x1p-126f), 0x1p-126f);
  EXPECT_EQ(outerScaleOf(format, 1.0f), 1.0f / 2688.0f);
  EXPECT_EQ(outerScaleOf(*findFormat("nvfp4_ue5m3"), 688128.0f), 1.0f);
}
