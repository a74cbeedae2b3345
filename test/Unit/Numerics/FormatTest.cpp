//===- FormatTest.cpp - names, checks and facts of formats ----------------===//

#include "mx/Numerics/Format.h"
#include "Oracle.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include <gtest/gtest.h>

using namespace mx;

/// Facts of the scale table follow from the encodings.
TEST(Format, ScaleFacts) {
  for (ScaleKind kind : {ScaleKind::E8M0, ScaleKind::E5M2, ScaleKind::E4M3,
                         ScaleKind::UE5M3, ScaleKind::F16}) {
    const ScaleSpec &scale = spec(kind);
    EXPECT_EQ(toFloat(scaleValue(kind, scale.one)), 1.0f) << scale.name;
    EXPECT_EQ(scale.largest, largestScaleCode(kind)) << scale.name;
    EXPECT_EQ(toFloat(scaleValue(kind, scale.largest)), scale.max)
        << scale.name;
    EXPECT_TRUE(scaleValue(kind, scale.largest + 1).nan) << scale.name;
    EXPECT_EQ(scale.nan, nanScaleCode(kind)) << scale.name;
    EXPECT_TRUE(scaleValue(kind, scale.nan).nan) << scale.name;
    EXPECT_GT(toFloat(scaleValue(kind, scale.smallest)), 0.0f) << scale.name;
    if (scale.smallest > 0)
      EXPECT_EQ(scaleValue(kind, scale.smallest - 1).significand, 0)
          << scale.name;
    EXPECT_EQ(scaleCodeCount(kind), 1u << 8 * scale.bytes);
  }
  EXPECT_EQ(spec(ScaleKind::UE5M3).max, 1.75f * 65536);
}

TEST(Format, ElementFacts) {
  EXPECT_STREQ(spec(ElementKind::E2M1).name, "f4E2M1FN");
  for (const NamedFormat &entry : formats) {
    const ElementSpec &element = spec(entry.format.element);
    Dyadic largest = largestElementValue(entry.format);
    if (element.exponentBits != 0)
      EXPECT_EQ(toFloat(largest), element.max) << entry.name;
    if (entry.format.scale == ScaleKind::E8M0)
      EXPECT_EQ(floorLog2(largest), element.maxExponent) << entry.name;
  }
}

TEST(Format, NamesRoundTrip) {
  for (const NamedFormat &entry : formats) {
    EXPECT_TRUE(invalidReason(entry.format).empty()) << entry.name;
    EXPECT_EQ(nameOf(entry.format), entry.name);
    ASSERT_TRUE(findFormat(entry.name).has_value());
    EXPECT_TRUE(*findFormat(entry.name) == entry.format) << entry.name;
  }
  EXPECT_FALSE(findFormat("foo").has_value());
  EXPECT_FALSE(findFormat("").has_value());
  FormatSpec other = *findFormat("amxfp4");
  other.blockSize = 64;
  EXPECT_EQ(nameOf(other), "");
}

TEST(Preset, NamesRoundTrip) {
  for (const Preset &preset : presets) {
    std::string error;
    std::optional<Preset> parsed = parsePreset(preset.name, error);
    ASSERT_TRUE(parsed.has_value()) << error;
    EXPECT_TRUE(parsed->format == preset.format) << preset.name;
    EXPECT_TRUE(parsed->quantizer == preset.quantizer) << preset.name;
    EXPECT_EQ(presetNameOf(preset.format, preset.quantizer), preset.name);
    EXPECT_EQ(invalidReason(preset.format, preset.quantizer), "");
  }
}

/// Neither the block size nor mse nor emulator makes another preset.
TEST(Preset, NameLooksPastSizeAndSearch) {
  std::string error;
  Preset preset = *parsePreset("amxfp4_pot_r:64", error);
  EXPECT_EQ(preset.format.blockSize, 64);
  preset.quantizer.mse = true;
  EXPECT_EQ(presetNameOf(preset.format, preset.quantizer), "amxfp4_pot_r");
  preset.quantizer = {Rounding::NearestAway, ScaleRule::PotFloor};
  preset.quantizer.emulator = true;
  EXPECT_EQ(presetNameOf(preset.format, preset.quantizer), "amxfp4_pot");
  preset.quantizer.rounding = Rounding::TowardZero;
  EXPECT_EQ(presetNameOf(preset.format, preset.quantizer), "");
}

TEST(Preset, SizeIsOverridden) {
  std::string error;
  std::optional<Preset> preset = parsePreset("amxfp4_ue5m3:64", error);
  ASSERT_TRUE(preset.has_value()) << error;
  EXPECT_EQ(preset->format.blockSize, 64);
  EXPECT_EQ(preset->format.scale, ScaleKind::UE5M3);
  EXPECT_EQ(bitsPerElement(preset->format), 4.25);
}

