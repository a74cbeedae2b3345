//===- Remarks.h - what passes say of each op -------------------*- C++ -*-===//
//
// docs/Remarks.md lists the categories and ids.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_REMARKS_H
#define MX_DIALECT_MX_IR_REMARKS_H

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::mx {

/// Returns a remark of `category` in `function`, which may be null.
remark::RemarkOpts remarkIn(FunctionOpInterface function, StringRef category,
                            StringRef id);

/// The same about `op`, in the function it is in.
remark::RemarkOpts remarkAbout(Operation *op, StringRef category, StringRef id);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_IR_REMARKS_H
