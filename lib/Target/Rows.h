//===- Rows.h - where the rows of the table stand ---------------*- C++ -*-===//

#ifndef MX_LIB_TARGET_ROWS_H
#define MX_LIB_TARGET_ROWS_H

#include "mx/Target/Target.h"

namespace mx {

/// `generic` and the x86-64 rows, better ones later.
llvm::ArrayRef<TargetRow> cpuRows();

} // namespace mx

#endif // MX_LIB_TARGET_ROWS_H
