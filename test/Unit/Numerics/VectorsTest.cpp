//===- VectorsTest.cpp - a million blocks against a model of the formats --===//
//
// vectors/PRESET.txt, written by make_vectors.py: the hash of each tensor of
// 1000 dequantized blocks, 1000 lines, then the first 64 blocks as f32 words.
// The values are those of the AMXFP4 authors' emulator (amxfp4*), of OCP MXFP4
// and of NVFP4.
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

using namespace mx;

constexpr int64_t tensors = 1000, blocks = 1000, fullBlocks = 64;
constexpr uint64_t gamma64 = 0x9E3779B97F4A7C15u;
constexpr const char *presetNamesInOrder[] = {"amxfp4", "amxfp4_pot",
                                              "amxfp4_pot_r", "mxfp4", "nvfp4"};

/// The `steps`-th draw of a fresh splitmix64 is mix(seed + steps * gamma).
static uint64_t mix(uint64_t z) { return Generator(z - gamma64).next(); }

static int64_t drawInteger(uint64_t bits) {
  int64_t sum = -2 * 0xFFFF;
  for (int field = 0; field < 4; ++field)
    sum += static_cast<int64_t>(bits >> 16 * field & 0xFFFF);
  return sum;
}

/// Returns the element of a block of `kind` that two draws give.
static int64_t shape(uint64_t kind, int64_t n, uint64_t second, int limit) {
  switch (kind) {
  case 2: { // heavy-tailed
    int doublings = 0;
    while (doublings < limit && (second >> doublings & 1) != 0)
      ++doublings;
    return n * (int64_t(1) << doublings);
  }
  case 3:
    return std::abs(n);
  case 4:
    return -std::abs(n);
  case 5: // skewed
    return n + 65536;
  case 6: // sparse
    return (second & 7) == 0 ? n : 0;
  case 7: // a coarse grid, rich in ties
    return n - (n & 8191);
  default:
    return n;
  }
}

/// Returns the tensor that make_vectors.py calls inputs(preset, tensor).
static std::vector<float> makeInputs(uint64_t preset, int64_t tensor,
                                     int64_t blockSize, bool outer) {
  Generator generator((preset << 32) + static_cast<uint64_t>(tensor));
  int shift = static_cast<int>(tensor % 41) - 20;
  std::vector<float> x;
  for (int64_t block = 0; block < blocks; ++block) {
    uint64_t head = generator.next();
    int64_t high = static_cast<int64_t>(head >> 8);
    int exponent = static_cast<int>(high % 32) - 32;
    if ((head >> 3 & 15) == 0)
      exponent = static_cast<int>(high % 240) - 149;
    if (outer)
      exponent = static_cast<int>(high % 11) - 21 + shift;
    for (int64_t i = 0; i < blockSize; ++i) {
      int64_t plain = drawInteger(generator.next());
      uint64_t second = generator.next();
      int64_t n = shape(head & 7, plain, second, outer ? 4 : 20);
      int64_t one = 65536 + (std::abs(plain) & 0xFFFF);
      if (outer && i == 0)
        n = plain < 0 ? -one : one;
      x.push_back(static_cast<float>(n) * exp2Of(exponent));
    }
  }
  if (outer)
    x[1] = 2688 * exp2Of(shift);
  return x;
}

/// -0 is +0, as the model does not tell them apart.
static uint32_t wordOf(float value) {
  value += 0.0f;
  uint32_t word;
  std::memcpy(&word, &value, sizeof(word));
  return word;
}

static uint64_t hashOf(const std::vector<float> &y) {
  uint64_t sum = 0, place = 0;
  for (float value : y)
    sum += mix(wordOf(value) + (place += gamma64));
  return sum;
}

namespace {
struct Vectors {
  std::vector<uint64_t> hashes;
  std::vector<uint32_t> words;
};

/// One bit to flip in the blocks of each tensor.
struct Flip {
  int64_t codeByte = 0, scaleByte = 0;
  uint8_t codeMask = 0, scaleMask = 0;
};
} // namespace

static Vectors readVectors(const std::string &name) {
  std::ifstream file(MX_TEST_DATA_DIR "/vectors/" + name + ".txt");
  Vectors result;
  std::string token;
  while (file >> token) {
    uint64_t number = std::stoull(token, nullptr, 16);
    if (token.size() == 16)
      result.hashes.push_back(number);
    else
      result.words.push_back(static_cast<uint32_t>(number));
  }
  return result;
}

/// Returns how many of the first `count` tensors are not those of the vectors.
static int64_t countMismatches(uint64_t index, int64_t count,
                               const Flip &flip = {}) {
  std::string name = presetNamesInOrder[index], error;
  Preset preset = *parsePreset(name, error);
  preset.quantizer.emulator = name[0] == 'a';
  const FormatSpec &format = preset.format;
  int64_t k = blocks * format.blockSize, mismatches = 0;
  Vectors want = readVectors(name);
  if (int64_t(want.hashes.size()) != tensors ||
      int64_t(want.words.size()) != fullBlocks * format.blockSize)
    return -1;
  std::vector<uint8_t> codes(size_t(codeBytesPerRow(format, k)));
  std::vector<uint8_t> scales(size_t(scaleBytesPerRow(format, k)));
  for (int64_t tensor = 0; tensor < count; ++tensor) {
    std::vector<float> x =
        makeInputs(index, tensor, format.blockSize, format.hasOuterScale());
    std::vector<float> y(x.size());
    float outer = 1.0f;
    outerScales(format, x.data(), 1, k, &outer);
    quantizeRows(format, preset.quantizer, x.data(), 1, k, &outer, codes.data(),
                 scales.data());
    codes[size_t(flip.codeByte)] ^= flip.codeMask;
    scales[size_t(flip.scaleByte)] ^= flip.scaleMask;
    dequantizeRows(format, codes.data(), scales.data(), &outer, 1, k, y.data());
    bool same = hashOf(y) == want.hashes[size_t(tensor)];
    for (size_t i = 0; tensor == 0 && i < want.words.size(); ++i)
      same &= wordOf(y[i]) == want.words[i];
    mismatches += same ? 0 : 1;
  }
  return mismatches;
}

TEST(Vectors, AMXFP4) { EXPECT_EQ(countMismatches(0, tensors), 0); }
TEST(Vectors, AMXFP4PoT) { EXPECT_EQ(countMismatches(1, tensors), 0); }
TEST(Vectors, AMXFP4PoTR) { EXPECT_EQ(countMismatches(2, tensors), 0); }
TEST(Vectors, MXFP4) { EXPECT_EQ(countMismatches(3, tensors), 0); }
TEST(Vectors, NVFP4) { EXPECT_EQ(countMismatches(4, tensors), 0); }

/// One bit in 1000 blocks: of a code, of the sign (which selects the scale of
/// an asymmetric block), of a scale. Byte 7990 lies beyond the full blocks.
TEST(Vectors, CheckSeesOneFlippedBit) {
  for (uint64_t index = 0; index < 5; ++index)
    for (const Flip &flip : {Flip{0, 0, 0x01, 0}, Flip{17, 0, 0x80, 0},
                             Flip{7990, 0, 0x04, 0}, Flip{0, 900, 0, 0x01}}) {
      // A bit may fall on a zero or on an unused scale of one tensor, not of
      // all ten.
      EXPECT_GT(countMismatches(index, 10, flip), 0)
          << presetNamesInOrder[index] << " byte " << flip.codeByte << " "
          << flip.scaleByte;
    }
}
