//===- BlockOracle.h - block values in big integers -------------*- C++ -*-===//
//
// Matrices of arbitrary codes and scales, which no quantizer would emit, and
// their block values as whole exact sums.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_NUMERICS_BLOCKORACLE_H
#define MX_TEST_UNIT_NUMERICS_BLOCKORACLE_H

#include "Generator.h"
#include "Oracle.h"
#include "mx/Numerics/Matmul.h"

#include <vector>

namespace mx {

/// A matrix that owns its parts.
struct Matrix {
  FormatSpec format;
  int64_t rows, k;
  std::vector<uint8_t> codes, scales;
  std::vector<float> outer;

  BlockMatrix view() const;
  unsigned code(int64_t row, int64_t i) const;
  unsigned scale(int64_t row, int64_t block, int which) const;
  void setCode(int64_t row, int64_t i, unsigned code);
  void setScale(int64_t row, int64_t block, int which, unsigned code);

private:
  int64_t blocks() const;
};

/// Returns a matrix of codes 0, scales 1 (a minimum is 0) and outer scales 1.
Matrix emptyMatrix(const FormatSpec &format, int64_t rows, int64_t k);

/// Scales about 1, of any code (few of them NaN), or the ends of the range.
enum class ScaleMix { Near, Any, Extreme };
Matrix randomMatrix(const FormatSpec &format, int64_t rows, int64_t k,
                    ScaleMix mix, Generator &generator);

/// The terms of element `i`: scale times units, or step times code and minimum.
/// One of them is NaN where the element or any scale of its block is.
std::vector<Dyadic> termsOf(const Matrix &matrix, int64_t row, int64_t i);

/// Returns the value of elements first .. first + count - 1.
float exactBlock(const Matrix &a, int64_t rowA, const Matrix &b, int64_t rowB,
                 int64_t first, int64_t count);

/// Returns the number of block pairs of all rows whose blockDot, taken of
/// `computedA` and `computedB`, is not the exact value of `a` and `b`.
int64_t countWrongBlocks(const Matrix &a, const Matrix &b, int64_t k,
                         const Matrix &computedA, const Matrix &computedB);

} // namespace mx

#endif // MX_TEST_UNIT_NUMERICS_BLOCKORACLE_H
