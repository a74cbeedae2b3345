//===- VectorPack.h - element codes to bytes as vector IR -------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORPACK_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORPACK_H

#include "../ScalarBuilder.h"

#include "mx/Numerics/Format.h"

namespace mlir::mx {

/// The bytes of elements in order, whose codes are in the low bytes of the i32
/// of `codes`, a power of two vectors of equal size. In an asymmetric format
/// the code of -0 becomes 0; integers may have their sign in the bits above.
/// `mask` (i32) has a byte an element, all ones or, for code 0, zeros.
Value packCodes(ScalarBuilder &b, const ::mx::FormatSpec &format,
                ArrayRef<Value> codes, Value mask);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_VECTORPACK_H
