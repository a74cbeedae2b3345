//===- Tiles.h - the packed layout of weights -------------------*- C++ -*-===//
//
// What matmul kernels read: weights [N, K] in tiles of 16 columns (indices of
// N) by max(64, block size) elements of K, one after the other along K, then
// along N: [ceil(N / 16)][ceil(K / tile)][bytes of a tile].
//
// Both parts of a tile are rows of words, word w of the 16 columns side by
// side, so that a vector load gets the same place of 16 columns:
//
//   codes    32-bit words. A column's codes are the string of bits of Packing.h
//            cut into words; of 4-bit codes, byte b of word j holds element
//            8j + b in its low nibble and 8j + 4 + b in its high one, so that
//            one mask gives four neighbours.
//   scales   the scales of a column's blocks in K order, those of a block
//            together, little-endian, cut into words of as many bytes as there
//            are, at most 4. With amxfp4 a column has one word: positive and
//            negative scale of the first, then of the second block.
//
// amxfp4: 512 bytes of codes and 64 of scales, 4.5 bits an element. Columns
// from N on and blocks past K are all bytes 0, so decode to 0. A block of which
// a scale reads as NaN has the NaN code in all its scales: kernels need not
// look at the other.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_TILES_H
#define MX_NUMERICS_TILES_H

#include "mx/Numerics/Format.h"

#include <cstdint>

namespace mx {

/// Columns of a tile.
inline constexpr int64_t kTileColumns = 16;

/// Sizes of a tile of one format, in bytes where not said otherwise.
struct TileLayout {
  int64_t k;                ///< elements of a column
  int64_t blocks;           ///< blocks of a column
  int64_t codeBytes;        ///< of a column
  int64_t scaleBytes;       ///< of a column
  int64_t scaleWord;        ///< bytes that lie side by side: 1, 2 or 4
  int64_t scaleBegin;       ///< where scales begin
  int64_t bytes;            ///< of all
  bool interleaves = false; ///< 4-bit codes: nibbles are reordered

  /// Returns where byte `byte` of the codes of `column` is.
  int64_t codeOffset(int64_t column, int64_t byte) const {
    return byte / 4 * 4 * kTileColumns + 4 * column + byte % 4;
  }
  /// Returns where byte `byte` of the scales of `column` is.
  int64_t scaleOffset(int64_t column, int64_t byte) const {
    return scaleBegin + byte / scaleWord * scaleWord * kTileColumns +
           scaleWord * column + byte % scaleWord;
  }
};

TileLayout tileLayout(const FormatSpec &format);

/// Returns the tiles along N and along K.
constexpr int64_t tilesOfColumns(int64_t n) {
  return (n + kTileColumns - 1) / kTileColumns;
}
int64_t tilesOfK(const FormatSpec &format, int64_t k);

/// Returns the bytes of all tiles of [n, k].
int64_t tiledBytes(const FormatSpec &format, int64_t n, int64_t k);

/// Packs the codes and scales of [n, k] (Packing.h, rows one after the other)
/// into tiledBytes(format, n, k) bytes.
void packTiles(const FormatSpec &format, int64_t n, int64_t k,
               const uint8_t *codes, const uint8_t *scales, uint8_t *tiles);

/// Undoes packTiles (but for the scales of blocks that are NaN).
void unpackTiles(const FormatSpec &format, int64_t n, int64_t k,
                 const uint8_t *tiles, uint8_t *codes, uint8_t *scales);

/// Reorders a word of eight 4-bit codes: element order to that of tiles, and
/// back.
uint32_t interleaveNibbles(uint32_t word);
uint32_t deinterleaveNibbles(uint32_t word);

} // namespace mx

#endif // MX_NUMERICS_TILES_H
