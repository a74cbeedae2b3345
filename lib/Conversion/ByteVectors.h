//===- ByteVectors.h - integer products of short vectors --------*- C++ -*-===//
//
// The few x86 instructions that the integer kernels are made of, each by the
// widest form that the row of the target table has.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_BYTEVECTORS_H
#define MX_LIB_CONVERSION_BYTEVECTORS_H

#include "ScalarBuilder.h"

#include "mx/Target/Target.h"

namespace mlir::mx {

/// A constant vector, all of whose lanes are `value`.
Value splatConstant(ScalarBuilder &b, VectorType type, int64_t value);

/// vector<N x i8> to lanes of `type`'s element and back, the bits kept.
Value castLanes(ScalarBuilder &b, Value vector, Type element);

/// Replaces each byte of `indices` by the entry of `table` that its low nibble
/// names. The other bits must be 0 for vectors of less than 512 bits.
Value lookUpNibbles(ScalarBuilder &b, ArrayRef<int8_t> table, Value indices);

/// The low or the high nibble of each byte of `bytes`, as indices of
/// lookUpNibbles.
Value nibblesOf(ScalarBuilder &b, Value bytes, bool high);

/// 32 bits of memory, `memref[indices]` and what follows it, in all lanes of a
/// vector of `bytes` bytes with the memref's element type.
Value broadcastWord(ScalarBuilder &b, Value memref, ValueRange indices,
                    int64_t bytes);

/// True where byte products are summed by vpdpbusd into i32 and products of
/// int16 by vpdpwssd; else by vpmaddubsw into i16, and by vpmaddwd.
bool hasDotProducts(const ::mx::TargetRow &row);

/// sums + the products of neighbouring unsigned and signed bytes: four into
/// each i32, or two into each i16 (no product or sum may exceed it).
Value addByteProducts(ScalarBuilder &b, const ::mx::TargetRow &row, Value sums,
                      Value unsignedBytes, Value signedBytes);

/// Products of neighbouring bytes, summed by two: vector<N/2 x i16>.
Value multiplyBytePairs(ScalarBuilder &b, Value unsignedBytes,
                        Value signedBytes);

/// sums + the products of neighbouring int16, two into each i32.
Value addWordProducts(ScalarBuilder &b, const ::mx::TargetRow &row, Value sums,
                      Value left, Value right);

/// The sums of addByteProducts as i32, one for each four bytes.
Value widenByteSums(ScalarBuilder &b, const ::mx::TargetRow &row, Value sums);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_BYTEVECTORS_H
