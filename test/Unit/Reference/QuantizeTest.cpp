//===- QuantizeTest.cpp - compiled quantize against the library -----------===//
//
// Codes, scales, outer scales and decoded values of the compiled reference are
// the library's, bit for bit.
//
//===----------------------------------------------------------------------===//

#include "Data.h"

#include "mx/Numerics/Block.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

/// What the library makes of rows of floats.
struct Quantized {
  Quantized(const ::mx::FormatSpec &format, const ::mx::Quantizer &quantizer,
            const std::vector<float> &x, int64_t rows, int64_t k)
      : outer(format.outer == ::mx::OuterScale::None  ? 0
              : format.outer == ::mx::OuterScale::Row ? rows
                                                      : 1),
        codes(rows * ::mx::codeBytesPerRow(format, k)),
        scales(rows * ::mx::scaleBytesPerRow(format, k)), values(rows * k) {
    ::mx::outerScales(format, x.data(), rows, k, outer.data());
    ::mx::quantizeRows(format, quantizer, x.data(), rows, k, outer.data(),
                       codes.data(), scales.data());
    ::mx::dequantizeRows(format, codes.data(), scales.data(), outer.data(),
                         rows, k, values.data());
  }

  std::vector<float> outer;
  std::vector<uint8_t> codes, scales;
  std::vector<float> values;
};

/// A module that quantizes and returns codes, scales, values[, outer].
std::string quantizeModule(const ::mx::FormatSpec &format, StringRef clause,
                           StringRef shape, StringRef element = "f32") {
  bool dynamicK = shape.ends_with("?");
  std::string text = R"(
    func.func @main(%x: tensor<{shape}x{element}>) -> ({results}) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %x, %c0 : tensor<{shape}x{element}>
      %k = tensor.dim %x, %c1 : tensor<{shape}x{element}>
      {scale}
      %e = tensor.empty({sizes}) : tensor<{shape}x{type}>
      %q = mx.quantize ins(%x : tensor<{shape}x{element}>) {outer}
             outs(%e : tensor<{shape}x{type}>) using {clause}
      %p:{count} = mx.split %q : tensor<{shape}x{type}>
      %v = mx.dequantize %q : tensor<{shape}x{type}> to tensor<{shape}xf32>
      return %p#0, %p#1, %v{more} : {results}
    }
  )";
  bool hasOuter = format.hasOuterScale();
  std::string outerType =
      format.outer == ::mx::OuterScale::Row ? "tensor<?xf32>" : "tensor<f32>";
  std::string k = dynamicK
                      ? "?"
                      : std::to_string(::mx::numBlocks(
                            format, std::stoll(shape.split('x').second.str())));
  std::string codes =
      dynamicK ? "?"
               : std::to_string(::mx::codeBytesPerRow(
                     format, std::stoll(shape.split('x').second.str())));
  std::string results = "tensor<?x" + codes + "xi8>, tensor<?x" + k + "x" +
                        std::to_string(::mx::scaleBytesPerBlock(format)) +
                        "xi8>, tensor<" + shape.str() + "xf32>" +
                        (hasOuter ? ", " + outerType : "");
  return substitute(
      text,
      {{"results", results},
       {"shape", shape.str()},
       {"element", element.str()},
       {"type", typeOf(format)},
       {"clause", clause.str()},
       {"sizes", dynamicK ? "%m, %k" : "%m"},
       {"count", std::to_string(2 + hasOuter + dynamicK)},
       {"more", hasOuter ? ", %p#2" : ""},
       {"outer", hasOuter ? "outer(%o : " + outerType + ")" : ""},
       {"scale", hasOuter ? "%o = mx.outer_scale %x : tensor<" + shape.str() +
                                "x" + element.str() + "> for " + typeOf(format)
                          : ""}});
}

int64_t countMismatches(ArrayRef<Array> results, const Quantized &wanted) {
  if (results.size() < 3)
    return 1;
  int64_t count = mismatches(results[0].bytes, wanted.codes) +
                  mismatches(results[1].bytes, wanted.scales) +
                  mismatches(toFloats(results[2]), wanted.values);
  if (!wanted.outer.empty())
    count += mismatches(toFloats(results[3]), wanted.outer);
  return count;
}

class QuantizeEveryPreset : public testing::TestWithParam<::mx::Preset> {};

TEST_P(QuantizeEveryPreset, QuantizesAsTheLibrary) {
  const ::mx::Preset &preset = GetParam();
  for (int64_t k : {40, 64}) {
    std::vector<float> x = makeRows(22, k, k);
    SmallVector<Array> results = runReference(
        quantizeModule(preset.format, preset.name, "?x" + std::to_string(k)),
        floatArray({22, k}, x));
    EXPECT_EQ(countMismatches(results, Quantized(preset.format,
                                                 preset.quantizer, x, 22, k)),
              0)
        << "K = " << k;
  }
}

