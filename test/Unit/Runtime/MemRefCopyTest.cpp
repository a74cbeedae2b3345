//===- MemRefCopyTest.cpp - copies between strided memrefs ----------------===//

#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

extern "C" void memrefCopy(int64_t elementSize, const void *from,
                           const void *to);

namespace {

template <int Rank> struct Descriptor {
  void *allocated, *aligned;
  int64_t offset, extents[Rank], strides[Rank];
};

struct Unranked {
  int64_t rank;
  const void *descriptor;
};

} // namespace

/// Transposes while it copies; what lies between the elements stays.
TEST(MemRefCopy, FollowsOffsetsAndStrides) {
  std::vector<int16_t> from(6), to(20, -1);
  for (int i = 0; i < 6; ++i)
    from[i] = static_cast<int16_t>(i);
  Descriptor<2> source{nullptr, from.data(), 0, {3, 2}, {1, 3}};
  Descriptor<2> target{nullptr, to.data(), 2, {3, 2}, {5, 2}};
  Unranked a{2, &source}, b{2, &target};
  memrefCopy(2, &a, &b);
  std::vector<int16_t> wanted(20, -1);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 2; ++j)
      wanted[2 + 5 * i + 2 * j] = static_cast<int16_t>(i + 3 * j);
  EXPECT_EQ(to, wanted);
}

/// The last axis is copied in one piece where both sides are dense there.
TEST(MemRefCopy, DenseRows) {
  std::vector<double> from{1, 2, 3, 4, 5, 6, 7, 8}, to(4);
  Descriptor<2> source{nullptr, from.data(), 1, {2, 2}, {4, 1}};
  Descriptor<2> target{nullptr, to.data(), 0, {2, 2}, {2, 1}};
  Unranked a{2, &source}, b{2, &target};
  memrefCopy(8, &a, &b);
  EXPECT_EQ(to, (std::vector<double>{2, 3, 6, 7}));
}

TEST(MemRefCopy, ScalarsAndNothing) {
  int32_t from = 7, to = 0;
  struct {
    void *allocated, *aligned;
    int64_t offset;
  } source{nullptr, &from, 0}, target{nullptr, &to, 0};
  Unranked a{0, &source}, b{0, &target};
  memrefCopy(4, &a, &b);
  EXPECT_EQ(to, 7);
  Descriptor<1> none{nullptr, nullptr, 0, {0}, {2}};
  Unranked c{1, &none};
  memrefCopy(4, &c, &c);
}
