//===- ByteTypes.h - TOSA's narrow tensors as the parts of MX ---*- C++ -*-===//
//
// TOSA keeps the codes and the scales of a block-scaled tensor in tensors of
// narrow floats, MX in tensors of bytes. One of each is the other:
//
//     codes    4x64xf4E2M1FN          <->  4x32xi8
//     scales   4x2xf8E8M0FNU          <->  4x2x1xi8
//
//===----------------------------------------------------------------------===//

#ifndef MX_CONVERSION_TOSATOMX_BYTETYPES_H
#define MX_CONVERSION_TOSATOMX_BYTETYPES_H

#include "mx/Dialect/MX/IR/MX.h"

#include <optional>

namespace mlir::mx {

/// Returns true for a tensor whose elements are codes or scales in TOSA.
bool isNarrowTensor(Type type);

/// Returns the block tensor whose codes have TOSA's type `codes`, null where
/// they are no codes or the type does not say that they fill whole blocks.
RankedTensorType getBlockTensorType(Type codes);

/// Returns the bytes of a narrow tensor, null where there are none: no ranked
/// tensor with at least one axis, or codes that do not fill whole blocks.
RankedTensorType getByteType(Type narrow);

/// Returns why the elements of `constant`, a narrow tensor, cannot be read
/// (elided, missing or of the wrong size), empty where they can.
std::string unreadable(ElementsAttr constant);

/// Returns the bytes of `constant`, which must have them and be readable. TOSA
/// stores a code a byte; the bytes are as mx.split's, low bits first. Those of
/// a resource are one, the same where a code is a byte.
ElementsAttr getBytes(ElementsAttr constant);

} // namespace mlir::mx

#endif // MX_CONVERSION_TOSATOMX_BYTETYPES_H
