//===- ConstantBytes.h - constants as memory holds them ---------*- C++ -*-===//
//
// The bytes behind a constant of a memref or a global: row-major, one byte for
// an i1, the machine's byte order for the rest.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_CONSTANTBYTES_H
#define MX_DIALECT_MX_IR_CONSTANTBYTES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <optional>

namespace mlir::mx {

/// Returns how many bytes a constant of `type` takes in memory; none unless its
/// elements are i1, index, or integers or floats of 8, 16, 32 or 64 bits.
std::optional<uint64_t> getConstantSize(ShapedType type);

/// Bytes that lie in an attribute, or in a buffer of their own.
struct ConstantBytes {
  ArrayRef<char> bytes;
  std::unique_ptr<llvm::MemoryBuffer> owner;
};

/// Returns the bytes of `value`, a constant that getConstantSize knows, at a
/// multiple of `align`: in place where they lie so, and then for as long as the
/// context keeps them; else in a buffer. None where a resource has no data, or
/// other than its type wants.
std::optional<ConstantBytes> getConstantBytes(ElementsAttr value,
                                              llvm::Align align);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_IR_CONSTANTBYTES_H
