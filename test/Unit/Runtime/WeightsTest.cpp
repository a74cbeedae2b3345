//===- WeightsTest.cpp - mapped weight files ------------------------------===//

#include "mx/Runtime/Weights.h"
#include "mx/Numerics/WeightFile.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

/// A file of two entries, "a" of 100 bytes of 1 and "b" of 3 bytes of 2.
struct Weights : testing::Test {
  Weights() {
    std::vector<uint8_t> a(100, 1), b(3, 2);
    head.entries = {{"a", 0, 100, mx::hashBytes(a.data(), 100)},
                    {"b", 0, 3, mx::hashBytes(b.data(), 3)}};
    head.entries[0].offset = mx::weightHeadSize(head.entries);
    head.entries[1].offset = head.entries[0].offset + 128;
    head.fileSize = head.entries[1].offset + 3;
    bytes = mx::writeWeightHead(head);
    bytes.resize(head.fileSize);
    std::memset(&bytes[head.entries[0].offset], 1, 100);
    std::memset(&bytes[head.entries[1].offset], 2, 3);
    close(mkstemp(path.data()));
    write();
  }
  ~Weights() override { unlink(path.c_str()); }

  void write() {
    FILE *file = std::fopen(path.c_str(), "wb");
    ASSERT_TRUE(file);
    ASSERT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    std::fclose(file);
  }

  /// Returns why `name` is refused, without what names the file.
  std::string openMessage(const std::string &name) {
    char message[200] = "";
    EXPECT_EQ(mx_weights_open(name.c_str(), message, sizeof(message)), nullptr);
    const std::string prefix = "weight file '" + name + "' ";
    EXPECT_EQ(std::string(message).substr(0, prefix.size()), prefix);
    return std::string(message).substr(prefix.size());
  }

  std::string path = testing::TempDir() + "mx-weights-XXXXXX";
  mx::WeightHead head;
  std::vector<uint8_t> bytes;
};

/// Pages of memory, as a program has for its constants.
struct Room {
  explicit Room(uint64_t id, uint64_t size = 4096)
      : region{mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
               size, id, 0} {}
  ~Room() { munmap(region.begin, region.size); }
  mx_weights_region region;
};

} // namespace

TEST_F(Weights, SymbolsLieInTheFile) {
  char message[200] = "";
  mx_weights *weights = mx_weights_open(path.c_str(), message, sizeof(message));
  ASSERT_TRUE(weights) << message;
  EXPECT_EQ(mx_weights_id(weights), head.id);
  uint64_t size = 0;
  const void *a = mx_weights_symbol(weights, "a", &size);
  ASSERT_TRUE(a);
  EXPECT_EQ(size, 100u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % 64, 0u);
  EXPECT_EQ(std::memcmp(a, &bytes[head.entries[0].offset], 100), 0);
  const void *b = mx_weights_symbol(weights, "b", nullptr);
  ASSERT_TRUE(b);
  EXPECT_EQ(std::memcmp(b, "\2\2\2", 3), 0);
  EXPECT_EQ(mx_weights_symbol(weights, "c", &size), nullptr);
  EXPECT_EQ(mx_weights_verify(weights, message, sizeof(message)), 0);
  mx_weights_close(weights);
  mx_weights_close(nullptr);
}

TEST_F(Weights, VerifyFindsDamagedData) {
  bytes[head.entries[1].offset + 2] ^= 0x80;
  write();
  mx_weights *weights = mx_weights_open(path.c_str(), nullptr, 0);
  ASSERT_TRUE(weights);
  char message[200] = "";
  EXPECT_EQ(mx_weights_verify(weights, message, sizeof(message)), -1);
  EXPECT_STREQ(message, "the data of 'b' are damaged");
  EXPECT_EQ(mx_weights_verify(weights, nullptr, 0), -1);
  mx_weights_close(weights);
}

