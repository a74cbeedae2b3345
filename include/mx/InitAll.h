//===- InitAll.h - register everything of MX --------------------*- C++ -*-===//
//
// One place for tools, plugins and embedders.
//
//===----------------------------------------------------------------------===//

#ifndef MX_INITALL_H
#define MX_INITALL_H

namespace mlir {
class DialectRegistry;

namespace mx {
/// Adds the mx dialect, the upstream dialects that its pipelines take and make,
/// and the interface implementations that they need to bufferize.
void registerAllDialects(DialectRegistry &registry);

/// Registers every pass and pipeline of MX by its name.
void registerAllPasses();
} // namespace mx
} // namespace mlir

#endif // MX_INITALL_H
