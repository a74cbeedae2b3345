//===- MatmulTest.cpp - compiled matmul against the library ---------------===//
//
// With in_order the compiled reference gives the library's matmul, bit for bit:
// every pair of presets, ragged K, dynamic M, other block sizes, batches.
//
//===----------------------------------------------------------------------===//

#include "Data.h"
#include "Matrix.h"

#include "mx/Numerics/Codec.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

/// %q NAME of argument %NAME, shaped `shape`, as preset's block tensor.
std::string quantizeText(StringRef name, StringRef shape,
                         const ::mx::Preset &preset, StringRef sizes) {
  bool hasOuter = preset.format.hasOuterScale();
  StringRef outerType = preset.format.outer == ::mx::OuterScale::Row
                            ? "tensor<{rows}xf32>"
                            : "tensor<f32>";
  std::string text =
      hasOuter ? "%o{n} = mx.outer_scale %{n} : tensor<{s}xf32> for {t}\n" : "";
  text += "%e{n} = tensor.empty({z}) : tensor<{s}x{t}>\n"
          "%q{n} = mx.quantize ins(%{n} : tensor<{s}xf32>) ";
  if (hasOuter)
    text += "outer(%o{n} : " + outerType.str() + ") ";
  text += "outs(%e{n} : tensor<{s}x{t}>) using {p}\n";
  return substitute(text, {{"n", name.str()},
                           {"s", shape.str()},
                           {"t", typeOf(preset.format)},
                           {"z", sizes.str()},
                           {"p", std::string(preset.name)},
                           {"rows", shape.rsplit('x').first.str()}});
}

struct Case {
  int64_t m, n, k;
  bool dynamicK = false;
};

/// y = c + quantize(x) * transpose(quantize(w)), in order.
std::string matmulModule(const ::mx::Preset &x, const ::mx::Preset &w,
                         const Case &size) {
  std::string k = size.dynamicK ? "?" : std::to_string(size.k);
  std::string xs = "?x" + k, ws = std::to_string(size.n) + "x" + k;
  return substitute(
      R"(
    func.func @main(%x: tensor<{xs}xf32>, %w: tensor<{ws}xf32>,
                    %c: tensor<?x{n}xf32>) -> tensor<?x{n}xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %x, %c0 : tensor<{xs}xf32>
      %k = tensor.dim %x, %c1 : tensor<{xs}xf32>
      {qx}
      {qw}
      %y = mx.matmul ins(%qx, %qw : tensor<{xs}x{xt}>, tensor<{ws}x{wt}>)
             outs(%c : tensor<?x{n}xf32>) {accumulate = #mx.accumulate<in_order>}
      return %y : tensor<?x{n}xf32>
    }
  )",
      {{"xs", xs},
       {"ws", ws},
       {"n", std::to_string(size.n)},
       {"qx", quantizeText("x", xs, x, size.dynamicK ? "%m, %k" : "%m")},
       {"qw", quantizeText("w", ws, w, size.dynamicK ? "%k" : "")},
       {"xt", typeOf(x.format)},
       {"wt", typeOf(w.format)}});
}

/// Mismatching results of one product.
int64_t check(const ::mx::Preset &a, const ::mx::Preset &b, const Case &size,
              int flippedBit = 0) {
  auto [m, n, k, dynamicK] = size;
  std::vector<float> x = makeRows(m, k, 7), w = makeRows(n, k, 8);
  std::vector<float> c = makeRows(m, n, 9, /*withNan=*/false);
  SmallVector<Array> results = runReference(
      matmulModule(a, b, size),
      {floatArray({m, k}, x), floatArray({n, k}, w), floatArray({m, n}, c)});
  if (results.empty())
    return 1;
  Matrix lhs(a, x, m, k), rhs(b, w, n, k);
  lhs.codes[0] ^= flippedBit;
  std::vector<float> y(m * n);
  ::mx::matmul(lhs.view(), rhs.view(), m, n, k, c.data(), y.data());
  return mismatches(toFloats(results[0]), y);
}

/// The preset `NAME` or `NAME:SIZE`.
::mx::Preset preset(StringRef text) {
  std::string error;
  std::optional<::mx::Preset> parsed = ::mx::parsePreset(text, error);
  EXPECT_TRUE(parsed.has_value()) << error;
  return parsed.value_or(::mx::presets[0]);
}

class MatmulEveryPreset : public testing::TestWithParam<::mx::Preset> {};

TEST_P(MatmulEveryPreset, TimesItself) {
  EXPECT_EQ(check(GetParam(), GetParam(), {19, 12, 72}), 0);
  EXPECT_EQ(check(GetParam(), GetParam(), {12, 11, 41, /*dynamicK=*/true}), 0);
}

