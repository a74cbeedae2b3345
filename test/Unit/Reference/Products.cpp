//===- Products.cpp - products that kernels compute, and exact ones -------===//

#include "Products.h"

#include "mx/Dialect/MX/IR/OperandFacts.h"

#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

std::vector<std::string> mlir::mx::test::runnableTargets() {
  std::vector<std::string> names;
  for (const ::mx::TargetRow &row : ::mx::targetRows())
    if (::mx::hostCanRun(row))
      names.push_back(row.name);
  return names;
}

::mx::Preset mlir::mx::test::preset(const std::string &text) {
  std::string error;
  std::optional<::mx::Preset> parsed = ::mx::parsePreset(text, error);
  EXPECT_TRUE(parsed.has_value()) << error;
  return parsed.value_or(::mx::presets[0]);
}

Side::Side(const ::mx::Preset &preset, const std::vector<float> &x,
           int64_t rows, int64_t k)
    : values(rows * k), outer(rows, 1), facts(operandFacts(preset.format)) {
  Matrix matrix(preset, x, rows, k);
  ::mx::FormatSpec plain = preset.format;
  plain.outer = ::mx::OuterScale::None;
  ::mx::dequantizeRows(plain, matrix.codes.data(), matrix.scales.data(),
                       nullptr, rows, k, values.data());
  for (int64_t row = 0; row < rows; ++row)
    if (preset.format.hasOuterScale())
      outer[row] =
          matrix.outer[preset.format.outer == ::mx::OuterScale::Row ? row : 0];
}

Side::Side(const std::vector<float> &x, int64_t rows)
    : values(x), outer(rows, 1), facts(::mx::floatOperand("f32", 24)) {}

/// The largest power of two that divides `value`, which is not 0.
static double unitOf(double value) {
  int exponent;
  double fraction = std::frexp(value, &exponent);
  auto bits = static_cast<int64_t>(std::ldexp(std::fabs(fraction), 53));
  return std::ldexp(static_cast<double>(bits & -bits), exponent - 53);
}

ExactElement mlir::mx::test::exactElement(const Side &x, const Side &w,
                                          int64_t k, int64_t m, int64_t n) {
  const float *a = &x.values[m * k], *b = &w.values[n * k];
  long double outer = static_cast<long double>(x.outer[m]) * w.outer[n];
  ExactElement element;
  for (int64_t l = 0; l < k; ++l) {
    long double product = static_cast<long double>(a[l]) * b[l] * outer;
    element.value += product;
    element.magnitudes += std::fabs(product);
    if (product == 0 || !std::isfinite(product))
      continue;
    double unit = unitOf(static_cast<double>(product));
    if (element.unit == 0 || unit < element.unit)
      element.unit = unit;
  }
  return element;
}

int64_t mlir::mx::test::outsideBound(::mx::KernelKind kernel, const Side &x,
                                     const Side &w, const Shape &shape,
                                     const std::vector<float> &c,
                                     const std::vector<float> &y) {
  auto [m, n, k] = shape;
  if (y.size() != size_t(m * n))
    return m * n;
  int64_t roundings =
      ::mx::roundings(::mx::kernelInfo(kernel), k, w.facts, x.facts);
  int64_t count = 0;
  for (int64_t i = 0; i < m * n; ++i) {
    ExactElement exact = exactElement(x, w, k, i / n, i % n);
    exact.value += c[i];
    double ulp = std::nextafter(std::fabs(y[i]), INFINITY) - std::fabs(y[i]);
    long double bound = (roundings + 1) * 0x1p-24L * exact.magnitudes + ulp / 2;
    bool good = std::isnan(exact.value)
                    ? std::isnan(y[i])
                    : std::fabs(y[i] - exact.value) <= bound;
    count += !good;
  }
  return count;
}
