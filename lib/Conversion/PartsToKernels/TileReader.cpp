//===- TileReader.cpp - vectors out of packed weights ---------------------===//

#include "TileReader.h"

#include "../ByteVectors.h"
#include "VectorCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::ScaleKind;
using ::mx::ScaleSpec;

static constexpr int64_t kCacheLine = 64;
static constexpr int64_t kFractionBits = 23, kExponentBias = 127; ///< of f32

/// `bytes` bytes of tile (columns.tile, k) from `byte` on.
Value TileReader::load(const TileColumns &columns, Value k, Value byte,
                       int64_t bytes) {
  Value tiles = product.rhs[0];
  return loadVector(b, tiles, product.at(tiles, {columns.tile, k, byte}), bytes,
                    b.getI8Type());
}

Value TileReader::codes(const TileColumns &columns, Value k, Value word) {
  Value row = b.mul(word, b.index(4 * ::mx::kTileColumns));
  return load(columns, k, b.add(row, b.index(4 * columns.first)), 4 * lanes);
}

Value TileReader::scaleCodes(const TileColumns &columns, Value k, Value block,
                             int which) {
  int64_t bytes = ::mx::spec(format.scale).bytes, word = layout.scaleWord;
  // Where the scale is in the bytes of a column.
  Value at = b.add(b.mul(block, b.index(format.scalesPerBlock() * bytes)),
                   b.index(which * bytes));
  Value row = b.mul(b.make<arith::DivUIOp>(at, b.index(word)),
                    b.index(word * ::mx::kTileColumns));
  Value begin = b.add(row, b.index(layout.scaleBegin + word * columns.first));
  Value loaded = load(columns, k, begin, word * lanes);
  auto type = VectorType::get(lanes, b.getI32Type());
  Value words = castLanes(b, loaded, b.getIntegerType(8 * word));
  if (word < 4)
    words = b.make<arith::ExtUIOp>(type, words);
  Value shift = b.mul(b.make<arith::RemUIOp>(at, b.index(word)), b.index(8));
  shift = b.make<arith::IndexCastOp>(b.getI32Type(), shift);
  Value codes = b.shr(words, splat(b, shift, lanes));
  return b.bitAnd(codes, splatConstant(b, type, (1 << 8 * bytes) - 1));
}

/// f16 by code (i32): the upper byte of one for E5M2.
static Value decodeHalf(ScalarBuilder &b, ScaleKind kind, Value codes) {
  auto type = cast<VectorType>(codes.getType());
  auto words = type.clone(b.getI16Type());
  Value bits = b.make<arith::TruncIOp>(words, codes);
  if (kind == ScaleKind::E5M2)
    bits = b.shl(bits, splatConstant(b, words, 8));
  Value half = b.make<arith::BitcastOp>(type.clone(b.getF16Type()), bits);
  return b.make<arith::ExtFOp>(type.clone(b.getF32Type()), half);
}

/// `value`, or NaN where the code `magnitude` is.
static Value orNan(ScalarBuilder &b, const ScaleSpec &scale, Value magnitude,
                   Value value) {
  auto type = cast<VectorType>(magnitude.getType());
  Value isNan = b.make<arith::CmpIOp>(arith::CmpIPredicate::sgt, magnitude,
                                      splatConstant(b, type, scale.largest));
  Value nan = splat(b, b.f32(std::nanf("")), type.getDimSize(0));
  return b.select(isNan, nan, value);
}

Value TileReader::decodeScales(Value codes) {
  ScaleKind kind = format.scale;
  const ScaleSpec &scale = ::mx::spec(kind);
  if (kind == ScaleKind::F16 || kind == ScaleKind::E5M2)
    return decodeHalf(b, kind, codes);
  auto type = cast<VectorType>(codes.getType());
  auto floats = type.clone(b.getF32Type());
  Value magnitude = codes;
  if (scale.isSigned)
    magnitude = b.bitAnd(codes, splatConstant(b, type, 127));
  Value bits = b.shl(
      magnitude, splatConstant(b, type, kFractionBits - scale.fractionBits));
  Value value = b.make<arith::BitcastOp>(floats, bits);
  // The exponent's bias is that of f32 after this, subnormals included.
  if (scale.bias != kExponentBias)
    value = b.mul(value,
                  splat(b, b.f32(std::ldexp(1.0f, kExponentBias - scale.bias)),
                        type.getDimSize(0)));
  return orNan(b, scale, magnitude, value);
}

