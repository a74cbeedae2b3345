//===- PackingTest.cpp - codes and scales as bytes ------------------------===//

#include "mx/Numerics/Packing.h"
#include "Generator.h"

#include <gtest/gtest.h>
#include <vector>

using namespace mx;

TEST(Packing, UnpackUndoesPackForEveryByte) {
  FormatSpec format = *findFormat("amxfp4");
  std::vector<uint8_t> bytes(256), codes(512), again(256);
  for (unsigned byte = 0; byte < 256; ++byte)
    bytes[byte] = static_cast<uint8_t>(byte);
  unpackCodes(format, bytes.data(), 512, codes.data());
  for (unsigned byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(codes[2 * byte], byte % 16); // the low nibble first
    EXPECT_EQ(codes[2 * byte + 1], byte / 16);
    EXPECT_EQ(codeAt(format, bytes.data(), 2 * byte), byte % 16);
    EXPECT_EQ(codeAt(format, bytes.data(), 2 * byte + 1), byte / 16);
  }
  packCodes(format, codes.data(), 512, again.data());
  EXPECT_EQ(again, bytes);
}

/// Every code at every place of a group, by the bits of its bytes; neighbours
/// hold the opposite bits.
TEST(Packing, SixBitCodesLieFourInThreeBytes) {
  FormatSpec format = *findFormat("mxfp6_e2m3");
  EXPECT_EQ(codesPerGroup(format), 4);
  for (unsigned code = 0; code < 64; ++code)
    for (int place = 0; place < 4; ++place) {
      std::vector<uint8_t> codes(4, uint8_t(63 - code)), bytes(3), again(4);
      codes[size_t(place)] = uint8_t(code);
      packCodes(format, codes.data(), 4, bytes.data());
      unsigned group = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
      for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(group >> 6 * i & 63, codes[size_t(i)]);
        EXPECT_EQ(codeAt(format, bytes.data(), i), codes[size_t(i)]);
      }
      unpackCodes(format, bytes.data(), 4, again.data());
      EXPECT_EQ(again, codes);
    }
}

/// The picture of Packing.h, in numbers.
TEST(Packing, SixBitCodesByHand) {
  FormatSpec format = *findFormat("mxfp6_e3m2");
  uint8_t codes[] = {0x3F, 0x01, 0x10, 0x2A}, bytes[3];
  packCodes(format, codes, 4, bytes);
  EXPECT_EQ(bytes[0], 0x7F); // 01'111111
  EXPECT_EQ(bytes[1], 0x00); // 0000'0000
  EXPECT_EQ(bytes[2], 0xA9); // 101010'01
}

TEST(Packing, EightBitCodesAreBytes) {
  FormatSpec format = *findFormat("mxint8");
  std::vector<uint8_t> codes{0, 1, 127, 128, 255}, bytes(5), again(5);
  packCodes(format, codes.data(), 5, bytes.data());
  EXPECT_EQ(bytes, codes);
  unpackCodes(format, bytes.data(), 5, again.data());
  EXPECT_EQ(again, codes);
  EXPECT_EQ(codeAt(format, bytes.data(), 4), 255u);
}

/// Bits above the code do not reach its neighbour.
TEST(Packing, CodesAreMasked) {
  FormatSpec format = *findFormat("mxint4");
  uint8_t codes[] = {0xF1, 0xF2, 0xF3}, bytes[2];
  packCodes(format, codes, 3, bytes);
  EXPECT_EQ(bytes[0], 0x21);
  EXPECT_EQ(bytes[1], 0x03);
}

/// A last odd nibble has 0 above it, and nothing is written beyond it.
TEST(Packing, OddCounts) {
  FormatSpec format = *findFormat("mxfp4");
  std::vector<uint8_t> codes{1, 2, 15}, bytes(3, 0xEE), again(4, 0xEE);
  packCodes(format, codes.data(), 3, bytes.data());
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x21, 0x0F, 0xEE}));
  bytes[1] = 0xAF; // what is above belongs to no one
  unpackCodes(format, bytes.data(), 3, again.data());
  EXPECT_EQ(again, (std::vector<uint8_t>{1, 2, 15, 0xEE}));
}

