//===- Contraction.h - the normal form of a contraction ---------*- C++ -*-===//
//
// Whatever op and indexing maps a contraction is written with, it is
//
//   result[batch.., m.., n..] = init[batch.., m.., n..]
//       + sum over k.. of lhs[batch.., m.., k..] * rhs[batch.., n.., k..]
//
// up to the order of axes. A loop is named by its number in the op's maps.
//
//===----------------------------------------------------------------------===//

#ifndef MX_CONVERSION_LINALGTOMX_CONTRACTION_H
#define MX_CONVERSION_LINALGTOMX_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>

namespace mlir::mx {

/// A tensor, and the loop that runs along each of its axes. These are the axes
/// of `value`, or, where `collapsed` is not empty, each made of a group of
/// them.
struct IndexedTensor {
  Value value;
  SmallVector<unsigned> loops;
  SmallVector<ReassociationIndices> collapsed = {};

  RankedTensorType getType() const;
};

/// A contraction in normal form. `lhs` may lack loops of `m`: it is repeated
/// along them. `batch`, `m` and `n` are in the order that `init` has them, `k`
/// in that of `lhs`: where two operands disagree, the weight is transposed.
struct Contraction {
  IndexedTensor lhs, rhs, init;
  SmallVector<unsigned> batch, m, n, k;
};

/// Returns the contraction that `op` computes, with its input number `rhs` on
/// the right and transposes before its inputs undone, as are broadcasts of the
/// right one along loops that it needs not have; also behind a collapse, where
/// that can be done first. Nothing where an input is summed along a loop that
/// the other does not have.
std::optional<Contraction> getContraction(linalg::LinalgOp op, unsigned rhs);

/// Returns the product of `extents`, dynamic where one is, nothing where 63
/// bits do not hold it.
std::optional<int64_t> multiply(ArrayRef<int64_t> extents);

/// Returns the product of the extents of `loops`, dynamic where no type tells
/// one of them, nothing where 63 bits do not hold it.
std::optional<int64_t> getExtent(const Contraction &contraction,
                                 ArrayRef<unsigned> loops);

} // namespace mlir::mx

#endif // MX_CONVERSION_LINALGTOMX_CONTRACTION_H
