//===- VectorEncode.h - floats to codes and scales as vector IR -*- C++ -*-===//
//
// Magnitudes of elements and of blocks to codes, a vector at a time, with the
// results of the numerics library for every finite input.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORENCODE_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORENCODE_H

#include "../ScalarBuilder.h"

#include "mx/Numerics/Format.h"
#include "mx/Target/Target.h"

namespace mlir::mx {

/// A constant vector of f32.
Value splatF32(ScalarBuilder &b, float value, int64_t lanes);

/// The bits of a vector of f32 as i32, and back.
Value floatsOf(ScalarBuilder &b, Value bits);

/// Divides magnitudes by scales (vectors of f32) such that codes chosen by the
/// quotient are those of the exact one. At a tie t between two codes t * s is a
/// float, and a / s of the floats next to it is more than half a place away
/// from t (see ElementEncoder in lib/Numerics), so a little may be lost:
///
///   PowerOfTwo   a * r, r = 1 / s: exact
///   Product      the same of r less a place and of a whose last bit is set, so
///                that no a is at a tie: for ties away from zero, where a check
///                of all significands of scales finds no other code
///   Remainder    q = a * r, q + (a - q * s) * r: the remainder is exact, so
///                that this is a / s but for 2^-23 of a place, rounded
///   Quotient     a / s
class VectorDivider {
public:
  VectorDivider(const ::mx::TargetRow &row, const ::mx::FormatSpec &format,
                ::mx::Rounding rounding);

  /// What a division by `scale` >= 0 needs. A scale of 0 gives quotients 0.
  SmallVector<Value> factorsOf(ScalarBuilder &b, Value scale) const;

  /// Returns the number of vectors above.
  int factorCount() const { return method == Remainder ? 2 : 1; }

  /// `magnitude` / scale.
  Value divide(ScalarBuilder &b, Value magnitude,
               ArrayRef<Value> factors) const;

  const bool hasFma;

private:
  enum { PowerOfTwo, Product, Remainder, Quotient } method;
};

/// Divides vectors by an outer scale by products, which are several times as
/// fast as a division. The result is x / outer rounded to nearest, or where
/// that is below 2^-37 another number below of its sign, 0 only for 0: no code
/// tells them apart.
///
///   q = x * r, twice corrected by + (x - q * s) * r
///
/// The first correction leaves an error of half a place. Then the remainder is
/// exact, and times the error of r it is less than the distance of a quotient
/// of floats from the middle of two (b^2 < 4 for the significand b of s). So
/// that nothing overflows that should not, s is 4 * outer. Needs FMA.
struct OuterDivider {
  OuterDivider(ScalarBuilder &b, Value outer, int64_t lanes);
  Value divide(ScalarBuilder &b, Value x) const;

  /// i1: `outer` is in 2^-40 .. 2^-2, so that the above holds for every x (but
  /// where the quotient is not finite that is all that is right about it).
  Value isExact;
  Value scale, reciprocal;
};

/// Codes of the magnitudes `quotient` >= 0 (NaN: any code), rounded and
/// saturated, in the low 16 bits of i32; what is above is garbage.
Value encodeElements(ScalarBuilder &b, const ::mx::FormatSpec &format,
                     ::mx::Rounding rounding, Value quotient, bool hasFma);

/// Codes (i32) of the scales of sides whose largest magnitudes are `m` (f32,
/// finite), 0 where a side has no element. No mse.
Value encodeScales(ScalarBuilder &b, const ::mx::TargetRow &row,
                   const ::mx::FormatSpec &format,
                   const ::mx::Quantizer &quantizer, Value m);

/// Values of those, which are positive (the emulator's also 0).
Value decodeScales(ScalarBuilder &b, ::mx::ScaleKind kind, Value codes);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORENCODE_H
