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
/// Adds the mx dialect and the interface implementations that its pipelines
/// need (upstream's included) to `registry`.
void registerAllDialects(DialectRegistry &registry);

/// Registers every pass and pipeline of MX by its name.
void registerAllPasses();
} // namespace mx
} // namespace mlir

#endif // MX_INITALL_H
