//===- Packing.h - the bytes of codes and scales ----------------*- C++ -*-===//
//
// The parts form of one row of K elements: codes in K order, padded to whole
// blocks, two 4-bit codes a byte with the low nibble first, 8-bit codes one a
// byte; then, apart, the scales of each block, little-endian.
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

/// Packs `count` codes, one a byte in `codes`, into `bytes`. A last odd nibble
/// has 0 above it.
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
