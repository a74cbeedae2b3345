//===- Steering.h - mx attributes on ops of TOSA ----------------*- C++ -*-===//
//
// `mx.skip` and `mx.quantize` belong on contractions. Upstream's patterns drop
// the attributes of the op that they rewrite, and keep its location:
//
//     tosa.matmul {mx.skip} loc(x)
//  -> tosa.matmul {mx.skip} loc(fused<distinct[0]<{mx.skip}>>[x])    carry
//  -> linalg.batch_matmul loc(fused<distinct[0]<{mx.skip}>>[x])      upstream
//  -> linalg.batch_matmul {mx.skip} loc(x)                           restore
//
//===----------------------------------------------------------------------===//

#ifndef MX_CONVERSION_TOSATOMX_STEERING_H
#define MX_CONVERSION_TOSATOMX_STEERING_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::mx {

/// What one op of TOSA carried.
struct Steered {
  LocationAttr loc;
  DictionaryAttr attrs;
  FunctionOpInterface function; ///< that the op is in, null where in none
};

/// The steering attributes of the ops of TOSA in a module, while their
/// locations carry them.
class Steering {
public:
  /// Writes the attributes into the locations of the ops that have any.
  static Steering carry(ModuleOp module);

  /// Sets each op's attributes on the linalg ops with a sum that came of it,
  /// and gives all ops the locations they had. Returns those with
  /// `mx.quantize` of which no such op came.
  SmallVector<Steered> restore(ModuleOp module);

private:
  explicit Steering(MLIRContext *context) : context(context) {}
  FusedLoc findMark(Operation *op) const;

  MLIRContext *context;
  llvm::MapVector<FusedLoc, Steered> marks; ///< from the mark in a location
};

} // namespace mlir::mx

#endif // MX_CONVERSION_TOSATOMX_STEERING_H
