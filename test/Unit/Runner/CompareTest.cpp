//===- CompareTest.cpp - measures and tolerances --------------------------===//

#include "mx/Runner/Compare.h"

#include "Support.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

static Array floats(ArrayRef<float> values) {
  return makeArrayOf<float>(DType::F32, {int64_t(values.size())}, values);
}

TEST(Compare, EqualResultsHaveNoError) {
  Array a = floats({1, 2, 3});
  Comparison comparison = get(compare(a, a, nullptr));
  EXPECT_EQ(comparison.maxError, 0);
  EXPECT_TRUE(std::isinf(comparison.sqnrDb));
}

TEST(Compare, MeasuresAgainstTheMagnitude) {
  Magnitude magnitude;
  magnitude.sums = {4, 100};
  Comparison comparison =
      get(compare(floats({1, 3}), floats({2, 2}), &magnitude));
  EXPECT_EQ(comparison.maxError, 0.25);
}

TEST(Compare, MeasuresAgainstTheRms) {
  Comparison comparison =
      get(compare(floats({3, 4, 3, 4}), floats({3, 3, 3, 3}), nullptr));
  EXPECT_NEAR(comparison.maxError, 1.0 / 3, 1e-6);
}

/// Gold may be of another type: here the exact sum in f64.
TEST(Compare, GoldKeepsItsPrecision) {
  Array gold = makeArrayOf<double>(DType::F64, {1}, {1 + 0x1p-26});
  Magnitude magnitude;
  magnitude.sums = {1};
  EXPECT_EQ(get(compare(floats({1}), gold, &magnitude)).maxError, 0x1p-26);
}

TEST(Compare, ShapesMustAgree) {
  EXPECT_EQ(messageOf(compare(floats({1, 2}), floats({1}), nullptr)),
            "error: found 1xf32 to compare with, wanted 2xf32");
}

TEST(Tolerance, IsTheBoundOfTheKernel) {
  Analysis analysis;
  analysis.contractions = 1;
  analysis.magnitude.emplace();
  analysis.magnitude->roundings = 9; // 128 products in blocks of 32
  EXPECT_EQ(getDefaultTolerance(analysis, DType::F32, false), 10 * 0x1p-24);
  EXPECT_EQ(getDefaultTolerance(analysis, DType::F32, true), 20 * 0x1p-24);
  EXPECT_EQ(getDefaultTolerance(analysis, DType::BF16, false),
            10 * 0x1p-24 + 0x1p-8);
  EXPECT_EQ(getDefaultTolerance(analysis, DType::F16, false),
            10 * 0x1p-24 + 0x1p-11);
}

TEST(Tolerance, GrowsWithTheContractions) {
  Analysis analysis;
  EXPECT_EQ(getDefaultTolerance(analysis, DType::F32, true), 0x1p-20);
  analysis.contractions = 3;
  EXPECT_EQ(getDefaultTolerance(analysis, DType::F32, true), 3 * 0x1p-20);
}
