//===- ExpandQuantize.cpp - quantize_parts and dequantize_parts -----------===//
//
// The same steps as lib/Numerics/Block.cpp, a block at a time: extremes, scale
// codes, elements.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"

#include "mx/Numerics/Packing.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Scheme;

/// Extents of all axes of `memref` but the last.
static SmallVector<Value> rowExtents(ScalarBuilder &b, Value memref) {
  SmallVector<Value> extents;
  int64_t rank = cast<MemRefType>(memref.getType()).getRank();
  for (int64_t axis = 0; axis + 1 < rank; ++axis)
    extents.push_back(b.dim(memref, axis));
  return extents;
}

static Value lastExtent(ScalarBuilder &b, Value memref) {
  return b.dim(memref, cast<MemRefType>(memref.getType()).getRank() - 1);
}

namespace {

/// The expansion of one quantize_parts, at one block.
class BlockQuantizer {
public:
  BlockQuantizer(ScalarBuilder &b, QuantizePartsOp op)
      : b(b), op(op), format(op.getFormatSpec()),
        quantizer(op.getQuantizer().getQuantizer()) {}

  /// Quantizes block `block` of the row `row` of length `k`.
  void quantize(ValueRange row, Value block, Value k);

private:
  Value element(Value i);
  SmallVector<Value> extremes();
  SmallVector<Value> scaleCodes(ValueRange sides);
  Value scaleOfSide(int side, Value m);
  Value searchScale(int side, Value code);
  Value errorOf(int side, Value scale);
  SmallVector<Value> affineScaleCodes(ValueRange sides);
  Value encode(Value x, ArrayRef<Value> scales);
  void storeElements(ArrayRef<Value> scales, Value finite);

  ScalarBuilder &b;
  QuantizePartsOp op;
  const FormatSpec format;
  const ::mx::Quantizer quantizer;
  SmallVector<Value> row;
  Value first, limit, outer; // elements first .. limit of the row
};

} // namespace

/// Element `i` of the row in f32, without the outer scale.
Value BlockQuantizer::element(Value i) {
  SmallVector<Value> indices(row);
  indices.push_back(i);
  Value x = b.toF32(b.load(op.getSource(), indices));
  return outer ? b.divide(x, outer) : x;
}

/// Largest magnitudes of the positive and of the negative elements, and whether
/// all are finite.
SmallVector<Value> BlockQuantizer::extremes() {
  Value zero = b.f32(0), yes = b.integer(b.getI1Type(), 1);
  return b.loop(first, limit, {zero, zero, yes}, [&](Value i, ValueRange now) {
    Value x = element(i), m = b.magnitude(x);
    Value finite = b.less(m, b.f32(std::numeric_limits<float>::infinity()));
    Value positive = b.select(b.less(now[0], x), x, now[0]);
    Value isNegative = b.less(x, zero);
    Value larger = b.bitAnd(isNegative, b.less(now[1], m));
    return SmallVector<Value>{positive, b.select(larger, m, now[1]),
                              b.bitAnd(now[2], finite)};
  });
}

/// Sum of (x - f32(element * scale))^2 in f64 over the elements of `side` (all
/// of them in a symmetric format), in order.
Value BlockQuantizer::errorOf(int side, Value scale) {
  Value zero = b.f64(0);
  return b.loop(first, limit, {zero}, [&](Value i, ValueRange sum) {
    Value x = element(i);
    Value code = encodeElement(b, format, quantizer.rounding, x, scale);
    Value at = b.make<arith::IndexCastUIOp>(b.getIndexType(), code);
    Value back = b.mul(elementValue(b, format, at), scale);
    auto wide = [&](Value v) {
      return b.make<arith::ExtFOp>(b.getF64Type(), v);
    };
    Value difference = b.sub(wide(x), wide(back));
    Value square = b.mul(difference, difference);
    if (format.scheme == Scheme::Asymmetric) {
      Value own = side == 0 ? b.less(b.f32(0), x) : b.less(x, b.f32(0));
      square = b.select(own, square, zero);
    }
    return SmallVector<Value>{b.add(sum[0], square)};
  })[0];
}

/// Tries the codes next to `code`; `<=` going up gives ties to the larger.
Value BlockQuantizer::searchScale(int side, Value code) {
  ::mx::ScaleSearch range = ::mx::scaleSearch(format.scale);
  const ::mx::ScaleSpec &spec = ::mx::spec(format.scale);
  auto clamp = [&](Value value) {
    return b.min(b.max(value, b.i32(spec.smallest)), b.i32(spec.largest));
  };
  Value worst = b.f64(std::numeric_limits<double>::infinity());
  Value begin = b.index(0), end = b.index(range.above + range.below + 1);
  return b.loop(begin, end, {worst, code}, [&](Value step, ValueRange best) {
    Value delta = b.make<arith::IndexCastOp>(b.getI32Type(), step);
    Value candidate = clamp(b.add(code, b.sub(delta, b.i32(range.below))));
    Value error = errorOf(side, decodeScale(b, format.scale, candidate));
    Value better = b.lessEqual(error, best[0]);
    return SmallVector<Value>{b.select(better, error, best[0]),
                              b.select(better, candidate, best[1])};
  })[1];
}

Value BlockQuantizer::scaleOfSide(int side, Value m) {
  Value code = scaleOfMax(b, format, quantizer, m);
  return quantizer.mse ? searchScale(side, code) : code;
}

