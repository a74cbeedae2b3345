//===- WeightFile.cpp - large constants beside the code -------------------===//

#include "mx/Numerics/WeightFile.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_set>

namespace mx {

static constexpr char magic[] = "MXWEIGHT";
static constexpr uint64_t version = 1, headerSize = 64, entrySize = 40;
static constexpr uint64_t idOffset = 32;

static void store(uint8_t *to, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    to[i] = static_cast<uint8_t>(value >> 8 * i);
}

static uint64_t load(const uint8_t *from, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value |= uint64_t(from[i]) << 8 * i;
  return value;
}

//===----------------------------------------------------------------------===//
// Hash
//===----------------------------------------------------------------------===//

static constexpr int lanes = 4, stripe = 8 * lanes;
static constexpr uint64_t factor = 0x9E3779B97F4A7C15u;

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

/// Four chains, so that a multiplication need not wait for the one before it.
static void hashStripe(uint64_t (&chains)[lanes], const uint8_t *bytes) {
  for (int i = 0; i < lanes; ++i)
    chains[i] = rotate(chains[i] ^ load(bytes + 8 * i, 8), 29) * factor;
}

uint64_t hashBytes(const uint8_t *bytes, uint64_t size) {
  uint64_t chains[lanes] = {1, 2, 3, 4};
  uint64_t at = 0;
  for (; size - at >= stripe; at += stripe)
    hashStripe(chains, bytes + at);
  uint8_t rest[stripe] = {};
  if (size != at)
    std::memcpy(rest, bytes + at, size - at);
  hashStripe(chains, rest);
  uint64_t hash = size;
  for (uint64_t chain : chains) {
    hash = (hash ^ chain) * factor;
    hash ^= hash >> 32;
  }
  return hash;
}

//===----------------------------------------------------------------------===//
// Head
//===----------------------------------------------------------------------===//

uint64_t weightHeadSize(const std::vector<WeightEntry> &entries) {
  uint64_t size = headerSize + entrySize * entries.size();
  for (const WeightEntry &entry : entries)
    size += entry.symbol.size();
  return alignWeight(size);
}

std::vector<uint8_t> writeWeightHead(WeightHead &head) {
  std::vector<uint8_t> bytes(weightHeadSize(head.entries));
  uint8_t *names = bytes.data() + headerSize + entrySize * head.entries.size();
  uint64_t nameOffset = 0;
  uint8_t *to = bytes.data() + headerSize;
  for (const WeightEntry &entry : head.entries) {
    store(to, entry.offset, 8);
    store(to + 8, entry.size, 8);
    store(to + 16, entry.hash, 8);
    store(to + 24, nameOffset, 8);
    store(to + 32, entry.symbol.size(), 8);
    std::copy(entry.symbol.begin(), entry.symbol.end(), names + nameOffset);
    nameOffset += entry.symbol.size();
    to += entrySize;
  }
  std::memcpy(bytes.data(), magic, 8);
  store(&bytes[8], version, 4);
  store(&bytes[12], head.entries.size(), 4);
  store(&bytes[16], head.fileSize, 8);
  store(&bytes[24], nameOffset, 8);
  head.id = hashBytes(bytes.data(), bytes.size());
  store(&bytes[idOffset], head.id, 8);
  return bytes;
}

/// Checks all that stands before the entries; sets the size of the head.
static std::string readHeader(const uint8_t *bytes, uint64_t size,
                              uint64_t &headSize) {
  if (size < headerSize || std::memcmp(bytes, magic, 8) != 0)
    return "is no weight file";
  if (uint64_t found = load(bytes + 8, 4); found != version)
    return "has version " + std::to_string(found) + ", expected " +
           std::to_string(version);
  if (uint64_t wanted = load(bytes + 16, 8); wanted != size)
    return "has " + std::to_string(size) + " bytes, expected " +
           std::to_string(wanted);
  const uint64_t count = load(bytes + 12, 4), names = load(bytes + 24, 8);
  const uint64_t entries = headerSize + entrySize * count;
  if (entries > size || names > size - entries ||
      alignWeight(entries + names) > size)
    return "ends within its index";
  headSize = alignWeight(entries + names);
  std::vector<uint8_t> head(bytes, bytes + headSize);
  store(&head[idOffset], 0, 8);
  if (hashBytes(head.data(), headSize) != load(bytes + idOffset, 8))
    return "has a damaged index";
  return "";
}

bool readWeightHead(const uint8_t *bytes, uint64_t size, WeightHead &head,
                    std::string &error) {
  uint64_t headSize = 0;
  error = readHeader(bytes, size, headSize);
  if (!error.empty())
    return false;
  head = {load(bytes + idOffset, 8), size, {}};
  const uint64_t count = load(bytes + 12, 4), namesSize = load(bytes + 24, 8);
  const char *names =
      reinterpret_cast<const char *>(bytes + headerSize + entrySize * count);
  std::unordered_set<std::string_view> seen;
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t *from = bytes + headerSize + entrySize * i;
    WeightEntry entry{"", load(from, 8), load(from + 8, 8), load(from + 16, 8)};
    const uint64_t name = load(from + 24, 8), length = load(from + 32, 8);
    bool isNamed = name <= namesSize && length <= namesSize - name && length;
    if (!isNamed || !seen.insert({names + name, length}).second)
      error = "has no name of its own for entry " + std::to_string(i);
    else if (entry.offset % weightAlignment != 0 || entry.offset < headSize ||
             entry.offset > size || entry.size > size - entry.offset)
      error = "has entry " + std::to_string(i) + " outside of its data";
    if (!error.empty())
      return false;
    entry.symbol.assign(names + name, length);
    head.entries.push_back(std::move(entry));
  }
  return true;
}

} // namespace mx
