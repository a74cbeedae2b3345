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
  for (int64_t size = 1; size <= kMaxHadamardSize; size *= 2)
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

/// The generator's first numbers from state 1234567, of which only the third is
/// at least 2^63: 6457827717110365317, 3203168211198807973,
/// 9817491932198370423, 4593380528125082431.
TEST(Hadamard, SignsAreTopBitsOfSplitMix64) {
  std::vector<float> signs = rotationSigns({4, 1234567});
  EXPECT_EQ(signs, (std::vector<float>{1, 1, -1, 1}));
}

/// What is left over after the last whole group of each row stays.
TEST(Hadamard, LeavesTheRestOfARow) {
  Rotation rotation{16, 5};
  std::vector<float> x = makeRow(3 * 39), y = x, group = x;
  rotateRows(rotation, y.data(), 3, 39);
  for (size_t row = 0; row < 3; ++row) {
    rotateRows(rotation, group.data() + row * 39, 1, 32);
    for (size_t i = 0; i < 39; ++i)
      EXPECT_EQ(y[row * 39 + i], group[row * 39 + i]) << row << ", " << i;
    EXPECT_EQ(y[row * 39 + 38], x[row * 39 + 38]);
  }
  std::vector<float> none = x;
  rotateRows({128, std::nullopt}, none.data(), 3, 39);
  EXPECT_EQ(none, x);
}

/// By the matrix that a rotation is, with its signs and its factor.
TEST(Hadamard, ByAMatrix) {
  Rotation rotation{16, 9}; // the factor 1/4 is exact
  std::vector<float> signs = rotationSigns(rotation), matrix;
  for (size_t i = 0; i < 16; ++i)
    for (size_t j = 0; j < 16; ++j)
      matrix.push_back(static_cast<float>(entry(i, j)) * signs[j] / 4);
  std::vector<float> x = makeRow(2 * 40), y = x;
  rotateRows(rotation, x.data(), 2, 40);
  rotateRowsBy(matrix.data(), 16, y.data(), 2, 40);
  EXPECT_EQ(x, y);
}

TEST(Hadamard, Sizes) {
  for (int64_t size : {1, 2, 64, 4096})
    EXPECT_TRUE(isHadamardSize(size)) << size;
  for (int64_t size : {0, -1, -64, 3, 48, 8192})
    EXPECT_FALSE(isHadamardSize(size)) << size;
  EXPECT_FALSE(isHadamardSize(INT64_MIN));
}

TEST(Hadamard, CanaryOneFlippedSign) {
  Rotation rotation{64, 3};
  std::vector<float> x = makeRow(64), y = x;
  x[5] = 1;
  y[5] = -1;
  rotateRows(rotation, y.data(), 1, 64);
  EXPECT_GT(countMismatches(rotation, x, y), 0);
}
