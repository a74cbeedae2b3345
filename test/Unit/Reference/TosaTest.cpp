//===- TosaTest.cpp - TOSA's block-scaled ops, compiled, against a model --===//
//
// Codes and scales are those of the specification's pseudo code bit for bit,
// decoded values are exact, products are within the bound of their roundings.
//
//===----------------------------------------------------------------------===//

#include "Data.h"
#include "TosaModel.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

constexpr const char *kPipeline = "builtin.module(mx-quantize,mx-reference)";

class TosaBlockScaled : public testing::TestWithParam<TosaType> {};

/// Rows of all kinds, then the edges of the type's scale rule at all binades:
/// the value halfway beyond the largest, and the floats beside it.
std::vector<float> makeInput(const TosaType &type, int64_t &rows) {
  rows = 22;
  std::vector<float> x = makeRows(rows, 64, 7);
  auto beyond = static_cast<float>(type.normalMax);
  beyond += std::ldexp(0.5f, std::ilogb(beyond) - type.fractionBits);
  for (int exponent = -149 - std::ilogb(beyond);
       exponent <= 127 - std::ilogb(beyond); ++exponent) {
    float edge = std::ldexp(beyond, exponent);
    for (float m : {std::nextafter(edge, 0.0f), edge,
                    std::nextafter(edge, INFINITY), edge * 0.75f}) {
      x.resize(x.size() + 64, 0.0f);
      float *row = x.data() + x.size() - 64;
      row[5] = m;
      row[6] = -m / 3;
      row[31] = m / 7;
      row[40] = -m; // alone in its block
      ++rows;
    }
  }
  return x;
}

std::vector<uint8_t> bytesOf(const Array &array) { return array.bytes; }

TEST_P(TosaBlockScaled, CastsAsTheSpecification) {
  const TosaType &type = GetParam();
  std::string module = substitute(R"(
    func.func @main(%x: tensor<?x64xf32>)
        -> (tensor<?x64x{t}>, tensor<?x2xf8E8M0FNU>, tensor<?x64xf32>) {
      %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32}
        : (tensor<?x64xf32>) -> (tensor<?x64x{t}>, tensor<?x2xf8E8M0FNU>)
      %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32}
        : (tensor<?x64x{t}>, tensor<?x2xf8E8M0FNU>) -> tensor<?x64xf32>
      return %c, %s, %y : tensor<?x64x{t}>, tensor<?x2xf8E8M0FNU>, tensor<?x64xf32>
    }
  )",
                                  {{"t", type.name}});
  int64_t rows;
  std::vector<float> x = makeInput(type, rows);
  SmallVector<Array> results =
      runReference(module, floatArray({rows, 64}, x), kPipeline);
  ASSERT_EQ(results.size(), 3u);

  TosaBlocks wanted = castToBlockScaled(type, x);
  EXPECT_EQ(mismatches(bytesOf(results[0]), packBits(type, wanted.codes)), 0);
  EXPECT_EQ(mismatches(bytesOf(results[1]), wanted.scales), 0);
  std::vector<double> values = castFromBlockScaled(type, wanted);
  EXPECT_EQ(mismatches(toFloats(results[2]),
                       std::vector<float>(values.begin(), values.end())),
            0);
}

/// bf16 in, bf16 out, K known at run time only.
TEST_P(TosaBlockScaled, CastsBF16) {
  const TosaType &type = GetParam();
  std::string module = substitute(R"(
    func.func @main(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %b = arith.truncf %x : tensor<?x?xf32> to tensor<?x?xbf16>
      %c, %s = tosa.cast_to_block_scaled %b {block_size = BLOCK_SIZE_32}
        : (tensor<?x?xbf16>) -> (tensor<?x?x{t}>, tensor<?x?xf8E8M0FNU>)
      %y = tosa.cast_from_block_scaled %c, %s {block_size = BLOCK_SIZE_32}
        : (tensor<?x?x{t}>, tensor<?x?xf8E8M0FNU>) -> tensor<?x?xbf16>
      %w = arith.extf %y : tensor<?x?xbf16> to tensor<?x?xf32>
      return %w : tensor<?x?xf32>
    }
  )",
                                  {{"t", type.name}});
  std::vector<float> x = makeRows(22, 96, 11);
  for (float &value : x) { // what bf16 holds
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    bits &= std::isnan(value) ? ~0u : 0xFFFF0000u;
    std::memcpy(&value, &bits, sizeof(bits));
  }
  SmallVector<Array> results =
      runReference(module, floatArray({22, 96}, x), kPipeline);
  ASSERT_EQ(results.size(), 1u);
  // At most 7 significant bits: exact in bf16 but for the subnormals.
  std::vector<double> wanted =
      castFromBlockScaled(type, castToBlockScaled(type, x));
  std::vector<float> found = toFloats(results[0]);
  ASSERT_EQ(found.size(), wanted.size());
  for (auto [f, w] : llvm::zip(found, wanted)) {
    if (std::isnan(w))
      EXPECT_TRUE(std::isnan(f));
    else
      EXPECT_LE(std::fabs(f - w), 0x1p-134) << w;
  }
}

