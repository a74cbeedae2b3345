//===- FoldConstants.h - quantize a constant in tiles -----------*- C++ -*-===//
//
// The arithmetic of mx-fold-constants, apart from the IR that it changes.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_TRANSFORMS_FOLDCONSTANTS_H
#define MX_DIALECT_MX_TRANSFORMS_FOLDCONSTANTS_H

#include "mx/Dialect/MX/Extensions/ConstantView.h"
#include "mx/Dialect/MX/IR/MX.h"

namespace mlir::mx {

/// Returns the elements of a view, in row-major order.
std::vector<float> readAll(const ConstantView &view);

/// Returns the outer scale(s) of `view` in `format`, which has one.
std::vector<float> computeOuter(MLIRContext *context,
                                const ::mx::FormatSpec &format,
                                const ConstantView &view);

/// Quantizes `view`, in tiles of rows, on the threads of the context. `outer`
/// is the outer scale; where the format has one and `outer` is null, it is
/// computed on the way. The view has at least one axis.
BlocksAttr quantizeView(BlockType format, const ::mx::Quantizer &quantizer,
                        const ConstantView &view,
                        const std::vector<float> *outer);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_TRANSFORMS_FOLDCONSTANTS_H
