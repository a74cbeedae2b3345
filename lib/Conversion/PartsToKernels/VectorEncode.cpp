//===- VectorEncode.cpp - floats to codes and scales as vector IR ---------===//

#include "VectorEncode.h"

#include "VectorCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Rounding;
using ::mx::ScaleKind;
using ::mx::TargetRow;

/// Fields of a float.
static constexpr int kFractionBits = 23;
static constexpr int64_t kExponentMask = 0x7F800000;

Value mlir::mx::splatF32(ScalarBuilder &b, float value, int64_t lanes) {
  return splat(b, b.f32(value), lanes);
}

Value mlir::mx::floatsOf(ScalarBuilder &b, Value bits) {
  return b.make<arith::BitcastOp>(
      VectorType::get(lanesOf(bits), b.getF32Type()), bits);
}

/// The bits of 2^exponent as a float.
static int64_t powerBits(int exponent) {
  return int64_t(exponent + 127) << kFractionBits;
}

static float powerOfTwo(int exponent) { return std::ldexp(1.0f, exponent); }

static bool hasFmaOf(const TargetRow &row) {
  return StringRef(row.features).contains("+fma");
}

//===----------------------------------------------------------------------===//
// Division
//===----------------------------------------------------------------------===//

/// Returns true where `Product` gives the right code next to each tie under all
/// scales of one exponent, and so under all.
static bool productsDecide(const FormatSpec &format) {
  unsigned one = ::mx::spec(format.scale).one;
  unsigned significands = 1u << ::mx::spec(format.scale).fractionBits;
  unsigned largest = ::mx::encodeElement(format, Rounding::NearestAway,
                                         ::mx::largestElement(format));
  for (unsigned code = one; code < one + significands; ++code) {
    float scale = ::mx::decodeScale(format.scale, code);
    float factor = std::nextafter(1 / scale, 0.0f);
    for (unsigned upper = 1; upper <= largest; ++upper) {
      float tie = (::mx::decodeElement(format, upper - 1) +
                   ::mx::decodeElement(format, upper)) /
                  2;
      float at = tie * scale;
      if (std::nextafter(at, 2 * at) * factor < tie ||
          std::nextafter(at, 0.0f) * factor >= tie)
        return false;
    }
  }
  return true;
}

VectorDivider::VectorDivider(const TargetRow &row, const FormatSpec &format,
                             Rounding rounding)
    : hasFma(hasFmaOf(row)) {
  if (format.scale == ScaleKind::E8M0)
    method = PowerOfTwo;
  else if (rounding == Rounding::NearestAway && productsDecide(format))
    method = Product;
  else
    method = hasFma ? Remainder : Quotient;
}

SmallVector<Value> VectorDivider::factorsOf(ScalarBuilder &b,
                                            Value scale) const {
  int64_t lanes = lanesOf(scale);
  Value zero = splatF32(b, 0, lanes), vanished = b.equal(scale, zero);
  if (method == Quotient) {
    float infinity = std::numeric_limits<float>::infinity();
    return {b.select(vanished, splatF32(b, infinity, lanes), scale)};
  }
  Value reciprocal = b.divide(splatF32(b, 1, lanes), scale);
  if (method == PowerOfTwo)
    return {reciprocal};
  if (method == Product)
    reciprocal =
        floatsOf(b, b.sub(vectorBits(b, reciprocal), splatI32(b, 1, lanes)));
  SmallVector<Value> factors{b.select(vanished, zero, reciprocal)};
  if (method == Remainder)
    factors.push_back(scale);
  return factors;
}

/// Raises what is below all ties: subnormals are slow.
static Value raise(ScalarBuilder &b, Value magnitude) {
  return b.max(magnitude, splatF32(b, 0x1p-64f, lanesOf(magnitude)));
}

static Value divideByProducts(ScalarBuilder &b, Value a, Value reciprocal,
                              Value scale) {
  a = raise(b, a);
  Value quotient = b.mul(a, reciprocal);
  Value minus = b.make<arith::NegFOp>(quotient);
  Value rest = b.make<math::FmaOp>(minus, scale, a);
  return b.make<math::FmaOp>(rest, reciprocal, quotient);
}

Value VectorDivider::divide(ScalarBuilder &b, Value magnitude,
                            ArrayRef<Value> factors) const {
  switch (method) {
  case PowerOfTwo:
    return b.mul(magnitude, factors[0]);
  case Product: {
    Value one = splatI32(b, 1, lanesOf(magnitude));
    Value odd = floatsOf(b, b.bitOr(vectorBits(b, magnitude), one));
    return b.mul(raise(b, odd), factors[0]);
  }
  case Remainder:
    return divideByProducts(b, magnitude, factors[0], factors[1]);
  case Quotient:
    return b.divide(magnitude, factors[0]);
  }
  llvm_unreachable("unknown method of division");
}

static Value divideByConstant(ScalarBuilder &b, const TargetRow &row, Value a,
                              float divisor) {
  int64_t lanes = lanesOf(a);
  if (!hasFmaOf(row))
    return b.divide(a, splatF32(b, divisor, lanes));
  return divideByProducts(b, a, splatF32(b, 1 / divisor, lanes),
                          splatF32(b, divisor, lanes));
}

