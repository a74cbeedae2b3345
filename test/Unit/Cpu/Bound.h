//===- Bound.h - products in f64, and how far a result may be ---*- C++ -*-===//

#ifndef MX_TEST_UNIT_CPU_BOUND_H
#define MX_TEST_UNIT_CPU_BOUND_H

#include "Operand.h"
#include "Recipe.h"

namespace mlir::mx::test {

/// The roundings on the longest path to an output that `kernel` declares; that
/// of `f32` too where the data exceeds what `kernel` can, so `f32` may do it.
int64_t declaredRoundings(const ::mx::KernelInfo &kernel, const Recipe &recipe,
                          const Operand &x, const Operand &w);

struct Verdict {
  /// Of the first result that is wrong, empty where none is.
  std::string reason;
  /// Results that have to be, and are, the exact ones rounded once.
  int64_t exact = 0;
};

/// Compares `y` with c + x * transpose(w): NaN exactly where that is NaN, else
/// within (roundings + 1) * 2^-24 * sum |x * w| + ulp(y) / 2; and exact where
/// all partial sums fit the 24 bits of f32.
Verdict checkProduct(const Recipe &recipe, const Extents &extents,
                     const Operand &x, const Operand &w,
                     const std::vector<float> &c, const std::vector<float> &y,
                     int64_t roundings);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_BOUND_H
