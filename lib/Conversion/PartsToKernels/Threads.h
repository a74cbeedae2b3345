//===- Threads.h - shares of a loop, one a thread ---------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_THREADS_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_THREADS_H

#include "../ScalarBuilder.h"

namespace mlir::mx {

/// body(begin, end) for `threads` shares of 0 .. count, as equal as whole
/// numbers are, some empty where there are fewer. With one thread in place,
/// else by an scf.forall.
void forShares(ScalarBuilder &b, int64_t threads, Value count,
               function_ref<void(Value begin, Value end)> body);

/// The indices of number `row` in axes of `extents`: what a share of rows
/// counts through all axes.
SmallVector<Value> delinearize(ScalarBuilder &b, Value row,
                               ArrayRef<Value> extents);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_THREADS_H
