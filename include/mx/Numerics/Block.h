//===- Block.h - floats to blocks and back ----------------------*- C++ -*-===//
//
// Canonical codes, so that equal input gives equal bytes everywhere:
// * a zero result keeps its sign in symmetric formats and is code 0 in
//   asymmetric ones;
// * the scale of a side without elements is a copy of the other side's;
// * an all-zero block has scale 1.0 (affine: step 1.0, minimum 0), under PotFit
//   the smallest scale;
// * a scale that underflows is the smallest positive code, one that overflows
//   the largest finite code, and the elements are chosen with it;
// * the affine minimum of a block without negative elements is +0, and one that
//   rounds to zero keeps its sign;
// * a block with a NaN or an infinity has NaN scales and codes 0;
// * a short last block is padded with code 0.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_BLOCK_H
#define MX_NUMERICS_BLOCK_H

#include "mx/Numerics/Format.h"

#include <cstdint>

namespace mx {

/// Writes the outer scale(s) of `rows` x `k` floats: amax(|x|) / (E * S) in
/// f32, E and S the largest element and scale; 1 where that is not a normal
/// number. NaN and infinite elements are left out (their blocks become NaN
/// whatever the outer scale is). `outer` receives `rows` values for
/// OuterScale::Row and one for OuterScale::Tensor.
void outerScales(const FormatSpec &format, const float *x, int64_t rows,
                 int64_t k, float *outer);

/// Returns E * S of that formula, 2688 for E2M1 and E4M3.
float outerScaleUnit(const FormatSpec &format);

/// Returns that formula for a known `amax`.
float outerScaleOf(const FormatSpec &format, float amax);

/// Quantizes `rows` x `k` floats, row-major, to packed `codes` and `scales`
/// (Packing.h). Elements are the codes nearest to x / scale, saturated; the f32
/// quotient picks the same code as exact arithmetic does. Affine codes are
/// those of (x - minimum) / step in f64, of the stored step and minimum; the
/// range that gives these includes 0, its width and the division by 15 being
/// f64.
///
/// `outer` points to one value a row (OuterScale::Row), to one value
/// (OuterScale::Tensor), or is null; the blocks are then those of f32(x /
/// outer). It is not read where the format has no outer scale.
///
/// With `quantizer.mse`, each side tries the scale codes next to the rule's
/// own (E4M3, UE5M3: -2..+1; E5M2: -1..0; E8M0: 0..+1; clamped to finite
/// positive codes) and keeps the one of least sum, in f64 and element order,
/// of (x - f32(element * scale))^2; ties go to the larger scale.
///
/// With `quantizer.emulator`, a scale that underflows is code 0 and so are the
/// elements of its side (of a symmetric block, with their signs).
///
/// `invalidReason(format, quantizer)` must be empty.
void quantizeRows(const FormatSpec &format, const Quantizer &quantizer,
                  const float *x, int64_t rows, int64_t k, const float *outer,
                  uint8_t *codes, uint8_t *scales);

/// Undoes quantizeRows: x = f32(element * scale), affine x = f32(minimum +
/// step * code), and, with an outer scale, f32(x * outer). A NaN in any scale
/// of a block makes the whole block NaN.
void dequantizeRows(const FormatSpec &format, const uint8_t *codes,
                    const uint8_t *scales, const float *outer, int64_t rows,
                    int64_t k, float *x);

} // namespace mx

#endif // MX_NUMERICS_BLOCK_H
