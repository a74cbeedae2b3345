//===- MX.h - the mx dialect: type, attributes, ops -------------*- C++ -*-===//

#ifndef MX_DIALECT_MX_IR_MX_H
#define MX_DIALECT_MX_IR_MX_H

#include "mx/Numerics/Format.h"
#include "mx/Numerics/Hadamard.h"
#include "mx/Target/Target.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/Hashing.h"

namespace mx {
/// Hashes that let a FormatSpec and a Quantizer be parameters of a type and an
/// attribute.
inline llvm::hash_code hash_value(const FormatSpec &format) {
  return llvm::hash_combine(format.element, format.blockSize, format.scale,
                            format.scheme, format.outer);
}
inline llvm::hash_code hash_value(const Quantizer &quantizer) {
  return llvm::hash_combine(quantizer.rounding, quantizer.scaleRule,
                            quantizer.scaleRounding, quantizer.mse,
                            quantizer.emulator);
}
} // namespace mx

#include "mx/Dialect/MX/IR/MXDialect.h.inc"
#include "mx/Dialect/MX/IR/MXEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "mx/Dialect/MX/IR/MXTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "mx/Dialect/MX/IR/MXAttrs.h.inc"

#define GET_OP_CLASSES
#include "mx/Dialect/MX/IR/MXOps.h.inc"

namespace mlir::mx {

/// Returns the block element type of a ranked tensor with at least one axis,
/// null for other types.
BlockType getBlockType(Type type);

/// Returns the types of the parts of a block tensor in ABI order: codes,
/// scales, then the outer scale where the format has one, then `index` where
/// the last axis is dynamic (see mx.split).
SmallVector<Type> getPartTypes(RankedTensorType blockTensor);

/// Returns the constant `blob` of `type`, named by its content; takes over an
/// equal blob that is there.
DenseResourceElementsAttr internBlob(ShapedType type, AsmResourceBlob blob);

/// Returns the type of the tiles that mx.pack makes of `blockTensor`, which has
/// two axes or more.
RankedTensorType getTilesType(RankedTensorType blockTensor);

/// The same, one by one.
RankedTensorType getCodesType(RankedTensorType blockTensor);
RankedTensorType getScalesType(RankedTensorType blockTensor);

/// Returns the type of the outer scale of a tensor of `format` and the shape
/// of `tensor`, null where the format has none.
RankedTensorType getOuterType(RankedTensorType tensor,
                              const ::mx::FormatSpec &format);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_IR_MX_H