/// The products of one quantized `x` with weights of every preset, which come
/// in as blocks: result i is c + quantize(x) * transpose(w_i), in order.
std::string everyProductModule(const ::mx::Preset &x) {
  std::string arguments, products, results, types;
  for (auto [i, w] : llvm::enumerate(::mx::presets)) {
    SmallVector<std::pair<StringRef, std::string>> values{
        {"i", std::to_string(i)},
        {"xt", typeOf(x.format)},
        {"wt", typeOf(w.format)}};
    arguments += substitute(", %w{i}: tensor<11x72x{wt}>", values);
    products += substitute(R"(
      %y{i} = mx.matmul ins(%qx, %w{i} : tensor<?x72x{xt}>, tensor<11x72x{wt}>)
                outs(%c : tensor<?x11xf32>) {accumulate = #mx.accumulate<in_order>}
    )",
                           values);
    results += (i ? ", %y" : "%y") + std::to_string(i);
    types += i ? ", tensor<?x11xf32>" : "tensor<?x11xf32>";
  }
  return substitute(R"(
    func.func @main(%x: tensor<?x72xf32>, %c: tensor<?x11xf32>{arguments}) -> ({types}) {
      %c0 = arith.constant 0 : index
      %m = tensor.dim %x, %c0 : tensor<?x72xf32>
      {qx}
      {products}
      return {results} : {types}
    }
  )",
                    {{"arguments", arguments},
                     {"products", products},
                     {"results", results},
                     {"types", types},
                     {"qx", quantizeText("x", "?x72", x, "%m")}});
}

/// The parts of `rows` of `matrix`, as arguments.
void appendParts(const Matrix &matrix, int64_t rows, int64_t k,
                 SmallVectorImpl<Array> &arguments) {
  const ::mx::FormatSpec &format = matrix.format;
  Array codes{
      DType::I8, {rows, ::mx::codeBytesPerRow(format, k)}, matrix.codes};
  Array scales{
      DType::I8,
      {rows, ::mx::numBlocks(format, k), ::mx::scaleBytesPerBlock(format)},
      matrix.scales};
  arguments.append({codes, scales});
  if (format.outer == ::mx::OuterScale::Row)
    arguments.push_back(floatArray(
        {rows}, {matrix.outer.begin(), matrix.outer.begin() + rows}));
  if (format.outer == ::mx::OuterScale::Tensor)
    arguments.push_back(floatArray({}, {matrix.outer[0]}));
}

TEST_P(MatmulEveryPreset, TimesWeightsOfEveryPreset) {
  int64_t m = 12, n = 11, k = 72;
  std::vector<float> x = makeRows(m, k, 7), w = makeRows(n, k, 8);
  std::vector<float> c = makeRows(m, n, 9, /*withNan=*/false);
  SmallVector<Array> arguments{floatArray({m, k}, x), floatArray({m, n}, c)};
  for (const ::mx::Preset &weights : ::mx::presets)
    appendParts(Matrix(weights, w, n, k), n, k, arguments);
  SmallVector<Array> results =
      runReference(everyProductModule(GetParam()), arguments);
  ASSERT_EQ(results.size(), ::mx::presets.size());
  Matrix lhs(GetParam(), x, m, k);
  for (auto [weights, result] : llvm::zip(::mx::presets, results)) {
    Matrix rhs(weights, w, n, k);
    std::vector<float> y(m * n);
    ::mx::matmul(lhs.view(), rhs.view(), m, n, k, c.data(), y.data());
    EXPECT_EQ(mismatches(toFloats(result), y), 0) << weights.name;
  }
}

/// Floats times decoded elements, in f32 and K order; 16-bit lhs and result.
TEST_P(MatmulEveryPreset, WeightOnly) {
  const ::mx::Preset &weights = GetParam();
  int64_t m = 11, n = 12, k = 72;
  std::vector<float> x = makeRows(m, k, 7), w = makeRows(n, k, 8);
  for (float &value : x)
    value = ::mx::bf16ToF32(::mx::f32ToBF16(value));
  Array lhs;
  lhs.dtype = DType::BF16;
  lhs.shape = {m, k};
  for (float value : x) {
    uint16_t bits = ::mx::f32ToBF16(value);
    lhs.bytes.push_back(bits & 0xFF);
    lhs.bytes.push_back(bits >> 8);
  }
  std::string text = substitute(
      R"(
    func.func @main(%x: tensor<?x72xbf16>, %w: tensor<12x72xf32>,
                    %c: tensor<?x12xf16>) -> tensor<?x12xf16> {
      {qw}
      %y = mx.matmul ins(%x, %qw : tensor<?x72xbf16>, tensor<12x72x{t}>)
             outs(%c : tensor<?x12xf16>)
      return %y : tensor<?x12xf16>
    }
  )",
      {{"qw", quantizeText("w", "12x72", weights, "")},
       {"t", typeOf(weights.format)}});
  Array c;
  c.dtype = DType::F16;
  c.shape = {m, n};
  c.bytes.resize(m * n * 2);
  SmallVector<Array> results =
      runReference(text, {lhs, floatArray({n, k}, w), c});
  ASSERT_EQ(results.size(), 1u);
  Matrix rhs(weights, w, n, k);
  std::vector<float> y(m * n);
  ::mx::matmul(x.data(), rhs.view(), m, n, k, nullptr, y.data());
  for (float &value : y)
    value = ::mx::f16ToF32(::mx::f32ToF16(value));
  EXPECT_EQ(mismatches(toFloats(results[0]), y), 0);
}