OuterDivider::OuterDivider(ScalarBuilder &b, Value outer, int64_t lanes) {
  isExact = b.bitAnd(b.lessEqual(b.f32(0x1p-40f), outer),
                     b.lessEqual(outer, b.f32(0x1p-2f)));
  Value scaled = b.mul(outer, b.f32(4));
  scale = splat(b, scaled, lanes);
  reciprocal = splat(b, b.divide(b.f32(1), scaled), lanes);
}

Value OuterDivider::divide(ScalarBuilder &b, Value x) const {
  int64_t lanes = lanesOf(x);
  Value quotient = b.mul(x, reciprocal);
  for (int i = 0; i < 2; ++i) {
    Value minus = b.make<arith::NegFOp>(quotient);
    Value rest = b.make<math::FmaOp>(minus, scale, x);
    quotient = b.make<math::FmaOp>(rest, reciprocal, quotient);
  }
  quotient = b.mul(quotient, splatF32(b, 4, lanes));
  // -0 is lost above.
  Value sign =
      b.bitAnd(vectorBits(b, x),
               splatI32(b, std::numeric_limits<int32_t>::min(), lanes));
  return floatsOf(b, b.bitOr(vectorBits(b, quotient), sign));
}

//===----------------------------------------------------------------------===//
// Codes of small floats and integers
//===----------------------------------------------------------------------===//

namespace {
/// Codes of magnitudes: the smallest normal is 2^lowest.
struct MagnitudeLayout {
  int fractionBits;
  int lowest;
  float largest;

  /// What of a float is below the last bit of a code.
  int64_t shift() const { return kFractionBits - fractionBits; }
};
} // namespace

static Value multiplyAdd(ScalarBuilder &b, Value a, Value factor, Value addend,
                         bool hasFma) {
  if (hasFma)
    return b.make<math::FmaOp>(a, factor, addend);
  return b.add(b.mul(a, factor), addend);
}

/// Nearest even: added to 2^shift times its own power of two, a magnitude is
/// rounded at the place of a code's last bit, and the sum ends in the
/// significand.
///
///    code = (exponent - lowest) << fractionBits  +  significand
///
/// holds for subnormals too, whose exponent is `lowest`. The low bits of the
/// exponents are 0, so that what `- lowest` does to the low 16 of the code can
/// be in the addend. That is even, and so takes no part in the rounding.
static Value encodeEven(ScalarBuilder &b, const MagnitudeLayout &layout,
                        Value magnitude) {
  int64_t lanes = lanesOf(magnitude), least = powerBits(layout.lowest);
  Value shift = splatI32(b, layout.shift(), lanes);
  Value exponent =
      b.bitAnd(vectorBits(b, magnitude), splatI32(b, kExponentMask, lanes));
  exponent = b.max(exponent, splatI32(b, least, lanes));
  int64_t bias = -(least >> layout.shift()) & 0xFFFF;
  int64_t addend = (layout.shift() << kFractionBits) + bias;
  Value sum = b.add(magnitude,
                    floatsOf(b, b.add(exponent, splatI32(b, addend, lanes))));
  return b.add(vectorBits(b, sum), b.shr(exponent, shift));
}

/// The other roundings: up from a bound on, which is a code's value or the
/// middle of two. From 2^lowest on the upper bits of a magnitude m are the
/// code; below that those of (m + 2^lowest) / 2 are, and the larger of the two
/// is always the right one. A half place is taken from the sum, so that it
/// reaches a bound (which is even, so by the tie) only where m does.
static Value encodeFromBounds(ScalarBuilder &b, const MagnitudeLayout &layout,
                              Rounding rounding, Value magnitude, bool hasFma) {
  int64_t lanes = lanesOf(magnitude);
  float base = powerOfTwo(layout.lowest - 1);
  Value low = multiplyAdd(b, magnitude, splatF32(b, 0.5f, lanes),
                          splatF32(b, base * (1 - 0x1p-24f), lanes), hasFma);
  Value bits = vectorBits(b, b.max(magnitude, low));
  int64_t toCode = -powerBits(layout.lowest - 1);
  if (rounding == Rounding::NearestAway)
    toCode += int64_t(1) << (layout.shift() - 1);
  else
    bits = b.max(bits, splatI32(b, -toCode, lanes));
  return b.shr(b.add(bits, splatI32(b, toCode, lanes)),
               splatI32(b, layout.shift(), lanes));
}

static Value encodeMagnitude(ScalarBuilder &b, const MagnitudeLayout &layout,
                             Rounding rounding, Value magnitude, bool hasFma) {
  magnitude = b.min(magnitude, splatF32(b, layout.largest, lanesOf(magnitude)));
  return rounding == Rounding::NearestEven
             ? encodeEven(b, layout, magnitude)
             : encodeFromBounds(b, layout, rounding, magnitude, hasFma);
}

