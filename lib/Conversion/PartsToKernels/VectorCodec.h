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

/// Lanes of a vector that lies in one block of `format`.
int64_t lanesInBlock(const ::mx::TargetRow &row,
                     const ::mx::FormatSpec &format);

/// Decodes row `row` of codes and scales, elements 0 to `k` rounded up to
/// blocks, to f32 at `panel[panelRow, ...]`. Outer scales are left out.
void decodeRow(ScalarBuilder &b, const ::mx::TargetRow &target,
               const ::mx::FormatSpec &format, Value codes, Value scales,
               ValueRange row, Value k, Value panel, Value panelRow);

/// Decodes the elements `begin` to `end`, in whole blocks, of one vector of
/// rows: `panel[element - begin, column + lane]` is that of `rows[lane]`.
/// `begin` is a multiple of the block size.
void decodeColumns(ScalarBuilder &b, const ::mx::TargetRow &target,
                   const ::mx::FormatSpec &format, Value codes, Value scales,
                   ArrayRef<SmallVector<Value>> rows, Value begin, Value end,
                   Value panel, Value column);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORCODEC_H
