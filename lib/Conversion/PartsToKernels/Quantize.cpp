//===- Quantize.cpp - quantize_parts by vectors ---------------------------===//
//
// A block at a time, as in lib/Numerics/Block.cpp: extremes by integer maxima
// (magnitudes order as their bits do), scale codes in scalars, element codes by
// comparison with the bounds between neighbouring codes. 4-bit elements.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"
#include "Threads.h"
#include "VectorCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Rounding;
using ::mx::Scheme;

/// Codes of one sign: 0 to 7 have the magnitudes of a 4-bit element.
static constexpr int kMagnitudes = 8;
static constexpr int64_t kSignBit = 8;

namespace {

/// The expansion of one quantize_parts.
class VectorQuantizer {
public:
  VectorQuantizer(ScalarBuilder &b, QuantizePartsOp op)
      : b(b), op(op), format(op.getFormatSpec()),
        quantizer(op.getQuantizer().getQuantizer()),
        lanes(lanesInBlock(op.getLoweringConfigAttr().getRow(), format)),
        vectors(format.blockSize / lanes) {}

  /// Quantizes block `block` of the row `row` of length `k`.
  void quantize(ValueRange row, Value block, Value k);

private:
  SmallVector<Value> loadBlock(Value first, Value k);
  SmallVector<Value> extremes(ArrayRef<Value> x);
  SmallVector<Value> scaleCodes(ArrayRef<Value> sides);
  Value encode(Value x, ArrayRef<Value> scales);
  Value encodeMagnitude(Value quotient);
  Value withSign(Value x, Value codes);
  void storeElements(Value codes, Value first);

  Value splatF32(float value) { return splat(b, b.f32(value), lanes); }
  Value splatI32(int64_t value) { return splat(b, b.i32(value), lanes); }

  ScalarBuilder &b;
  QuantizePartsOp op;
  const FormatSpec format;
  const ::mx::Quantizer quantizer;
  const int64_t lanes, vectors; ///< lanes of a vector, vectors of a block
  SmallVector<Value> row;
};

} // namespace

/// The elements from `first` on as vectors of f32, without the outer scale;
/// past the end of the row zeros, whose codes are 0.
SmallVector<Value> VectorQuantizer::loadBlock(Value first, Value k) {
  Value source = op.getSource();
  Type element = cast<MemRefType>(source.getType()).getElementType();
  auto type = VectorType::get(lanes, element);
  auto eachVector = [&](function_ref<Value(ArrayRef<Value>, Value)> load) {
    SmallVector<Value> all;
    for (int64_t i = 0; i < vectors; ++i) {
      SmallVector<Value> at(row);
      at.push_back(b.add(first, b.index(i * lanes)));
      all.push_back(load(at, at.back()));
    }
    return all;
  };
  Value isWhole = b.lessEqual(b.add(first, b.index(format.blockSize)), k);
  SmallVector<Type> types(vectors, type);
  return b.conditional(
      types, isWhole,
      [&] {
        return eachVector([&](ArrayRef<Value> at, Value) {
          return loadVector(b, source, at, lanes, element);
        });
      },
      [&] {
        Value zeros = b.make<arith::ConstantOp>(b.getZeroAttr(type));
        return eachVector([&](ArrayRef<Value> at, Value i) {
          Value mask = b.make<vector::CreateMaskOp>(
              VectorType::get(lanes, b.getI1Type()), b.sub(k, i));
          return b.make<vector::MaskedLoadOp>(type, source, at, mask, zeros);
        });
      });
}

