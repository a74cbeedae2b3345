//===- Header.h - C declarations of compiled functions ----------*- C++ -*-===//
//
// What a C or C++ program needs to call the public functions of a lowered
// module (see Abi.h), and nothing else: no MLIR, no other header of MX.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_HEADER_H
#define MX_RUNNER_HEADER_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <string>

namespace mlir::mx {

/// Returns a C header for all public functions of `module`, which is in the
/// LLVM dialect and has one at least. For each function a struct of its
/// results, an inline function of its name that takes tensors as pointers and
/// their dynamic extents, and one that frees the results. `file` is what the
/// header is to be called. A function that C cannot call, because of its name
/// or its types, is an error.
llvm::Expected<std::string> emitHeader(ModuleOp module, StringRef file);

} // namespace mlir::mx

#endif // MX_RUNNER_HEADER_H
