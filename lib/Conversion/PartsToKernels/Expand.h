//===- Expand.h - one op on parts to vector loops ---------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_EXPAND_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_EXPAND_H

#include "../ScalarBuilder.h"

#include "mx/Dialect/MX/IR/MX.h"

namespace mlir::mx {

/// Each writes the loops that do `op` (on memrefs with contiguous rows, with a
/// lowering config; weights packed) before it; the caller erases it.
void vectorizeQuantize(ScalarBuilder &b, QuantizePartsOp op);
void vectorizeMatmul(ScalarBuilder &b, MatmulPartsOp op);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_EXPAND_H
