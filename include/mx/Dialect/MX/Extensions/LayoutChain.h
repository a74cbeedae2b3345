//===- LayoutChain.h - ops that only move or convert floats -----*- C++ -*-===//
//
// The one place that says which ops these are: what they hide is still a
// weight, may be quantized before them, and a constant is folded through them.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_EXTENSIONS_LAYOUTCHAIN_H
#define MX_DIALECT_MX_EXTENSIONS_LAYOUTCHAIN_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace mlir::mx {

/// Returns true for `arith.extf`, and for `arith.truncf` to nearest even; of
/// numbers or of tensors.
bool isFloatConversion(Operation *op);

/// What a linalg op does of which each element of the result is one of the only
/// input, converted: a transpose, a broadcast, a copy, an extension, or a
/// generic that is all of them, with whatever maps.
struct ElementMove {
  Value source;
  /// From the axes of the result to those of `source`: a projected permutation,
  /// with 0 for axes of extent 1 that are dropped.
  AffineMap map;
  SmallVector<Operation *> conversions; ///< from the input on

  /// Nothing for other ops, null too.
  static std::optional<ElementMove> of(Operation *op);
};

/// The ops between a value and the first value behind it that is made in
/// another way than by moving and converting floats.
struct LayoutChain {
  Value root;
  SmallVector<Operation *> ops; ///< from `root` on

  static LayoutChain behind(Value value);

  /// Returns the constant at the root, null where there is none.
  ElementsAttr getConstant() const;
};

/// Returns the conversions that `op`, one of a chain, does to each element.
SmallVector<Operation *> conversionsOf(Operation *op);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_EXTENSIONS_LAYOUTCHAIN_H
