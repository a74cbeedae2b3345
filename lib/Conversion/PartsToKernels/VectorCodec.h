//===- VectorCodec.h - codes and scales as vector IR ------------*- C++ -*-===//
//
// What ../ScalarCodec.h does for one element, for a vector of them. Values are
// looked up in tables of the numerics library; only how a table is read depends
// on the target.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORCODEC_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORCODEC_H

#include "../ScalarBuilder.h"

#include "mx/Numerics/Format.h"
#include "mx/Target/Target.h"

namespace mlir::mx {

/// Vector of `lanes` times the scalar `value`.
Value splat(ScalarBuilder &b, Value value, int64_t lanes);

/// `memref[indices]` and what follows it on the last axis.
Value loadVector(ScalarBuilder &b, Value memref, ValueRange indices,
                 int64_t lanes, Type element);
void storeVector(ScalarBuilder &b, Value vector, Value memref,
                 ValueRange indices);

/// Extends a scalar or vector of floats to f32, and rounds f32 to `element`.
Value extendToF32(ScalarBuilder &b, Value value);
Value roundFromF32(ScalarBuilder &b, Value value, Type element);

/// The bits of a vector of f32 as i32.
Value vectorBits(ScalarBuilder &b, Value value);

/// The lanes of a vector.
int64_t lanesOf(Value vector);

/// Vectors of i32.
Value constantVector(ScalarBuilder &b, ArrayRef<int32_t> values);
Value splatI32(ScalarBuilder &b, int64_t value, int64_t lanes);

int bitsOfElement(const ::mx::FormatSpec &format);

/// Lanes of a vector that lies in one block of `format`.
int64_t lanesInBlock(const ::mx::TargetRow &row,
                     const ::mx::FormatSpec &format);

/// Values, in units of the scale, of the codes first .. first + count.
Value elementVector(ScalarBuilder &b, const ::mx::FormatSpec &format, int first,
                    int count);

/// i1 by lane: the code's highest bit, so its sign where it has one.
Value hasHighestBit(ScalarBuilder &b, const ::mx::TargetRow &target,
                    const ::mx::FormatSpec &format, Value codes);

/// Values of `codes` (i32, with garbage above) in units of the scale: 4 bits by
/// one vpermps over 16 entries or two over 8, others by arithmetic, else a
/// gather.
Value lookUp(ScalarBuilder &b, const ::mx::TargetRow &target,
             const ::mx::FormatSpec &format, Value codes);

/// Decodes `codes` under `scales`, of which a NaN is in all or none.
Value decodeVector(ScalarBuilder &b, const ::mx::TargetRow &target,
                   const ::mx::FormatSpec &format, Value codes,
                   ArrayRef<Value> scales);

/// Decodes row `row` of codes and scales, elements 0 to `k` rounded up to
/// blocks, to f32 at `panel[panelRow, ...]`. Outer scales are left out.
void decodeRow(ScalarBuilder &b, const ::mx::TargetRow &target,
               const ::mx::FormatSpec &format, Value codes, Value scales,
               ValueRange row, Value k, Value panel, Value panelRow);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORCODEC_H
