//===- HadamardTest.cpp - laws of the rotations ---------------------------===//

#include "mx/Numerics/Hadamard.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mx;

/// Small whole numbers of both signs, so that sums are exact.
static std::vector<float> makeRow(int64_t k) {
  std::vector<float> x(static_cast<size_t>(k));
  uint64_t state = static_cast<uint64_t>(k);
  for (float &value : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<float>(static_cast<int64_t>(state >> 58) - 32);
  }
  return x;
}

/// Entry (i, j) of the Hadamard matrix: the parity of the bits they share.
static double entry(uint64_t i, uint64_t j) {
  int parity = 0;
  for (uint64_t both = i & j; both != 0; both &= both - 1)
    parity ^= 1;
  return parity != 0 ? -1 : 1;
}

/// Number of elements that are not f32(exact sum) * factor.
static int countMismatches(const Rotation &rotation,
                           const std::vector<float> &x,
                           const std::vector<float> &y) {
  std::vector<float> signs = rotationSigns(rotation);
  auto size = static_cast<size_t>(rotation.size);
  int count = 0;
  for (size_t first = 0; first < x.size(); first += size)
    for (size_t i = 0; i < size; ++i) {
      double sum = 0;
      for (size_t j = 0; j < size; ++j)
        sum += entry(i, j) * signs[j] * x[first + j];
      float wanted = static_cast<float>(sum) * rotationFactor(rotation);
      count += y[first + i] != wanted;
    }
  return count;
}

TEST(Hadamard, IsTheMatrixForEverySize) {
  for (int32_t size = 1; size <= 4096; size *= 2)
    for (std::optional<uint64_t> seed :
         {std::optional<uint64_t>(), std::optional<uint64_t>(7)}) {
      Rotation rotation{size, seed};
      std::vector<float> x = makeRow(2 * size), y = x;
      rotateRows(rotation, y.data(), 1, 2 * size);
      EXPECT_EQ(countMismatches(rotation, x, y), 0) << "size " << size;
    }
}

/// The matrix is its own transpose: without signs, twice is the identity.
TEST(Hadamard, TwiceIsTheIdentity) {
  Rotation rotation{64, std::nullopt};
  std::vector<float> x = makeRow(256), y = x;
  rotateRows(rotation, y.data(), 2, 128);
  rotateRows(rotation, y.data(), 2, 128);
  EXPECT_EQ(x, y); // 1/8 is exact, and so are the sums
}

TEST(Hadamard, SignsAreOfBothKindsAndFollowTheSeed) {
  std::vector<float> a = rotationSigns({64, 1}), b = rotationSigns({64, 2});
  EXPECT_NE(a, b);
  EXPECT_EQ(a, rotationSigns({64, 1}));
  int minus = 0;
  for (float sign : a) {
    EXPECT_EQ(std::fabs(sign), 1.0f);
    minus += sign < 0;
  }
  EXPECT_GT(minus, 16);
  EXPECT_LT(minus, 48);
}

TEST(Hadamard, CanaryOneFlippedSign) {
  Rotation rotation{64, 3};
  std::vector<float> x = makeRow(64), y = x;
  x[5] = 1;
  y[5] = -1;
  rotateRows(rotation, y.data(), 1, 64);
  EXPECT_GT(countMismatches(rotation, x, y), 0);
}
