//===- WeightFileTest.cpp - heads of weight files, whole and damaged ------===//

#include "mx/Numerics/WeightFile.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace mx;

namespace {

/// A file of two entries that share data and one of its own.
struct WeightFile : testing::Test {
  WeightFile() {
    head.entries = {{"w0", 0, 100, 1}, {"a_long_name", 0, 64, 2}, {"w", 0, 0}};
    uint64_t data = weightHeadSize(head.entries);
    head.entries[0].offset = head.entries[2].offset = data;
    head.entries[1].offset = data + 128;
    head.fileSize = data + 192;
    bytes = writeWeightHead(head);
    bytes.resize(head.fileSize);
  }

  /// Returns why the file is refused; empty where it is taken.
  std::string read() {
    std::string error;
    found = {};
    bool isGood = readWeightHead(bytes.data(), bytes.size(), found, error);
    EXPECT_EQ(isGood, error.empty());
    return error;
  }

  /// Writes a number of the head and makes the id fit again.
  void forge(uint64_t offset, uint64_t value) {
    std::memcpy(&bytes[offset], &value, 8);
    std::memset(&bytes[32], 0, 8);
    uint64_t id = hashBytes(bytes.data(), weightHeadSize(head.entries));
    std::memcpy(&bytes[32], &id, 8);
  }

  WeightHead head, found;
  std::vector<uint8_t> bytes;
};

constexpr uint64_t entry1 = 64 + 40; ///< offset of its fields in the file

} // namespace

TEST_F(WeightFile, ReadsWhatWasWritten) {
  EXPECT_EQ(read(), "");
  EXPECT_EQ(found.id, head.id);
  EXPECT_EQ(found.fileSize, head.fileSize);
  ASSERT_EQ(found.entries.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(found.entries[i].symbol, head.entries[i].symbol);
    EXPECT_EQ(found.entries[i].offset, head.entries[i].offset);
    EXPECT_EQ(found.entries[i].size, head.entries[i].size);
    EXPECT_EQ(found.entries[i].hash, head.entries[i].hash);
    EXPECT_EQ(found.entries[i].offset % weightAlignment, 0u);
  }
}

TEST_F(WeightFile, RefusesOtherFiles) {
  bytes[0] = 'm';
  EXPECT_EQ(read(), "is no weight file");
  bytes.resize(63);
  EXPECT_EQ(read(), "is no weight file");
  bytes.clear();
  EXPECT_EQ(read(), "is no weight file");
}

TEST_F(WeightFile, RefusesAnotherVersionAndSize) {
  bytes.pop_back();
  EXPECT_EQ(read(), "has 447 bytes, expected 448");
  bytes.push_back(0);
  bytes[8] = 2;
  EXPECT_EQ(read(), "has version 2, expected 1");
}

/// Every bit of the head counts.
TEST_F(WeightFile, RefusesAnyFlippedBit) {
  for (uint64_t i = 0; i < weightHeadSize(head.entries); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] ^= 1 << bit;
      EXPECT_NE(read(), "") << "byte " << i << " bit " << bit;
      bytes[i] ^= 1 << bit;
    }
  EXPECT_EQ(read(), "");
}

TEST_F(WeightFile, RefusesAnIndexBeyondTheEnd) {
  uint32_t count = 0xFFFFFFFFu;
  std::memcpy(&bytes[12], &count, 4);
  EXPECT_EQ(read(), "ends within its index");
  count = 3;
  std::memcpy(&bytes[12], &count, 4);
  forge(24, ~uint64_t(0));
  EXPECT_EQ(read(), "ends within its index");
}

TEST_F(WeightFile, RefusesEntriesOutsideOfTheData) {
  const char wanted[] = "has entry 1 outside of its data";
  const uint64_t offset = head.entries[1].offset;
  for (uint64_t bad : {uint64_t(0), offset + 1, offset + 64, ~uint64_t(63)}) {
    forge(entry1, bad);
    EXPECT_EQ(read(), wanted) << bad;
  }
  forge(entry1, offset);
  EXPECT_EQ(read(), "");
  for (uint64_t bad : {uint64_t(65), ~uint64_t(0)}) {
    forge(entry1 + 8, bad);
    EXPECT_EQ(read(), wanted) << bad;
  }
}

TEST_F(WeightFile, RefusesEntriesWithoutANameOfTheirOwn) {
  const char wanted[] = "has no name of its own for entry 1";
  forge(entry1 + 24, 0); // "w0" again, by its first two letters
  forge(entry1 + 32, 2);
  EXPECT_EQ(read(), wanted);
  for (uint64_t bad : {uint64_t(0), uint64_t(15), ~uint64_t(0)}) {
    forge(entry1 + 32, bad);
    EXPECT_EQ(read(), wanted) << bad;
  }
}

/// Lengths, places and each byte change the hash.
TEST(HashBytes, SeesEveryByteAndTheSize) {
  std::vector<uint8_t> bytes(200);
  for (uint64_t size = 0; size < bytes.size(); ++size) {
    uint64_t hash = hashBytes(bytes.data(), size);
    EXPECT_NE(hash, hashBytes(bytes.data(), size + 1));
    for (uint64_t i = 0; i < size; ++i) {
      bytes[i] = 1;
      EXPECT_NE(hashBytes(bytes.data(), size), hash) << size << " " << i;
      bytes[i] = 0;
    }
  }
}
