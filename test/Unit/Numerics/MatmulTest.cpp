//===- MatmulTest.cpp - whole products, outer scales and accumulators -----===//

#include "BlockOracle.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace mx;

static float outerOf(const Matrix &matrix, int64_t row) {
  if (matrix.outer.empty())
    return 1.0f;
  return matrix.outer[matrix.format.outer == OuterScale::Row ? size_t(row) : 0];
}

/// a * b + c, rounded once.
static float exactFma(float a, float b, float c) {
  BigFixed sum;
  sum.addProduct(exactOf(a), exactOf(b));
  sum.add(exactOf(c).significand, exactOf(c).exponent);
  return sum.roundToFloat();
}

static float finish(float sum, const float *outer, float c) {
  if (!outer)
    return sum + c;
  bool finite = std::isfinite(sum) && std::isfinite(*outer) && std::isfinite(c);
  return finite ? exactFma(sum, *outer, c) : sum * *outer + c;
}

static std::vector<float> expectedProduct(const Matrix &a, const Matrix &b,
                                          const std::vector<float> &c) {
  std::vector<float> y;
  int64_t size = std::min(a.format.blockSize, b.format.blockSize);
  bool scaled = !a.outer.empty() || !b.outer.empty();
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j < b.rows; ++j) {
      float sum = 0.0f;
      for (int64_t first = 0; first < a.k; first += size)
        sum += exactBlock(a, i, b, j, first, std::min(size, a.k - first));
      float outer = outerOf(a, i) * outerOf(b, j);
      y.push_back(finish(sum, scaled ? &outer : nullptr,
                         c.empty() ? 0.0f : c[y.size()]));
    }
  return y;
}

/// Numbers as bits, but for the sign of a zero, which fma of a rounded zero
/// decides and the integers here do not know.
static int64_t countWrong(const std::vector<float> &found,
                          const std::vector<float> &want) {
  int64_t wrong = found.size() == want.size() ? 0 : 1;
  for (size_t i = 0; i < want.size(); ++i)
    wrong += found[i] == want[i] || sameFloat(found[i], want[i]) ? 0 : 1;
  return wrong;
}

static std::vector<float> randomFloats(int64_t count, Generator &generator) {
  std::vector<float> result;
  for (int64_t i = 0; i < count; ++i)
    result.push_back(bell(generator));
  return result;
}

static std::vector<float> product(const Matrix &a, const Matrix &b,
                                  const std::vector<float> &c) {
  std::vector<float> y(size_t(a.rows * b.rows));
  matmul(a.view(), b.view(), a.rows, b.rows, a.k,
         c.empty() ? nullptr : c.data(), y.data());
  return y;
}

/// Blocks of the smaller size, left to right, ragged ends, outer scales, with
/// and without an accumulator.
TEST(Matmul, AccumulatesExactBlocksInOrder) {
  Generator generator(61);
  for (const NamedFormat &left : formats)
    for (const NamedFormat &right : formats) {
      int64_t wrong = 0;
      for (int i = 0; i < 4; ++i) {
        int64_t k = 1 + generator.below(200);
        ScaleMix mix = i == 3 ? ScaleMix::Any : ScaleMix::Near;
        Matrix a = randomMatrix(left.format, 3, k, mix, generator);
        Matrix b = randomMatrix(right.format, 2, k, mix, generator);
        std::vector<float> c;
        if (i % 2 != 0)
          c = randomFloats(6, generator);
        wrong += countWrong(product(a, b, c), expectedProduct(a, b, c));
      }
      EXPECT_EQ(wrong, 0) << left.name << " by " << right.name;
    }
}

TEST(Matmul, AccumulatorMayBeTheResult) {
  Generator generator(62);
  Matrix a =
      randomMatrix(*findFormat("amxfp4"), 2, 70, ScaleMix::Near, generator);
  Matrix b =
      randomMatrix(*findFormat("nvfp4"), 2, 70, ScaleMix::Near, generator);
  std::vector<float> c = randomFloats(4, generator), y = c;
  matmul(a.view(), b.view(), 2, 2, 70, y.data(), y.data());
  EXPECT_EQ(countWrong(y, expectedProduct(a, b, c)), 0);
}

TEST(Matmul, EmptyK) {
  Matrix a = emptyMatrix(*findFormat("mxfp4"), 1, 0);
  EXPECT_EQ(product(a, a, {}), std::vector<float>{0.0f});
  EXPECT_EQ(product(a, a, {3.0f}), std::vector<float>{3.0f});
}

/// A NaN scale reaches the rows and columns that it belongs to, no others.
TEST(Matmul, NanStaysInItsRowAndColumn) {
  FormatSpec format = *findFormat("amxfp4");
  Matrix a = emptyMatrix(format, 2, 64), b = emptyMatrix(format, 2, 64);
  a.setScale(1, 1, 0, 0x7F);
  std::vector<float> y = product(a, b, {});
  EXPECT_EQ(y[0], 0.0f);
  EXPECT_EQ(y[1], 0.0f);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_TRUE(std::isnan(y[3]));
}

