//===- Save.h - compiled programs as files ----------------------*- C++ -*-===//
//
// A lowered module as an object file to link into a shared library, and a
// weight file. Whoever loads the library needs neither LLVM nor MLIR: it maps
// the weight file by mx_weights_attach and calls the C interfaces.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_SAVE_H
#define MX_RUNNER_SAVE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace mlir::mx {

/// Symbol of the mx_weights_region of a saved program.
inline constexpr llvm::StringLiteral weightsRegionName("mx_weights");

/// Writes the code of `module`, which is in the LLVM dialect, for this machine:
/// an object file that exports the C interfaces of its entries. Large constants
/// go to the file `weights`, for which the code has room in its region; a
/// module without any gets no such file, and false is returned. One with more
/// than 1 GB of them is an error.
llvm::Expected<bool> writeObject(ModuleOp module, StringRef object,
                                 StringRef weights);

} // namespace mlir::mx

#endif // MX_RUNNER_SAVE_H
