//===- Elements.h - the codes of a block under given scales -----*- C++ -*-===//
//
// Chooses the elements of whole blocks. Private to the library; encodeElement
// in Codec.h is the same choice for one value.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_NUMERICS_ELEMENTS_H
#define MX_LIB_NUMERICS_ELEMENTS_H

#include "mx/Numerics/Format.h"

#include <array>
#include <cstdint>

namespace mx {

/// The nearest codes to x / scale. The f32 quotient decides like exact
/// arithmetic: at a tie t, t * scale is a float or above all floats, so a float
/// x that is not t * scale is at least a step away from it. In units of t that
/// step is more than what x / scale may lose to its rounding, and t itself is a
/// float, so the quotient never lands on t or beyond. Subnormal steps are
/// wider.
class ElementEncoder {
public:
  ElementEncoder(const FormatSpec &format, Rounding rounding);

  /// Writes a code a byte for `x`, a multiple of 8 finite floats of a
  /// symmetric or asymmetric format; `scales` are those of positive and
  /// negative elements. A scale of infinity gives zeros.
  void encode(const float *x, int count, const std::array<float, 2> &scales,
              uint8_t *codes) const;

  /// Returns the sum of (x - f32(element * scale))^2 in f64, in order, over
  /// elements that `encode` would choose.
  double error(const float *x, int count, float scale) const;

private:
  template <Rounding Mode>
  void encodeRounded(const float *x, int count,
                     const std::array<float, 2> &scales, uint8_t *codes) const;

  Rounding rounding;
  bool isInteger;
  bool keepsZeroSign; ///< of floats in a symmetric format; else it is code 0
  uint32_t fractionBits;
  uint32_t lowest; ///< exponent of the smallest normal, as a float's bits
  float largest;   ///< the largest magnitude emitted
  uint32_t signCode;
  std::array<float, 256> values; ///< decodeElement of each code
};

} // namespace mx

#endif // MX_LIB_NUMERICS_ELEMENTS_H