/// Element without the outer scale, rounded to f32.
static float decodeOne(const Matrix &matrix, int64_t row, int64_t i) {
  BigFixed sum;
  for (const Dyadic &term : termsOf(matrix, row, i)) {
    if (term.nan)
      return NAN;
    sum.add(term.significand, term.exponent);
  }
  return sum.roundToFloat();
}

/// Every product and every sum is one f32 operation, in K order.
TEST(MatmulWeightOnly, MultipliesInF32InOrder) {
  Generator generator(63);
  for (const NamedFormat &entry : formats) {
    int64_t k = 1 + generator.below(100);
    Matrix b = randomMatrix(entry.format, 3, k, ScaleMix::Near, generator);
    std::vector<float> a = randomFloats(2 * k, generator), want, y(6);
    std::vector<float> c = randomFloats(6, generator);
    for (int64_t i = 0; i < 2; ++i)
      for (int64_t j = 0; j < 3; ++j) {
        float sum = 0.0f;
        for (int64_t l = 0; l < k; ++l)
          sum = sum + a[size_t(i * k + l)] * decodeOne(b, j, l);
        float outer = outerOf(b, j);
        want.push_back(
            finish(sum, b.outer.empty() ? nullptr : &outer, c[want.size()]));
      }
    matmul(a.data(), b.view(), 2, 3, k, c.data(), y.data());
    EXPECT_EQ(countWrong(y, want), 0) << entry.name;
  }
}

/// The f64 product is that of the exact operands, and the magnitude bounds it.
TEST(MatmulF64, IsNearTheExactSum) {
  Generator generator(64);
  for (const NamedFormat &entry : formats) {
    Matrix a = randomMatrix(entry.format, 2, 75, ScaleMix::Near, generator);
    Matrix b = randomMatrix(*findFormat("nvfp4_row"), 2, 75, ScaleMix::Near,
                            generator);
    std::vector<double> y(4), magnitude(4);
    matmulF64(a.view(), b.view(), 2, 2, 75, y.data(), magnitude.data());
    for (int64_t i = 0; i < 4; ++i) {
      BigFixed sum;
      Dyadic outer =
          times(exactOf(outerOf(a, i / 2)), exactOf(outerOf(b, i % 2)));
      double size = 0;
      bool nan = false;
      for (int64_t l = 0; l < 75; ++l) {
        double termA = 0, termB = 0;
        for (const Dyadic &left : termsOf(a, i / 2, l))
          termA += std::ldexp(double(left.significand), left.exponent);
        for (const Dyadic &right : termsOf(b, i % 2, l))
          termB += std::ldexp(double(right.significand), right.exponent);
        for (const Dyadic &left : termsOf(a, i / 2, l))
          for (const Dyadic &right : termsOf(b, i % 2, l)) {
            Dyadic pair = times(left, right);
            nan |= pair.nan;
            sum.add(Int128(pair.significand) * outer.significand,
                    pair.exponent + outer.exponent);
          }
        size +=
            std::fabs(termA * termB *
                      std::ldexp(double(outer.significand), outer.exponent));
      }
      if (nan) {
        EXPECT_TRUE(std::isnan(y[size_t(i)]));
        continue;
      }
      EXPECT_NEAR(magnitude[size_t(i)], size, size * 1e-12) << entry.name;
      EXPECT_NEAR(y[size_t(i)], sum.roundToFloat(), size * 0x1p-24)
          << entry.name;
    }
  }
}

TEST(MatmulF64, EitherOutputMayBeLeftOut) {
  Matrix a = emptyMatrix(*findFormat("mxfp4"), 1, 32);
  a.setCode(0, 0, 2);
  a.setCode(0, 1, 12);
  double y = 0, magnitude = 0;
  matmulF64(a.view(), a.view(), 1, 1, 32, &y, nullptr);
  matmulF64(a.view(), a.view(), 1, 1, 32, nullptr, &magnitude);
  EXPECT_EQ(y, 5.0);
  EXPECT_EQ(magnitude, 5.0);
}

/// One bit of a code, of a sign or of a scale, in either operand.
TEST(Matmul, CheckSeesCorruption) {
  Generator generator(65);
  FormatSpec format = *findFormat("amxfp4_e4m3");
  Matrix a = randomMatrix(format, 2, 64, ScaleMix::Near, generator);
  Matrix b = randomMatrix(format, 2, 64, ScaleMix::Near, generator);
  std::vector<float> want = expectedProduct(a, b, {});
  ASSERT_EQ(countWrong(product(a, b, {}), want), 0);
  Matrix corrupt = a;
  corrupt.codes[1] ^= 0x01;
  EXPECT_GT(countWrong(product(corrupt, b, {}), want), 0);
  corrupt = a;
  corrupt.codes[1] ^= 0x80;
  EXPECT_GT(countWrong(product(corrupt, b, {}), want), 0);
  corrupt = b;
  corrupt.scales[0] ^= 0x01;
  EXPECT_GT(countWrong(product(a, corrupt, {}), want), 0);
  corrupt = b;
  corrupt.outer[0] *= 1 + 0x1p-10f;
  EXPECT_GT(countWrong(product(a, corrupt, {}), want), 0);
}
