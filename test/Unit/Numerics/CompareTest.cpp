//===- CompareTest.cpp - error measures -----------------------------------===//

#include "mx/Numerics/Compare.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

using namespace mx;

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

static double sqnr(const Floats &y, const Floats &gold) {
  return sqnrDb(y.data(), gold.data(), int64_t(y.size()));
}

static double relative(const Floats &y, const Doubles &gold,
                       const Doubles &magnitude) {
  return maxRelativeError(y.data(), gold.data(), magnitude.data(),
                          int64_t(y.size()));
}

static double overRms(const Floats &y, const Floats &gold) {
  return maxErrorOverRms(y.data(), gold.data(), int64_t(y.size()));
}

TEST(Sqnr, IsTenLogOfSignalOverNoise) {
  EXPECT_DOUBLE_EQ(sqnr({11.0f, 0.0f}, {10.0f, 0.0f}), 20.0);
  EXPECT_DOUBLE_EQ(sqnr({2.0f, -2.0f}, {1.0f, -1.0f}), 0.0);
  EXPECT_EQ(sqnr({1.0f, 2.0f}, {1.0f, 2.0f}), INFINITY);
  EXPECT_EQ(sqnr({}, {}), INFINITY);
  EXPECT_EQ(sqnr({0.0f}, {-0.0f}), INFINITY);
  EXPECT_EQ(sqnr({1.0f}, {0.0f}), -INFINITY);
}

TEST(Sqnr, NanAndInfinity) {
  EXPECT_TRUE(std::isnan(sqnr({NAN, 1.0f}, {1.0f, 1.0f})));
  EXPECT_TRUE(std::isnan(sqnr({1.0f, 1.0f}, {1.0f, NAN})));
  EXPECT_EQ(sqnr({NAN, 1.0f}, {NAN, 1.0f}), INFINITY);
  EXPECT_DOUBLE_EQ(sqnr({NAN, 11.0f}, {NAN, 10.0f}), 20.0);
  EXPECT_DOUBLE_EQ(sqnr({INFINITY, 11.0f}, {INFINITY, 10.0f}), 20.0);
  EXPECT_EQ(sqnr({INFINITY, 1.0f}, {-INFINITY, 1.0f}), -INFINITY);
  EXPECT_EQ(sqnr({1.0f, 1.0f}, {INFINITY, 1.0f}), -INFINITY);
}

TEST(RelativeError, IsTheLargestShareOfTheMagnitude) {
  EXPECT_DOUBLE_EQ(relative({1.5f, 4.0f}, {1.0, 3.0}, {2.0, 2.0}), 0.5);
  EXPECT_EQ(relative({0.0f}, {0.0}, {0.0}), 0.0);
  EXPECT_EQ(relative({1.0f}, {0.0}, {0.0}), INFINITY);
  EXPECT_EQ(relative({}, {}, {}), 0.0);
}

TEST(RelativeError, NanAndInfinity) {
  EXPECT_EQ(relative({NAN}, {1.0}, {1.0}), INFINITY);
  EXPECT_EQ(relative({1.0f}, {NAN}, {NAN}), INFINITY);
  EXPECT_EQ(relative({NAN}, {NAN}, {NAN}), 0.0);
  EXPECT_EQ(relative({INFINITY}, {INFINITY}, {INFINITY}), 0.0);
  EXPECT_EQ(relative({1.0f}, {INFINITY}, {INFINITY}), INFINITY);
  EXPECT_EQ(relative({-INFINITY}, {INFINITY}, {INFINITY}), INFINITY);
}

TEST(ErrorOverRms, IsTheLargestErrorOverTheRootMeanSquare) {
  EXPECT_DOUBLE_EQ(overRms({3.0f, -4.0f}, {3.0f, -3.0f}), 1.0 / 3.0);
  EXPECT_EQ(overRms({0.0f}, {0.0f}), 0.0);
  EXPECT_EQ(overRms({1.0f}, {0.0f}), INFINITY);
  EXPECT_EQ(overRms({}, {}), 0.0);
}

TEST(ErrorOverRms, NanAndInfinity) {
  EXPECT_EQ(overRms({NAN}, {1.0f}), INFINITY);
  EXPECT_EQ(overRms({1.0f}, {NAN}), INFINITY);
  EXPECT_EQ(overRms({NAN, 2.0f}, {NAN, 1.0f}), 1.0);
  EXPECT_EQ(overRms({INFINITY, 2.0f}, {INFINITY, 1.0f}), 1.0);
  EXPECT_EQ(overRms({INFINITY}, {1.0f}), INFINITY);
}

TEST(UlpDistance, CountsTheFloatsBetween) {
  constexpr float tiny = std::numeric_limits<float>::denorm_min();
  constexpr float largest = std::numeric_limits<float>::max();
  EXPECT_EQ(ulpDistance(1.0f, 1.0f), 0);
  EXPECT_EQ(ulpDistance(1.0f, std::nextafter(1.0f, 2.0f)), 1);
  EXPECT_EQ(ulpDistance(1.0f, std::nextafter(1.0f, 0.0f)), 1);
  EXPECT_EQ(ulpDistance(1.0f, 2.0f), 1 << 23);
  EXPECT_EQ(ulpDistance(0.0f, -0.0f), 0);
  EXPECT_EQ(ulpDistance(-tiny, tiny), 2);
  EXPECT_EQ(ulpDistance(largest, INFINITY), 1);
  EXPECT_EQ(ulpDistance(-INFINITY, INFINITY), 2 * int64_t(0x7F800000));
}

TEST(UlpDistance, Nan) {
  EXPECT_EQ(ulpDistance(NAN, -NAN), 0);
  EXPECT_EQ(ulpDistance(NAN, 1.0f), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ulpDistance(1.0f, NAN), std::numeric_limits<int64_t>::max());
}
