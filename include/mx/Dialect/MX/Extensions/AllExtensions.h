//===- AllExtensions.h - interfaces the mx ops implement --------*- C++ -*-===//
//
// Interfaces of upstream that mx ops implement by external models, so that the
// dialect itself does not depend on their libraries.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_EXTENSIONS_ALLEXTENSIONS_H
#define MX_DIALECT_MX_EXTENSIONS_ALLEXTENSIONS_H

namespace mlir {
class DialectRegistry;

namespace mx {
/// Lets one-shot-bufferize take ops on parts from tensors to memrefs.
void registerBufferizableOpInterfaceModels(DialectRegistry &registry);

/// Lets scf tile mx.quantize, mx.outer_scale, mx.dequantize and mx.matmul, and
/// fuse them with their producers and consumers.
void registerTilingInterfaceModels(DialectRegistry &registry);
} // namespace mx
} // namespace mlir

#endif // MX_DIALECT_MX_EXTENSIONS_ALLEXTENSIONS_H
