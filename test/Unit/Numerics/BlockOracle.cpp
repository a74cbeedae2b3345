//===- BlockOracle.cpp - block values in big integers ---------------------===//

#include "BlockOracle.h"

#include <algorithm>

namespace mx {

int64_t Matrix::blocks() const {
  return (k + format.blockSize - 1) / format.blockSize;
}

BlockMatrix Matrix::view() const {
  return {format, codes.data(), scales.data(),
          outer.empty() ? nullptr : outer.data()};
}

static int bitsOf(const FormatSpec &format) {
  switch (format.element) {
  case ElementKind::E2M1:
  case ElementKind::Int4:
    return 4;
  case ElementKind::E2M3:
  case ElementKind::E3M2:
    return 6;
  case ElementKind::E4M3:
  case ElementKind::E5M2:
  case ElementKind::Int8:
    return 8;
  }
  return 0;
}

unsigned Matrix::code(int64_t row, int64_t i) const {
  int64_t first = (row * blocks() * format.blockSize + i) * bitsOf(format);
  unsigned code = 0;
  for (int bit = 0; bit < bitsOf(format); ++bit) {
    unsigned byte = codes[size_t((first + bit) / 8)];
    code |= (byte >> (first + bit) % 8 & 1) << bit;
  }
  return code;
}

void Matrix::setCode(int64_t row, int64_t i, unsigned code) {
  int64_t first = (row * blocks() * format.blockSize + i) * bitsOf(format);
  for (int bit = 0; bit < bitsOf(format); ++bit) {
    uint8_t &byte = codes[size_t((first + bit) / 8)];
    unsigned mask = 1u << (first + bit) % 8;
    byte = uint8_t((code >> bit & 1) != 0 ? byte | mask : byte & ~mask);
  }
}

unsigned Matrix::scale(int64_t row, int64_t block, int which) const {
  auto index =
      size_t((row * blocks() + block) * format.scalesPerBlock() + which);
  if (format.scale != ScaleKind::F16)
    return scales[index];
  return scales[2 * index] + 256u * scales[2 * index + 1];
}

void Matrix::setScale(int64_t row, int64_t block, int which, unsigned code) {
  auto index =
      size_t((row * blocks() + block) * format.scalesPerBlock() + which);
  if (format.scale != ScaleKind::F16) {
    scales[index] = uint8_t(code);
    return;
  }
  scales[2 * index] = uint8_t(code % 256);
  scales[2 * index + 1] = uint8_t(code / 256);
}

Matrix emptyMatrix(const FormatSpec &format, int64_t rows, int64_t k) {
  int64_t blocks = (k + format.blockSize - 1) / format.blockSize;
  int64_t bytes = format.scale == ScaleKind::F16 ? 2 : 1;
  Matrix matrix{format, rows, k, {}, {}, {}};
  matrix.codes.resize(
      size_t(rows * blocks * format.blockSize * bitsOf(format) / 8));
  matrix.scales.resize(size_t(rows * blocks * format.scalesPerBlock() * bytes));
  if (format.hasOuterScale())
    matrix.outer.assign(size_t(rows), 1.0f);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t block = 0; block < blocks; ++block)
      for (int which = 0; which < format.scalesPerBlock(); ++which)
        if (which == 0 || format.scheme != Scheme::Affine)
          matrix.setScale(row, block, which, unitScaleCode(format.scale));
  return matrix;
}

static unsigned randomScale(ScaleKind kind, ScaleMix mix,
                            Generator &generator) {
  unsigned one = unitScaleCode(kind), largest = largestScaleCode(kind);
  unsigned spread = largest / 16;
  switch (mix) {
  case ScaleMix::Near:
    return one - spread + generator.below(2 * spread + 1);
  case ScaleMix::Any: {
    // Signed, infinite and NaN codes too, but not in most blocks.
    unsigned code = generator.below(scaleCodeCount(kind));
    bool legal = generator.below(16) == 0 || !scaleValue(kind, code).nan;
    return legal ? code : one;
  }
  case ScaleMix::Extreme:
    return generator.below(2) != 0 ? largest - generator.below(3)
                                   : generator.below(3);
  }
  return one;
}

Matrix randomMatrix(const FormatSpec &format, int64_t rows, int64_t k,
                    ScaleMix mix, Generator &generator) {
  Matrix matrix = emptyMatrix(format, rows, k);
  unsigned count = 1u << bitsOf(format);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < matrix.k; ++i) {
      unsigned code = generator.below(count);
      if (elementValue(format, code).nan && generator.below(64) != 0)
        code -= 4;
      matrix.setCode(row, i, code);
    }
    for (int64_t first = 0; first < k; first += format.blockSize)
      for (int which = 0; which < format.scalesPerBlock(); ++which)
        matrix.setScale(row, first / format.blockSize, which,
                        randomScale(format.scale, mix, generator));
  }
  for (float &outer : matrix.outer)
    outer = bell(generator);
  return matrix;
}

std::vector<Dyadic> termsOf(const Matrix &matrix, int64_t row, int64_t i) {
  const FormatSpec &format = matrix.format;
  int64_t block = i / format.blockSize;
  unsigned code = matrix.code(row, i);
  Dyadic element = elementValue(format, code);
  Dyadic first = scaleValue(format.scale, matrix.scale(row, block, 0));
  if (format.scheme == Scheme::Symmetric)
    return {times(element, first)};
  Dyadic second = scaleValue(format.scale, matrix.scale(row, block, 1));
  if (format.scheme == Scheme::Affine)
    return {times(element, first), second};
  bool negative = code >= 1u << (bitsOf(format) - 1);
  Dyadic value = times(element, negative ? second : first);
  value.nan = value.nan || first.nan || second.nan;
  return {value};
}

float exactBlock(const Matrix &a, int64_t rowA, const Matrix &b, int64_t rowB,
                 int64_t first, int64_t count) {
  BigFixed sum;
  for (int64_t i = first; i < first + count; ++i)
    for (const Dyadic &left : termsOf(a, rowA, i))
      for (const Dyadic &right : termsOf(b, rowB, i)) {
        if (left.nan || right.nan)
          return floatFromBits(0x7FC00000u);
        sum.addProduct(left, right);
      }
  return sum.roundToFloat();
}

int64_t countWrongBlocks(const Matrix &a, const Matrix &b, int64_t k,
                         const Matrix &computedA, const Matrix &computedB) {
  int64_t size = std::min(a.format.blockSize, b.format.blockSize), wrong = 0;
  BlockMatrix viewA = computedA.view(), viewB = computedB.view();
  for (int64_t rowA = 0; rowA < a.rows; ++rowA)
    for (int64_t rowB = 0; rowB < b.rows; ++rowB)
      for (int64_t first = 0; first < k; first += size) {
        int64_t count = std::min(size, k - first);
        float found = blockDot(viewA, rowA, viewB, rowB, k, first, count);
        float want = exactBlock(a, rowA, b, rowB, first, count);
        wrong += sameFloat(found, want) ? 0 : 1;
      }
  return wrong;
}

} // namespace mx
