//===- ScalarCodec.h - codes and scales as scalar IR ------------*- C++ -*-===//
//
// IR that does what mx/Numerics/Codec.h does. Decoders read tables that the
// numerics library fills; encoders are its formulas in arith, tested bit for
// bit against it.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_SCALARCODEC_H
#define MX_LIB_CONVERSION_SCALARCODEC_H

#include "ScalarBuilder.h"

#include "mx/Numerics/Format.h"

namespace mlir::mx {

/// Loads the code of element `k` of the row `row` of `codes`, as index.
Value loadCode(ScalarBuilder &b, const ::mx::FormatSpec &format, Value codes,
               ValueRange row, Value k);

/// Stores the ::mx::codesPerGroup codes (i32) of group `group` of the row,
/// which fill whole bytes.
void storeCodes(ScalarBuilder &b, const ::mx::FormatSpec &format, Value codes,
                ValueRange row, Value group, ArrayRef<Value> values);

/// Loads and decodes the scales of block `block` of the row `row`, to f32:
/// one, or two for asymmetric and affine formats.
SmallVector<Value> loadScales(ScalarBuilder &b, const ::mx::FormatSpec &format,
                              Value scales, ValueRange row, Value block);

/// Stores scale codes (i32).
void storeScales(ScalarBuilder &b, const ::mx::FormatSpec &format, Value scales,
                 ValueRange row, Value block, ArrayRef<Value> codes);

/// Decodes one scale code (i32) to f32.
Value decodeScale(ScalarBuilder &b, ::mx::ScaleKind kind, Value code);

/// The value of a code (index) in units of its scale, f32; NaN codes are NaN.
Value elementValue(ScalarBuilder &b, const ::mx::FormatSpec &format,
                   Value code);

/// The same as an integer of ::mx::elementUnitExponent's unit, i64.
Value elementUnits(ScalarBuilder &b, const ::mx::FormatSpec &format,
                   Value code);

/// Decodes element `k` of a row to f32, without the outer scale; NaN where any
/// scale of its block is.
Value decodeAt(ScalarBuilder &b, const ::mx::FormatSpec &format, Value codes,
               Value scales, ValueRange row, Value k);

/// The code (i32) of f32(x / scale), for the signed f32 `x`. `scale` > 0, or
/// infinite for zeros. A zero result keeps its sign in symmetric float formats
/// and is code 0 in asymmetric ones.
Value encodeElement(ScalarBuilder &b, const ::mx::FormatSpec &format,
                    ::mx::Rounding rounding, Value x, Value scale);

/// The code (i32) 0 .. 2^bits - 1 of (x - minimum) / step, all f32, in f64.
Value encodeAffine(ScalarBuilder &b, const ::mx::FormatSpec &format,
                   ::mx::Rounding rounding, Value x, Value step, Value minimum);

/// The scale code (i32) of the largest magnitude `m` > 0, an f32 or f64; in an
/// affine format the code of the step for the range `m`.
Value scaleOfMax(ScalarBuilder &b, const ::mx::FormatSpec &format,
                 const ::mx::Quantizer &quantizer, Value m);

/// The table behind elementValue, f32 by code.
Value elementTable(ScalarBuilder &b, const ::mx::FormatSpec &format);

/// The value of the outer scale for the row `row` (indices of all axes but the
/// last) of a tensor of `format`.
Value loadOuter(ScalarBuilder &b, const ::mx::FormatSpec &format, Value outer,
                ValueRange row);

/// Number of blocks of `size` elements that hold `k`.
Value blocksOf(ScalarBuilder &b, Value k, int64_t size);

/// The f16 code (i32, with sign) of an f64, saturated.
Value encodeF16(ScalarBuilder &b, Value value, ::mx::Rounding rounding);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_SCALARCODEC_H
