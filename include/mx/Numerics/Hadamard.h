//===- Hadamard.h - blockwise rotations -------------------------*- C++ -*-===//
//
// An orthogonal map of each group of `size` elements of a row. Applied to both
// operands of a product along K it leaves the product as it is (to rounding)
// and spreads outliers over their group.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_HADAMARD_H
#define MX_NUMERICS_HADAMARD_H

#include <cstdint>
#include <optional>
#include <vector>

namespace mx {

/// The normalized Hadamard matrix of a power of two, in natural order, after
/// optional random signs: y = H * (s o x) / sqrt(size).
struct Rotation {
  int32_t size = 64;            ///< a power of two, 1 .. 4096
  std::optional<uint64_t> seed; ///< of the signs; none: no signs

  bool operator==(const Rotation &o) const {
    return size == o.size && seed == o.seed;
  }
};

/// Returns +1 or -1 for each element of a group: the top bits of SplitMix64
/// from state `seed`, 1 meaning -1. All +1 without a seed.
std::vector<float> rotationSigns(const Rotation &rotation);

/// Returns f32(1 / sqrt(size)).
float rotationFactor(const Rotation &rotation);

/// Rotates each group of `rows` x `k` floats in place; `k` is a multiple of the
/// size. In f32: signs, then log2(size) stages of x[i] + x[i + h] and
/// x[i] - x[i + h] with h = 1, 2, 4, ..., then the factor, each operation
/// rounded; O(k log size).
void rotateRows(const Rotation &rotation, float *x, int64_t rows, int64_t k);

} // namespace mx

#endif // MX_NUMERICS_HADAMARD_H
