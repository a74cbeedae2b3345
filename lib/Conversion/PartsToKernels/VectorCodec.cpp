//===- VectorCodec.cpp - codes and scales as vector IR --------------------===//

#include "VectorCodec.h"

#include "../ScalarCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Scheme;
using ::mx::TargetRow;

static int bitsOfElement(const FormatSpec &format) {
  return ::mx::spec(format.element).bits;
}

Value mlir::mx::splat(ScalarBuilder &b, Value value, int64_t lanes) {
  return b.make<vector::BroadcastOp>(VectorType::get(lanes, value.getType()),
                                     value);
}

static int64_t lanesOf(Value vector) {
  return cast<VectorType>(vector.getType()).getDimSize(0);
}

static Value constantVector(ScalarBuilder &b, ArrayRef<int32_t> values) {
  auto type = VectorType::get(values.size(), b.getI32Type());
  return b.make<arith::ConstantOp>(DenseElementsAttr::get(type, values));
}

static Value splatI32(ScalarBuilder &b, int64_t value, int64_t lanes) {
  return constantVector(b, SmallVector<int32_t>(lanes, value));
}

Value mlir::mx::loadVector(ScalarBuilder &b, Value memref, ValueRange indices,
                           int64_t lanes, Type element) {
  return b.make<vector::LoadOp>(VectorType::get(lanes, element), memref,
                                indices);
}

void mlir::mx::storeVector(ScalarBuilder &b, Value vector, Value memref,
                           ValueRange indices) {
  vector::StoreOp::create(b, vector, memref, indices);
}

static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Value mlir::mx::extendToF32(ScalarBuilder &b, Value value) {
  if (getElementTypeOrSelf(value).isF32())
    return value;
  return b.make<arith::ExtFOp>(withElement(value.getType(), b.getF32Type()),
                               value);
}

Value mlir::mx::roundFromF32(ScalarBuilder &b, Value value, Type element) {
  if (element.isF32())
    return value;
  return b.make<arith::TruncFOp>(withElement(value.getType(), element), value);
}

Value mlir::mx::vectorBits(ScalarBuilder &b, Value value) {
  return b.make<arith::BitcastOp>(
      VectorType::get(lanesOf(value), b.getI32Type()), value);
}

int64_t mlir::mx::lanesInBlock(const TargetRow &row, const FormatSpec &format) {
  return std::min<int64_t>(row.lanes(), format.blockSize);
}

//===----------------------------------------------------------------------===//
// Elements by table
//===----------------------------------------------------------------------===//

/// Values of the codes first .. first + count.
static Value elementVector(ScalarBuilder &b, const FormatSpec &format,
                           int first, int count) {
  SmallVector<float> values;
  for (int i = 0; i < count; ++i)
    values.push_back(::mx::decodeElement(format, first + i));
  auto type = VectorType::get(count, b.getF32Type());
  return b.make<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef(values)));
}

static Value callIntrinsic(ScalarBuilder &b, StringRef name, Type type,
                           ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name), operands)
      ->getResult(0);
}

/// i1 by lane: the code's highest bit, so its sign where it has one.
static Value hasHighestBit(ScalarBuilder &b, const FormatSpec &format,
                           Value codes) {
  int64_t lanes = lanesOf(codes);
  Value top = b.shl(codes, splatI32(b, 32 - bitsOfElement(format), lanes));
  return b.less(top, splatI32(b, 0, lanes));
}

/// Values of `codes` (i32, those of 4 bits may have garbage above) in units of
/// the scale: one vpermps over 16 entries, two over 8, else a gather.
static Value lookUp(ScalarBuilder &b, const TargetRow &target,
                    const FormatSpec &format, Value codes) {
  int64_t lanes = lanesOf(codes);
  int bits = bitsOfElement(format);
  auto type = VectorType::get(lanes, b.getF32Type());
  if (bits == 4 && lanes == 16 && target.vectorBits >= 512)
    return callIntrinsic(b, "llvm.x86.avx512.permvar.sf.512", type,
                         {elementVector(b, format, 0, 16), codes});
  if (bits == 4 && lanes == 8 && target.vectorBits >= 256) {
    auto half = [&](int first) {
      return callIntrinsic(b, "llvm.x86.avx2.permps", type,
                           {elementVector(b, format, first, 8), codes});
    };
    return b.select(hasHighestBit(b, format, codes), half(8), half(0));
  }
  Value inTable = b.bitAnd(codes, splatI32(b, (1 << bits) - 1, lanes));
  Value all = splat(b, b.integer(b.getI1Type(), 1), lanes);
  Value none = splat(b, b.f32(0), lanes);
  return b.make<vector::GatherOp>(type, elementTable(b, format),
                                  ValueRange{b.index(0)}, inTable, all, none);
}

