//===- Machine.h - code for this processor ----------------------*- C++ -*-===//
//
// What the JIT and object files share.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_MACHINE_H
#define MX_RUNNER_MACHINE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace mlir::mx {

/// Returns a machine for this processor, all of its features on. With
/// `isForFiles` its code goes into shared libraries.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeHostMachine(bool isForFiles = false);

/// Returns an error about the first op of `module` that has no translation to
/// LLVM IR.
llvm::Error checkLowered(ModuleOp module);

} // namespace mlir::mx

#endif // MX_RUNNER_MACHINE_H
