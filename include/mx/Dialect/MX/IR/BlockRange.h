//===- BlockRange.h - does a range of an axis cut a block? ------*- C++ -*-===//
//
// Tiles of a block tensor hold whole blocks. A tiling op makes only such tiles,
// and mx-verify-stage proves it of what it finds.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_BLOCKRANGE_H
#define MX_DIALECT_MX_IR_BLOCKRANGE_H

#include "mlir/IR/OpDefinition.h"

namespace mlir::mx {

/// Returns true where `size` is proved to be the extent of axis `axis` of
/// `tensor`. A range of that size starts at 0: no other is in bounds.
bool isWholeAxis(OpFoldResult size, Value tensor, int64_t axis);

/// Returns true where [offset, offset + size) of the last axis of `tensor` is
/// proved to hold whole blocks of `block` elements, or whole ones and then the
/// short last one. Sees through constants, induction variables of loops with
/// constant bounds and steps, affine.apply and affine.min.
bool keepsBlocksWhole(OpFoldResult offset, OpFoldResult size, Value tensor,
                      int64_t block);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_IR_BLOCKRANGE_H
