//===- Operand.cpp - one side of a product, as numbers --------------------===//

#include "Operand.h"

#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

StringRef mlir::mx::test::nameOf(Kind kind) {
  static constexpr StringRef names[] = {
      "Gaussian",     "heavy-tailed",   "outliers",  "one-sided", "zero blocks",
      "small scales", "wide exponents", "far sides", "far range", "not finite"};
  return names[static_cast<int>(kind)];
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// True where values of any exponent keep it: floats, and E8M0 scales.
static bool hasRange(const std::optional<::mx::Preset> &preset) {
  return !preset || preset->format.scale == ::mx::ScaleKind::E8M0;
}

int mlir::mx::test::exponentOf(Kind kind, const std::optional<::mx::Preset> &x,
                               const ::mx::Preset &w, Generator &generator) {
  if (kind != Kind::FarRange || !hasRange(x) || !hasRange(w))
    return 0;
  static constexpr int exponents[] = {-95, -70, -55, 55, 70, 95};
  return generator.pick(exponents);
}

/// The magnitude of values whose scale is one of the smallest codes. Of E8M0,
/// whose smallest are near the end of f32, a number far above them.
static float smallMagnitude(const std::optional<::mx::Preset> &preset,
                            Generator &generator) {
  if (hasRange(preset))
    return 0x1p-30f;
  const ::mx::FormatSpec &format = preset->format;
  unsigned code = ::mx::spec(format.scale).smallest + generator.below(6);
  return ::mx::decodeScale(format.scale, code) * ::mx::largestElement(format);
}

static float makeValue(Kind kind, int64_t row, int64_t i, Generator &generator,
                       float block) {
  float x = generator.normal();
  switch (kind) {
  case Kind::HeavyTailed:
    return std::ldexp(x, int(std::fabs(generator.normal()) * 4));
  case Kind::Outliers:
    return generator.chance(1) ? x * 20 : x;
  case Kind::OneSided:
    return (i / 32 + row) % 2 ? std::fabs(x) : -std::fabs(x);
  case Kind::ZeroBlocks:
    return (i / 32 + row) % 2 ? x : generator.chance(50) ? 0.0f : -0.0f;
  case Kind::SmallScales:
    return x * block;
  case Kind::WideExponents:
    return std::ldexp(x, int(generator.below(40)) - 20);
  case Kind::FarSides:
    return x < 0 ? x : x * block;
  case Kind::NotFinite:
    if (generator.below(400) == 0)
      return generator.chance(50) ? std::numeric_limits<float>::quiet_NaN()
                                  : std::numeric_limits<float>::infinity();
    return x;
  case Kind::Gaussian:
  case Kind::FarRange:
    return x;
  }
  return x;
}

std::vector<float>
mlir::mx::test::makeValues(Kind kind, const std::optional<::mx::Preset> &preset,
                           int64_t rows, int64_t k, int exponent,
                           Generator &generator) {
  std::vector<float> x;
  x.reserve(size_t(rows * k));
  float block = 1;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < k; ++i) {
      if (i % 32 == 0 && kind == Kind::SmallScales)
        block = smallMagnitude(preset, generator);
      if (i % 32 == 0 && kind == Kind::FarSides)
        block = std::ldexp(1.0f, int(generator.below(25)) - 12);
      x.push_back(
          std::ldexp(makeValue(kind, row, i, generator, block), exponent));
    }
  return x;
}

void mlir::mx::test::roundToBF16(std::vector<float> &values) {
  for (float &value : values)
    value = ::mx::bf16ToF32(::mx::f32ToBF16(value));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Operand::Operand(const std::optional<::mx::Preset> &preset,
                 std::vector<float> x, int64_t rows, int64_t k)
    : rows(rows), k(k), floats(std::move(x)) {
  if (preset)
    blocks.emplace(*preset, floats, rows, k);
  decode();
}

/// Scale `which` of block `block` of row `row`.
static unsigned scaleAt(const Matrix &matrix, int64_t row, int64_t block,
                        int which) {
  const ::mx::FormatSpec &format = matrix.format;
  const uint8_t *scales = matrix.scales.data() +
                          row * ::mx::scaleBytesPerRow(format, matrix.k) +
                          block * ::mx::scaleBytesPerBlock(format);
  return ::mx::loadScale(format, scales, which);
}

/// The element in f64, which holds all of them.
static double decodeAt(const Matrix &matrix, int64_t row, int64_t i) {
  const ::mx::FormatSpec &format = matrix.format;
  const uint8_t *codes =
      matrix.codes.data() + row * ::mx::codeBytesPerRow(format, matrix.k);
  unsigned code = ::mx::codeAt(format, codes, i);
  double element = ::mx::decodeElement(format, code);
  double scales[2] = {0, 0};
  for (int which = 0; which < format.scalesPerBlock(); ++which)
    scales[which] = ::mx::decodeScale(
        format.scale, scaleAt(matrix, row, i / format.blockSize, which));
  if (std::isnan(scales[0]) || std::isnan(scales[1]))
    return std::numeric_limits<double>::quiet_NaN();
  if (format.scheme == ::mx::Scheme::Affine)
    return scales[1] + scales[0] * element;
  bool isNegative =
      format.scheme == ::mx::Scheme::Asymmetric && std::signbit(element);
  return scales[isNegative] * element;
}

/// Exponent of the lowest bit that is set in a finite number, none of 0.
static std::optional<int> lowestBit(double value) {
  if (value == 0 || !std::isfinite(value))
    return std::nullopt;
  int exponent;
  auto digits = int64_t(std::ldexp(std::frexp(value, &exponent), 53));
  return exponent - 53 + __builtin_ctzll(uint64_t(digits));
}

void Operand::decode() {
  values.assign(floats.begin(), floats.end());
  outer.assign(size_t(rows), 1);
  lowestBits.assign(size_t(rows), 1000);
  for (int64_t row = 0; row < rows; ++row) {
    if (blocks && blocks->format.hasOuterScale())
      outer[row] =
          blocks
              ->outer[blocks->format.outer == ::mx::OuterScale::Row ? row : 0];
    for (int64_t i = 0; i < k; ++i) {
      double &value = values[row * k + i];
      if (blocks)
        value = decodeAt(*blocks, row, i);
      if (std::optional<int> bit = lowestBit(value))
        lowestBits[row] = std::min(lowestBits[row], *bit);
    }
  }
}

bool Operand::exceeds(const ::mx::DataLimits &limits) const {
  if (!blocks || !limits.any())
    return false;
  const ::mx::FormatSpec &format = blocks->format;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t b = 0; b < ::mx::numBlocks(format, k); ++b) {
      int low = 1000, high = -1000;
      for (int which = 0; which < format.scalesPerBlock(); ++which) {
        float scale =
            ::mx::decodeScale(format.scale, scaleAt(*blocks, row, b, which));
        if (std::isnan(scale) || scale == 0)
          return true;
        low = std::min(low, std::ilogb(scale));
        high = std::max(high, std::ilogb(scale));
      }
      if (high - low > limits.maxGap || low < limits.minScaleExponent ||
          high > limits.maxScaleExponent)
        return true;
    }
  return false;
}
