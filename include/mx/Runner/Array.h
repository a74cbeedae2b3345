//===- Array.h - tensors and scalars outside of the compiler ----*- C++ -*-===//
//
// The values that go into a compiled function and come out of it, the types
// that a function asks for, and data from a seed.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_ARRAY_H
#define MX_RUNNER_ARRAY_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlir::mx {

/// Element types that cross the ABI. The unsigned ones occur in files only:
/// U16 holds the bits of bf16, U8 codes and scales. I1 is one byte, 0 or 1.
enum class DType : uint8_t {
  F64,
  F32,
  F16,
  BF16,
  I64,
  I32,
  I16,
  I8,
  I1,
  Index,
  U64,
  U32,
  U16,
  U8
};

/// Returns the size of one element in memory and in files.
unsigned byteSize(DType type);
/// Returns the MLIR name: `f32`, `bf16`, `i8`, `index`; `ui8` and the like.
StringRef getName(DType type);
bool isFloat(DType type);
/// Returns the type of an MLIR scalar type, none where the ABI has no such.
std::optional<DType> getDType(Type type);

/// A dense row-major array that owns its bytes. A scalar has rank 0.
struct Array {
  DType dtype = DType::F32;
  SmallVector<int64_t> shape;
  std::vector<uint8_t> bytes;

  int64_t count() const { return bytes.size() / byteSize(dtype); }
};

/// Returns the number of elements of `shape`, or an error where an extent is
/// negative or the bytes would not fit the machine's memory.
llvm::Expected<int64_t> checkedCount(ArrayRef<int64_t> shape, DType type);

/// Returns an array of zeros, or the error of checkedCount.
llvm::Expected<Array> makeArray(DType type, ArrayRef<int64_t> shape);

/// What a function wants or returns: a scalar, or a ranked tensor whose
/// extents may be ShapedType::kDynamic.
struct ValueType {
  DType dtype = DType::F32;
  bool isTensor = false;
  SmallVector<int64_t> shape;
};

/// Returns `4x?xf32`; a tensor of rank 0 and a scalar give `f32`.
std::string toString(const ValueType &type);
std::string toString(const Array &array);

/// Gives `array` the element type of `wanted`. Shapes and types must agree;
/// unsigned integers pass for signed ones, u16 for bf16 and i64 for index.
/// The error reads "found 3x4xf32, wanted 4x4xf32".
llvm::Error bindTo(Array &array, const ValueType &wanted);

/// Returns the elements as numbers; f64 keeps all bits, integers beyond 2^53
/// (2^24 for the floats) are rounded.
std::vector<double> toDoubles(const Array &array);
std::vector<float> toFloats(const Array &array);

/// Returns the array that a specification such as `4x64xf32=normal:1` names:
/// extents and an element type, then `zeros`, `uniform:SEED`, `normal:SEED` or
/// `integers:SEED`.
///
/// The generator is SplitMix64, its state the seed; every call takes one 64-bit
/// number x and keeps u = x >> 40, 24 bits. uniform: u / 2^23 - 1, in [-1, 1);
/// of integer types the low bits of x, the whole range. normal: (the sum of 12
/// u) / 2^24 - 6, mean 0 and variance 1; for floats only. integers: floats from
/// -8 to 7, floor(u / 2^20) - 8, which 8-bit blocks hold and whose products add
/// up without rounding. All are exact until they are rounded to the element
/// type, so every machine makes the same data.
llvm::Expected<Array> generate(StringRef specification);

} // namespace mlir::mx

#endif // MX_RUNNER_ARRAY_H
