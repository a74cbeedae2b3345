//===- Body.h - what a contraction computes of each element -----*- C++ -*-===//

#ifndef MX_CONVERSION_LINALGTOMX_BODY_H
#define MX_CONVERSION_LINALGTOMX_BODY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <string>

namespace mlir::mx {

/// Returns true if `op` reads two inputs along a loop that it sums over, and
/// multiplies and adds, whatever else it does.
bool resemblesContraction(linalg::GenericOp op);

/// Returns what `op` computes that a sum of products of two inputs does not,
/// empty where it is one. Each input may be converted once on the way to the
/// product, as named ops do; a rounding more would be lost.
std::string getBodyProblem(linalg::LinalgOp op);

} // namespace mlir::mx

#endif // MX_CONVERSION_LINALGTOMX_BODY_H
