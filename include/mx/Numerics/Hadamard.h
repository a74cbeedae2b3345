//===- Hadamard.h - blockwise rotations -------------------------*- C++ -*-===//
//
// An orthogonal map of each group of `size` elements of a row. Applied to both
// operands of a product along K it leaves the product as it is (to rounding)
// and spreads outliers over their group. Elements after the last whole group
// stay as they are: the map of the row is orthogonal for any length.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_HADAMARD_H
#define MX_NUMERICS_HADAMARD_H

#include <cstdint>
#include <optional>
#include <vector>

namespace mx {

/// The largest group of a Hadamard rotation.
constexpr int64_t kMaxHadamardSize = 4096;

/// True for a power of two up to kMaxHadamardSize.
bool isHadamardSize(int64_t size);

/// The normalized Hadamard matrix of a power of two, in natural order, after
/// optional random signs: y = H * (s o x) / sqrt(size).
struct Rotation {
  int64_t size = 64;            ///< isHadamardSize holds
  std::optional<uint64_t> seed; ///< of the signs; none: no signs

  bool operator==(const Rotation &o) const {
    return size == o.size && seed == o.seed;
  }
};

/// Returns +1 or -1 for each element of a group: the top bit of each number of
/// SplitMix64 from state `seed`, 1 meaning -1. All +1 without a seed.
std::vector<float> rotationSigns(const Rotation &rotation);

/// Returns f32(1 / sqrt(size)).
float rotationFactor(const Rotation &rotation);

/// Rotates each whole group of `rows` x `k` floats in place; the last
/// `k mod size` elements of a row stay. In f32: signs, then log2(size) stages
/// of x[i] + x[i + h] and x[i] - x[i + h] with h = 1, 2, 4, ..., then the
/// factor, each operation rounded; O(k log size) a row.
void rotateRows(const Rotation &rotation, float *x, int64_t rows, int64_t k);

/// The same by `matrix`, size x size in row-major order: element i of a group
/// is the sum over j of matrix[i, j] * x[j], in order of j from +0, each
/// product and each sum rounded to f32; O(k size) a row.
void rotateRowsBy(const float *matrix, int64_t size, float *x, int64_t rows,
                  int64_t k);

} // namespace mx

#endif // MX_NUMERICS_HADAMARD_H
