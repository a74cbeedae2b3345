//===- Patterns.h - block tensors to parts, the patterns --------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_MXTOPARTS_PATTERNS_H
#define MX_LIB_CONVERSION_MXTOPARTS_PATTERNS_H

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Transforms/DialectConversion.h"

namespace mlir::mx {

/// The parts of one block tensor, by name.
struct Parts {
  Parts(RankedTensorType type, ValueRange values);

  Value codes, scales;
  Value outer; ///< null where the format has none
  Value k;     ///< null where K is static

  SmallVector<Value> values() const;
};

/// Casts `value` to a tensor type that differs in static extents only.
Value castTo(OpBuilder &builder, Location loc, Value value, Type type);

/// mx ops on block tensors; `mx.outer_scale` becomes linalg.
void populateBlockOpPatterns(const TypeConverter &converter,
                             RewritePatternSet &patterns);

/// `mx.rotate` to linalg: a stage of the Hadamard transform is one generic.
void populateRotatePatterns(const TypeConverter &converter,
                            RewritePatternSet &patterns);

/// `mx.pack` and `mx.unpack`.
void populatePackPatterns(const TypeConverter &converter,
                          RewritePatternSet &patterns);

/// Data movement on block tensors (tensor, arith.select) and scf.forall, which
/// upstream's 1:N conversion leaves out.
void populateStructurePatterns(const TypeConverter &converter,
                               RewritePatternSet &patterns);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_MXTOPARTS_PATTERNS_H