TEST_P(QuantizeEveryPreset, QuantizesDynamicK) {
  const ::mx::Preset &preset = GetParam();
  std::vector<float> x = makeRows(11, 41, 3);
  SmallVector<Array> results =
      runReference(quantizeModule(preset.format, preset.name, "?x?"),
                   floatArray({11, 41}, x));
  EXPECT_EQ(countMismatches(
                results, Quantized(preset.format, preset.quantizer, x, 11, 41)),
            0);
}

TEST_P(QuantizeEveryPreset, SearchesScalesAsTheLibrary) {
  ::mx::Preset preset = GetParam();
  preset.quantizer.mse = true;
  // The search is refused for f16 scales, whose neighbours are too near to be
  // worth trying, and for no others.
  bool isRefused =
      !::mx::invalidReason(preset.format, preset.quantizer).empty();
  ASSERT_EQ(isRefused, preset.format.scale == ::mx::ScaleKind::F16);
  if (isRefused)
    return;
  std::vector<float> x = makeRows(22, 80, 5);
  SmallVector<Array> results = runReference(
      quantizeModule(preset.format, std::string(preset.name) + " mse", "?x80"),
      floatArray({22, 80}, x));
  EXPECT_EQ(countMismatches(
                results, Quantized(preset.format, preset.quantizer, x, 22, 80)),
            0);
}

