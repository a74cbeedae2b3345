//===- VersionRows.h - versions of ops for few and many rows ----*- C++ -*-===//
//
// Which kernel is best depends on the rows M of a product. Where these are
// known only at run time, what depends on them is there once for each class of
// rows:
//
//   %y = scf.index_switch (class of M)
//   case 0: normalization, mx.quantize, mx.matmul, bias, .. for M = 1 to 4
//   default: the same for more rows
//
// All that one extent decides is in one switch, and not each product in one of
// its own, so that in an arm a product still stands beside what it can be fused
// with. Ops that do not depend on the rows (weights) stay before it.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_DIALECT_MX_TRANSFORMS_VERSIONROWS_H
#define MX_LIB_DIALECT_MX_TRANSFORMS_VERSIONROWS_H

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseMap.h"

#include <limits>
#include <string>

namespace mlir::mx {

/// Rows from `first` to `last`.
struct RowClass {
  static constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();
  int64_t first = 1;
  int64_t last = kUnbounded;

  /// Returns the rows that the class is priced as.
  int64_t typical() const;
  /// Returns `1`, `2-8` or `9-`.
  std::string text() const;
};

/// Returns what `op` should be lowered with for a class of rows.
using ChooseConfig = function_ref<LoweringConfigAttr(MatmulOp, RowClass)>;

/// Returns the axes of the result of `op` that are its rows: all but the last
/// where the weights are shared by the batches, else the one before the last.
llvm::iota_range<int64_t> rowAxes(MatmulOp op);

/// Returns true where the rows of `op` are known only at run time.
bool hasDynamicRows(MatmulOp op);

/// Returns the classes of rows for which the choices for `ops` differ.
SmallVector<RowClass> rowClassesOf(ArrayRef<MatmulOp> ops, ChooseConfig choose);

/// Versions what is in `function`, but for ops that have a config. Returns the
/// class of each product in an arm of a switch.
llvm::DenseMap<Operation *, RowClass> versionRows(FunctionOpInterface function,
                                                  ChooseConfig choose);

} // namespace mlir::mx

#endif // MX_LIB_DIALECT_MX_TRANSFORMS_VERSIONROWS_H
