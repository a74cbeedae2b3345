//===- Bound.cpp - products in f64, and how far a result may be -----------===//

#include "Bound.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

int64_t mlir::mx::test::declaredRoundings(const ::mx::KernelInfo &kernel,
                                          const Recipe &recipe,
                                          const Operand &x, const Operand &w) {
  ::mx::OperandFacts weights = recipe.factsOfW(),
                     activations = recipe.factsOfX();
  int64_t declared = ::mx::roundings(kernel, w.k, weights, activations);
  ::mx::KernelLimits limits = ::mx::limitsOf(kernel, weights, activations);
  if (!w.exceeds(limits.weights) && !x.exceeds(limits.activations))
    return declared;
  const ::mx::KernelInfo &f32 = ::mx::kernelInfo(::mx::KernelKind::F32);
  return std::max(declared, ::mx::roundings(f32, w.k, weights, activations));
}

namespace {
/// Row m of a product: sums of products and of their magnitudes.
struct Sums {
  Sums(const double *x, const std::vector<double> &columns, int64_t n,
       int64_t k)
      : values(size_t(n)), magnitudes(size_t(n)) {
    for (int64_t i = 0; i < k; ++i) {
      const double *w = columns.data() + i * n;
      for (int64_t j = 0; j < n; ++j) {
        double product = x[i] * w[j];
        values[size_t(j)] += product;
        magnitudes[size_t(j)] += std::fabs(product);
      }
    }
  }

  std::vector<double> values, magnitudes;
};

/// What a result has to be.
struct Wanted {
  double value;     ///< c + the sum
  double magnitude; ///< of the sum
  bool isExact;
};
} // namespace

/// Rows `first` to `first` + n of `w`, transposed.
static std::vector<double> columnsOf(const Operand &w, int64_t first,
                                     int64_t n) {
  std::vector<double> columns(size_t(n * w.k));
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = 0; i < w.k; ++i)
      columns[size_t(i * n + j)] = w.values[size_t((first + j) * w.k + i)];
  return columns;
}

static double ulpOf(double value, bool isBF16) {
  int exponent = std::max(value == 0 ? -126 : std::ilogb(value), -126);
  return std::ldexp(1.0, exponent - (isBF16 ? 7 : 23));
}

static bool isGood(const Wanted &wanted, double y, bool isBF16,
                   int64_t roundings) {
  if (std::isnan(wanted.value))
    return std::isnan(y);
  if (std::isinf(wanted.value) || std::isinf(y))
    return y == wanted.value;
  if (wanted.isExact)
    return y == static_cast<float>(wanted.value);
  double bound =
      static_cast<double>(roundings + 1) * 0x1p-24 * wanted.magnitude +
      ulpOf(y, isBF16) / 2;
  // What f64 itself loses: K * 2^-53, where r is at least K / 256.
  return std::fabs(y - wanted.value) <= bound * (1 + 0x1p-21);
}

Verdict mlir::mx::test::checkProduct(const Recipe &recipe,
                                     const Extents &extents, const Operand &x,
                                     const Operand &w,
                                     const std::vector<float> &c,
                                     const std::vector<float> &y,
                                     int64_t roundings) {
  const auto &[batch, m, n, k] = extents;
  if (y.size() != size_t(batch * m * n))
    return {llvm::formatv("{0} results, wanted {1}", y.size(), batch * m * n)};
  ::mx::OperandFacts facts = recipe.factsOfX(), weights = recipe.factsOfW();
  bool isPlain = !facts.hasOuter && !weights.hasOuter && !facts.isAffine &&
                 !weights.isAffine && recipe.result == "f32";
  Verdict verdict;
  std::vector<double> columns;
  for (int64_t row = 0; row < batch * m; ++row) {
    int64_t first = recipe.isShared ? 0 : row / m * n;
    if (row == 0 || (!recipe.isShared && row % m == 0))
      columns = columnsOf(w, first, n);
    Sums sums(&x.values[size_t(row * k)], columns, n, k);
    for (int64_t j = 0; j < n; ++j) {
      double outer = x.outer[size_t(row)] * w.outer[size_t(first + j)];
      int unit = x.lowestBits[size_t(row)] + w.lowestBits[size_t(first + j)];
      size_t at = size_t(row * n + j);
      Wanted wanted{sums.values[size_t(j)] * outer + c[at],
                    sums.magnitudes[size_t(j)] * outer, false};
      wanted.isExact = isPlain && unit > -126 &&
                       wanted.magnitude <= std::ldexp(1.0, 24 + unit);
      verdict.exact += wanted.isExact;
      if (!isGood(wanted, y[at], recipe.result == "bf16", roundings))
        return {llvm::formatv(
            "y[{0}, {1}] is {2}, wanted {3}{4}; sum |x * w| {5}, {6} roundings",
            row, j, y[at], wanted.value, wanted.isExact ? " exactly" : "",
            wanted.magnitude, roundings)};
    }
  }
  return verdict;
}
