//===- TileCodec.cpp - packed weights as vector IR ------------------------===//

#include "TileCodec.h"

#include "VectorCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::ScaleKind;

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

static Value asF32(ScalarBuilder &b, Value bits) {
  return b.make<arith::BitcastOp>(
      VectorType::get(lanesOf(bits), b.getF32Type()), bits);
}

/// 2^(code - 127), in f32 subnormal for code 0.
static Value powerOfTwo(ScalarBuilder &b, Value codes) {
  int64_t lanes = lanesOf(codes);
  Value bits = b.shl(codes, splatI32(b, 23, lanes));
  Value lowest = splatI32(b, 1 << 22, lanes);
  Value isLowest = b.equal(codes, splatI32(b, 0, lanes));
  return asF32(b, b.select(isLowest, lowest, bits));
}

/// The fields of a small float at those of f32 are its value but for the bias,
/// subnormals too.
static Value smallFloat(ScalarBuilder &b, const ::mx::ScaleSpec &spec,
                        Value codes) {
  int64_t lanes = lanesOf(codes);
  Value bits = b.shl(codes, splatI32(b, 23 - spec.fractionBits, lanes));
  Value factor = b.f32(std::ldexp(1.0f, 127 - spec.bias));
  return b.mul(asF32(b, bits), splat(b, factor, lanes));
}

Value mlir::mx::decodeScaleVector(ScalarBuilder &b, ScaleKind kind,
                                  Value codes) {
  int64_t lanes = lanesOf(codes);
  if (kind == ScaleKind::F16) {
    Value half =
        b.make<arith::TruncIOp>(VectorType::get(lanes, b.getI16Type()), codes);
    return extendToF32(b, b.make<arith::BitcastOp>(
                              VectorType::get(lanes, b.getF16Type()), half));
  }
  const ::mx::ScaleSpec &spec = ::mx::spec(kind);
  Value value = kind == ScaleKind::E8M0 ? powerOfTwo(b, codes)
                                        : smallFloat(b, spec, codes);
  Value isNan = b.equal(codes, splatI32(b, spec.nan, lanes));
  Value nan = b.f32(std::numeric_limits<float>::quiet_NaN());
  return b.select(isNan, splat(b, nan, lanes), value);
}

//===----------------------------------------------------------------------===//
// Columns of a tile
//===----------------------------------------------------------------------===//

TileColumns::TileColumns(ScalarBuilder &b, const Product &product, Value n)
    : layout(::mx::tileLayout(product.weights)), b(b), product(product),
      lanes(product.row.lanes()) {
  Value width = b.index(::mx::kTileColumns);
  Value last = b.sub(b.make<arith::CeilDivUIOp>(product.n, width), b.index(1));
  group = b.min(b.make<arith::DivUIOp>(n, width), last);
  column = lanes == ::mx::kTileColumns ? b.index(0)
                                       : b.make<arith::RemUIOp>(n, width);
}

Value TileColumns::load(Value tile, Value byte, int64_t bytes) const {
  return loadVector(b, product.rhs[0],
                    product.at(product.rhs[0], {group, tile, byte}), bytes,
                    b.getI8Type());
}

/// Word `word` of the codes.
Value TileColumns::loadWords(Value tile, Value word) const {
  Value byte = b.add(b.mul(word, b.index(4 * ::mx::kTileColumns)),
                     b.mul(column, b.index(4)));
  return b.make<vector::BitCastOp>(VectorType::get(lanes, b.getI32Type()),
                                   load(tile, byte, 4 * lanes));
}

SmallVector<Value> TileColumns::scales(Value tile, int64_t block) const {
  const ::mx::ScaleSpec &spec = ::mx::spec(product.weights.scale);
  int64_t word = layout.scaleWord;
  auto type = VectorType::get(lanes, b.getI32Type());
  SmallVector<Value> values;
  for (int64_t which = 0; which < product.weights.scalesPerBlock(); ++which) {
    int64_t byte =
        (block * product.weights.scalesPerBlock() + which) * spec.bytes;
    int64_t first = layout.scaleOffset(0, byte / word * word);
    Value at = b.add(b.index(first), b.mul(column, b.index(word)));
    Value words = b.make<vector::BitCastOp>(
        VectorType::get(lanes, b.getIntegerType(8 * word)),
        load(tile, at, word * lanes));
    if (word < 4)
      words = b.make<arith::ExtUIOp>(type, words);
    Value codes = b.shr(words, splatI32(b, byte % word * 8, lanes));
    if (spec.bytes < word)
      codes = b.bitAnd(codes,
                       splatI32(b, (int64_t(1) << 8 * spec.bytes) - 1, lanes));
    values.push_back(decodeScaleVector(b, product.weights.scale, codes));
  }
  return values;
}

int64_t TileColumns::codesPerChunk() const {
  switch (bitsOfElement(product.weights)) {
  case 8:
    return 4;
  case 6:
    return 16;
  default:
    return 8;
  }
}

SmallVector<Value> TileColumns::codes(Value tile, Value chunk) const {
  int64_t bits = bitsOfElement(product.weights);
  int64_t count = codesPerChunk() * bits / 32;
  SmallVector<Value> words, codes;
  for (int64_t i = 0; i < count; ++i)
    words.push_back(
        loadWords(tile, b.add(b.mul(chunk, b.index(count)), b.index(i))));
  auto shifted = [&](int64_t word, int64_t bit) {
    return b.shr(words[word], splatI32(b, bit, lanes));
  };
  for (int64_t i = 0; i < codesPerChunk(); ++i) {
    int64_t bit = bits * i;
    if (layout.interleaves)
      bit = i % 4 * 8 + i / 4 * 4;
    Value code = shifted(bit / 32, bit % 32);
    if (bit % 32 + bits > 32) // goes on in the next word
      code = b.bitOr(
          code, b.shl(words[bit / 32 + 1], splatI32(b, 32 - bit % 32, lanes)));
    codes.push_back(code);
  }
  return codes;
}

SmallVector<Value> TileColumns::forGroups(ValueRange carried,
                                          GroupBody body) const {
  int64_t count =
      std::max<int64_t>(codesPerChunk() / product.weights.blockSize, 1);
  SmallVector<Value> values(carried);
  for (int64_t block = 0; block < layout.blocks; block += count)
    values = body(block, count, values);
  return values;
}

SmallVector<Value> TileColumns::forChunks(Value tile, int64_t block,
                                          int64_t count, ValueRange carried,
                                          ChunkBody body) const {
  int64_t size = product.weights.blockSize;
  int64_t first = block * size / codesPerChunk();
  int64_t last = (block + count) * size / codesPerChunk();
  return b.loop(b.index(first), b.index(last), carried,
                [&](Value chunk, ValueRange now) {
                  Value k = b.add(b.mul(tile, b.index(layout.k)),
                                  b.mul(chunk, b.index(codesPerChunk())));
                  return body(k, chunk, now);
                });
}
