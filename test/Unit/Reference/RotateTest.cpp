//===- RotateTest.cpp - compiled rotations against the library ------------===//
//
// The compiled mx.rotate gives the library's bits; and rotated operands give
// the product of the operands, to the rounding of the rotations.
//
//===----------------------------------------------------------------------===//

#include "Data.h"

#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Hadamard.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

/// A module that rotates a tensor of `type`.
std::string rotateModule(StringRef type, const ::mx::Rotation &rotation) {
  std::string how = "size(" + std::to_string(rotation.size) + ")";
  if (rotation.seed)
    how +=
        " seed(" + std::to_string(static_cast<int64_t>(*rotation.seed)) + ")";
  return substitute(R"(
    func.func @main(%x: tensor<{type}>) -> tensor<{type}> {
      %y = mx.rotate %x {how} : tensor<{type}>
      return %y : tensor<{type}>
    }
  )",
                    {{"type", type.str()}, {"how", how}});
}

/// Number of floats of the compiled rotation that are not the library's.
int64_t countMismatches(StringRef type, const ::mx::Rotation &rotation,
                        ArrayRef<int64_t> shape, std::vector<float> x) {
  SmallVector<Array> results =
      runReference(rotateModule(type, rotation), floatArray(shape, x));
  if (results.size() != 1 || results[0].shape != shape)
    return -1;
  int64_t k = shape.back();
  int64_t rows = k == 0 ? 0 : static_cast<int64_t>(x.size()) / k;
  ::mx::rotateRows(rotation, x.data(), rows, k);
  return mismatches(toFloats(results[0]), x);
}

/// Whole groups and a rest, K known and not, signs and none.
TEST(Rotate, EverySizeAsTheLibrary) {
  bool isKnown = false;
  for (int64_t size = 1; size <= ::mx::kMaxHadamardSize; size *= 2) {
    int64_t whole = 2 * size, ragged = 2 * size + (size + 1) / 2;
    std::string type = "?x" + std::to_string(whole) + "xf32";
    EXPECT_EQ(countMismatches(type, {size, static_cast<uint64_t>(-size)},
                              {11, whole}, makeRows(11, whole, size)),
              0)
        << size;
    type = isKnown ? "12x" + std::to_string(ragged) + "xf32" : "?x?xf32";
    isKnown = !isKnown;
    EXPECT_EQ(countMismatches(type, {size, std::nullopt}, {12, ragged},
                              makeRows(12, ragged, size)),
              0)
        << size;
  }
}

TEST(Rotate, EveryRank) {
  ::mx::Rotation rotation{16, 2};
  EXPECT_EQ(countMismatches("?xf32", rotation, {100}, makeRows(1, 100, 1)), 0);
  EXPECT_EQ(countMismatches("64xf32", rotation, {64}, makeRows(1, 64, 1)), 0);
  EXPECT_EQ(
      countMismatches("2x?x40xf32", rotation, {2, 6, 40}, makeRows(12, 40, 1)),
      0);
  EXPECT_EQ(countMismatches("?x3x?x2x32xf32", rotation, {2, 3, 1, 2, 32},
                            makeRows(12, 32, 1)),
            0);
}

/// No rows, no columns, no whole group.
TEST(Rotate, Empty) {
  ::mx::Rotation rotation{16, 2};
  EXPECT_EQ(countMismatches("?x64xf32", rotation, {0, 64}, {}), 0);
  EXPECT_EQ(countMismatches("?x?xf32", rotation, {3, 0}, {}), 0);
  EXPECT_EQ(countMismatches("0x40xf32", rotation, {0, 40}, {}), 0);
  EXPECT_EQ(countMismatches("?x?xf32", rotation, {9, 15}, makeRows(9, 15, 1)),
            0);
}

/// Extended to f32, rotated, and rounded once.
TEST(Rotate, SixteenBits) {
  for (DType dtype : {DType::F16, DType::BF16}) {
    auto encode = dtype == DType::F16 ? ::mx::f32ToF16 : ::mx::f32ToBF16;
    auto decode = dtype == DType::F16 ? ::mx::f16ToF32 : ::mx::bf16ToF32;
    std::vector<float> x = makeRows(12, 80, 4);
    Array array{dtype, {12, 80}, {}};
    for (float &value : x) {
      uint16_t bits = encode(value);
      value = decode(bits);
      array.bytes.push_back(bits & 0xFF);
      array.bytes.push_back(bits >> 8);
    }
    ::mx::Rotation rotation{32, 6};
    SmallVector<Array> results = runReference(
        rotateModule(dtype == DType::F16 ? "?x80xf16" : "?x80xbf16", rotation),
        array);
    ASSERT_EQ(results.size(), 1u);
    ::mx::rotateRows(rotation, x.data(), 12, 80);
    for (float &value : x)
      value = decode(encode(value));
    EXPECT_EQ(mismatches(toFloats(results[0]), x), 0);
  }
}

