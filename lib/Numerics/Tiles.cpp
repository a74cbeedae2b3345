//===- Tiles.cpp - the packed layout of weights ---------------------------===//

#include "mx/Numerics/Tiles.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace mx {

static constexpr int64_t kSmallestTile = 64; // elements of K

TileLayout tileLayout(const FormatSpec &format) {
  TileLayout layout{};
  layout.k = std::max<int64_t>(kSmallestTile, format.blockSize);
  layout.blocks = layout.k / format.blockSize;
  layout.codeBytes = layout.blocks * codeBytesPerBlock(format);
  layout.scaleBytes = layout.blocks * scaleBytesPerBlock(format);
  layout.scaleWord = std::min<int64_t>(layout.scaleBytes, 4);
  layout.scaleBegin = kTileColumns * layout.codeBytes;
  layout.bytes = layout.scaleBegin + kTileColumns * layout.scaleBytes;
  layout.interleaves = spec(format.element).bits == 4;
  return layout;
}

int64_t tilesOfK(const FormatSpec &format, int64_t k) {
  int64_t size = tileLayout(format).k;
  return (k + size - 1) / size;
}

int64_t tiledBytes(const FormatSpec &format, int64_t n, int64_t k) {
  return tilesOfColumns(n) * tilesOfK(format, k) * tileLayout(format).bytes;
}

/// Moves nibble i of 16 bits to nibble 2i of 32.
static uint32_t spreadNibbles(uint32_t bits) {
  bits = (bits | bits << 8) & 0x00FF00FF;
  return (bits | bits << 4) & 0x0F0F0F0F;
}

static uint32_t gatherNibbles(uint32_t bits) {
  bits &= 0x0F0F0F0F;
  bits = (bits | bits >> 4) & 0x00FF00FF;
  return (bits | bits >> 8) & 0xFFFF;
}

uint32_t interleaveNibbles(uint32_t word) {
  return spreadNibbles(word & 0xFFFF) | spreadNibbles(word >> 16) << 4;
}

uint32_t deinterleaveNibbles(uint32_t word) {
  return gatherNibbles(word) | gatherNibbles(word >> 4) << 16;
}

/// Four bytes as a little-endian number and back.
static uint32_t loadWord(const uint8_t *bytes) {
  return bytes[0] | uint32_t(bytes[1]) << 8 | uint32_t(bytes[2]) << 16 |
         uint32_t(bytes[3]) << 24;
}
static void storeWord(uint8_t *bytes, uint32_t word) {
  for (int i = 0; i < 4; ++i)
    bytes[i] = static_cast<uint8_t>(word >> 8 * i);
}

namespace {
/// The tiles of one row of weights, which is one column of each.
struct Column {
  TileLayout layout;
  int64_t index;      ///< in its tiles
  int64_t codeBytes;  ///< of the row
  int64_t scaleBytes; ///< of the row

  Column(const FormatSpec &format, int64_t n, int64_t k)
      : layout(tileLayout(format)), index(n % kTileColumns),
        codeBytes(codeBytesPerRow(format, k)),
        scaleBytes(scaleBytesPerRow(format, k)) {}

  int64_t codeAt(int64_t byte) const {
    return byte / layout.codeBytes * layout.bytes +
           layout.codeOffset(index, byte % layout.codeBytes);
  }
  int64_t scaleAt(int64_t byte) const {
    return byte / layout.scaleBytes * layout.bytes +
           layout.scaleOffset(index, byte % layout.scaleBytes);
  }
};
} // namespace

static void packCodesOf(const Column &column, const uint8_t *codes,
                        uint8_t *tiles) {
  if (!column.layout.interleaves) {
    for (int64_t byte = 0; byte < column.codeBytes; ++byte)
      tiles[column.codeAt(byte)] = codes[byte];
    return;
  }
  // Blocks of 8 codes or more fill whole words.
  for (int64_t byte = 0; byte < column.codeBytes; byte += 4)
    storeWord(tiles + column.codeAt(byte),
              interleaveNibbles(loadWord(codes + byte)));
}

static void packScalesOf(const FormatSpec &format, const Column &column,
                         const uint8_t *scales, uint8_t *tiles) {
  int64_t size = scaleBytesPerBlock(format);
  std::array<uint8_t, 4> nan{}; // two scales of two bytes at most
  for (int which = 0; which < format.scalesPerBlock(); ++which)
    storeScale(format, nan.data(), which, spec(format.scale).nan);
  for (int64_t first = 0; first < column.scaleBytes; first += size) {
    const uint8_t *source = scales + first;
    for (int which = 0; which < format.scalesPerBlock(); ++which)
      if (std::isnan(decodeScale(format.scale,
                                 loadScale(format, scales + first, which))))
        source = nan.data();
    for (int64_t byte = 0; byte < size; ++byte)
      tiles[column.scaleAt(first + byte)] = source[byte];
  }
}

void packTiles(const FormatSpec &format, int64_t n, int64_t k,
               const uint8_t *codes, const uint8_t *scales, uint8_t *tiles) {
  int64_t ofColumns = tilesOfK(format, k) * tileLayout(format).bytes;
  std::memset(tiles, 0, static_cast<size_t>(tiledBytes(format, n, k)));
  for (int64_t row = 0; row < n; ++row) {
    Column column(format, row, k);
    uint8_t *target = tiles + row / kTileColumns * ofColumns;
    packCodesOf(column, codes + row * column.codeBytes, target);
    packScalesOf(format, column, scales + row * column.scaleBytes, target);
  }
}

void unpackTiles(const FormatSpec &format, int64_t n, int64_t k,
                 const uint8_t *tiles, uint8_t *codes, uint8_t *scales) {
  int64_t ofColumns = tilesOfK(format, k) * tileLayout(format).bytes;
  for (int64_t row = 0; row < n; ++row) {
    Column column(format, row, k);
    const uint8_t *source = tiles + row / kTileColumns * ofColumns;
    uint8_t *rowCodes = codes + row * column.codeBytes;
    if (column.layout.interleaves)
      for (int64_t byte = 0; byte < column.codeBytes; byte += 4)
        storeWord(rowCodes + byte,
                  deinterleaveNibbles(loadWord(source + column.codeAt(byte))));
    else
      for (int64_t byte = 0; byte < column.codeBytes; ++byte)
        rowCodes[byte] = source[column.codeAt(byte)];
    for (int64_t byte = 0; byte < column.scaleBytes; ++byte)
      scales[row * column.scaleBytes + byte] = source[column.scaleAt(byte)];
  }
}

} // namespace mx