/// The magnitude of an integer. For the half that is added to go away from zero
/// it is the float below 1/2: then what is below a tie stays there.
static Value encodeInteger(ScalarBuilder &b, const FormatSpec &format,
                           Rounding rounding, Value magnitude, bool hasFma) {
  int64_t lanes = lanesOf(magnitude);
  int unit = ::mx::elementUnitExponent(format);
  magnitude =
      b.min(magnitude, splatF32(b, ::mx::largestElement(format), lanes));
  if (rounding == Rounding::NearestEven) {
    Value magic = splatF32(b, powerOfTwo(kFractionBits + unit), lanes);
    return vectorBits(b, b.add(magnitude, magic));
  }
  float half =
      rounding == Rounding::NearestAway ? std::nextafter(0.5f, 0.0f) : 0.0f;
  Value units = multiplyAdd(b, magnitude, splatF32(b, powerOfTwo(-unit), lanes),
                            splatF32(b, half, lanes), hasFma);
  return b.make<arith::FPToSIOp>(VectorType::get(lanes, b.getI32Type()), units);
}

Value mlir::mx::encodeElements(ScalarBuilder &b, const FormatSpec &format,
                               Rounding rounding, Value quotient, bool hasFma) {
  const ::mx::ElementSpec &element = ::mx::spec(format.element);
  if (element.exponentBits == 0)
    return encodeInteger(b, format, rounding, quotient, hasFma);
  MagnitudeLayout layout{element.fractionBits, 1 - element.bias, element.max};
  return encodeMagnitude(b, layout, rounding, quotient, hasFma);
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

static MagnitudeLayout layoutOf(const ::mx::ScaleSpec &scale) {
  return {scale.fractionBits, 1 - scale.bias, scale.max};
}

/// floor(log2 m) - emax, one more from the rule's significand on, which is
/// where the sum carries into the exponent.
static Value powerOfTwoCodes(ScalarBuilder &b, const FormatSpec &format,
                             ::mx::ScaleRule rule, Value m) {
  int64_t lanes = lanesOf(m);
  auto constant = [&](int64_t value) { return splatI32(b, value, lanes); };
  // Subnormals have no exponent of their own.
  Value bits = vectorBits(b, m);
  Value raised = b.sub(vectorBits(b, b.mul(m, splatF32(b, 0x1p23f, lanes))),
                       constant(int64_t(kFractionBits) << kFractionBits));
  bits = b.select(b.less(bits, constant(powerBits(-126))), raised, bits);
  int64_t step = llvm::bit_cast<int32_t>(::mx::stepUpSignificand(format, rule));
  bits = b.add(bits, constant(powerBits(1) - step));
  Value exponent = b.make<arith::ShRSIOp>(bits, constant(kFractionBits));
  Value emax = constant(::mx::spec(format.element).maxExponent);
  Value code = b.sub(exponent, emax);
  return b.min(b.max(code, constant(0)), constant(254));
}

/// m / E rounded, not below the smallest positive code but for the emulator.
static Value maxFpCodes(ScalarBuilder &b, const TargetRow &row,
                        const FormatSpec &format,
                        const ::mx::Quantizer &quantizer, Value m) {
  int64_t lanes = lanesOf(m);
  const ::mx::ScaleSpec &scale = ::mx::spec(format.scale);
  Value quotient = divideByConstant(b, row, m, ::mx::largestElement(format));
  Value code = encodeMagnitude(b, layoutOf(scale), quantizer.scaleRounding,
                               quotient, hasFmaOf(row));
  code = b.bitAnd(code, splatI32(b, 0xFFFF, lanes));
  if (quantizer.emulator)
    return code;
  return b.max(code, splatI32(b, scale.smallest, lanes));
}

/// The inverse of the codes of `encodeFromBounds`.
Value mlir::mx::decodeScales(ScalarBuilder &b, ScaleKind kind, Value codes) {
  int64_t lanes = lanesOf(codes);
  const ::mx::ScaleSpec &scale = ::mx::spec(kind);
  MagnitudeLayout layout = layoutOf(scale);
  Value bits = b.shl(codes, splatI32(b, layout.shift(), lanes));
  if (kind == ScaleKind::E8M0) // code 0 is a subnormal
    return floatsOf(b, b.max(bits, splatI32(b, 0x00400000, lanes)));
  Value high = floatsOf(
      b, b.add(bits, splatI32(b, powerBits(layout.lowest - 1), lanes)));
  Value low = b.sub(high, splatF32(b, powerOfTwo(layout.lowest), lanes));
  return b.min(b.add(high, low), high);
}

Value mlir::mx::encodeScales(ScalarBuilder &b, const TargetRow &row,
                             const FormatSpec &format,
                             const ::mx::Quantizer &quantizer, Value m) {
  int64_t lanes = lanesOf(m);
  Value codes = format.scale == ScaleKind::E8M0
                    ? powerOfTwoCodes(b, format, quantizer.scaleRule, m)
                    : maxFpCodes(b, row, format, quantizer, m);
  Value ofZeros = splatI32(b, ::mx::scaleOfZeros(format, quantizer), lanes);
  return b.select(b.less(splatF32(b, 0, lanes), m), codes, ofZeros);
}
