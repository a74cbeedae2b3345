//===- RowTiles.h - loops around register tiles -----------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_ROWTILES_H
#define MX_LIB_CONVERSION_ROWTILES_H

#include "ScalarBuilder.h"

namespace mlir::mx {

/// body(m, rows) for tiles of `height` of the rows 0 to `extent`, then for the
/// rows that are left over, whose number a switch finds.
void forTilesOfRows(ScalarBuilder &b, Value extent, int64_t height,
                    function_ref<void(Value, int64_t)> body);

/// ScalarBuilder::loop from 0 that LLVM does not unroll: what its body computes
/// stays there, in the registers that one step needs.
SmallVector<Value> rolledLoop(ScalarBuilder &b, Value extent,
                              ValueRange carried, ScalarBuilder::LoopBody body);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_ROWTILES_H
