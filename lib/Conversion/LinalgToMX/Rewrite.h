//===- Rewrite.h - a matched contraction as mx.matmul -----------*- C++ -*-===//

#ifndef MX_CONVERSION_LINALGTOMX_REWRITE_H
#define MX_CONVERSION_LINALGTOMX_REWRITE_H

#include "Match.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::mx {

/// Replaces the op of `match`. What moves is moved as floats: both inputs
/// before they are quantized, the accumulator, and the result.
void rewriteAsMatmul(RewriterBase &rewriter, const Match &match);

} // namespace mlir::mx

#endif // MX_CONVERSION_LINALGTOMX_REWRITE_H
