//===- Matmul.h - the block multiply-accumulate -----------------*- C++ -*-===//
//
// The value of a block pair is the exact real sum of its products, without
// outer scales, rounded once to f32 (nearest even, gradual underflow, overflow
// to infinity). Written by sign class,
//
//     sum over (p, q) of sA(p) * sB(q) * S_pq ,
//
// S_pq being the exact integer sum of the code products whose signs select
// scales p and q; this is the AMXFP4 multiply-accumulate, and the affine
// scheme fits it with (step, minimum) as the two classes. Each of the at most
// four terms is exact in f64 or a sum of few exact f64s; their sum is taken
// exactly (an expansion of non-overlapping f64s) before the one rounding.
//
// Operands of unlike block sizes meet in blocks of the smaller size.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_MATMUL_H
#define MX_NUMERICS_MATMUL_H

#include "mx/Numerics/Format.h"

#include <cstdint>

namespace mx {

/// A matrix of `rows` x `k` in parts form (Packing.h). `outer`: one value a
/// row, one value, or null, as the format says.
struct BlockMatrix {
  FormatSpec format;
  const uint8_t *codes = nullptr;
  const uint8_t *scales = nullptr;
  const float *outer = nullptr;
};

/// Returns the f32 value of `count` elements of row `rowA` of `a` and row
/// `rowB` of `b` that start at element `first` of both. The range lies inside
/// one block of each; `k` is the length of the rows. A NaN in any scale of
/// either block, or in an element of the range, gives NaN; an exact zero is +0.
float blockDot(const BlockMatrix &a, int64_t rowA, const BlockMatrix &b,
               int64_t rowB, int64_t k, int64_t first, int64_t count);

/// y[m, n] = fma(acc, outerA * outerB, c[m, n]), acc the f32 sum, from +0 and
/// left to right, of the block values: the bit-exact model of the in_order
/// multiply-accumulate, and one legal result of the free order. Without outer
/// scales y = acc + c. `c` may be null (zeros), or equal `y`.
void matmul(const BlockMatrix &a, const BlockMatrix &b, int64_t m, int64_t n,
            int64_t k, const float *c, float *y);

/// Weight-only: `a` is m x k floats, every product is f32(a * w) with w the
/// decoded element without its outer scale, accumulated in f32 in K order; at
/// the end y = fma(acc, outerB, c).
void matmul(const float *a, const BlockMatrix &b, int64_t m, int64_t n,
            int64_t k, const float *c, float *y);

/// The same product in f64, with the sum of the magnitudes |x * w| that bounds
/// are relative to. The operands are element * scale * outer without any
/// rounding (each is exact in f64), not dequantizeRows' f32 values. Either
/// output may be null.
void matmulF64(const BlockMatrix &a, const BlockMatrix &b, int64_t m, int64_t n,
               int64_t k, double *y, double *magnitude);

} // namespace mx

#endif // MX_NUMERICS_MATMUL_H