INSTANTIATE_TEST_SUITE_P(Reference, MatmulEveryPreset,
                         testing::ValuesIn(::mx::presets),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

/// Blocks of one size by blocks of another, both ways.
TEST(Matmul, OtherBlockSizes) {
  for (StringRef text :
       {"amxfp4:16", "amxfp4_ue5m3:64", "mxfp6_e2m3:16", "mxfp6_e3m2:64",
        "mxint8:64", "nvfp4:64", "int4_affine:16"}) {
    ::mx::Preset sized = preset(text);
    EXPECT_EQ(check(sized, sized, {11, 12, 72}), 0) << text.str();
    EXPECT_EQ(check(sized, preset("mxfp8_e5m2"), {11, 12, 72}), 0)
        << text.str() << " on the left";
    EXPECT_EQ(check(preset("amxfp4"), sized, {12, 11, 72}), 0)
        << text.str() << " on the right";
  }
}

TEST(Matmul, Batches) {
  const ::mx::Preset format = preset("amxfp4_e4m3");
  int64_t batches = 3, m = 11, n = 12, k = 40;
  std::string text = substitute(
      R"(
    func.func @main(%x: tensor<3x11x40xf32>, %w: tensor<3x12x40xf32>,
                    %c: tensor<3x11x12xf32>) -> (tensor<3x11x12xf32>, tensor<3x11x12xf32>) {
      {qx}
      {qw}
      %c0 = arith.constant 0 : index
      %one = tensor.extract_slice %qw[1, 0, 0] [1, 12, 40] [1, 1, 1]
        : tensor<3x12x40x{t}> to tensor<12x40x{t}>
      %y = mx.matmul ins(%qx, %qw : tensor<3x11x40x{t}>, tensor<3x12x40x{t}>)
             outs(%c : tensor<3x11x12xf32>) {accumulate = #mx.accumulate<in_order>}
      %z = mx.matmul ins(%qx, %one : tensor<3x11x40x{t}>, tensor<12x40x{t}>)
             outs(%c : tensor<3x11x12xf32>) {accumulate = #mx.accumulate<in_order>}
      return %y, %z : tensor<3x11x12xf32>, tensor<3x11x12xf32>
    }
  )",
      {{"qx", quantizeText("x", "3x11x40", format, "")},
       {"qw", quantizeText("w", "3x12x40", format, "")},
       {"t", typeOf(format.format)}});
  std::vector<float> x = makeRows(batches * m, k, 1);
  std::vector<float> w = makeRows(batches * n, k, 2);
  std::vector<float> c = makeRows(batches * m, n, 3, /*withNan=*/false);
  SmallVector<Array> results = runReference(
      text, {floatArray({batches, m, k}, x), floatArray({batches, n, k}, w),
             floatArray({batches, m, n}, c)});
  ASSERT_EQ(results.size(), 2u);
  std::vector<float> own(c.size()), shared(c.size());
  auto rows = [&](const std::vector<float> &all, int64_t batch, int64_t count) {
    auto first = all.begin() + batch * count * k;
    return std::vector<float>(first, first + count * k);
  };
  Matrix middle(format, rows(w, 1, n), n, k);
  for (int64_t batch = 0; batch < batches; ++batch) {
    Matrix lhs(format, rows(x, batch, m), m, k);
    Matrix rhs(format, rows(w, batch, n), n, k);
    int64_t at = batch * m * n;
    ::mx::matmul(lhs.view(), rhs.view(), m, n, k, c.data() + at,
                 own.data() + at);
    ::mx::matmul(lhs.view(), middle.view(), m, n, k, c.data() + at,
                 shared.data() + at);
  }
  EXPECT_EQ(mismatches(toFloats(results[0]), own), 0);
  EXPECT_EQ(mismatches(toFloats(results[1]), shared), 0);
}

/// The comparison sees one flipped bit of a code, and of its sign.
TEST(Matmul, CanaryFlippedBits) {
  EXPECT_GT(check(preset("amxfp4"), preset("amxfp4"), {11, 12, 72}, 1), 0);
  EXPECT_GT(check(preset("amxfp4"), preset("amxfp4"), {11, 12, 72}, 8), 0);
}

} // namespace
