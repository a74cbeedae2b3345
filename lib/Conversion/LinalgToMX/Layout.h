//===- Layout.h - bring the axes of a tensor in order -----------*- C++ -*-===//

#ifndef MX_CONVERSION_LINALGTOMX_LAYOUT_H
#define MX_CONVERSION_LINALGTOMX_LAYOUT_H

#include "Contraction.h"

namespace mlir::mx {

/// How the axes of a tensor become those of an operand of mx.matmul: the axis i
/// of the operand is made of the next `groups[i]` axes of the tensor, and has
/// extent 1 where that is 0.
using AxisGroups = SmallVector<size_t>;

/// Returns `tensor` with its axes in the order of `loops`, which are its own.
Value permuteAxes(OpBuilder &builder, Location loc, const IndexedTensor &tensor,
                  ArrayRef<unsigned> loops);

/// Returns `value` with each group of axes collapsed in one.
Value groupAxes(OpBuilder &builder, Location loc, Value value,
                const AxisGroups &groups);

/// The inverse of `groupAxes`: returns `value` with the axes of `original`.
Value ungroupAxes(OpBuilder &builder, Location loc, Value value,
                  const AxisGroups &groups, Value original);

} // namespace mlir::mx

#endif // MX_CONVERSION_LINALGTOMX_LAYOUT_H
