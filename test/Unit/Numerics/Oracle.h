//===- Oracle.h - exact numbers, written apart from the library -*- C++ -*-===//
//
// What codes mean, read from the fields of each format once more with nothing
// taken from the library's sources, and integers wide enough to hold any sum of
// products without rounding.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_NUMERICS_ORACLE_H
#define MX_TEST_UNIT_NUMERICS_ORACLE_H

#include "mx/Numerics/Format.h"

#include <array>
#include <cstdint>

namespace mx {

__extension__ typedef __int128 Int128;

/// significand * 2^exponent, or NaN.
struct Dyadic {
  int64_t significand = 0;
  int exponent = 0;
  bool nan = false;
};

Dyadic times(Dyadic a, Dyadic b);
Dyadic negated(Dyadic a);

/// Returns the midpoint of two numbers whose exponents are close.
Dyadic middle(Dyadic a, Dyadic b);

/// Returns -1, 0 or 1 as a <, =, > b.
int compare(Dyadic a, Dyadic b);

/// Returns floor(log2(a)), a > 0.
int floorLog2(Dyadic a);

/// Returns `a` rounded once to f32, by integers.
float toFloat(Dyadic a);

Dyadic exactOf(float value);
Dyadic elementValue(const FormatSpec &format, unsigned code);
/// Infinite codes are NaN.
Dyadic scaleValue(ScaleKind kind, unsigned code);

/// Returns the largest element that quantizers emit.
Dyadic largestElementValue(const FormatSpec &format);

/// Returns the number of codes of a scale and its largest finite code.
unsigned scaleCodeCount(ScaleKind kind);
unsigned largestScaleCode(ScaleKind kind);
unsigned nanScaleCode(ScaleKind kind);
unsigned unitScaleCode(ScaleKind kind);

/// True where both are NaN or both have the same bits.
bool sameFloat(float a, float b);

/// A two's complement fixed-point number in units of 2^-384, below 2^380.
class BigFixed {
public:
  /// Adds value * 2^exponent, exactly.
  void add(Int128 value, int exponent);
  void addProduct(Dyadic a, Dyadic b);

  /// Returns the number rounded to f32: nearest even, gradual underflow,
  /// overflow to infinity; zero is +0.
  float roundToFloat() const;

private:
  static constexpr int unit = -384;
  std::array<uint64_t, 12> words{};
};

} // namespace mx

#endif // MX_TEST_UNIT_NUMERICS_ORACLE_H
