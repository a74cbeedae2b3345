//===- VectorQuantizerTest.cpp - the vectorized quantizer -----------------===//
//
// On every row of the target table that this machine can run, codes and scales
// are the library's bit for bit: of blocks whose largest magnitudes and
// elements lie at and next to each bound of a rounding, of any bit patterns, of
// all shapes of rows.
//
//===----------------------------------------------------------------------===//

#include "Data.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"
#include "mx/Runner/Jit.h"
#include "mx/Runner/Source.h"
#include "mx/Target/Target.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;
using ::mx::FormatSpec;
using ::mx::Preset;

namespace {

std::string textOf(const ::mx::Quantizer &quantizer) {
  DialectRegistry registry;
  registry.insert<MXDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadDialect<MXDialect>();
  std::string text;
  llvm::raw_string_ostream(text) << QuantizerAttr::get(&context, quantizer);
  return text;
}

std::string moduleText(const Preset &preset, StringRef element) {
  bool hasOuter = preset.format.hasOuterScale();
  bool perRow = preset.format.outer == ::mx::OuterScale::Row;
  return substitute(
      R"(
    func.func @main(%x: tensor<?x?x{x}>{outer}) -> (tensor<?x?xi8>, tensor<?x?x{bytes}xi8>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %x, %c0 : tensor<?x?x{x}>
      %k = tensor.dim %x, %c1 : tensor<?x?x{x}>
      %e = tensor.empty(%m, %k) : tensor<?x?x{t}>
      %q = mx.quantize ins(%x : tensor<?x?x{x}>) {clause} outs(%e : tensor<?x?x{t}>) using {quantizer}
      %p:{count} = mx.split %q : tensor<?x?x{t}>
      return %p#0, %p#1 : tensor<?x?xi8>, tensor<?x?x{bytes}xi8>
    }
  )",
      {{"outer", hasOuter ? ", %o: {o}" : ""},
       {"clause", hasOuter ? "outer(%o : {o})" : ""},
       {"o", perRow ? "tensor<?xf32>" : "tensor<f32>"},
       {"x", element.str()},
       {"t", typeOf(preset.format)},
       {"bytes", std::to_string(::mx::scaleBytesPerBlock(preset.format))},
       {"count", hasOuter ? "4" : "3"},
       {"quantizer", textOf(preset.quantizer)}});
}

/// A compiled quantizer beside the library's.
class Quantizers {
public:
  Quantizers(const Preset &preset, const std::string &target,
             StringRef element = "f32")
      : preset(preset), element(element) {
    std::string text = moduleText(preset, element);
    if (llvm::Error error = compile(text, target))
      ADD_FAILURE() << llvm::toString(std::move(error)) << "\n" << text;
  }

  /// Number of bytes of codes and scales that differ, of `x` and outer
  /// scales, of which there are more than rows and a tensor's is the first.
  int64_t mismatches(std::vector<float> x, int64_t rows, int64_t k,
                     std::vector<float> outer) const {
    if (!compiled)
      return 1;
    SmallVector<Array> arguments{source(x, rows, k)};
    bool perRow = preset.format.outer == ::mx::OuterScale::Row;
    if (preset.format.hasOuterScale())
      arguments.push_back(
          perRow ? floatArray(rows, {outer.begin(), outer.begin() + rows})
                 : floatArray({}, {outer[0]}));
    if (llvm::Error error = bindArguments(compiled->getSignature(), arguments))
      return fail(std::move(error));
    auto results = compiled->call(arguments);
    if (!results)
      return fail(results.takeError());
    std::vector<uint8_t> codes(rows * ::mx::codeBytesPerRow(preset.format, k));
    std::vector<uint8_t> scales(rows *
                                ::mx::scaleBytesPerRow(preset.format, k));
    ::mx::quantizeRows(preset.format, preset.quantizer, x.data(), rows, k,
                       outer.data(), codes.data(), scales.data());
    return test::mismatches((*results)[0].bytes, codes) +
           test::mismatches((*results)[1].bytes, scales);
  }
  int64_t mismatches(const std::vector<float> &x, int64_t rows,
                     int64_t k) const {
    return mismatches(x, rows, k, std::vector<float>(rows + 1, 1));
  }

private:
  static int64_t fail(llvm::Error error) {
    ADD_FAILURE() << llvm::toString(std::move(error));
    return 1;
  }

