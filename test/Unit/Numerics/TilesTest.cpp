//===- TilesTest.cpp - the packed layout of weights -----------------------===//

#include "mx/Numerics/Tiles.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "Generator.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

using namespace mx;

namespace {
struct Rows {
  std::vector<uint8_t> codes, scales;
};
} // namespace

/// Random bytes, without NaN scales and without codes in the blocks' padding.
static Rows randomRows(const FormatSpec &format, int64_t n, int64_t k) {
  Generator generator(7);
  Rows rows;
  rows.codes.resize(size_t(n * codeBytesPerRow(format, k)));
  rows.scales.resize(size_t(n * scaleBytesPerRow(format, k)));
  for (uint8_t &byte : rows.codes)
    byte = uint8_t(generator.next());
  for (int64_t block = 0; block < n * numBlocks(format, k); ++block)
    for (int which = 0; which < format.scalesPerBlock(); ++which) {
      unsigned code = 0;
      do
        code = generator.below(1u << 8 * spec(format.scale).bytes);
      while (std::isnan(decodeScale(format.scale, code)));
      storeScale(format,
                 rows.scales.data() + block * scaleBytesPerBlock(format), which,
                 code);
    }
  return rows;
}

/// The code of element `k` of row `n`, by the words of Tiles.h.
static unsigned codeInTiles(const FormatSpec &format,
                            const std::vector<uint8_t> &tiles, int64_t n,
                            int64_t k, int64_t extentK) {
  TileLayout layout = tileLayout(format);
  int64_t tile = n / 16 * tilesOfK(format, extentK) + k / layout.k;
  const uint8_t *bytes = tiles.data() + tile * layout.bytes;
  int64_t inTile = k % layout.k, column = n % 16;
  if (spec(format.element).bits == 4) {
    unsigned byte = bytes[inTile / 8 * 64 + column * 4 + inTile % 4];
    return inTile % 8 < 4 ? byte & 15 : byte >> 4;
  }
  std::vector<uint8_t> ofColumn;
  for (int64_t byte = 0; byte < layout.codeBytes; ++byte)
    ofColumn.push_back(bytes[byte / 4 * 64 + column * 4 + byte % 4]);
  return codeAt(format, ofColumn.data(), inTile);
}

TEST(Tiles, CodesLieAsDocumentedInEveryFormat) {
  for (const Preset &preset : presets)
    for (int64_t k : {1, 40, 64, 200}) {
      const FormatSpec &format = preset.format;
      const int64_t n = 19;
      Rows rows = randomRows(format, n, k);
      std::vector<uint8_t> tiles(size_t(tiledBytes(format, n, k)), 0xAA);
      packTiles(format, n, k, rows.codes.data(), rows.scales.data(),
                tiles.data());
      for (int64_t row = 0; row < n; ++row)
        for (int64_t i = 0; i < k; ++i)
          ASSERT_EQ(codeInTiles(format, tiles, row, i, k),
                    codeAt(format,
                           rows.codes.data() + row * codeBytesPerRow(format, k),
                           i))
              << preset.name << " " << row << " " << i;
      // Rows past n are 0.
      for (int64_t i = 0; i < k; ++i)
        ASSERT_EQ(codeInTiles(format, tiles, n, i, k), 0u) << preset.name;
    }
}

TEST(Tiles, UnpackUndoesPackInEveryFormatAndBlockSize) {
  for (const Preset &preset : presets)
    for (int32_t size : {8, 16, 32, 64, 128, 256}) {
      FormatSpec format = preset.format;
      format.blockSize = size;
      for (int64_t k : {1, 8, 100, 300}) {
        Rows rows = randomRows(format, 33, k), again = rows;
        std::vector<uint8_t> tiles(size_t(tiledBytes(format, 33, k)));
        packTiles(format, 33, k, rows.codes.data(), rows.scales.data(),
                  tiles.data());
        again.codes.assign(again.codes.size(), 0);
        again.scales.assign(again.scales.size(), 0);
        unpackTiles(format, 33, k, tiles.data(), again.codes.data(),
                    again.scales.data());
        EXPECT_EQ(again.codes, rows.codes) << preset.name << ":" << size;
        EXPECT_EQ(again.scales, rows.scales) << preset.name << ":" << size;
      }
    }
}

TEST(Tiles, AsymmetricScalesOfAColumnAreOneWord) {
  FormatSpec format = *findFormat("amxfp4");
  TileLayout layout = tileLayout(format);
  EXPECT_EQ(layout.bytes, 576);
  std::vector<uint8_t> codes(32), scales{0x3C, 0x40, 0x38, 0x44}, tiles(576);
  packTiles(format, 1, 64, codes.data(), scales.data(), tiles.data());
  EXPECT_EQ(std::vector<uint8_t>(tiles.begin() + 512, tiles.begin() + 516),
            scales);
}

TEST(Tiles, NanAndInfinityOfOneScaleGoIntoBoth) {
  FormatSpec format = *findFormat("amxfp4");
  std::vector<uint8_t> codes(32), tiles(576);
  for (uint8_t bad : {0x7C, 0x7F, 0xFC}) { // Inf, NaN, -Inf
    std::vector<uint8_t> scales{0x3C, bad, 0x3C, 0x3C};
    packTiles(format, 1, 64, codes.data(), scales.data(), tiles.data());
    EXPECT_EQ(tiles[512], spec(format.scale).nan);
    EXPECT_EQ(tiles[513], spec(format.scale).nan);
    EXPECT_EQ(tiles[514], 0x3C);
  }
}

TEST(Tiles, NibblesInterleave) {
  EXPECT_EQ(interleaveNibbles(0x76543210), 0x73625140u);
  for (uint32_t word : {0x76543210u, 0xDEADBEEFu, 0u, ~0u})
    EXPECT_EQ(deinterleaveNibbles(interleaveNibbles(word)), word);
}
