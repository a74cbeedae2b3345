//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Reads and writes .npy files of versions 1 and 2, row-major, little-endian.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_NPY_H
#define MX_RUNNER_NPY_H

#include "mx/Runner/Array.h"

namespace mlir::mx {

/// Returns the array in `path`. Column-major data, big-endian numbers, other
/// element types and files of another length than the header says are errors
/// that name the file.
llvm::Expected<Array> readNpy(StringRef path);

/// Writes `array` in version 1; bf16 as uint16, i1 as bool, index as int64.
llvm::Error writeNpy(StringRef path, const Array &array);

} // namespace mlir::mx

#endif // MX_RUNNER_NPY_H
