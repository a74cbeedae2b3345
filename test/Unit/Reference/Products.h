//===- Products.h - products that kernels compute, and exact ones -*- C++ -*-=//

#ifndef MX_TEST_UNIT_REFERENCE_PRODUCTS_H
#define MX_TEST_UNIT_REFERENCE_PRODUCTS_H

#include "Matrix.h"

#include "mx/Target/Kernel.h"

#include <string>
#include <vector>

namespace mlir::mx::test {

struct Shape {
  int64_t m, n, k;
};

/// Names of the rows of the target table that this machine can run.
std::vector<std::string> runnableTargets();

/// The preset that `text` names; a failure fails the test.
::mx::Preset preset(const std::string &text);

/// A side of a product: decoded elements without their outer scale, and that.
struct Side {
  Side(const ::mx::Preset &preset, const std::vector<float> &x, int64_t rows,
       int64_t k);
  /// Plain floats.
  Side(const std::vector<float> &x, int64_t rows);

  std::vector<float> values, outer;
  ::mx::OperandFacts facts;
};

/// An exact element of x * transpose(w): all products are multiples of `unit`,
/// a power of two, where no outer scale is.
struct ExactElement {
  long double value = 0, magnitudes = 0; ///< sum of x * w and of |x * w|
  double unit = 0;                       ///< 0 where all products are
  /// All partial sums, in any order, are f32 numbers.
  bool isExactInF32() const { return magnitudes <= 0x1p24L * unit; }
};
ExactElement exactElement(const Side &x, const Side &w, int64_t k, int64_t m,
                          int64_t n);

/// Number of results of `y` that lie farther from c + x * transpose(w) than
/// `kernel` may round.
int64_t outsideBound(::mx::KernelKind kernel, const Side &x, const Side &w,
                     const Shape &shape, const std::vector<float> &c,
                     const std::vector<float> &y);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_REFERENCE_PRODUCTS_H
