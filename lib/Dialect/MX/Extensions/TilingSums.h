//===- TilingSums.h - may the sums of a product be cut? ---------*- C++ -*-===//
//
// Whether a tile of K may be computed by itself depends on what is around it.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_DIALECT_MX_EXTENSIONS_TILINGSUMS_H
#define MX_LIB_DIALECT_MX_EXTENSIONS_TILINGSUMS_H

#include "mx/Dialect/MX/IR/MX.h"

namespace mlir::mx {

/// Returns true where `op` may be computed in tiles of K, one after another.
/// `offsets` and `sizes` are those of one tile: batches, M, N, K.
///
/// A product in tiles of K adds `init` first and rounds once more a tile. That
/// is within the declared bound only where the order is free, the result is not
/// rounded to 16 bits in between, and `init`, which the bound does not know, is
/// zero. Parallel tiles of K would all write the same result: a race.
bool mayCutSums(MatmulOp op, ArrayRef<OpFoldResult> offsets,
                ArrayRef<OpFoldResult> sizes);

} // namespace mlir::mx

#endif // MX_LIB_DIALECT_MX_EXTENSIONS_TILINGSUMS_H