/// Largest magnitudes of the positive and of the negative elements, in a
/// symmetric format of all, and whether all are finite. Those of a block that
/// is not finite are 0.
SmallVector<Value> VectorQuantizer::extremes(ArrayRef<Value> x) {
  bool isSymmetric = format.scheme == Scheme::Symmetric;
  Value sign = splatI32(std::numeric_limits<int32_t>::min());
  Value magnitudeMask = splatI32(std::numeric_limits<int32_t>::max());
  SmallVector<Value> largest(isSymmetric ? 1 : 2, splatI32(0));
  auto update = [&](Value &to, Value bits) {
    to = b.make<arith::MaxSIOp>(to, bits);
  };
  for (Value vector : x) {
    Value bits = vectorBits(b, vector);
    if (isSymmetric) {
      update(largest[0], b.bitAnd(bits, magnitudeMask));
      continue;
    }
    // Of the other side's elements the sign bit is set: they are negative.
    update(largest[0], bits);
    update(largest[1], b.make<arith::XOrIOp>(bits, sign));
  }
  Value finite, infinity = b.i32(0x7F800000);
  SmallVector<Value> sides;
  for (Value bits : largest) {
    sides.push_back(
        b.make<vector::ReductionOp>(vector::CombiningKind::MAXSI, bits));
    Value isFinite = b.less(sides.back(), infinity);
    finite = finite ? b.bitAnd(finite, isFinite) : isFinite;
  }
  for (Value &side : sides)
    side = b.floatOf(b.select(finite, side, b.i32(0)));
  sides.push_back(finite);
  return sides;
}

/// A side without elements copies the other one's scale.
SmallVector<Value> VectorQuantizer::scaleCodes(ArrayRef<Value> sides) {
  Value zero = b.f32(0);
  auto ofSide = [&](Value m) {
    Value code = scaleOfMax(b, format, quantizer, m);
    Value ofZeros = b.i32(::mx::scaleOfZeros(format, quantizer));
    return b.select(b.less(zero, m), code, ofZeros);
  };
  if (format.scheme == Scheme::Symmetric)
    return {ofSide(sides[0])};
  Value positive = ofSide(sides[0]), negative = ofSide(sides[1]);
  return {b.select(b.less(zero, sides[0]), positive, negative),
          b.select(b.less(zero, sides[1]), negative, positive)};
}

/// The number of bounds that `quotient` >= 0 reaches, and so the code of its
/// magnitude, saturated.
Value VectorQuantizer::encodeMagnitude(Value quotient) {
  Value code = splatI32(0);
  for (int upper = 1; upper < kMagnitudes; ++upper) {
    float above = std::fabs(::mx::decodeElement(format, upper));
    float below = std::fabs(::mx::decodeElement(format, upper - 1));
    bool towardZero = quantizer.rounding == Rounding::TowardZero;
    float bound = towardZero ? above : (below + above) / 2; // exact
    // A tie goes away from zero, or to the even code.
    bool takesTie =
        quantizer.rounding != Rounding::NearestEven || upper % 2 == 0;
    Value limit = splatF32(bound);
    Value reached =
        takesTie ? b.lessEqual(limit, quotient) : b.less(limit, quotient);
    code = b.add(code, b.make<arith::ExtUIOp>(code.getType(), reached));
  }
  return code;
}

/// `codes` of magnitudes with the signs of `x`: see encodeElement.
Value VectorQuantizer::withSign(Value x, Value codes) {
  Value isNegative = b.less(vectorBits(b, x), splatI32(0));
  if (::mx::spec(format.element).exponentBits == 0) {
    Value minus = b.bitAnd(b.sub(splatI32(0), codes), splatI32(15));
    return b.select(isNegative, minus, codes);
  }
  Value isSigned =
      b.bitOr(codes, b.select(isNegative, splatI32(kSignBit), splatI32(0)));
  if (format.scheme == Scheme::Symmetric)
    return isSigned;
  return b.select(b.equal(codes, splatI32(0)), codes, isSigned);
}

/// The codes of `x` under the vectors `scales`.
Value VectorQuantizer::encode(Value x, ArrayRef<Value> scales) {
  Value scale = scales[0];
  if (format.scheme == Scheme::Asymmetric)
    scale = b.select(b.less(x, splatF32(0)), scales[1], scale);
  Value bits =
      b.bitAnd(vectorBits(b, x), splatI32(std::numeric_limits<int32_t>::max()));
  Value magnitude = b.make<arith::BitcastOp>(x.getType(), bits);
  return withSign(x, encodeMagnitude(b.divide(magnitude, scale)));
}

