//===- OperandFacts.h - a format as the target table sees it ----*- C++ -*-===//
//
// The target table knows numbers and no formats: this is where they meet.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_OPERANDFACTS_H
#define MX_DIALECT_MX_IR_OPERANDFACTS_H

#include "mx/Numerics/Format.h"
#include "mx/Target/Kernel.h"

namespace mlir::mx {

/// Returns what kernels need to know of `format`, a valid one. `knownGap` is
/// unset.
::mx::OperandFacts operandFacts(const ::mx::FormatSpec &format);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_IR_OPERANDFACTS_H
