//===- FloatProduct.h - products of plain floats ----------------*- C++ -*-===//
//
// A contraction of linalg on f32 memrefs that no mx op replaced: attention, an
// output layer left in float. Its batches are computed one after the other:
//
//   C[m, n] += sum over k of A[m, k] * B(n, k)
//
// Few rows (known statically) read B as it is; more rows pack it by panels and
// use the register tiles of `f32`.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_FLOATPRODUCT_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_FLOATPRODUCT_H

#include "Kernel.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::mx {

/// Which axis of a memref is what.
struct FloatAxes {
  SmallVector<int64_t> batch; ///< axis of each batch dimension
  int64_t first = 0;          ///< of m (A, C) or n (B)
  int64_t second = 0;         ///< of k (A, B) or n (C)
  bool isSwapped() const { return second < first; }
};

/// A contraction that the kernels take: any batches, one axis each of m, n, k.
struct FloatProduct {
  Value lhs, rhs, init;
  FloatAxes a, b, c;

  /// The extent of m, or ShapedType::kDynamic.
  int64_t staticRows() const;
};

/// True of contractions with a body of products and sums of f32, whatever their
/// axes.
bool isFloatContraction(linalg::LinalgOp op);

/// Returns the product that `op`, a float contraction on memrefs, is; none
/// where no kernel takes it, and then `whyNot` says why.
std::optional<FloatProduct> matchFloatProduct(linalg::LinalgOp op,
                                              std::string &whyNot);

/// One batch: two-dimensional views of the operands, and their extents.
struct FloatMatrices {
  Value a; ///< [m, k], any strides
  Value b; ///< [n, k] or, where `isRowMajor`, [k, n]; the last one contiguous
  Value c; ///< [m, n], rows contiguous
  Value m, n, k;
  bool isRowMajor = false;
};

/// How the code of a product is made.
struct FloatConfig {
  const ::mx::TargetRow &row;
  int64_t rows, vectors; ///< of a register tile
  int64_t depth;         ///< elements of K of a panel
  int64_t threads;

  int64_t lanes() const { return row.lanes(); }
  int64_t width() const { return vectors * row.lanes(); }
};

/// A memref of `sizes` elements of the matrix `source` from `offsets` on.
Value takeTile(ScalarBuilder &b, Value source, ArrayRef<OpFoldResult> offsets,
               ArrayRef<OpFoldResult> sizes);

/// Writes the loops for matrices of at most kFewRows rows, `rows` of them.
void multiplyFewRows(ScalarBuilder &b, const FloatConfig &config,
                     const FloatMatrices &matrices, int64_t rows);

/// Writes the loops for any number of rows.
void multiplyByPanels(ScalarBuilder &b, const FloatConfig &config,
                      const FloatMatrices &matrices);

/// Writes the loops that do `product` before it; the caller erases it.
void expandFloatProduct(ScalarBuilder &b, const FloatConfig &config,
                        const FloatProduct &product);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_FLOATPRODUCT_H