  llvm::Error compile(const std::string &text, const std::string &target) {
    registerRunnerPasses();
    DialectRegistry registry;
    registerRunnerDialects(registry);
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    auto module = Source::fromText(text, "test").parse(context);
    if (!module)
      return module.takeError();
    if (llvm::Error error =
            runPipeline(**module, "mx-to-llvm{strict target=" + target + "}"))
      return error;
    auto created = Executable::create(**module, "main");
    if (!created)
      return created.takeError();
    compiled.emplace(std::move(*created));
    return llvm::Error::success();
  }

  /// `x` in the type of the source, to which it is rounded.
  Array source(std::vector<float> &x, int64_t rows, int64_t k) const {
    if (element == "f32")
      return floatArray({rows, k}, x);
    bool isF16 = element == "f16";
    Array array;
    array.dtype = isF16 ? DType::F16 : DType::BF16;
    array.shape = {rows, k};
    for (float &value : x) {
      uint16_t bits = isF16 ? ::mx::f32ToF16(value) : ::mx::f32ToBF16(value);
      value = isF16 ? ::mx::f16ToF32(bits) : ::mx::bf16ToF32(bits);
      array.bytes.push_back(bits & 0xFF);
      array.bytes.push_back(bits >> 8);
    }
    return array;
  }

  Preset preset;
  StringRef element;
  std::optional<Executable> compiled;
};

//===----------------------------------------------------------------------===//
// Blocks at the bounds of roundings
//===----------------------------------------------------------------------===//

/// `places` floats above or below `value`.
float moved(float value, int places) {
  int32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  bits = std::max(bits + places, 0);
  std::memcpy(&value, &bits, sizeof(bits));
  return value;
}

float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Magnitudes at and next to where the scale changes, and some of every
/// exponent.
std::vector<float> makeMaxima(const FormatSpec &format, Generator &generator) {
  std::vector<float> maxima;
  const ::mx::ScaleSpec &scale = ::mx::spec(format.scale);
  unsigned step = scale.bytes == 2 ? 29 : 1;
  for (unsigned code = 0; code < scale.largest; code += step)
    for (int places : {-1, 0, 1}) {
      double below = code == 0 ? 0 : ::mx::decodeScale(format.scale, code);
      double above = ::mx::decodeScale(format.scale, code + 1);
      double largest = ::mx::largestElement(format);
      maxima.push_back(moved((below + above) / 2 * largest, places));
      maxima.push_back(moved(above * largest, places));
    }
  for (uint32_t exponent = 0; exponent < 255; ++exponent)
    for (uint32_t fraction :
         {0u, 1u, 0x3FFFFFu, 0x400000u, 0x5FFFFFu, 0x600000u, 0x600001u,
          0x7C0000u, 0x7FFFFFu, uint32_t(generator.below(1 << 23))})
      maxima.push_back(fromBits(exponent << 23 | fraction));
  for (float &m : maxima)
    m = std::min(m, std::numeric_limits<float>::max());
  return maxima;
}

