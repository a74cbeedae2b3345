//===- ExactSum.h - a few doubles summed without error ----------*- C++ -*-===//
//
// The running sum is an expansion: doubles whose bits do not overlap, smallest
// first. Private to the library.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_NUMERICS_EXACTSUM_H
#define MX_LIB_NUMERICS_EXACTSUM_H

#include <array>
#include <cstddef>

namespace mx {

/// Sums up to 16 doubles. Their magnitudes must keep clear of overflow and of
/// the subnormals, as products of scales and integers do.
class ExactSum {
public:
  void add(double term);

  /// Returns the sum rounded once to f32, nearest even; an exact zero is +0.
  float roundToFloat() const;

private:
  std::array<double, 16> parts;
  size_t size = 0;
};

} // namespace mx

#endif // MX_LIB_NUMERICS_EXACTSUM_H
