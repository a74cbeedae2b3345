//===- Extremes.h - the largest magnitudes of many blocks -------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_EXTREMES_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_EXTREMES_H

#include "../ScalarBuilder.h"

#include "mx/Numerics/Format.h"

namespace mlir::mx {

/// Bits of the largest magnitudes, an i32 lane a block, of `lanes` blocks of
/// f32 one after the other in the memref `x`: those of positive and of negative
/// elements, in a symmetric format of all. A block that is not finite has one
/// of at least infinity; a side without elements 0. Positive floats are the
/// largest signed integers, negative ones the largest unsigned.
SmallVector<Value> largestMagnitudes(ScalarBuilder &b,
                                     const ::mx::FormatSpec &format, Value x,
                                     int64_t lanes);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_EXTREMES_H