INSTANTIATE_TEST_SUITE_P(Reference, QuantizeEveryPreset,
                         testing::ValuesIn(::mx::presets),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

/// Every rounding and rule, not only those of a preset.
TEST(Quantize, EveryRuleAsTheLibrary) {
  StringRef roundings[] = {"nearest_even", "nearest_away", "toward_zero"};
  StringRef rules[] = {"max_fp", "pot_floor", "pot_ceil", "pot_round",
                       "pot_fit"};
  StringRef formats[] = {"mxfp4",      "amxfp4",     "mxfp6_e2m3",
                         "mxfp6_e3m2", "mxfp8_e4m3", "mxfp8_e5m2",
                         "mxint8",     "int4",       "int4_affine"};
  for (StringRef name : formats)
    for (unsigned rounding = 0; rounding < 3; ++rounding)
      for (unsigned rule = 0; rule < 5; ++rule) {
        ::mx::FormatSpec format = *::mx::findFormat(name);
        ::mx::Quantizer quantizer;
        quantizer.rounding = static_cast<::mx::Rounding>(rounding);
        quantizer.scaleRule = static_cast<::mx::ScaleRule>(rule);
        quantizer.scaleRounding = quantizer.rounding;
        if (!::mx::invalidReason(format, quantizer).empty())
          continue;
        std::string clause = substitute(
            "#mx.quantizer<rounding = {r}, scale_rule = {s}, scale_rounding = "
            "{r}>",
            {{"r", roundings[rounding].str()}, {"s", rules[rule].str()}});
        std::vector<float> x = makeRows(22, 64, rule);
        SmallVector<Array> results = runReference(
            quantizeModule(format, clause, "?x64"), floatArray({22, 64}, x));
        EXPECT_EQ(
            countMismatches(results, Quantized(format, quantizer, x, 22, 64)),
            0)
            << name.str() << " " << clause;
      }
}

/// Block sizes other than the preset's, K a multiple of them or not.
TEST(Quantize, OtherBlockSizesAsTheLibrary) {
  for (StringRef text :
       {"mxfp4:16", "amxfp4:16", "amxfp4_ue5m3:64", "mxfp6_e2m3:16",
        "mxfp6_e3m2:64", "mxint8:64", "nvfp4:64", "int4_affine:16"})
    for (int64_t k : {72, 128}) {
      std::string error;
      std::optional<::mx::Preset> preset = ::mx::parsePreset(text, error);
      ASSERT_TRUE(preset.has_value()) << error;
      std::vector<float> x = makeRows(22, k, k);
      SmallVector<Array> results =
          runReference(quantizeModule(preset->format, preset->name,
                                      "?x" + std::to_string(k)),
                       floatArray({22, k}, x));
      EXPECT_EQ(
          countMismatches(
              results, Quantized(preset->format, preset->quantizer, x, 22, k)),
          0)
          << text.str() << ", K = " << k;
    }
}

TEST(Quantize, EmulatorAsTheLibrary) {
  for (StringRef name : {"amxfp4", "amxfp4_pot", "amxfp4_pot_r", "mxfp4"}) {
    std::string error;
    ::mx::Preset preset = *::mx::parsePreset(name, error);
    preset.quantizer.emulator = true;
    std::vector<float> x = makeRows(18, 64, 9, /*withNan=*/false);
    SmallVector<Array> results = runReference(
        quantizeModule(preset.format, (name + " emulator").str(), "?x64"),
        floatArray({18, 64}, x));
    EXPECT_EQ(countMismatches(results, Quantized(preset.format,
                                                 preset.quantizer, x, 18, 64)),
              0)
        << name.str();
  }
}

/// 16-bit inputs are extended to f32 first.
TEST(Quantize, SixteenBitInputs) {
  for (StringRef element : {"f16", "bf16"}) {
    std::vector<float> x = makeRows(18, 64, 2, /*withNan=*/false);
    Array array;
    array.dtype = element == "f16" ? DType::F16 : DType::BF16;
    array.shape = {18, 64};
    for (float &value : x) {
      uint16_t bits =
          element == "f16" ? ::mx::f32ToF16(value) : ::mx::f32ToBF16(value);
      value = element == "f16" ? ::mx::f16ToF32(bits) : ::mx::bf16ToF32(bits);
      array.bytes.push_back(bits & 0xFF);
      array.bytes.push_back(bits >> 8);
    }
    std::string error;
    ::mx::Preset preset = *::mx::parsePreset("nvfp4_row", error);
    SmallVector<Array> results = runReference(
        quantizeModule(preset.format, preset.name, "?x64", element), array);
    EXPECT_EQ(countMismatches(results, Quantized(preset.format,
                                                 preset.quantizer, x, 18, 64)),
              0)
        << element.str();
  }
}

/// Any bytes, also those that no quantizer here writes: negative, infinite and
/// NaN scales, -0 under scales of unlike signs.
TEST(Dequantize, RandomBytesAsTheLibrary) {
  const ::mx::FormatSpec formats[] = {
      *::mx::findFormat("amxfp4"),
      *::mx::findFormat("mxfp8_e4m3"),
      *::mx::findFormat("int4_affine"),
      {::mx::ElementKind::E2M1, 16, ::mx::ScaleKind::F16,
       ::mx::Scheme::Asymmetric},
      {::mx::ElementKind::E5M2, 32, ::mx::ScaleKind::E4M3,
       ::mx::Scheme::Asymmetric}};
  for (const ::mx::FormatSpec &format : formats) {
    int64_t rows = 64, k = 64;
    int64_t codeBytes = ::mx::codeBytesPerRow(format, k);
    int64_t blocks = ::mx::numBlocks(format, k);
    int64_t scaleBytes = ::mx::scaleBytesPerBlock(format);
    auto bytes = [&](uint64_t seed, int64_t count) {
      std::vector<uint8_t> all;
      for (float x : makeRows(count, 4, seed, /*withNan=*/false))
        all.push_back(static_cast<uint8_t>(llvm::bit_cast<uint32_t>(x) >> 9));
      all.resize(count);
      return all;
    };
    Array codes{DType::I8, {rows, codeBytes}, bytes(1, rows * codeBytes)};
    Array scales{DType::I8,
                 {rows, blocks, scaleBytes},
                 bytes(2, rows * blocks * scaleBytes)};
    std::string text = substitute(
        R"(
      func.func @main(%c: tensor<64x{c}xi8>, %s: tensor<64x{b}x{s}xi8>) -> tensor<64x64xf32> {
        %q = mx.join %c, %s : (tensor<64x{c}xi8>, tensor<64x{b}x{s}xi8>) -> tensor<64x64x{t}>
        %x = mx.dequantize %q : tensor<64x64x{t}> to tensor<64x64xf32>
        return %x : tensor<64x64xf32>
      }
    )",
        {{"c", std::to_string(codeBytes)},
         {"b", std::to_string(blocks)},
         {"s", std::to_string(scaleBytes)},
         {"t", typeOf(format)}});
    SmallVector<Array> results = runReference(text, {codes, scales});
    ASSERT_EQ(results.size(), 1u);
    std::vector<float> wanted(rows * k);
    ::mx::dequantizeRows(format, codes.bytes.data(), scales.bytes.data(),
                         nullptr, rows, k, wanted.data());
    EXPECT_EQ(mismatches(toFloats(results[0]), wanted), 0) << typeOf(format);
  }
}

/// The comparison sees one flipped bit of a code, of a scale, and of the sign
/// that selects the scale.
TEST(Quantize, CanaryFlippedBits) {
  std::string error;
  ::mx::Preset preset = *::mx::parsePreset("amxfp4", error);
  std::vector<float> x = makeRows(9, 64, 1);
  SmallVector<Array> results =
      runReference(quantizeModule(preset.format, preset.name, "?x64"),
                   floatArray({9, 64}, x));
  Quantized wanted(preset.format, preset.quantizer, x, 9, 64);
  ASSERT_EQ(countMismatches(results, wanted), 0);
  for (auto [part, bit] : {std::pair(0, 1), {1, 1}, {0, 8}}) {
    results[part].bytes[7] ^= bit;
    EXPECT_EQ(countMismatches(results, wanted), 1);
    results[part].bytes[7] ^= bit;
  }
}

} // namespace