/// A side without elements copies the other one's scale.
SmallVector<Value> BlockQuantizer::scaleCodes(ValueRange sides) {
  Value ofZeros = b.i32(::mx::scaleOfZeros(format, quantizer));
  Value zero = b.f32(0);
  auto ofSide = [&](int side, Value m) {
    return b.conditional(
        b.getI32Type(), b.less(zero, m),
        [&] { return SmallVector<Value>{scaleOfSide(side, m)}; },
        [&] { return SmallVector<Value>{ofZeros}; })[0];
  };
  if (format.scheme == Scheme::Symmetric)
    return {ofSide(0, b.max(sides[0], sides[1]))};
  Value positive = ofSide(0, sides[0]), negative = ofSide(1, sides[1]);
  return {b.select(b.less(zero, sides[0]), positive, negative),
          b.select(b.less(zero, sides[1]), negative, positive)};
}

/// Codes of the step and of the minimum; the range includes 0.
SmallVector<Value> BlockQuantizer::affineScaleCodes(ValueRange sides) {
  auto wide = [&](Value v) { return b.make<arith::ExtFOp>(b.getF64Type(), v); };
  Value range = b.add(wide(sides[0]), wide(sides[1]));
  Value step =
      b.select(b.less(b.f64(0), range), scaleOfMax(b, format, quantizer, range),
               b.i32(::mx::spec(format.scale).one));
  Value code = encodeF16(b, b.make<arith::NegFOp>(wide(sides[1])),
                         quantizer.scaleRounding);
  // Without a negative element the minimum is +0, not -0.
  Value hasNegative = b.less(b.f32(0), sides[1]);
  return {step, b.select(hasNegative, code, b.i32(0))};
}

/// The code of `x` under decoded `scales`.
Value BlockQuantizer::encode(Value x, ArrayRef<Value> scales) {
  if (format.scheme == Scheme::Affine)
    return encodeAffine(b, format, quantizer.rounding, x, scales[0], scales[1]);
  Value scale = scales[0];
  if (format.scheme == Scheme::Asymmetric)
    scale = b.select(b.less(x, b.f32(0)), scales[1], scale);
  // A scale of 0 is the emulator's underflow: all its elements are 0.
  Value vanished = b.equal(scale, b.f32(0));
  scale =
      b.select(vanished, b.f32(std::numeric_limits<float>::infinity()), scale);
  return encodeElement(b, format, quantizer.rounding, x, scale);
}

/// Writes the codes of the whole block: 0 past the end of the row, and
/// everywhere in a block that is not finite.
void BlockQuantizer::storeElements(ArrayRef<Value> scales, Value finite) {
  int64_t count = ::mx::codesPerGroup(format);
  Value begin = b.make<arith::DivUIOp>(first, b.index(count));
  Value end = b.add(begin, b.index(format.blockSize / count));
  b.loop(begin, end, {}, [&](Value group, ValueRange) {
    SmallVector<Value> codes;
    for (int64_t part = 0; part < count; ++part) {
      Value i = b.add(b.mul(group, b.index(count)), b.index(part));
      Value inside = b.bitAnd(b.less(i, limit), finite);
      codes.push_back(b.conditional(
          b.getI32Type(), inside,
          [&] { return SmallVector<Value>{encode(element(i), scales)}; },
          [&] { return SmallVector<Value>{b.i32(0)}; })[0]);
    }
    storeCodes(b, format, op.getCodes(), row, group, codes);
    return SmallVector<Value>();
  });
}

void BlockQuantizer::quantize(ValueRange rowIndices, Value block, Value k) {
  row = llvm::to_vector(rowIndices);
  first = b.mul(block, b.index(format.blockSize));
  limit = b.min(b.add(first, b.index(format.blockSize)), k);
  if (op.getOuter())
    outer = loadOuter(b, format, op.getOuter(), row);

  SmallVector<Value> found = extremes();
  ValueRange sides = ValueRange(found).take_front(2);
  Value finite = found[2];
  // Of a block that is not finite the extremes mean nothing, but no rule fails
  // on them; NaN takes the place of what they give.
  SmallVector<Value> codes = format.scheme == Scheme::Affine
                                 ? affineScaleCodes(sides)
                                 : scaleCodes(sides);
  SmallVector<Value> scales;
  for (Value &code : codes) {
    code = b.select(finite, code, b.i32(::mx::spec(format.scale).nan));
    scales.push_back(decodeScale(b, format.scale, code));
  }
  storeScales(b, format, op.getScales(), row, block, codes);
  storeElements(scales, finite);
}

void mlir::mx::expandQuantize(ScalarBuilder &b, QuantizePartsOp op) {
  Value k = lastExtent(b, op.getSource());
  SmallVector<Value> extents = rowExtents(b, op.getSource());
  extents.push_back(blocksOf(b, k, op.getFormatSpec().blockSize));
  b.nest(extents, [&](ValueRange at) {
    BlockQuantizer(b, op).quantize(at.drop_back(), at.back(), k);
  });
}

//===----------------------------------------------------------------------===//
// dequantize_parts
//===----------------------------------------------------------------------===//

void mlir::mx::expandDequantize(ScalarBuilder &b, DequantizePartsOp op) {
  FormatSpec format = op.getFormatSpec();
  SmallVector<Value> extents = rowExtents(b, op.getInit());
  extents.push_back(lastExtent(b, op.getInit()));
  b.nest(extents, [&](ValueRange at) {
    ValueRange row = at.drop_back();
    Value x =
        decodeAt(b, format, op.getCodes(), op.getScales(), row, at.back());
    if (op.getOuter())
      x = b.mul(x, loadOuter(b, format, op.getOuter(), row));
    Type type = cast<MemRefType>(op.getInit().getType()).getElementType();
    if (!type.isF32())
      x = b.make<arith::TruncFOp>(type, x);
    b.store(x, op.getInit(), at);
  });
}
