//===- Passes.h - passes on the mx dialect ----------------------*- C++ -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_PASSES_H
#define MX_DIALECT_MX_TRANSFORMS_PASSES_H

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::mx {

/// Rotations that `mx-rotate-operands` can ask for by name.
enum class RotationKind : uint8_t { Hadamard, RandomHadamard };

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

} // namespace mlir::mx

#endif // MX_DIALECT_MX_TRANSFORMS_PASSES_H
