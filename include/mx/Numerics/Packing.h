//===- Packing.h - the bytes of codes and scales ----------------*- C++ -*-===//
//
// The parts form of one row of K elements: codes in K order, padded to whole
// blocks; then, apart, the scales of each block, little-endian.
//
// The bytes of a block are one string of bits, the low bits of each byte first,
// and code k of b bits lies at bits b * k .. b * k + b - 1 of it, its low bit
// first: 8-bit codes one a byte, 4-bit codes two a byte with the low nibble
// first, 6-bit codes four in three bytes:
//
//              7 6 5 4 3 2 1 0
//     byte 0   1 1 0 0 0 0 0 0
//     byte 1   2 2 2 2 1 1 1 1
//     byte 2   3 3 3 3 3 3 2 2
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_PACKING_H
#define MX_NUMERICS_PACKING_H

#include "mx/Numerics/Format.h"

#include <cstdint>

namespace mx {

/// Returns the number of blocks that hold `k` elements.
constexpr int64_t numBlocks(const FormatSpec &format, int64_t k) {
  return (k + format.blockSize - 1) / format.blockSize;
}

/// Returns the bytes of the codes of one block, and of a row of `k` elements.
int64_t codeBytesPerBlock(const FormatSpec &format);
int64_t codeBytesPerRow(const FormatSpec &format, int64_t k);

/// Returns the bytes of the scales of one block (all of them).
int64_t scaleBytesPerBlock(const FormatSpec &format);
int64_t scaleBytesPerRow(const FormatSpec &format, int64_t k);

/// Returns the smallest number of codes that fill whole bytes: one of 8 bits,
/// two of 4, four of 6. Blocks hold a multiple of it.
int codesPerGroup(const FormatSpec &format);

/// Packs `count` codes, one a byte in `codes`, into `bytes`, as many as are
/// needed. The bits above the last code are 0.
void packCodes(const FormatSpec &format, const uint8_t *codes, int64_t count,
               uint8_t *bytes);

/// Undoes packCodes.
void unpackCodes(const FormatSpec &format, const uint8_t *bytes, int64_t count,
                 uint8_t *codes);

/// Returns code `index` of packed `bytes`.
unsigned codeAt(const FormatSpec &format, const uint8_t *bytes, int64_t index);

/// Reads and writes scale `which` (0 or 1) of a block's scale bytes.
unsigned loadScale(const FormatSpec &format, const uint8_t *scales, int which);
void storeScale(const FormatSpec &format, uint8_t *scales, int which,
                unsigned code);

} // namespace mx

#endif // MX_NUMERICS_PACKING_H