/// No byte is written or read beyond the last code, in formats of all widths.
TEST(Packing, EveryCountRoundTrips) {
  Generator generator(42);
  for (const char *name : {"mxfp4", "mxfp6_e2m3", "mxfp8_e5m2"}) {
    FormatSpec format = *findFormat(name);
    unsigned bits = spec(format.element).bits;
    for (size_t count = 0; count <= 67; ++count) {
      size_t size = (count * bits + 7) / 8;
      std::vector<uint8_t> codes(count), bytes(size + 1, 0xEE), again(count);
      for (uint8_t &code : codes)
        code = static_cast<uint8_t>(generator.below(1u << bits));
      packCodes(format, codes.data(), int64_t(count), bytes.data());
      EXPECT_EQ(bytes[size], 0xEE) << name << " " << count;
      if (count * bits % 8 != 0)
        EXPECT_EQ(bytes[size - 1] >> count * bits % 8, 0) << name;
      std::vector<uint8_t> own(bytes.begin(), bytes.begin() + int64_t(size));
      unpackCodes(format, own.data(), int64_t(count), again.data());
      EXPECT_EQ(again, codes) << name << " " << count;
      for (size_t i = 0; i < count; ++i)
        EXPECT_EQ(codeAt(format, own.data(), int64_t(i)), codes[i]) << name;
    }
  }
}

TEST(Packing, Sizes) {
  FormatSpec mxfp4 = *findFormat("mxfp4"), affine = *findFormat("int4_affine");
  EXPECT_EQ(codeBytesPerBlock(mxfp4), 16);
  EXPECT_EQ(scaleBytesPerBlock(mxfp4), 1);
  EXPECT_EQ(scaleBytesPerBlock(affine), 4);
  EXPECT_EQ(codeBytesPerBlock(*findFormat("mxint8")), 32);
  EXPECT_EQ(codeBytesPerBlock(*findFormat("mxfp6_e3m2")), 24);
  EXPECT_EQ(codesPerGroup(mxfp4), 2);
  EXPECT_EQ(codesPerGroup(*findFormat("mxint8")), 1);
  EXPECT_EQ(scaleBytesPerBlock(*findFormat("amxfp4")), 2);
  EXPECT_EQ(numBlocks(mxfp4, 0), 0);
  EXPECT_EQ(numBlocks(mxfp4, 1), 1);
  EXPECT_EQ(numBlocks(mxfp4, 32), 1);
  EXPECT_EQ(codeBytesPerRow(mxfp4, 33), 32);
  EXPECT_EQ(scaleBytesPerRow(affine, 33), 8);
}

TEST(Packing, ScalesAreLittleEndian) {
  FormatSpec affine = *findFormat("int4_affine");
  uint8_t bytes[4] = {};
  storeScale(affine, bytes, 0, 0x3C01);
  storeScale(affine, bytes, 1, 0xBD02);
  EXPECT_EQ(std::vector<uint8_t>(bytes, bytes + 4),
            (std::vector<uint8_t>{0x01, 0x3C, 0x02, 0xBD}));
  EXPECT_EQ(loadScale(affine, bytes, 0), 0x3C01u);
  EXPECT_EQ(loadScale(affine, bytes, 1), 0xBD02u);
  FormatSpec amxfp4 = *findFormat("amxfp4");
  storeScale(amxfp4, bytes, 1, 0xFE);
  EXPECT_EQ(loadScale(amxfp4, bytes, 1), 0xFEu);
  EXPECT_EQ(loadScale(amxfp4, bytes, 0), 0x01u);
}

/// Returns the number of codes that do not come back.
static int countLost(unsigned flip) {
  FormatSpec format = *findFormat("mxfp4");
  Generator generator(41);
  std::vector<uint8_t> codes(64), bytes(32), again(64);
  for (uint8_t &code : codes)
    code = static_cast<uint8_t>(generator.below(16));
  packCodes(format, codes.data(), 64, bytes.data());
  bytes[7] ^= flip;
  unpackCodes(format, bytes.data(), 64, again.data());
  int lost = 0;
  for (size_t i = 0; i < codes.size(); ++i)
    lost += codes[i] != again[i] ? 1 : 0;
  return lost;
}

TEST(Packing, CheckSeesAFlippedBit) {
  EXPECT_EQ(countLost(0), 0);
  for (int bit = 0; bit < 8; ++bit)
    EXPECT_EQ(countLost(1u << bit), 1) << bit;
}
