//===- Matmul.cpp - the block multiply-accumulate -------------------------===//

#include "mx/Numerics/Matmul.h"

#include "Bits.h"
#include "ExactSum.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace mx {

static constexpr float quietNaN = std::numeric_limits<float>::quiet_NaN();

namespace {
/// E5M2 elements have 32-bit units: a sum of 256 products needs 72 bits.
__extension__ typedef __int128 Wide;

/// The scales of one block; NaN in both where one is.
using Scales = std::array<float, 2>;

/// A matrix with its element table and the decoding of its scales.
class Operand {
public:
  explicit Operand(const BlockMatrix &matrix);

  const FormatSpec &format() const { return matrix.format; }
  /// Returns how many scales a block has, each with a sum of its own.
  size_t classes() const { return classCount; }
  /// Returns log2 of the unit of the sums.
  int unitExponent() const { return elementUnitExponent(format()); }

  Scales scalesAt(int64_t row, int64_t k, int64_t first) const;
  const uint8_t *codesOf(int64_t row, int64_t k) const {
    return matrix.codes + row * codeBytesPerRow(format(), k);
  }
  bool isNan(unsigned code) const { return std::isnan(values[code]); }

  /// Returns how much `code` counts in a class: in that of the scale its sign
  /// selects; in an affine block with its units for the step and once for the
  /// minimum.
  int64_t weight(unsigned code, size_t which) const {
    if (format().scheme == Scheme::Affine)
      return which == 0 ? units[code] : 1;
    bool selected = classCount == 1 || (units[code] < 0) == (which == 1);
    return selected ? units[code] : 0;
  }

  bool hasOuter() const { return matrix.outer && format().hasOuterScale(); }
  /// Returns the outer scale of `row`, 1 where there is none.
  float outerOf(int64_t row) const {
    if (!hasOuter())
      return 1.0f;
    return matrix.outer[format().outer == OuterScale::Row ? row : 0];
  }

  /// Writes one row's values without the outer scale, rounded to f32.
  void decodeRow(int64_t row, int64_t k, float *x) const;
  /// Writes one row's values with the outer scale, exactly.
  void decodeRow(int64_t row, int64_t k, double *x) const;

private:
  BlockMatrix matrix;
  size_t classCount;
  std::array<int64_t, 256> units;
  std::array<float, 256> values;
};
} // namespace

Operand::Operand(const BlockMatrix &matrix)
    : matrix(matrix),
      classCount(static_cast<size_t>(matrix.format.scalesPerBlock())) {
  unsigned count = 1u << spec(format().element).bits;
  for (unsigned code = 0; code < count; ++code) {
    units[code] = elementUnits(format(), code);
    values[code] = decodeElement(format(), code);
  }
}

Scales Operand::scalesAt(int64_t row, int64_t k, int64_t first) const {
  const uint8_t *bytes =
      matrix.scales + row * scaleBytesPerRow(format(), k) +
      first / format().blockSize * scaleBytesPerBlock(format());
  Scales scales;
  for (size_t which = 0; which < classCount; ++which)
    scales[which] = decodeScale(
        format().scale, loadScale(format(), bytes, static_cast<int>(which)));
  if (classCount == 1)
    scales[1] = scales[0];
  if (std::isnan(scales[0]) || std::isnan(scales[1]))
    scales = {quietNaN, quietNaN};
  return scales;
}

void Operand::decodeRow(int64_t row, int64_t k, float *x) const {
  dequantizeRows(format(), codesOf(row, k),
                 matrix.scales + row * scaleBytesPerRow(format(), k), nullptr,
                 1, k, x);
}

// Exact: element and scale have 19 bits together and the outer scale 24; the
// affine sum spans the 40 bits of an f16's range and 8 of the code.
void Operand::decodeRow(int64_t row, int64_t k, double *x) const {
  const uint8_t *codes = codesOf(row, k);
  double outer = outerOf(row);
  for (int64_t i = 0; i < k; ++i) {
    Scales scales = scalesAt(row, k, i);
    unsigned code = codeAt(format(), codes, i);
    double value = values[code];
    if (format().scheme == Scheme::Affine)
      x[i] = scales[1] + scales[0] * value;
    else
      x[i] = value * scales[units[code] < 0 ? 1 : 0] * outer;
  }
}

/// Adds sum * 2^exponent * scale in exact pieces: `scale`, a product of two
/// scales, has up to 22 significant bits and leaves 31 of a double's 53.
static void addTerm(ExactSum &total, Wide sum, int exponent, double scale) {
  constexpr int pieceBits = 31;
  bool negative = sum < 0;
  Wide rest = negative ? -sum : sum;
  for (; rest != 0; rest >>= pieceBits, exponent += pieceBits) {
    double piece = static_cast<double>(
        static_cast<int64_t>(rest & ((int64_t(1) << pieceBits) - 1)));
    if (piece != 0)
      total.add((negative ? -piece : piece) * powerOfTwo(exponent) * scale);
  }
}

