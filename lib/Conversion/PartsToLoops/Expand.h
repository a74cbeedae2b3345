//===- Expand.h - one op on parts to scalar loops ---------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOLOOPS_EXPAND_H
#define MX_LIB_CONVERSION_PARTSTOLOOPS_EXPAND_H

#include "../ScalarBuilder.h"

#include "mx/Dialect/MX/IR/MX.h"

namespace mlir::mx {

/// Each writes the loops that do `op` (on memrefs) before it; the caller erases
/// it.
void expandQuantize(ScalarBuilder &b, QuantizePartsOp op);
void expandDequantize(ScalarBuilder &b, DequantizePartsOp op);
void expandMatmul(ScalarBuilder &b, MatmulPartsOp op);
void expandPack(ScalarBuilder &b, PackPartsOp op);
void expandUnpack(ScalarBuilder &b, UnpackPartsOp op);

/// Puts codes and scales in the place of the tiles of `op`'s rhs, in new
/// buffers that live as long as `op`.
void unpackRhs(ScalarBuilder &b, MatmulPartsOp op);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOLOOPS_EXPAND_H
