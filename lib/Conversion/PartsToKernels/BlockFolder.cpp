//===- BlockFolder.cpp - activations as integers --------------------------===//

#include "BlockFolder.h"

#include "../ByteVectors.h"
#include "../ScalarCodec.h"
#include "VectorCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

static constexpr int64_t kFractionBits = 23, kExponentBias = 127;
static constexpr int64_t kLargestByte = 127, kLargestWord = 32767;
/// A multiplier of 2^8 fits no byte, whatever it multiplies but 0.
static constexpr int64_t kByteShift = 8, kWordShift = 15;

BlockFolder::BlockFolder(ScalarBuilder &b, const Product &product)
    : b(b), product(product), format(*product.activations),
      isFolded(format.scheme == ::mx::Scheme::Asymmetric),
      unitExponent(::mx::elementUnitExponent(format) +
                   ::mx::elementUnitExponent(product.weights)) {}

static int64_t largestUnits(const FormatSpec &format) {
  int64_t largest = 0;
  for (unsigned code = 0; code < 1u << ::mx::spec(format.element).bits; ++code)
    largest = std::max(largest, std::abs(::mx::elementUnits(format, code)));
  return largest;
}

/// The bytes of 4-bit codes to a byte a code, in order.
static Value unpackNibbles(ScalarBuilder &b, Value bytes) {
  auto type = cast<VectorType>(bytes.getType());
  Value low = b.bitAnd(bytes, splatConstant(b, type, 15));
  Value high = b.shr(bytes, splatConstant(b, type, 4));
  return b.make<vector::InterleaveOp>(low, high);
}

Value BlockFolder::loadUnits(Value m, Value block) {
  int bits = ::mx::spec(format.element).bits;
  int64_t bytes = format.blockSize * bits / 8;
  Value codes = product.lhs[0];
  Value begin = b.mul(block, b.index(bytes));
  Value loaded =
      loadVector(b, codes, product.at(codes, {m, begin}), bytes, b.getI8Type());
  if (bits == 4) {
    SmallVector<int8_t> table;
    for (unsigned code = 0; code < 16; ++code)
      table.push_back(::mx::elementUnits(format, code));
    loaded = lookUpNibbles(b, table, unpackNibbles(b, loaded));
  }
  auto type = VectorType::get(format.blockSize, b.getI16Type());
  return b.make<arith::ExtSIOp>(type, loaded);
}

void BlockFolder::load(Value m, Value block) {
  units = loadUnits(m, block);
  SmallVector<Value> row = product.batch;
  row.push_back(m);
  scales = loadScales(b, format, product.lhs[1], row, block);
  odd.clear();
  exponent.clear();
  if (!isFolded)
    return;
  for (Value scale : scales) {
    Value bits = b.bitsOf(scale);
    Value significand = b.bitOr(b.bitAnd(bits, b.i32((1 << kFractionBits) - 1)),
                                b.i32(1 << kFractionBits));
    Value zeros = b.make<math::CountTrailingZerosOp>(significand);
    odd.push_back(b.shr(significand, zeros));
    exponent.push_back(b.add(b.shr(bits, b.i32(kFractionBits)), zeros));
  }
  least = b.min(exponent[0], exponent[1]);
}

Value BlockFolder::exceeds(const ::mx::DataLimits &limits) {
  if (!limits.any())
    return {};
  Value result = b.integer(b.getI1Type(), 0);
  SmallVector<Value> fields;
  for (Value scale : scales)
    fields.push_back(b.shr(b.bitsOf(b.magnitude(scale)), b.i32(kFractionBits)));
  ::mx::DataLimits none;
  for (Value field : fields) {
    if (limits.minScaleExponent != none.minScaleExponent)
      result = b.bitOr(result, b.less(field, b.i32(limits.minScaleExponent +
                                                   kExponentBias)));
    if (limits.maxScaleExponent != none.maxScaleExponent)
      result =
          b.bitOr(result, b.less(b.i32(limits.maxScaleExponent + kExponentBias),
                                 field));
  }
  if (limits.maxGap != none.maxGap) {
    Value gap = b.sub(b.max(fields[0], fields[1]), b.min(fields[0], fields[1]));
    result = b.bitOr(result, b.less(b.i32(limits.maxGap), gap));
  }
  return result;
}

/// scale * the units of a product.
Value BlockFolder::scaled(Value scale) {
  return b.mul(scale, b.f32(std::ldexp(1.0f, unitExponent)));
}

/// 2^least, or NaN where a scale is, or 0 where both are: exponents are those of
/// numbers above 0. (One scale of 0 exceeds the limits of the gap.)
Value BlockFolder::foldedScale() {
  // The exponents are those of f32 for a significand of 24 bits.
  Value field = b.add(least, b.i32(unitExponent - kFractionBits));
  Value power = b.floatOf(b.shl(field, b.i32(kFractionBits)));
  Value sum = b.add(scales[0], scales[1]);
  return b.select(b.less(b.f32(0), sum), power, sum);
}

/// odd << (exponent - least) of a side, cut off where no product fits.
Value BlockFolder::multiplier(Value side, Value exponent, int64_t maxShift) {
  Value shift = b.min(b.sub(exponent, least), b.i32(maxShift));
  Value largest = b.i32(kLargestWord / largestUnits(format));
  return b.min(b.shl(side, shift), largest);
}

Value BlockFolder::multiplySides(Value positive, Value negative) {
  auto type = cast<VectorType>(units.getType());
  auto lanes = [&](Value multiplier) {
    Value word = b.make<arith::TruncIOp>(b.getI16Type(), multiplier);
    return splat(b, word, type.getDimSize(0));
  };
  Value isNegative = b.less(units, splatConstant(b, type, 0));
  return b.mul(units, b.select(isNegative, lanes(negative), lanes(positive)));
}

Value BlockFolder::narrow(Value words) {
  auto type = cast<VectorType>(words.getType());
  return b.make<arith::TruncIOp>(type.clone(b.getI8Type()), words);
}

Digits BlockFolder::firstBytes(Value &fits) {
  fits = {};
  if (!isFolded)
    return {narrow(units), scaled(scales[0])};
  Value positive = multiplier(odd[0], exponent[0], kByteShift);
  Value negative = multiplier(odd[1], exponent[1], kByteShift);
  Value folded = multiplySides(positive, negative);
  Value largest =
      b.make<vector::ReductionOp>(vector::CombiningKind::MAXSI, folded);
  Value lowest =
      b.make<vector::ReductionOp>(vector::CombiningKind::MINSI, folded);
  Type word = b.getI16Type();
  fits = b.bitAnd(b.lessEqual(largest, b.integer(word, kLargestByte)),
                  b.lessEqual(b.integer(word, -kLargestByte - 1), lowest));
  Value side = b.make<arith::MaxSIOp>(
      units, splatConstant(b, cast<VectorType>(units.getType()), 0));
  return {narrow(b.select(fits, folded, side)),
          b.select(fits, foldedScale(), scaled(scales[0]))};
}

Digits BlockFolder::secondBytes() {
  Value side = b.make<arith::MinSIOp>(
      units, splatConstant(b, cast<VectorType>(units.getType()), 0));
  return {narrow(side), scaled(scales[1])};
}

Digits BlockFolder::words() {
  if (!isFolded)
    return {units, scaled(scales[0])};
  return {multiplySides(multiplier(odd[0], exponent[0], kWordShift),
                        multiplier(odd[1], exponent[1], kWordShift)),
          foldedScale()};
}
