//===- Expand.h - one op on parts to scalar loops ---------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOLOOPS_EXPAND_H
#define MX_LIB_CONVERSION_PARTSTOLOOPS_EXPAND_H

#include "ScalarBuilder.h"

#include "mx/Dialect/MX/IR/MX.h"

namespace mlir::mx {

/// Each writes the loops that do `op` (on memrefs) before it; the caller erases
/// it.
void expandQuantize(ScalarBuilder &b, QuantizePartsOp op);
void expandDequantize(ScalarBuilder &b, DequantizePartsOp op);
void expandMatmul(ScalarBuilder &b, MatmulPartsOp op);

/// The value of the outer scale for the row `row` (indices of all axes but the
/// last) of a tensor of `format`.
Value loadOuter(ScalarBuilder &b, const ::mx::FormatSpec &format, Value outer,
                ValueRange row);

/// Number of blocks of `size` elements that hold `k`.
Value blocksOf(ScalarBuilder &b, Value k, int64_t size);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOLOOPS_EXPAND_H