/// Fills a block whose first elements are the largest of both signs: half of
/// the rest is at or next to a bound between two codes.
void fillBlock(const Preset &preset, float *block, Generator &generator) {
  const FormatSpec &format = preset.format;
  std::vector<uint8_t> codes(::mx::codeBytesPerBlock(format));
  std::vector<uint8_t> scales(::mx::scaleBytesPerBlock(format));
  float one = 1;
  ::mx::quantizeRows(format, preset.quantizer, block, 1, format.blockSize, &one,
                     codes.data(), scales.data());
  unsigned count = ::mx::encodeElement(format, ::mx::Rounding::NearestAway,
                                       ::mx::largestElement(format));
  for (int i = 2; i < format.blockSize; ++i) {
    int side = i % 2;
    float largest = std::fabs(block[side]);
    int which = format.scheme == ::mx::Scheme::Symmetric ? 0 : side;
    float scale = ::mx::decodeScale(
        format.scale, ::mx::loadScale(format, scales.data(), which));
    unsigned upper = 1 + generator.below(count);
    float above = std::fabs(::mx::decodeElement(format, upper));
    float below = std::fabs(::mx::decodeElement(format, upper - 1));
    float bound = generator.chance(80) ? (above + below) / 2 : above;
    float x = moved(bound * scale, int(generator.below(3)) - 1);
    if (!(x <= largest))
      x = largest * fromBits(0x3F000000 + uint32_t(generator.below(1 << 23)));
    block[i] = side == 0 ? x : -x;
  }
}

/// `rows` of `blocks` blocks.
std::vector<float> makeHardRows(const Preset &preset, int64_t blocks,
                                int64_t &rows) {
  Generator generator(5);
  std::vector<float> maxima = makeMaxima(preset.format, generator);
  rows = (maxima.size() + blocks - 1) / blocks;
  int64_t size = preset.format.blockSize;
  std::vector<float> x(rows * blocks * size);
  for (size_t i = 0; i < maxima.size(); ++i) {
    float *block = x.data() + i * size, other = generator.pick(maxima);
    int64_t kind = generator.below(6);
    block[0] = kind == 0 ? 0 : kind == 1 ? other : maxima[i];
    block[1] = kind == 0 || kind == 1 ? -maxima[i] : kind == 2 ? -0.0f : -other;
    fillBlock(preset, block, generator);
  }
  return x;
}

//===----------------------------------------------------------------------===//
// Every preset on every row
//===----------------------------------------------------------------------===//

std::vector<std::string> runnableTargets() {
  std::vector<std::string> names;
  for (const ::mx::TargetRow &row : ::mx::targetRows())
    if (::mx::hostCanRun(row))
      names.push_back(row.name);
  return names;
}

struct Case {
  Preset preset;
  std::string target;
};

std::vector<Case> everyCase() {
  std::vector<Case> cases;
  for (const std::string &target : runnableTargets())
    for (const Preset &preset : ::mx::presets)
      if (preset.format.scheme != ::mx::Scheme::Affine)
        cases.push_back({preset, target});
  return cases;
}

/// Outer scales of all exponents.
std::vector<float> makeOuter(int64_t rows) {
  Generator generator(6);
  std::vector<float> outer;
  for (int64_t row = 0; row <= rows; ++row)
    outer.push_back(std::ldexp(1 + std::fabs(generator.normal()),
                               int(generator.below(40)) - 20));
  return outer;
}

/// Any bits at all; exponents near each other in every other row, so that not
/// all is saturated.
std::vector<float> makeBits(int64_t rows, int64_t k) {
  Generator generator(7);
  std::vector<float> x;
  for (int64_t i = 0; i < rows * k; ++i) {
    auto bits = uint32_t(generator.next());
    if (i / k % 2 != 0)
      bits = (bits & 0x83FFFFFF) + (uint32_t(i / k) << 24 & 0x7C000000);
    x.push_back(fromBits(bits));
  }
  return x;
}

void check(const Preset &preset, const std::string &target) {
  Quantizers quantizers(preset, target);
  int64_t size = preset.format.blockSize, rows = 0;
  for (int64_t blocks : {40, 3}) { // not whole groups
    std::vector<float> x = makeHardRows(preset, blocks, rows);
    EXPECT_EQ(quantizers.mismatches(x, rows, blocks * size), 0) << blocks;
  }
  std::vector<float> bits = makeBits(60, 600);
  EXPECT_EQ(quantizers.mismatches(bits, 60, 600), 0);
  EXPECT_EQ(quantizers.mismatches(bits, 60, 600, makeOuter(60)), 0);
  for (int64_t k : {1, 31, 33, 41, 1277, 4160, 8191}) {
    std::vector<float> x = makeRows(20, k, k);
    EXPECT_EQ(quantizers.mismatches(x, 20, k), 0) << k;
    EXPECT_EQ(quantizers.mismatches(x, 20, k, makeOuter(20)), 0) << k;
  }
  EXPECT_EQ(quantizers.mismatches({}, 0, 64), 0);
}

