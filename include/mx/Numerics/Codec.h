//===- Codec.h - codes to values and back, one at a time --------*- C++ -*-===//
//
// Elements and scales as single numbers. Every decoder is total: each bit
// pattern has a value. An infinity in a scale reads as NaN, so that a block is
// finite or NaN, and the sign of a signed scale type is honoured (Q4_0 files
// carry negative f16 scales) though no encoder here emits one.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_CODEC_H
#define MX_NUMERICS_CODEC_H

#include "mx/Numerics/Format.h"

#include <cstdint>

namespace mx {

/// Returns the value of element `code` in units of its scale: E2M1 codes give
/// 0 .. 6 and -0 .. -6, `mxint8` codes -128/64 .. 127/64, affine codes 0 .. 15.
/// Integers under an E8M0 scale carry OCP's implied scale 2^-(bits - 2); under
/// other scales they are plain. Codes of a float that are NaN or infinite give
/// NaN.
float decodeElement(const FormatSpec &format, unsigned code);

/// Returns the code nearest to `value` (which is x / scale, not NaN), rounded
/// by `rounding` and saturated at the element's largest magnitude. A negative
/// `value` that rounds to zero gives the code of -0 where the element has one.
unsigned encodeElement(const FormatSpec &format, Rounding rounding,
                       float value);

/// The elements as integers: decodeElement(code) == elementUnits(code) *
/// 2^elementUnitExponent, exactly, for every finite code; NaN codes give 0.
int64_t elementUnits(const FormatSpec &format, unsigned code);
int elementUnitExponent(const FormatSpec &format);

/// Returns the number of bits of the largest |elementUnits| of a finite code.
int elementUnitBits(const FormatSpec &format);

/// Returns the largest magnitude an encoder emits, E, in units of the scale:
/// 6 for E2M1, 7/4 for `mxint4`, 7 for `int4`.
float largestElement(const FormatSpec &format);

/// Returns true where some code of the element is NaN or infinite (E4M3, E5M2).
bool hasNanElement(const FormatSpec &format);

/// Returns the value of scale `code`; NaN for NaN and infinite codes.
float decodeScale(ScaleKind kind, unsigned code);

/// Returns the code nearest to `value` >= 0 (not NaN), rounded by `rounding`,
/// at most the largest finite code. A positive value below the smallest code
/// may give code 0, which callers replace (see quantizeRows). `value` is a
/// double so that a quotient of floats is rounded once.
unsigned encodeScale(ScaleKind kind, double value, Rounding rounding);

/// Same for a signed f16 (the minimum of an affine block): saturates at
/// +-65504.
uint16_t encodeF16(double value, Rounding rounding);

/// Bit patterns of the 16-bit floats to f32, exactly, and back, nearest even
/// (overflow to infinity, NaN stays NaN). Storage of inputs and outputs.
float f16ToF32(uint16_t bits);
float bf16ToF32(uint16_t bits);
uint16_t f32ToF16(float value);
uint16_t f32ToBF16(float value);

} // namespace mx

#endif // MX_NUMERICS_CODEC_H