FoldedScales TileReader::foldScales(ArrayRef<Value> codes) {
  const ScaleSpec &scale = ::mx::spec(format.scale);
  auto type = cast<VectorType>(codes[0].getType());
  auto constant = [&](int64_t value) { return splatConstant(b, type, value); };
  SmallVector<Value> fields{exponents(codes[0]), exponents(codes[1])};
  Value least = b.make<arith::MinUIOp>(fields[0], fields[1]);
  FoldedScales result;
  for (auto [code, field] : llvm::zip(codes, fields)) {
    Value significand = constant(1);
    if (scale.fractionBits != 0) {
      // Subnormals have the exponent of the least normal, and no hidden bit.
      Value magnitude = code;
      if (scale.isSigned)
        magnitude = b.bitAnd(code, constant(127));
      significand = b.sub(magnitude, b.shl(b.sub(field, constant(1)),
                                           constant(scale.fractionBits)));
    }
    Value shift = b.make<arith::MinUIOp>(b.sub(field, least), constant(7));
    result.multipliers.push_back(b.shl(significand, shift));
  }
  int64_t bias = kExponentBias - scale.bias - scale.fractionBits;
  Value bits = b.shl(b.add(least, constant(bias)), constant(kFractionBits));
  Value power = b.make<arith::BitcastOp>(type.clone(b.getF32Type()), bits);
  Value magnitude =
      scale.isSigned ? b.bitAnd(codes[0], constant(127)) : codes[0];
  result.power = orNan(b, scale, magnitude, power);
  return result;
}

void TileReader::prefetch(Value tile, Value k, int64_t distance) {
  Value tiles = product.rhs[0];
  Value ahead = b.add(k, b.index(distance / layout.bytes));
  for (int64_t byte = 0; byte < layout.bytes; byte += kCacheLine)
    memref::PrefetchOp::create(b, tiles,
                               product.at(tiles, {tile, ahead, b.index(byte)}),
                               /*isWrite=*/false, /*localityHint=*/2,
                               /*isDataCache=*/true);
}

//===----------------------------------------------------------------------===//
// Limits of the data
//===----------------------------------------------------------------------===//

/// Biased exponents of codes, subnormal ones as if they were normal.
Value TileReader::exponents(Value codes) {
  const ScaleSpec &scale = ::mx::spec(format.scale);
  auto type = cast<VectorType>(codes.getType());
  Value field = b.shr(codes, splatConstant(b, type, scale.fractionBits));
  int64_t mask = (1 << scale.exponentBits) - 1;
  field = b.bitAnd(field, splatConstant(b, type, mask));
  if (format.scale == ScaleKind::E8M0)
    return field;
  return b.make<arith::MaxUIOp>(field, splatConstant(b, type, 1));
}

/// i1 a lane: the column is one of the matrix and not of what pads it.
Value TileReader::areColumns(const TileColumns &columns) {
  SmallVector<int32_t> lane;
  for (int64_t i = 0; i < lanes; ++i)
    lane.push_back(columns.first + i);
  auto type = VectorType::get(lanes, b.getI32Type());
  Value numbers = b.make<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef<int32_t>(lane)));
  Value begin = b.mul(columns.tile, b.index(::mx::kTileColumns));
  Value left =
      b.make<arith::IndexCastOp>(b.getI32Type(), b.sub(product.n, begin));
  return b.less(numbers, splat(b, left, lanes));
}

/// Carries the largest exponent above the lowest allowed, unsigned, so that
/// those below it count too; and the largest gap.
Value TileReader::exceed(const TileColumns &columns,
                         const ::mx::DataLimits &limits) {
  const ScaleSpec &scale = ::mx::spec(format.scale);
  int64_t largest = (1 << scale.exponentBits) - 1;
  int64_t low =
      std::max<int64_t>(0, int64_t(limits.minScaleExponent) + scale.bias);
  int64_t high =
      std::min<int64_t>(largest, int64_t(limits.maxScaleExponent) + scale.bias);
  auto type = VectorType::get(lanes, b.getI32Type());
  Value zero = splatConstant(b, type, 0);
  SmallVector<Value> most = b.loop(
      b.index(0), blocksOf(b, product.k, format.blockSize), {zero, zero},
      [&](Value at, ValueRange carried) {
        Value perTile = b.index(layout.blocks);
        Value k = b.make<arith::DivUIOp>(at, perTile);
        Value block = b.make<arith::RemUIOp>(at, perTile);
        SmallVector<Value> next(carried), fields;
        for (int which = 0; which < format.scalesPerBlock(); ++which) {
          fields.push_back(exponents(scaleCodes(columns, k, block, which)));
          Value above = b.sub(fields.back(), splatConstant(b, type, low));
          next[0] = b.make<arith::MaxUIOp>(next[0], above);
        }
        Value gap = b.sub(fields.front(), fields.back());
        next[1] = b.max(next[1], b.make<math::AbsIOp>(gap));
        return next;
      });
  Value range = b.make<arith::CmpIOp>(arith::CmpIPredicate::ugt, most[0],
                                      splatConstant(b, type, high - low));
  int64_t maxGap = std::min<int64_t>(limits.maxGap, 1 << 16);
  Value gap = b.less(splatConstant(b, type, maxGap), most[1]);
  Value bad = b.bitAnd(b.bitOr(range, gap), areColumns(columns));
  return b.make<vector::ReductionOp>(vector::CombiningKind::OR, bad);
}

Value TileReader::exceed(Value tile, const ::mx::DataLimits &limits) {
  if (!limits.any())
    return {};
  Value result = b.integer(b.getI1Type(), 0);
  for (int64_t first = 0; first < ::mx::kTileColumns; first += lanes)
    result = b.bitOr(result, exceed({tile, first}, limits));
  return result;
}
