//===- Packing.cpp - the bytes of codes and scales ------------------------===//

#include "mx/Numerics/Packing.h"

#include <cstring>
#include <numeric>

namespace mx {

static int bitsOf(const FormatSpec &format) {
  return spec(format.element).bits;
}

int64_t codeBytesPerBlock(const FormatSpec &format) {
  return int64_t(format.blockSize) * bitsOf(format) / 8;
}

int64_t codeBytesPerRow(const FormatSpec &format, int64_t k) {
  return numBlocks(format, k) * codeBytesPerBlock(format);
}

int64_t scaleBytesPerBlock(const FormatSpec &format) {
  return int64_t(format.scalesPerBlock()) * spec(format.scale).bytes;
}

int64_t scaleBytesPerRow(const FormatSpec &format, int64_t k) {
  return numBlocks(format, k) * scaleBytesPerBlock(format);
}

int codesPerGroup(const FormatSpec &format) {
  return 8 / std::gcd(bitsOf(format), 8);
}

/// Packs `count` codes, whole groups of `Bits` bits but for the last one.
template <int Bits>
static void packGroups(const uint8_t *codes, int64_t count, uint8_t *bytes) {
  constexpr int group = 8 / std::gcd(Bits, 8), groupBytes = group * Bits / 8;
  constexpr unsigned mask = (1u << Bits) - 1;
  for (; count >= group; count -= group, codes += group, bytes += groupBytes) {
    unsigned all = 0;
    for (int i = 0; i < group; ++i)
      all |= (codes[i] & mask) << Bits * i;
    for (int i = 0; i < groupBytes; ++i)
      bytes[i] = static_cast<uint8_t>(all >> 8 * i);
  }
  unsigned all = 0;
  for (int i = 0; i < count; ++i)
    all |= (codes[i] & mask) << Bits * i;
  for (int i = 0; 8 * i < Bits * count; ++i)
    bytes[i] = static_cast<uint8_t>(all >> 8 * i);
}

void packCodes(const FormatSpec &format, const uint8_t *codes, int64_t count,
               uint8_t *bytes) {
  if (bitsOf(format) == 4)
    packGroups<4>(codes, count, bytes);
  else if (bitsOf(format) == 6)
    packGroups<6>(codes, count, bytes);
  else
    std::memcpy(bytes, codes, static_cast<size_t>(count));
}

static unsigned bitsAt(const uint8_t *bytes, unsigned bits, uint64_t index) {
  uint64_t first = bits * index;
  unsigned shift = first % 8, code = bytes[first / 8] >> shift;
  // The byte of the last bit; of a code that lies in one byte that byte again,
  // which is then shifted out of the mask.
  if (bits == 6)
    code |= unsigned(bytes[(first + bits - 1) / 8]) << (8 - shift);
  return code & ((1u << bits) - 1);
}

void unpackCodes(const FormatSpec &format, const uint8_t *bytes, int64_t count,
                 uint8_t *codes) {
  const unsigned bits = spec(format.element).bits;
  for (int64_t i = 0; i < count; ++i)
    codes[i] = static_cast<uint8_t>(bitsAt(bytes, bits, uint64_t(i)));
}

unsigned codeAt(const FormatSpec &format, const uint8_t *bytes, int64_t index) {
  return bitsAt(bytes, spec(format.element).bits, uint64_t(index));
}

unsigned loadScale(const FormatSpec &format, const uint8_t *scales, int which) {
  if (spec(format.scale).bytes == 1)
    return scales[which];
  return scales[2 * which] | unsigned(scales[2 * which + 1]) << 8;
}

void storeScale(const FormatSpec &format, uint8_t *scales, int which,
                unsigned code) {
  if (spec(format.scale).bytes == 1) {
    scales[which] = static_cast<uint8_t>(code);
    return;
  }
  scales[2 * which] = static_cast<uint8_t>(code);
  scales[2 * which + 1] = static_cast<uint8_t>(code >> 8);
}

} // namespace mx