/// Decodes `codes` under `scales`, of which a NaN is in all or none.
static Value decode(ScalarBuilder &b, const TargetRow &target,
                    const FormatSpec &format, Value codes,
                    ArrayRef<Value> scales) {
  Value value = lookUp(b, target, format, codes);
  if (format.scheme == Scheme::Symmetric)
    return b.mul(value, scales[0]);
  // step * code is exact, so that the sum is the only rounding.
  if (format.scheme == Scheme::Affine)
    return b.add(scales[1], b.mul(value, scales[0]));
  Value negative = hasHighestBit(b, format, codes);
  return b.mul(value, b.select(negative, scales[1], scales[0]));
}

/// A NaN in one of the vectors `scales` goes into the other.
static void spreadNan(ScalarBuilder &b, SmallVector<Value> &scales) {
  if (scales.size() != 2)
    return;
  Value first = scales[0], second = scales[1];
  scales[0] = b.select(b.isNan(second), second, first);
  scales[1] = b.select(b.isNan(first), first, second);
}

//===----------------------------------------------------------------------===//
// Rows: lanes along k
//===----------------------------------------------------------------------===//

/// `lanes` codes, as i32, from the bytes that hold them.
static Value unpackRow(ScalarBuilder &b, const FormatSpec &format, Value bytes,
                       int64_t lanes) {
  int bits = bitsOfElement(format);
  int64_t count = lanesOf(bytes);
  auto type = VectorType::get(lanes, b.getI32Type());
  SmallVector<int64_t> low, high;
  SmallVector<int32_t> shifts, upward;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    low.push_back(bits * lane / 8);
    high.push_back(std::min(low.back() + 1, count - 1));
    shifts.push_back(bits * lane % 8);
    upward.push_back(8 - shifts.back());
  }
  auto pick = [&](ArrayRef<int64_t> which) {
    Value picked = b.make<vector::ShuffleOp>(bytes, bytes, which);
    return b.make<arith::ExtUIOp>(type, picked);
  };
  Value codes = b.shr(pick(low), constantVector(b, shifts));
  if (8 % bits != 0)
    codes = b.bitOr(codes, b.shl(pick(high), constantVector(b, upward)));
  return b.bitAnd(codes, splatI32(b, (1 << bits) - 1, lanes));
}

void mlir::mx::decodeRow(ScalarBuilder &b, const TargetRow &target,
                         const FormatSpec &format, Value codes, Value scales,
                         ValueRange row, Value k, Value panel, Value panelRow) {
  int64_t lanes = lanesInBlock(target, format);
  int64_t bytes = lanes * bitsOfElement(format) / 8;
  int64_t vectors = format.blockSize / lanes;
  Value blocks = blocksOf(b, k, format.blockSize);
  b.loop(b.index(0), blocks, {}, [&](Value block, ValueRange) {
    SmallVector<Value> ofBlock;
    for (Value scale : loadScales(b, format, scales, row, block))
      ofBlock.push_back(splat(b, scale, lanes));
    spreadNan(b, ofBlock);
    for (int64_t i = 0; i < vectors; ++i) {
      Value at = b.add(b.mul(block, b.index(vectors)), b.index(i));
      SmallVector<Value> source(row);
      source.push_back(b.mul(at, b.index(bytes)));
      Value packed = loadVector(b, codes, source, bytes, b.getI8Type());
      Value x = decode(b, target, format, unpackRow(b, format, packed, lanes),
                       ofBlock);
      storeVector(b, x, panel, {panelRow, b.mul(at, b.index(lanes))});
    }
    return SmallVector<Value>();
  });
}

//===----------------------------------------------------------------------===//
// Columns: lanes along n
//===----------------------------------------------------------------------===//

namespace {
/// Codes that are read at a time from each row.
struct Chunk {
  int64_t codes, bytes;
  bool isWide; ///< 64-bit words
};
} // namespace

