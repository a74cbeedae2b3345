//===- ScalarCodec.cpp - codes and scales as scalar IR --------------------===//

#include "ScalarCodec.h"

#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Rounding;
using ::mx::ScaleKind;

static int bitsOfElement(const FormatSpec &format) {
  return ::mx::spec(format.element).bits;
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

static SmallVector<Value> append(ValueRange row, ArrayRef<Value> more) {
  SmallVector<Value> indices(row);
  indices.append(more.begin(), more.end());
  return indices;
}

Value mlir::mx::loadCode(ScalarBuilder &b, const FormatSpec &format,
                         Value codes, ValueRange row, Value k) {
  int bits = bitsOfElement(format);
  auto byteAt = [&](Value at) {
    return b.make<arith::IndexCastUIOp>(b.getIndexType(),
                                        b.load(codes, append(row, {at})));
  };
  if (bits == 8)
    return byteAt(k);
  Value first = b.mul(k, b.index(bits)), eight = b.index(8);
  Value shift = b.bitAnd(first, b.index(7));
  Value code = b.shr(byteAt(b.shr(first, b.index(3))), shift);
  if (8 % bits != 0) {
    // The byte of the code's last bit: of a code that lies in one byte that
    // byte again, which is then shifted out of the mask.
    Value last = b.shr(b.add(first, b.index(bits - 1)), b.index(3));
    code = b.bitOr(code, b.shl(byteAt(last), b.sub(eight, shift)));
  }
  return b.bitAnd(code, b.index((1 << bits) - 1));
}

void mlir::mx::storeCodes(ScalarBuilder &b, const FormatSpec &format,
                          Value codes, ValueRange row, Value group,
                          ArrayRef<Value> values) {
  int bits = bitsOfElement(format);
  Value all = values[0];
  for (size_t i = 1; i < values.size(); ++i)
    all = b.bitOr(all, b.shl(values[i], b.i32(bits * i)));
  int64_t bytes = bits * values.size() / 8;
  Value first = b.mul(group, b.index(bytes));
  for (int64_t byte = 0; byte < bytes; ++byte) {
    Value part =
        b.make<arith::TruncIOp>(b.getI8Type(), b.shr(all, b.i32(8 * byte)));
    b.store(part, codes, append(row, {b.add(first, b.index(byte))}));
  }
}

SmallVector<Value> mlir::mx::loadScales(ScalarBuilder &b,
                                        const FormatSpec &format, Value scales,
                                        ValueRange row, Value block) {
  int bytes = ::mx::spec(format.scale).bytes;
  SmallVector<Value> values;
  for (int which = 0; which < format.scalesPerBlock(); ++which) {
    Value code = b.i32(0);
    for (int byte = 0; byte < bytes; ++byte) {
      Value at = b.index(which * bytes + byte);
      Value part = b.make<arith::ExtUIOp>(
          b.getI32Type(), b.load(scales, append(row, {block, at})));
      code = b.bitOr(code, b.shl(part, b.i32(8 * byte)));
    }
    values.push_back(decodeScale(b, format.scale, code));
  }
  return values;
}

void mlir::mx::storeScales(ScalarBuilder &b, const FormatSpec &format,
                           Value scales, ValueRange row, Value block,
                           ArrayRef<Value> codes) {
  int bytes = ::mx::spec(format.scale).bytes;
  for (int which = 0; which < format.scalesPerBlock(); ++which)
    for (int byte = 0; byte < bytes; ++byte) {
      Value part = b.shr(codes[which], b.i32(8 * byte));
      b.store(b.make<arith::TruncIOp>(b.getI8Type(), part), scales,
              append(row, {block, b.index(which * bytes + byte)}));
    }
}

//===----------------------------------------------------------------------===//
// Decoders: tables
//===----------------------------------------------------------------------===//

Value mlir::mx::decodeScale(ScalarBuilder &b, ScaleKind kind, Value code) {
  const ::mx::ScaleSpec &spec = ::mx::spec(kind);
  if (kind == ScaleKind::F16) { // 65,536 entries would be no table
    Value bits = b.make<arith::TruncIOp>(b.getI16Type(), code);
    Value value = b.toF32(b.floatOf(bits));
    Value finite = b.lessEqual(b.magnitude(value), b.f32(spec.max));
    return b.select(finite, value,
                    b.f32(std::numeric_limits<float>::quiet_NaN()));
  }
  SmallVector<float> values;
  for (unsigned i = 0; i < 256; ++i)
    values.push_back(::mx::decodeScale(kind, i));
  auto type = RankedTensorType::get({256}, b.getF32Type());
  std::string name = llvm::formatv("__mx_scales_{0}", spec.name);
  Value i = b.make<arith::IndexCastUIOp>(b.getIndexType(), code);
  return b.tableEntry(name, DenseElementsAttr::get(type, ArrayRef(values)), i);
}

/// Names a table of elements: the parts of a format that elementValue reads.
static std::string tableName(StringRef what, const FormatSpec &format) {
  return llvm::formatv("__mx_{0}_{1}{2}{3}", what,
                       ::mx::spec(format.element).name,
                       format.scheme == ::mx::Scheme::Affine ? "_affine" : "",
                       format.scale == ScaleKind::E8M0 ? "_implied" : "");
}

Value mlir::mx::elementTable(ScalarBuilder &b, const FormatSpec &format) {
  SmallVector<float> values;
  for (int i = 0; i < 1 << bitsOfElement(format); ++i)
    values.push_back(::mx::decodeElement(format, i));
  auto type = RankedTensorType::get({int64_t(values.size())}, b.getF32Type());
  return b.table(tableName("values", format),
                 DenseElementsAttr::get(type, ArrayRef(values)));
}

Value mlir::mx::elementValue(ScalarBuilder &b, const FormatSpec &format,
                             Value code) {
  return b.load(elementTable(b, format), code);
}

Value mlir::mx::elementUnits(ScalarBuilder &b, const FormatSpec &format,
                             Value code) {
  SmallVector<int64_t> units;
  for (int i = 0; i < 1 << bitsOfElement(format); ++i)
    units.push_back(::mx::elementUnits(format, i));
  auto type = RankedTensorType::get({int64_t(units.size())}, b.getI64Type());
  return b.tableEntry(tableName("units", format),
                      DenseElementsAttr::get(type, ArrayRef(units)), code);
}

Value mlir::mx::decodeAt(ScalarBuilder &b, const FormatSpec &format,
                         Value codes, Value scales, ValueRange row, Value k) {
  Value block = b.make<arith::DivUIOp>(k, b.index(format.blockSize));
  SmallVector<Value> scale = loadScales(b, format, scales, row, block);
  Value code = loadCode(b, format, codes, row, k);
  Value value = elementValue(b, format, code);
  if (format.scheme == ::mx::Scheme::Symmetric)
    return b.mul(value, scale[0]);
  // step * code is exact, so that the sum is the only rounding.
  if (format.scheme == ::mx::Scheme::Affine)
    return b.add(scale[1], b.mul(value, scale[0]));
  Value half = b.index(int64_t(1) << (bitsOfElement(format) - 1));
  Value negative = b.lessEqual(half, code); // of -0 too
  Value x = b.mul(value, b.select(negative, scale[1], scale[0]));
  // A NaN in either scale makes the whole block NaN.
  Value other = b.select(negative, scale[0], scale[1]);
  return b.select(b.isNan(other), other, x);
}

Value mlir::mx::loadOuter(ScalarBuilder &b, const FormatSpec &format,
                          Value outer, ValueRange row) {
  bool perRow = format.outer == ::mx::OuterScale::Row;
  return b.load(outer, perRow ? row : ValueRange());
}

Value mlir::mx::blocksOf(ScalarBuilder &b, Value k, int64_t size) {
  return b.make<arith::CeilDivUIOp>(k, b.index(size));
}

//===----------------------------------------------------------------------===//
// Encoders: one rounding
//===----------------------------------------------------------------------===//

/// Rounds 0 <= `value` < 2^31, an f64, to an i32.
static Value roundToInteger(ScalarBuilder &b, Value value, Rounding rounding) {
  Value whole = b.make<arith::FPToSIOp>(b.getI32Type(), value);
  if (rounding == Rounding::TowardZero)
    return whole;
  Value rest = b.sub(value, b.make<arith::SIToFPOp>(b.getF64Type(), whole));
  Value half = b.f64(0.5);
  Value up = b.lessEqual(half, rest);
  if (rounding == Rounding::NearestEven) {
    Value odd = b.equal(b.bitAnd(whole, b.i32(1)), b.i32(1));
    up = b.bitOr(b.less(half, rest), b.bitAnd(b.equal(half, rest), odd));
  }
  return b.add(whole, b.make<arith::ExtUIOp>(b.getI32Type(), up));
}

/// The exponent of a positive f64 as i64; -1023 below the normals.
static Value exponentOf(ScalarBuilder &b, Value value) {
  Type i64 = b.getI64Type();
  return b.sub(b.shr(b.bitsOf(value), b.integer(i64, 52)),
               b.integer(i64, 1023));
}

/// 2^exponent as f64, `exponent` an i64 in -1022 .. 1023.
static Value powerOfTwo(ScalarBuilder &b, Value exponent) {
  Type i64 = b.getI64Type();
  return b.floatOf(
      b.shl(b.add(exponent, b.integer(i64, 1023)), b.integer(i64, 52)));
}

namespace {
/// Fields of a float with subnormals, and its largest finite code without sign.
struct FloatLayout {
  int bias;
  int fractionBits;
  unsigned largest;
};
} // namespace

/// The code (i32, without sign) nearest to the f64 `magnitude` >= 0, saturated:
///
///    code = (exponent + bias - 1) << fractionBits  +  significand
///
/// holds for subnormals too, and a significand that rounds up to the next power
/// of two carries into the exponent by itself. `magnitude` is cut at 2^17,
/// above all layouts, so that the integers stay small; infinity is fine.
static Value encodeFloat(ScalarBuilder &b, Value magnitude,
                         const FloatLayout &layout, Rounding rounding) {
  Type i64 = b.getI64Type(), i32 = b.getI32Type();
  magnitude = b.min(magnitude, b.f64(0x1p17));
  Value lowest = b.integer(i64, 1 - layout.bias);
  Value exponent = b.max(exponentOf(b, magnitude), lowest);
  Value toUnits =
      powerOfTwo(b, b.sub(b.integer(i64, layout.fractionBits), exponent));
  Value significand = roundToInteger(b, b.mul(magnitude, toUnits), rounding);
  Value above = b.make<arith::TruncIOp>(i32, b.sub(exponent, lowest));
  Value code = b.add(significand, b.shl(above, b.i32(layout.fractionBits)));
  return b.min(code, b.i32(layout.largest));
}

static Value toF64(ScalarBuilder &b, Value value) {
  return value.getType().isF64() ? value
                                 : b.make<arith::ExtFOp>(b.getF64Type(), value);
}

static Value isNegative(ScalarBuilder &b, Value value) {
  return b.less(b.bitsOf(value), b.integer(b.bitsOf(value).getType(), 0));
}

static Value encodeFloatElement(ScalarBuilder &b, const FormatSpec &format,
                                Rounding rounding, Value quotient,
                                Value negative) {
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  // The code of the largest magnitude, from the library: no second table.
  unsigned largest = ::mx::encodeElement(format, rounding, element.max);
  Value code =
      encodeFloat(b, toF64(b, quotient),
                  {element.bias, element.fractionBits, largest}, rounding);
  Value sign = b.select(negative, b.i32(1 << (element.bits - 1)), b.i32(0));
  Value isSigned = b.bitOr(code, sign);
  if (format.scheme == ::mx::Scheme::Symmetric)
    return isSigned;
  return b.select(b.equal(code, b.i32(0)), code, isSigned);
}

static Value encodeIntElement(ScalarBuilder &b, const FormatSpec &format,
                              Rounding rounding, Value quotient,
                              Value negative) {
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  double unit = std::ldexp(1.0, -::mx::elementUnitExponent(format));
  Value units =
      b.min(b.mul(toF64(b, quotient), b.f64(unit)), b.f64(element.max));
  Value level = roundToInteger(b, units, rounding);
  Value code = b.select(negative, b.sub(b.i32(0), level), level);
  return b.bitAnd(code, b.i32((1 << element.bits) - 1));
}

Value mlir::mx::encodeElement(ScalarBuilder &b, const FormatSpec &format,
                              Rounding rounding, Value x, Value scale) {
  Value quotient = b.divide(b.magnitude(x), scale);
  Value negative = isNegative(b, x);
  if (::mx::spec(format.element).exponentBits == 0)
    return encodeIntElement(b, format, rounding, quotient, negative);
  return encodeFloatElement(b, format, rounding, quotient, negative);
}

Value mlir::mx::encodeAffine(ScalarBuilder &b, const FormatSpec &format,
                             Rounding rounding, Value x, Value step,
                             Value minimum) {
  double levels = (1 << bitsOfElement(format)) - 1;
  Value level = b.divide(b.sub(toF64(b, x), toF64(b, minimum)), toF64(b, step));
  level = b.min(b.max(level, b.f64(0)), b.f64(levels));
  return roundToInteger(b, level, rounding);
}

//===----------------------------------------------------------------------===//
// Scale rules
//===----------------------------------------------------------------------===//

/// floor(log2 m) - emax, one more where the rule says so; significands are
/// compared, as in the library.
static Value powerOfTwoCode(ScalarBuilder &b, const FormatSpec &format,
                            ::mx::ScaleRule rule, Value m) {
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  Type i64 = b.getI64Type();
  Value exponent = exponentOf(b, m);
  Value significand =
      b.mul(m, powerOfTwo(b, b.sub(b.integer(i64, 0), exponent))); // in [1, 2)
  Value code = b.add(exponent, b.integer(i64, 127 - element.maxExponent));
  if (rule != ::mx::ScaleRule::PotFloor) {
    Value up =
        b.lessEqual(b.f64(::mx::stepUpSignificand(format, rule)), significand);
    code = b.add(code, b.make<arith::ExtUIOp>(i64, up));
  }
  code = b.min(b.max(code, b.integer(i64, 0)), b.integer(i64, 254));
  return b.make<arith::TruncIOp>(b.getI32Type(), code);
}

/// `value` rounded to a float scale's code, not below the smallest positive one
/// unless `mayVanish`.
static Value encodeFloatScale(ScalarBuilder &b, ScaleKind kind, Value value,
                              Rounding rounding, bool mayVanish) {
  const ::mx::ScaleSpec &spec = ::mx::spec(kind);
  Value code = encodeFloat(
      b, value, {spec.bias, spec.fractionBits, spec.largest}, rounding);
  return mayVanish ? code : b.max(code, b.i32(spec.smallest));
}

Value mlir::mx::scaleOfMax(ScalarBuilder &b, const FormatSpec &format,
                           const ::mx::Quantizer &quantizer, Value m) {
  m = toF64(b, m);
  if (format.scale == ScaleKind::E8M0)
    return powerOfTwoCode(b, format, quantizer.scaleRule, m);
  double divisor = format.scheme == ::mx::Scheme::Affine
                       ? (1 << bitsOfElement(format)) - 1
                       : ::mx::largestElement(format);
  return encodeFloatScale(b, format.scale, b.divide(m, b.f64(divisor)),
                          quantizer.scaleRounding, quantizer.emulator);
}

Value mlir::mx::encodeF16(ScalarBuilder &b, Value value, Rounding rounding) {
  const ::mx::ScaleSpec &f16 = ::mx::spec(ScaleKind::F16);
  Value code = encodeFloat(b, b.magnitude(value),
                           {f16.bias, f16.fractionBits, f16.largest}, rounding);
  Value sign = b.select(isNegative(b, value), b.i32(0x8000), b.i32(0));
  return b.bitOr(code, sign);
}
