//===- FusionGroup.h - ops that are computed tile by tile -------*- C++ -*-===//
//
// A group is what one parallel loop computes: a root, and every op before it
// of whose results only the group has use, tile by tile, no tile twice.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_DIALECT_MX_TRANSFORMS_FUSIONGROUP_H
#define MX_LIB_DIALECT_MX_TRANSFORMS_FUSIONGROUP_H

#include "mx/Dialect/MX/IR/MX.h"

#include "llvm/ADT/SetVector.h"

namespace mlir::mx {

struct FusionGroup {
  /// The root first, then the others, each after its users.
  llvm::SetVector<Operation *> members;
  /// Those of which the tile is cut along the same axes as the root's.
  SmallVector<Operation *> likeRoot;

  Operation *root() const { return members.front(); }
  bool hasMatmul() const;
};

/// Returns the group of `root`, whose result is cut in tiles of `sizes`, one
/// for each axis; zero: not cut. A member computes of its result the one tile
/// that the root's tile needs, cut along as many axes; an op that would have to
/// compute more is left outside, and so is one with a use outside.
FusionGroup findFusionGroup(Operation *root, ArrayRef<int64_t> sizes);

/// Returns true where an operand or the result of `op` has a static extent of
/// zero. A tile of it would be one of nothing, which upstream does not make.
bool hasEmptyExtent(Operation *op);

/// Returns true for what may be a member beside the root: elementwise ops,
/// reductions, and mx ops that have rows. A product or convolution of floats
/// reads much for each element; tiles of one are somebody else's decision. A
/// fill is no member: it goes with every tile that wants it. Nor is an op whose
/// body reads or writes memory: a member moves down to the root, past writes.
bool canJoinGroup(Operation *op);

/// Returns true where each element of `op`'s only result comes from the
/// elements at its own place and from nothing else: an elementwise linalg op
/// that keeps or permutes the axes, and whose body has no memory effect.
bool isElementwiseOp(Operation *op);

/// Returns the loop of `op`, a member of a group, that runs over `axis` of its
/// result.
int64_t loopOfResultAxis(Operation *op, int64_t axis);

/// Returns the largest block of rows that the products of `block` ask for, zero
/// where they are to compute all rows at a time. A tile holds rows of one
/// batch: where these are fewer, weights that the batches share would be
/// decoded for each.
int64_t rowBlockOf(Block *block);

/// A tile may have so many times fewer rows than asked for, for the sake of
/// threads: weights are decoded for each.
inline constexpr int64_t kRowParts = 4;

/// Threads that rows are shared among, in units of whole register tiles.
struct RowShares {
  int64_t threads = 1, unit = 1;
};

/// Returns what the products of `block` say of that, the most of each.
RowShares rowSharesOf(Block *block);

/// Returns the size of a tile of `root` along each of its loops, zero where it
/// is whole: what `tile` says of the axes of its result. Where several threads
/// share rows whose number is known only at run time, so many tiles are cut as
/// give each thread as many, of these rows or more; fewer where there are not
/// enough.
SmallVector<OpFoldResult> loopSizes(OpBuilder &b, Operation *root,
                                    ArrayRef<int64_t> tile, RowShares shares);

} // namespace mlir::mx

#endif // MX_LIB_DIALECT_MX_TRANSFORMS_FUSIONGROUP_H