static Chunk chunkOf(const FormatSpec &format) {
  int bits = bitsOfElement(format);
  int64_t codes = bits == 8 ? 4 : 8;
  return {codes, codes * bits / 8, bits == 6};
}

/// A word of each row, `bytes` bytes from byte `at` on.
static Value loadWords(ScalarBuilder &b, const Chunk &chunk, Value codes,
                       ArrayRef<SmallVector<Value>> rows, Value at) {
  Type word = b.getIntegerType(chunk.isWide ? 64 : 32);
  int64_t wordBytes = chunk.isWide ? 8 : 4;
  SmallVector<Value> words;
  for (ArrayRef<Value> row : rows) {
    SmallVector<Value> indices(row);
    indices.push_back(at);
    Value bytes = loadVector(b, codes, indices, chunk.bytes, b.getI8Type());
    if (chunk.bytes != wordBytes) {
      Value zeros = splat(b, b.integer(b.getI8Type(), 0), chunk.bytes);
      SmallVector<int64_t> which;
      for (int64_t i = 0; i < wordBytes; ++i)
        which.push_back(i);
      bytes = b.make<vector::ShuffleOp>(bytes, zeros, which);
    }
    Value one = b.make<vector::BitCastOp>(VectorType::get(1, word), bytes);
    words.push_back(b.make<vector::ExtractOp>(one, 0));
  }
  return b.make<vector::FromElementsOp>(VectorType::get(rows.size(), word),
                                        words);
}

/// Code `i` of each word, with garbage above it.
static Value codeOfWords(ScalarBuilder &b, const FormatSpec &format,
                         Value words, int64_t i) {
  auto type = cast<VectorType>(words.getType());
  Value shift = b.integer(type.getElementType(), i * bitsOfElement(format));
  Value codes = b.shr(words, splat(b, shift, type.getDimSize(0)));
  if (type.getElementType().isInteger(32))
    return codes;
  return b.make<arith::TruncIOp>(type.clone(b.getI32Type()), codes);
}

/// The scales of block `block` of all rows, a vector each.
static SmallVector<Value>
loadColumnScales(ScalarBuilder &b, const FormatSpec &format, Value scales,
                 ArrayRef<SmallVector<Value>> rows, Value block) {
  SmallVector<SmallVector<Value>, 2> byScale(format.scalesPerBlock());
  for (ArrayRef<Value> row : rows)
    for (auto [which, scale] :
         llvm::enumerate(loadScales(b, format, scales, row, block)))
      byScale[which].push_back(scale);
  SmallVector<Value> vectors;
  auto type = VectorType::get(rows.size(), b.getF32Type());
  for (ArrayRef<Value> values : byScale)
    vectors.push_back(b.make<vector::FromElementsOp>(type, values));
  spreadNan(b, vectors);
  return vectors;
}

void mlir::mx::decodeColumns(ScalarBuilder &b, const TargetRow &target,
                             const FormatSpec &format, Value codes,
                             Value scales, ArrayRef<SmallVector<Value>> rows,
                             Value begin, Value end, Value panel,
                             Value column) {
  Chunk chunk = chunkOf(format);
  Value size = b.index(format.blockSize);
  Value first = b.make<arith::DivUIOp>(begin, size);
  Value limit = blocksOf(b, end, format.blockSize);
  b.loop(first, limit, {}, [&](Value block, ValueRange) {
    SmallVector<Value> ofBlock =
        loadColumnScales(b, format, scales, rows, block);
    Value chunks = b.index(format.blockSize / chunk.codes);
    b.loop(b.index(0), chunks, {}, [&](Value i, ValueRange) {
      Value at = b.add(b.mul(block, chunks), i);
      Value words =
          loadWords(b, chunk, codes, rows, b.mul(at, b.index(chunk.bytes)));
      Value start = b.sub(b.mul(at, b.index(chunk.codes)), begin);
      for (int64_t j = 0; j < chunk.codes; ++j) {
        Value x = decode(b, target, format, codeOfWords(b, format, words, j),
                         ofBlock);
        storeVector(b, x, panel, {b.add(start, b.index(j)), column});
      }
      return SmallVector<Value>();
    });
    return SmallVector<Value>();
  });
}
