//===- PoolTest.cpp - memory that is kept for the next --------------------===//

#include "mx/Runtime/Pool.h"

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <thread>
#include <vector>

namespace {

mx_pool_buffer take(int64_t bytes) {
  mx_pool_buffer buffer;
  _mlir_ciface_mx_pool_allocate(&buffer, bytes);
  EXPECT_EQ(buffer.size, bytes);
  EXPECT_EQ(buffer.offset, 0);
  EXPECT_EQ(buffer.stride, 1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.aligned) % 64, 0u);
  std::memset(buffer.aligned, 0x5A, static_cast<size_t>(bytes));
  return buffer;
}

void give(mx_pool_buffer buffer) { _mlir_ciface_mx_pool_free(&buffer); }

class Pool : public testing::Test {
protected:
  void SetUp() override { mx_pool_trim(); }
  void TearDown() override { mx_pool_trim(); }
};

constexpr int64_t kMega = int64_t(1) << 20;

} // namespace

TEST_F(Pool, GivesAgainWhatCameBack) {
  mx_pool_buffer first = take(3 * kMega);
  void *data = first.aligned;
  give(first);
  mx_pool_buffer second = take(3 * kMega - 100);
  EXPECT_EQ(second.aligned, data);
  mx_pool_buffer third = take(3 * kMega);
  EXPECT_NE(third.aligned, data);
  give(second);
  give(third);
}

/// Of what is kept the smallest that is large enough, and none twice as large.
TEST_F(Pool, TakesWhatFits) {
  mx_pool_buffer small = take(10 * kMega), large = take(17 * kMega);
  void *ofSmall = small.aligned, *ofLarge = large.aligned;
  give(small);
  give(large);
  mx_pool_buffer fits = take(9 * kMega), next = take(9 * kMega);
  EXPECT_EQ(fits.aligned, ofSmall);
  EXPECT_EQ(next.aligned, ofLarge);
  give(next);
  mx_pool_buffer tiny = take(kMega);
  EXPECT_NE(tiny.aligned, ofLarge);
  give(fits);
  give(tiny);
}

TEST_F(Pool, HasEveryFewBytes) {
  std::vector<mx_pool_buffer> buffers;
  for (int64_t bytes : {0, 1, 63, 64, 65, 4032, 4033, 100000})
    buffers.push_back(take(bytes));
  for (size_t i = 1; i < buffers.size(); ++i)
    EXPECT_NE(buffers[i].aligned, buffers[i - 1].aligned);
  for (mx_pool_buffer buffer : buffers)
    give(buffer);
}

/// The oldest goes first, where there would be more than the limit.
TEST_F(Pool, KeepsUpToTheLimit) {
  constexpr int64_t third = int64_t(MX_POOL_LIMIT) / 3 + kMega;
  std::vector<mx_pool_buffer> buffers{take(third), take(third), take(third)};
  give(buffers[0]);
  size_t one = mx_pool_kept();
  EXPECT_GE(one, size_t(third));
  give(buffers[1]);
  give(buffers[2]);
  EXPECT_EQ(mx_pool_kept(), 2 * one);
  mx_pool_buffer newest = take(third), older = take(third);
  EXPECT_EQ((std::set<void *>{newest.aligned, older.aligned}),
            (std::set<void *>{buffers[1].aligned, buffers[2].aligned}));
  EXPECT_EQ(mx_pool_kept(), 0u);
  give(newest);
  give(older);
  mx_pool_trim();
  EXPECT_EQ(mx_pool_kept(), 0u);
}

/// What is larger than the limit is not kept, nor does anything go for it.
TEST_F(Pool, KeepsTheOthersBesideALargeOne) {
  mx_pool_buffer small = take(kMega);
  give(small);
  give(take(int64_t(MX_POOL_LIMIT) + kMega));
  mx_pool_buffer again = take(kMega);
  EXPECT_EQ(again.aligned, small.aligned);
  give(again);
}

TEST_F(Pool, ThreadsHaveTheirOwn) {
  give(take(5 * kMega));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int64_t round = 1; round <= 50; ++round) {
        mx_pool_buffer a = take(round * 70000), b = take(kMega);
        std::memset(a.aligned, int(round), static_cast<size_t>(a.size));
        give(b);
        const auto *bytes = static_cast<unsigned char *>(a.aligned);
        EXPECT_EQ(bytes[0], round);
        EXPECT_EQ(bytes[a.size - 1], round);
        give(a);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

/// Memory of a thread that has ended may be given back by another.
TEST_F(Pool, IsGivenBackByAnyThread) {
  mx_pool_buffer buffer;
  std::thread([&] { buffer = take(2 * kMega); }).join();
  give(buffer);
}