static std::string parseError(std::string_view text) {
  std::string error;
  EXPECT_FALSE(parsePreset(text, error).has_value()) << text;
  return error;
}

static bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

/// What was found, and what was wanted.
TEST(Preset, ErrorsSayFoundAndWanted) {
  EXPECT_TRUE(contains(parseError("foo"), "'foo'"));
  EXPECT_TRUE(contains(parseError("foo"), "mxfp4, mxfp6_e2m3, mxfp6_e3m2, "));
  EXPECT_TRUE(contains(parseError("foo"), "int4_affine"));
  EXPECT_TRUE(contains(parseError(""), "''"));
  for (const char *text : {"amxfp4:7", "amxfp4:4", "amxfp4:512", "amxfp4:0",
                           "amxfp4:-32", "amxfp4:", "amxfp4:32x", "amxfp4: 32",
                           "amxfp4:99999999999", "amxfp4:32:32"})
    EXPECT_TRUE(
        contains(parseError(text), "expected a power of two from 8 to 256"))
        << parseError(text);
  EXPECT_TRUE(contains(parseError("amxfp4:7"), "block size is 7"));
  EXPECT_TRUE(contains(parseError("amxfp4:32x"), "'32x'"));
  EXPECT_TRUE(contains(parseError(" mxfp4"), "' mxfp4'"));
}

TEST(Format, InvalidFormats) {
  EXPECT_TRUE(contains(invalidReason({ElementKind::Int4, 32, ScaleKind::E5M2,
                                      Scheme::Asymmetric}),
                       "found i4"));
  EXPECT_TRUE(contains(
      invalidReason({ElementKind::E2M1, 32, ScaleKind::F16, Scheme::Affine}),
      "found f4E2M1FN"));
  EXPECT_TRUE(contains(
      invalidReason({ElementKind::Int4, 32, ScaleKind::E8M0, Scheme::Affine}),
      "found f8E8M0FNU"));
  for (ScaleKind kind : {ScaleKind::E8M0, ScaleKind::F16})
    EXPECT_TRUE(contains(invalidReason({ElementKind::E2M1, 32, kind,
                                        Scheme::Symmetric, OuterScale::Row}),
                         spec(kind).name));
  EXPECT_NE(invalidReason({ElementKind::Int4, 32, ScaleKind::F16,
                           Scheme::Affine, OuterScale::Row}),
            "");
  for (int size : {-8, 0, 1, 4, 24, 255, 512})
    EXPECT_NE(invalidReason({ElementKind::E2M1, size, ScaleKind::E8M0}), "");
  for (int size : {8, 16, 32, 64, 128, 256})
    EXPECT_EQ(invalidReason({ElementKind::E2M1, size, ScaleKind::E8M0}), "");
}

TEST(Format, InvalidQuantizers) {
  std::string error;
  auto reason = [&](const char *name, auto change) {
    Preset preset = *parsePreset(name, error);
    change(preset.quantizer);
    return invalidReason(preset.format, preset.quantizer);
  };
  auto mse = [](Quantizer &q) { q.mse = true; };
  auto emulator = [](Quantizer &q) { q.emulator = true; };
  EXPECT_TRUE(contains(
      reason("mxfp4", [](Quantizer &q) { q.scaleRule = ScaleRule::MaxFp; }),
      "found f8E8M0FNU"));
  EXPECT_TRUE(contains(
      reason("amxfp4", [](Quantizer &q) { q.scaleRule = ScaleRule::PotCeil; }),
      "found f8E5M2"));
  EXPECT_TRUE(contains(reason("int4", mse), "found f16"));
  EXPECT_NE(reason("int4_affine", mse), "");
  EXPECT_EQ(reason("nvfp4", mse), "");
  EXPECT_EQ(reason("amxfp4", emulator), "");
  EXPECT_TRUE(contains(reason("mxint4", emulator), "found i4"));
  EXPECT_TRUE(contains(reason("nvfp4", emulator), "outer scale"));
  EXPECT_TRUE(contains(reason("amxfp4_ue5m3", emulator), "found ue5m3"));
  EXPECT_NE(reason("amxfp4", [](Quantizer &q) { q.mse = q.emulator = true; }),
            "");
}

TEST(Format, BitsPerElement) {
  EXPECT_EQ(bitsPerElement(*findFormat("mxfp4")), 4.25);
  EXPECT_EQ(bitsPerElement(*findFormat("amxfp4")), 4.5);
  EXPECT_EQ(bitsPerElement(*findFormat("nvfp4")), 4.5);
  EXPECT_EQ(bitsPerElement(*findFormat("int4_affine")), 5.0);
  EXPECT_EQ(bitsPerElement(*findFormat("mxint8")), 8.25);
  EXPECT_EQ(bitsPerElement(*findFormat("mxfp6_e2m3")), 6.25);
  EXPECT_EQ(bitsPerElement(*findFormat("amxfp4_fp16")), 5.0);
}