TEST_F(Weights, RefusesWhatIsNoWeightFile) {
  EXPECT_EQ(openMessage(testing::TempDir()), "is no regular file");
  EXPECT_EQ(openMessage("/none"),
            "cannot be opened: No such file or directory");
  bytes.pop_back();
  write();
  EXPECT_EQ(openMessage(path), "has 322 bytes, expected 323");
  bytes.clear();
  write();
  EXPECT_EQ(openMessage(path), "is empty");
  char small[8];
  EXPECT_EQ(mx_weights_open(path.c_str(), small, sizeof(small)), nullptr);
  EXPECT_STREQ(small, "weight ");
  EXPECT_EQ(mx_weights_open(path.c_str(), nullptr, 0), nullptr);
}

TEST_F(Weights, AttachLaysTheFileOverTheRoom) {
  Room room(head.id);
  char message[200] = "";
  ASSERT_EQ(
      mx_weights_attach(&room.region, path.c_str(), message, sizeof(message)),
      0)
      << message;
  EXPECT_NE(room.region.is_ready, 0u);
  EXPECT_EQ(std::memcmp(room.region.begin, bytes.data(), bytes.size()), 0);
  // Once is enough: no file is looked for again.
  EXPECT_EQ(mx_weights_attach(&room.region, "/none", nullptr, 0), 0);
}

/// A copy: what happens to the file later does not matter.
TEST_F(Weights, ReadTakesTheFileOnce) {
  Room room(head.id);
  char message[200] = "";
  ASSERT_EQ(
      mx_weights_read(&room.region, path.c_str(), message, sizeof(message)), 0)
      << message;
  EXPECT_NE(room.region.is_ready, 0u);
  const std::vector<uint8_t> before = bytes;
  bytes.assign(bytes.size(), 7);
  write();
  EXPECT_EQ(std::memcmp(room.region.begin, before.data(), before.size()), 0);
  EXPECT_EQ(mx_weights_read(&room.region, "/none", nullptr, 0), 0);
}

TEST_F(Weights, DetachGivesBackWhatAFileHasGiven) {
  for (auto bring : {mx_weights_attach, mx_weights_read}) {
    Room room(head.id);
    ASSERT_EQ(bring(&room.region, path.c_str(), nullptr, 0), 0);
    mx_weights_detach(&room.region);
    EXPECT_EQ(room.region.is_ready, 0u);
    auto *begin = static_cast<uint8_t *>(room.region.begin);
    EXPECT_EQ(std::count(begin, begin + 4096, 0), 4096);
    EXPECT_EQ(bring(&room.region, path.c_str(), nullptr, 0), 0);
    EXPECT_EQ(std::memcmp(begin, bytes.data(), bytes.size()), 0);
  }
  Room linked(head.id);
  std::memset(linked.region.begin, 1, 4096);
  linked.region.is_ready = 1; // in the program
  mx_weights_detach(&linked.region);
  EXPECT_EQ(linked.region.is_ready, 1u);
  EXPECT_EQ(*static_cast<uint8_t *>(linked.region.begin), 1);
}

TEST_F(Weights, OtherFilesAndOtherRoomsAreRefused) {
  const std::string prefix = "weight file '" + path + "' ";
  auto refusal = [&](mx_weights_region region) {
    char message[200] = "", again[200] = "";
    EXPECT_EQ(
        mx_weights_attach(&region, path.c_str(), message, sizeof(message)), -1);
    EXPECT_EQ(mx_weights_read(&region, path.c_str(), again, sizeof(again)), -1);
    EXPECT_STREQ(message, again);
    EXPECT_EQ(region.is_ready, 0u);
    return std::string(message);
  };
  Room room(head.id + 1);
  EXPECT_EQ(refusal(room.region),
            prefix + "is not the one that was made with this code");
  room.region.id = head.id;
  room.region.size = head.fileSize - 1;
  EXPECT_EQ(refusal(room.region), prefix + "is larger than the room for it");
  room.region.size = 4096;
  mx_weights_region odd = room.region;
  odd.begin = static_cast<char *>(odd.begin) + 64;
  EXPECT_EQ(refusal(odd), prefix +
                              "does not fit the room: this machine has pages "
                              "of 4096 bytes");
}
