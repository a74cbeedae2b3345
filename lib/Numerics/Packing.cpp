//===- Packing.cpp - the bytes of codes and scales ------------------------===//

#include "mx/Numerics/Packing.h"

#include <cstring>

namespace mx {

static bool isNibble(const FormatSpec &format) {
  return spec(format.element).bits == 4;
}

int64_t codeBytesPerBlock(const FormatSpec &format) {
  return int64_t(format.blockSize) * spec(format.element).bits / 8;
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

void packCodes(const FormatSpec &format, const uint8_t *codes, int64_t count,
               uint8_t *bytes) {
  if (!isNibble(format)) {
    std::memcpy(bytes, codes, static_cast<size_t>(count));
    return;
  }
  for (int64_t i = 0; i < count / 2; ++i)
    bytes[i] = static_cast<uint8_t>((codes[2 * i] & 15) |
                                    (codes[2 * i + 1] & 15) << 4);
  if (count % 2 != 0)
    bytes[count / 2] = codes[count - 1] & 15;
}

void unpackCodes(const FormatSpec &format, const uint8_t *bytes, int64_t count,
                 uint8_t *codes) {
  if (!isNibble(format)) {
    std::memcpy(codes, bytes, static_cast<size_t>(count));
    return;
  }
  for (int64_t i = 0; i < count / 2; ++i) {
    codes[2 * i] = bytes[i] & 15;
    codes[2 * i + 1] = bytes[i] >> 4;
  }
  if (count % 2 != 0)
    codes[count - 1] = bytes[count / 2] & 15;
}

unsigned codeAt(const FormatSpec &format, const uint8_t *bytes, int64_t index) {
  if (!isNibble(format))
    return bytes[index];
  return bytes[index / 2] >> (index % 2 * 4) & 15;
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