class VectorQuantizer : public testing::TestWithParam<Case> {};

TEST_P(VectorQuantizer, GivesTheBytesOfTheLibrary) {
  check(GetParam().preset, GetParam().target);
}

INSTANTIATE_TEST_SUITE_P(Targets, VectorQuantizer,
                         testing::ValuesIn(everyCase()), [](const auto &info) {
                           std::string name =
                               info.param.target + "_" +
                               std::string(info.param.preset.name);
                           for (char &letter : name)
                             letter = letter == '-' ? '_' : letter;
                           return name;
                         });

Preset presetOf(StringRef text) {
  std::string error;
  std::optional<Preset> parsed = ::mx::parsePreset(text, error);
  EXPECT_TRUE(parsed.has_value()) << error;
  return parsed.value_or(::mx::presets[0]);
}

TEST(VectorQuantizers, SixteenBitSources) {
  for (const std::string &target : runnableTargets())
    for (StringRef element : {"f16", "bf16"})
      for (StringRef name : {"amxfp4", "mxint8", "nvfp4_row"}) {
        Quantizers quantizers(presetOf(name), target, element);
        for (int64_t k : {1024, 41})
          EXPECT_EQ(
              quantizers.mismatches(makeRows(9, k, 3, /*withNan=*/false), 9, k),
              0)
              << target << " " << element.str() << " " << name.str();
      }
}

TEST(VectorQuantizers, BlockSizes) {
  for (const std::string &target : runnableTargets())
    for (StringRef text : {"amxfp4:8", "amxfp4_ue5m3:64", "mxfp6_e3m2:8",
                           "mxint8:16", "mxint4:256", "nvfp4_ue5m3:128"})
      check(presetOf(text), target);
}

/// Rules and roundings that no preset has.
TEST(VectorQuantizers, EveryRule) {
  for (StringRef name : {"mxfp4", "amxfp4", "amxfp4_fp16", "mxfp6_e3m2",
                         "mxfp8_e5m2", "mxint8", "mxint4", "int4"})
    for (int rounding = 0; rounding < 3; ++rounding)
      for (int rule = 0; rule < 5; ++rule) {
        Preset preset = presetOf(name);
        preset.quantizer.rounding = static_cast<::mx::Rounding>(rounding);
        preset.quantizer.scaleRounding = preset.quantizer.rounding;
        preset.quantizer.scaleRule = static_cast<::mx::ScaleRule>(rule);
        if (::mx::invalidReason(preset.format, preset.quantizer).empty())
          check(preset, ::mx::hostTarget().name);
      }
}

TEST(VectorQuantizers, Emulator) {
  for (const std::string &target : runnableTargets())
    for (StringRef name : {"amxfp4", "amxfp4_pot_r", "mxfp4"}) {
      Preset preset = presetOf(name);
      preset.quantizer.emulator = true;
      check(preset, target);
    }
}

/// The comparison sees one place of one element.
TEST(VectorQuantizers, CanaryNextFloat) {
  Preset preset = presetOf("amxfp4");
  std::vector<float> x(64, 1.25f);
  x[0] = 6;
  Quantizers quantizers(preset, "generic");
  EXPECT_EQ(quantizers.mismatches(x, 1, 64), 0);
  std::vector<uint8_t> codes[2], scales(4);
  for (int i : {0, 1}) {
    codes[i].resize(32);
    x[5] = i == 0 ? 1.25f : moved(1.25f, -1);
    ::mx::quantizeRows(preset.format, preset.quantizer, x.data(), 1, 64,
                       nullptr, codes[i].data(), scales.data());
  }
  EXPECT_EQ(mismatches(codes[0], codes[1]), 1);
}

} // namespace
