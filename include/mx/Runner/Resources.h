//===- Resources.h - the bytes behind constants -----------------*- C++ -*-===//
//
// `dense_resource<KEY>` and `mx.constant` name their data by a key. A module
// may leave the data out, and its user give it: large weights then never go
// through text, nor are they copied.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_RESOURCES_H
#define MX_RUNNER_RESOURCES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace mlir::mx {

/// The data of one key.
struct Resource {
  /// Of the bytes: what compiled code and bytecode ask for.
  static constexpr size_t alignment = 64;

  std::string key;
  ArrayRef<char> bytes;
  /// What keeps the bytes; let go when the context needs them no more.
  std::shared_ptr<void> owner;
};

/// Gives resources of `module` their data. A key that the module does not name,
/// or has data for, is an error. Keys are those of its context, which renames
/// what it has from another module already.
llvm::Error setResources(ModuleOp module, ArrayRef<Resource> resources);

/// Returns an error where a resource of `module` has no data, or not the bytes
/// that its type wants.
llvm::Error checkResources(ModuleOp module);

} // namespace mlir::mx

#endif // MX_RUNNER_RESOURCES_H