TEST(Rotate, ByAMatrix) {
  for (StringRef type : {"?x72xf32", "?x80xf32", "?x?xf32"}) {
    int64_t k = type == "?x72xf32" ? 72 : 80;
    std::vector<float> x = makeRows(12, k, 7);
    std::vector<float> matrix = makeRows(24, 24, 8, /*withNan=*/false);
    SmallVector<Array> results =
        runReference(substitute(R"(
          func.func @main(%x: tensor<{type}>, %m: tensor<24x24xf32>) -> tensor<{type}> {
            %y = mx.rotate %x by(%m : tensor<24x24xf32>) : tensor<{type}>
            return %y : tensor<{type}>
          }
        )",
                                {{"type", type.str()}}),
                     {floatArray({12, k}, x), floatArray({24, 24}, matrix)});
    ASSERT_EQ(results.size(), 1u);
    ::mx::rotateRowsBy(matrix.data(), 24, x.data(), 12, k);
    EXPECT_EQ(mismatches(toFloats(results[0]), x), 0) << type.str();
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The rotation of `rows` x `k` floats, compiled.
std::vector<float> rotate(const ::mx::Rotation &rotation, int64_t rows,
                          int64_t k, const std::vector<float> &x) {
  SmallVector<Array> results =
      runReference(rotateModule("?x?xf32", rotation), floatArray({rows, k}, x));
  return results.empty() ? x : toFloats(results[0]);
}

/// The largest distance of sum a' b' from sum a b, for rows of the rotated a',
/// b' and of a, b, in units of what the rotations may lose.
///
/// Each of the 1 / sqrt(n)-weighted sums of n elements has L = log2(n)
/// roundings of additions, one of its factor and one of the product with that:
/// an error of g = (L + 2) u / (1 - (L + 2) u) times sum |a| / sqrt(n). So n
/// products of elements of a group are off by 2 g + g^2 times sum |a| * sum
/// |b|, the sums over the group. Elements after the last group are exact.
double worstError(const ::mx::Rotation &rotation, int64_t rows, int64_t k,
                  ArrayRef<float> a, ArrayRef<float> b, ArrayRef<float> ra,
                  ArrayRef<float> rb) {
  double nu = (std::log2(rotation.size) + 2) * 0x1p-24, g = nu / (1 - nu);
  int64_t groups = k / rotation.size * rotation.size;
  double worst = 0;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < rows; ++j) {
      double error = 0, bound = 0, sumA = 0, sumB = 0;
      for (int64_t at = 0; at < k; ++at) {
        double x = a[i * k + at], y = b[j * k + at];
        error += double(ra[i * k + at]) * rb[j * k + at] - x * y;
        sumA += std::fabs(x);
        sumB += std::fabs(y);
        bool isEnd = (at + 1) % rotation.size == 0;
        if (at < groups && isEnd)
          bound += (2 * g + g * g) * sumA * sumB;
        if (isEnd)
          sumA = sumB = 0;
      }
      worst = std::max(worst, std::fabs(error) / bound);
    }
  return worst;
}

/// 9 rows of every kind but those outside of f32's normal range, where the
/// bound does not hold.
std::vector<float> makeNormalRows(int64_t k, uint64_t seed) {
  std::vector<float> x = makeRows(9, k, seed, /*withNan=*/false);
  for (int64_t at = 0; at < k; ++at) {
    x[5 * k + at] *= 0x1p127f;
    x[8 * k + at] *= 0x1p-120f;
  }
  return x;
}

TEST(RotatedProduct, IsTheProductToRounding) {
  for (int64_t size : {2, 16, 64, 1024})
    for (int64_t k : {2 * size, 3 * size - 1})
      for (std::optional<uint64_t> seed :
           {std::optional<uint64_t>(), std::optional<uint64_t>(11)}) {
        ::mx::Rotation rotation{size, seed};
        std::vector<float> a = makeNormalRows(k, 1), b = makeNormalRows(k, 2);
        double worst =
            worstError(rotation, 9, k, a, b, rotate(rotation, 9, k, a),
                       rotate(rotation, 9, k, b));
        EXPECT_LE(worst, 1) << "size " << size << ", K " << k;
        EXPECT_GT(worst, 0);
      }
}

/// Signs of one operand only, an element of the rest that was rotated too.
TEST(RotatedProduct, CanaryUnlikeRotations) {
  ::mx::Rotation rotation{64, 11}, other{64, 12};
  std::vector<float> a = makeNormalRows(128, 1), b = makeNormalRows(128, 2);
  EXPECT_GT(worstError(rotation, 9, 128, a, b, rotate(rotation, 9, 128, a),
                       rotate(other, 9, 128, b)),
            1);
  EXPECT_GT(worstError(rotation, 9, 128, a, b, rotate(rotation, 9, 128, a), b),
            1);
}

} // namespace