namespace {
/// S_pq for all pairs of classes. Products of 31-bit units and their sum of 256
/// fit 64 bits where `Sum` is int64_t.
template <typename Sum> using ClassSums = std::array<std::array<Sum, 2>, 2>;
} // namespace

/// Returns false where an element is NaN.
template <typename Sum>
static bool sumClasses(const Operand &a, const uint8_t *codesA,
                       const Operand &b, const uint8_t *codesB, int64_t first,
                       int64_t count, ClassSums<Sum> &sums) {
  for (int64_t i = first; i < first + count; ++i) {
    unsigned codeA = codeAt(a.format(), codesA, i);
    unsigned codeB = codeAt(b.format(), codesB, i);
    if (a.isNan(codeA) || b.isNan(codeB))
      return false;
    for (size_t p = 0; p < a.classes(); ++p)
      for (size_t q = 0; q < b.classes(); ++q)
        sums[p][q] += static_cast<Sum>(a.weight(codeA, p)) *
                      static_cast<Sum>(b.weight(codeB, q));
  }
  return true;
}

template <typename Sum>
static float dot(const Operand &a, int64_t rowA, const Operand &b, int64_t rowB,
                 int64_t k, int64_t first, int64_t count) {
  Scales scalesA = a.scalesAt(rowA, k, first);
  Scales scalesB = b.scalesAt(rowB, k, first);
  if (std::isnan(scalesA[0]) || std::isnan(scalesB[0]))
    return quietNaN;
  ClassSums<Sum> sums{};
  if (!sumClasses(a, a.codesOf(rowA, k), b, b.codesOf(rowB, k), first, count,
                  sums))
    return quietNaN;
  ExactSum total;
  for (size_t p = 0; p < a.classes(); ++p)
    for (size_t q = 0; q < b.classes(); ++q)
      addTerm(total, sums[p][q], a.unitExponent() + b.unitExponent(),
              static_cast<double>(scalesA[p]) * scalesB[q]);
  return total.roundToFloat();
}

/// Returns one block value by the narrowest sums that hold 256 products.
static float blockValue(const Operand &a, int64_t rowA, const Operand &b,
                        int64_t rowB, int64_t k, int64_t first, int64_t count) {
  int bits = elementUnitBits(a.format()) + elementUnitBits(b.format()) + 8;
  return bits < 63 ? dot<int64_t>(a, rowA, b, rowB, k, first, count)
                   : dot<Wide>(a, rowA, b, rowB, k, first, count);
}

float blockDot(const BlockMatrix &a, int64_t rowA, const BlockMatrix &b,
               int64_t rowB, int64_t k, int64_t first, int64_t count) {
  return blockValue(Operand(a), rowA, Operand(b), rowB, k, first, count);
}

void matmul(const BlockMatrix &a, const BlockMatrix &b, int64_t m, int64_t n,
            int64_t k, const float *c, float *y) {
  Operand lhs(a), rhs(b);
  int64_t size = std::min(a.format.blockSize, b.format.blockSize);
  bool hasOuter = lhs.hasOuter() || rhs.hasOuter();
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      float sum = 0.0f;
      for (int64_t first = 0; first < k; first += size)
        sum += blockValue(lhs, i, rhs, j, k, first, std::min(size, k - first));
      float start = c ? c[i * n + j] : 0.0f;
      y[i * n + j] = hasOuter
                         ? std::fma(sum, lhs.outerOf(i) * rhs.outerOf(j), start)
                         : sum + start;
    }
  }
}

void matmul(const float *a, const BlockMatrix &b, int64_t m, int64_t n,
            int64_t k, const float *c, float *y) {
  Operand rhs(b);
  std::vector<float> weights(static_cast<size_t>(k));
  for (int64_t j = 0; j < n; ++j) {
    rhs.decodeRow(j, k, weights.data());
    for (int64_t i = 0; i < m; ++i) {
      float sum = 0.0f;
      for (int64_t l = 0; l < k; ++l)
        sum += a[i * k + l] * weights[static_cast<size_t>(l)];
      float start = c ? c[i * n + j] : 0.0f;
      y[i * n + j] =
          rhs.hasOuter() ? std::fma(sum, rhs.outerOf(j), start) : sum + start;
    }
  }
}

void matmulF64(const BlockMatrix &a, const BlockMatrix &b, int64_t m, int64_t n,
               int64_t k, double *y, double *magnitude) {
  Operand lhs(a), rhs(b);
  std::vector<double> rowA(static_cast<size_t>(k));
  std::vector<double> rowsB(static_cast<size_t>(n * k));
  for (int64_t j = 0; j < n; ++j)
    rhs.decodeRow(j, k, rowsB.data() + j * k);
  for (int64_t i = 0; i < m; ++i) {
    lhs.decodeRow(i, k, rowA.data());
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0, size = 0;
      for (int64_t l = 0; l < k; ++l) {
        double product = rowA[static_cast<size_t>(l)] *
                         rowsB[static_cast<size_t>(j * k + l)];
        sum += product;
        size += std::fabs(product);
      }
      if (y)
        y[i * n + j] = sum;
      if (magnitude)
        magnitude[i * n + j] = size;
    }
  }
}

} // namespace mx
