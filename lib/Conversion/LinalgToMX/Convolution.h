//===- Convolution.h - convolutions as contractions -------------*- C++ -*-===//
//
// Upstream's im2col brings the windows of the image together in a matrix.
//
//===----------------------------------------------------------------------===//

#ifndef MX_CONVERSION_LINALGTOMX_CONVOLUTION_H
#define MX_CONVERSION_LINALGTOMX_CONVOLUTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>
#include <string>

namespace mlir::mx {

/// The contraction that im2col makes of a convolution: `op`, where it has been
/// made, with the filter as its input `filter`.
struct Im2Col {
  linalg::LinalgOp op;
  unsigned filter;
};

/// The extents of that contraction.
struct Im2ColExtents {
  int64_t m, n, k;
};

/// Returns true for the kinds of convolution that im2col knows.
bool isConvolution(linalg::LinalgOp op);

/// Returns why im2col cannot rewrite a convolution of such a kind, empty where
/// it can.
std::string getIm2ColProblem(linalg::LinalgOp op);

/// Returns the extents of a convolution of static extents, nothing where 63
/// bits do not hold one.
std::optional<Im2ColExtents> getIm2ColExtents(linalg::LinalgOp op);

/// Replaces a convolution that im2col can rewrite.
Im2Col rewriteAsContraction(RewriterBase &rewriter, linalg::LinalgOp op);

} // namespace mlir::mx

#endif // MX_CONVERSION_LINALGTOMX_CONVOLUTION_H
