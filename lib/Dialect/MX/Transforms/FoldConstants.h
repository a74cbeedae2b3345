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

/// One mx.rotate of rows that are in memory.
struct RowRotation {
  ::mx::Rotation rotation;   ///< without a matrix
  std::vector<float> matrix; ///< size x size, empty where there is none
  int64_t size = 0;
  /// The element type of the op, which the result is rounded to.
  ConstantView::Float element = ConstantView::Float::F32;

  /// Rotates `rows` x `k` floats in place, as the op does at run time.
  void apply(float *x, int64_t rows, int64_t k) const;

  bool operator==(const RowRotation &o) const {
    return rotation == o.rotation && matrix == o.matrix && size == o.size &&
           element == o.element;
  }
};

/// The floats to quantize: a constant behind layout ops, then rotated.
struct FoldSource {
  ConstantView view;
  SmallVector<RowRotation, 1> rotations; ///< in order

  bool operator==(const FoldSource &o) const {
    return view == o.view && rotations == o.rotations;
  }
};

/// Returns the elements of a view, in row-major order.
std::vector<float> readAll(const ConstantView &view);

/// Returns the outer scale(s) of `source` in `format`, which has one.
std::vector<float> computeOuter(MLIRContext *context,
                                const ::mx::FormatSpec &format,
                                const FoldSource &source);

/// Quantizes `source`, in tiles of rows, on the threads of the context. `outer`
/// is the outer scale; where the format has one and `outer` is null, it is
/// computed on the way. The source has at least one axis.
BlocksAttr quantizeSource(BlockType format, const ::mx::Quantizer &quantizer,
                          const FoldSource &source,
                          const std::vector<float> *outer);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_TRANSFORMS_FOLDCONSTANTS_H