/// Packs two codes a byte, the even k in the low nibble.
void VectorQuantizer::storeElements(Value codes, Value first) {
  Value bytes =
      b.make<arith::TruncIOp>(VectorType::get(lanes, b.getI8Type()), codes);
  SmallVector<int64_t> even, odd;
  for (int64_t lane = 0; lane < lanes; lane += 2) {
    even.push_back(lane);
    odd.push_back(lane + 1);
  }
  Value low = b.make<vector::ShuffleOp>(bytes, bytes, even);
  Value high = b.make<vector::ShuffleOp>(bytes, bytes, odd);
  Value four = splat(b, b.integer(b.getI8Type(), 4), lanes / 2);
  SmallVector<Value> at(row);
  at.push_back(b.shr(first, b.index(1)));
  storeVector(b, b.bitOr(low, b.shl(high, four)), op.getCodes(), at);
}

void VectorQuantizer::quantize(ValueRange rowIndices, Value block, Value k) {
  row = llvm::to_vector(rowIndices);
  Value first = b.mul(block, b.index(format.blockSize));
  SmallVector<Value> x = loadBlock(first, k);
  Value outer;
  if (op.getOuter())
    outer = splat(b, loadOuter(b, format, op.getOuter(), row), lanes);
  for (Value &vector : x) {
    vector = extendToF32(b, vector);
    if (outer)
      vector = b.divide(vector, outer);
  }

  SmallVector<Value> found = extremes(x);
  Value finite = found.pop_back_val();
  SmallVector<Value> codes = scaleCodes(found), scales;
  for (Value &code : codes) {
    code = b.select(finite, code, b.i32(::mx::spec(format.scale).nan));
    Value scale = decodeScale(b, format.scale, code);
    // A scale of 0 is the emulator's underflow: all its elements are 0.
    Value vanished = b.equal(scale, b.f32(0));
    Value infinity = b.f32(std::numeric_limits<float>::infinity());
    scales.push_back(splat(b, b.select(vanished, infinity, scale), lanes));
  }
  storeScales(b, format, op.getScales(), row, block, codes);
  Value keep = b.select(finite, b.i32(15), b.i32(0));
  for (auto [i, vector] : llvm::enumerate(x)) {
    Value elements = b.bitAnd(encode(vector, scales), splat(b, keep, lanes));
    storeElements(elements, b.add(first, b.index(i * lanes)));
  }
}

/// The indices of number `row` in axes of `extents`.
static SmallVector<Value> delinearize(ScalarBuilder &b, Value row,
                                      ArrayRef<Value> extents) {
  SmallVector<Value> indices;
  for (Value extent : llvm::reverse(extents.drop_front(!extents.empty()))) {
    indices.push_back(b.make<arith::RemUIOp>(row, extent));
    row = b.make<arith::DivUIOp>(row, extent);
  }
  if (!extents.empty())
    indices.push_back(row);
  std::reverse(indices.begin(), indices.end());
  return indices;
}

void mlir::mx::vectorizeQuantize(ScalarBuilder &b, QuantizePartsOp op) {
  SmallVector<Value> extents;
  int64_t last = cast<MemRefType>(op.getSource().getType()).getRank() - 1;
  for (int64_t axis = 0; axis < last; ++axis)
    extents.push_back(b.dim(op.getSource(), axis));
  Value k = b.dim(op.getSource(), last);
  Value blocks = blocksOf(b, k, op.getFormatSpec().blockSize);
  // The shares are those of all rows, counted through the axes.
  Value rows = b.index(1);
  for (Value extent : extents)
    rows = b.mul(rows, extent);
  int64_t threads = op.getLoweringConfigAttr().getThreads();
  forShares(b, threads, rows, [&](Value begin, Value end) {
    b.loop(begin, end, {}, [&](Value row, ValueRange) {
      SmallVector<Value> at = delinearize(b, row, extents);
      b.nest(blocks, [&](ValueRange block) {
        VectorQuantizer(b, op).quantize(at, block[0], k);
      });
      return SmallVector<Value>();
    });
  });
}
