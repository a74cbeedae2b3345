//===- VectorPack.cpp - element codes to bytes as vector IR ---------------===//

#include "VectorPack.h"

#include "VectorCodec.h"
#include "VectorEncode.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

/// `parts` one after the other.
static Value concatenate(ScalarBuilder &b, ArrayRef<Value> all) {
  SmallVector<Value> parts(all);
  while (parts.size() > 1) {
    auto lanes = llvm::to_vector(llvm::seq<int64_t>(2 * lanesOf(parts[0])));
    for (size_t i = 0; i < parts.size() / 2; ++i)
      parts[i] =
          b.make<vector::ShuffleOp>(parts[2 * i], parts[2 * i + 1], lanes);
    parts.resize(parts.size() / 2);
  }
  return parts[0];
}

/// Two codes a byte, the even k in the low nibble.
static Value packNibbles(ScalarBuilder &b, Value codes) {
  int64_t count = lanesOf(codes) / 2;
  Type i16 = b.getI16Type();
  Value pairs = b.make<vector::BitCastOp>(VectorType::get(count, i16), codes);
  Value upper = b.shr(pairs, splat(b, b.integer(i16, 4), count));
  return b.make<arith::TruncIOp>(VectorType::get(count, b.getI8Type()),
                                 b.bitOr(pairs, upper));
}

/// Four codes of 6 bits in three bytes, of the four bytes of an i32.
static Value packSixes(ScalarBuilder &b, Value codes) {
  int64_t bytes = lanesOf(codes), count = bytes / 4;
  auto type = VectorType::get(count, b.getI32Type());
  Value words = b.make<vector::BitCastOp>(type, codes);
  Value all = b.bitAnd(words, splatI32(b, 0x3F, count));
  for (int i = 1; i < 4; ++i) {
    Value moved = b.shr(words, splatI32(b, 2 * i, count));
    all = b.bitOr(all, b.bitAnd(moved, splatI32(b, 0x3F << (6 * i), count)));
  }
  SmallVector<int64_t> which;
  for (int64_t byte = 0; byte < bytes; ++byte)
    if (byte % 4 != 3)
      which.push_back(byte);
  Value packed = b.make<vector::BitCastOp>(codes.getType(), all);
  return b.make<vector::ShuffleOp>(packed, packed, which);
}

Value mlir::mx::packCodes(ScalarBuilder &b, const FormatSpec &format,
                          ArrayRef<Value> codes, Value mask) {
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  Value all = concatenate(b, codes);
  int64_t count = lanesOf(all);
  Type i8 = b.getI8Type();
  auto constant = [&](int64_t value) {
    return splat(b, b.integer(i8, value), count);
  };
  auto type = VectorType::get(count, i8);
  Value bytes = b.bitAnd(b.make<arith::TruncIOp>(type, all),
                         b.make<vector::BitCastOp>(type, mask));
  if (element.exponentBits == 0 && element.bits < 8)
    bytes = b.bitAnd(bytes, constant((1 << element.bits) - 1));
  if (format.scheme == ::mx::Scheme::Asymmetric) {
    Value minusZero = constant(1 << (element.bits - 1));
    bytes = b.select(b.equal(bytes, minusZero), constant(0), bytes);
  }
  if (element.bits == 8)
    return bytes;
  return element.bits == 4 ? packNibbles(b, bytes) : packSixes(b, bytes);
}