/// A and B of `batches`; B of one is repeated.
void testMatmul(const TosaType &type, int64_t batchesOfB) {
  constexpr int64_t N = 2, H = 11, W = 5, K = 96;
  std::string module = substitute(
      R"(
    func.func @main(%a: tensor<2x?x96xf32>, %b: tensor<{d}x5x96xf32>)
        -> tensor<2x?x5xf32> {
      %c, %s = tosa.cast_to_block_scaled %a {block_size = BLOCK_SIZE_32}
        : (tensor<2x?x96xf32>) -> (tensor<2x?x96x{t}>, tensor<2x?x3xf8E8M0FNU>)
      %e, %r = tosa.cast_to_block_scaled %b {block_size = BLOCK_SIZE_32}
        : (tensor<{d}x5x96xf32>) -> (tensor<{d}x5x96x{t}>, tensor<{d}x5x3xf8E8M0FNU>)
      %y = tosa.matmul_t_block_scaled %c, %s, %e, %r {block_size = BLOCK_SIZE_32}
        : (tensor<2x?x96x{t}>, tensor<2x?x3xf8E8M0FNU>, tensor<{d}x5x96x{t}>,
           tensor<{d}x5x3xf8E8M0FNU>) -> tensor<2x?x5xf32>
      return %y : tensor<2x?x5xf32>
    }
  )",
      {{"t", type.name}, {"d", std::to_string(batchesOfB)}});
  std::vector<float> a = makeRows(N * H, K, 1);
  std::vector<float> b = makeRows(batchesOfB * W, K, 2, /*withNan=*/false);
  for (float &value : a) // sums beyond f32 are another matter
    value = std::fabs(value) > 0x1p60f ? 1.0f : value;
  for (float &value : b)
    value = std::fabs(value) > 0x1p60f ? 1.0f : value;
  SmallVector<Array> results = runReference(
      module, {floatArray({N, H, K}, a), floatArray({batchesOfB, W, K}, b)},
      kPipeline);
  ASSERT_EQ(results.size(), 1u);
  std::vector<float> found = toFloats(results[0]);
  ASSERT_EQ(found.size(), size_t(N * H * W));

  std::vector<double> x = castFromBlockScaled(type, castToBlockScaled(type, a));
  std::vector<double> w = castFromBlockScaled(type, castToBlockScaled(type, b));
  for (int64_t row = 0; row < N * H; ++row)
    for (int64_t column = 0; column < W; ++column) {
      const double *p = x.data() + row * K;
      const double *q =
          w.data() + ((batchesOfB == 1 ? 0 : row / H * W) + column) * K;
      double sum = 0, magnitude = 0;
      for (int64_t k = 0; k < K; ++k) {
        sum += p[k] * q[k];
        magnitude += std::fabs(p[k] * q[k]);
      }
      float y = found[size_t(row * W + column)];
      if (std::isnan(sum)) {
        EXPECT_TRUE(std::isnan(y));
        continue;
      }
      // A block's rounding and those of the two sums after it; f64's own are
      // far below; half the smallest f32 where the sum is subnormal.
      EXPECT_LE(std::fabs(y - sum), 4 * 0x1p-24 * magnitude + 4 * 0x1p-150)
          << row << ", " << column;
    }
}

TEST_P(TosaBlockScaled, MultipliesBatches) { testMatmul(GetParam(), 2); }
TEST_P(TosaBlockScaled, RepeatsOneMatrix) { testMatmul(GetParam(), 1); }

INSTANTIATE_TEST_SUITE_P(Reference, TosaBlockScaled,
                         testing::ValuesIn(kTosaTypes), [](const auto &info) {
                           StringRef name = info.param.name;
                           name.consume_front("!tosa.");
                           return name.str();
                         });

} // namespace
