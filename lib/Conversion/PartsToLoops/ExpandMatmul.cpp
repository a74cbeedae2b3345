//===- ExpandMatmul.cpp - the exact multiply-accumulate in scalar IR ------===//
//
// As lib/Numerics/Matmul.cpp: integer sums by scale class, each times its pair
// of scales an exact f64 (or a few), their sum without error as an expansion,
// one rounding to f32.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::Scheme;

//===----------------------------------------------------------------------===//
// A few f64s summed without error
//===----------------------------------------------------------------------===//

/// Knuth's Two-Sum: returns (high, low) with high + low = a + b exactly.
static std::pair<Value, Value> twoSum(ScalarBuilder &b, Value x, Value y) {
  Value high = b.add(x, y);
  Value ofX = b.sub(high, y);
  Value low = b.add(b.sub(x, ofX), b.sub(y, b.sub(high, ofX)));
  return {high, low};
}

/// Grow-Expansion: `parts`, smallest first, plus `term`.
static void grow(ScalarBuilder &b, SmallVector<Value> &parts, Value term) {
  for (Value &part : parts)
    std::tie(term, part) = twoSum(b, part, term);
  parts.push_back(term);
}

/// The expansion rounded once to f32: first to f64 by round-to-odd, whose last
/// bit keeps the second rounding from seeing a false tie.
static Value roundExpansion(ScalarBuilder &b, ArrayRef<Value> parts) {
  Value high = parts.back(), low = b.f64(0), zero = low;
  for (Value part : llvm::reverse(parts.drop_back())) {
    Value more = b.equal(low, zero);
    Value sum = b.add(high, part);
    Value rest = b.sub(part, b.sub(sum, high));
    high = b.select(more, sum, high);
    low = b.select(more, rest, low);
  }
  if (parts.size() > 1) {
    Type i64 = b.getI64Type();
    Value bits = b.bitsOf(high), one = b.integer(i64, 1);
    Value even = b.equal(b.bitAnd(bits, one), b.integer(i64, 0));
    Value inexact = b.make<arith::CmpFOp>(arith::CmpFPredicate::ONE, low, zero);
    Value outward = b.equal(b.less(zero, low), b.less(zero, high));
    Value odd = b.add(bits, b.select(outward, one, b.integer(i64, -1)));
    high = b.floatOf(b.select(b.bitAnd(even, inexact), odd, bits));
  }
  // A zero may be -0; added to a sum that starts from +0 it changes nothing.
  return b.make<arith::TruncFOp>(b.getF32Type(), high);
}

//===----------------------------------------------------------------------===//
// Block values
//===----------------------------------------------------------------------===//

namespace {

/// One block operand of the product, at one row.
struct Operand {
  FormatSpec format;
  Value codes, scales, outer;
  SmallVector<Value> row;

  int classes() const { return format.scalesPerBlock(); }
};

/// The value of one pair of blocks.
class BlockDot {
public:
  BlockDot(ScalarBuilder &b, const Operand &lhs, const Operand &rhs);

  /// The f32 value of elements first .. limit, which lie in one block of each.
  Value emit(Value first, Value limit);

private:
  SmallVector<Value> weights(const Operand &operand, Value code);
  Value isNanElement(const Operand &operand, Value code);
  SmallVector<Value> sums(Value first, Value limit);
  SmallVector<Value> scalesOf(const Operand &operand, Value first);
  void addTerm(SmallVector<Value> &parts, Value sum, Value scale);

  ScalarBuilder &b;
  const Operand &lhs, &rhs;
  int sumBits;  ///< bits of the largest class sum, sign not counted
  Type sumType; ///< i64, or i128 for sums of E5M2 products
  bool hasNan;
};

} // namespace

BlockDot::BlockDot(ScalarBuilder &b, const Operand &lhs, const Operand &rhs)
    : b(b), lhs(lhs), rhs(rhs) {
  int64_t size = std::min(lhs.format.blockSize, rhs.format.blockSize);
  sumBits = ::mx::elementUnitBits(lhs.format) +
            ::mx::elementUnitBits(rhs.format) + llvm::Log2_64_Ceil(size);
  sumType = b.getIntegerType(sumBits < 63 ? 64 : 128);
  hasNan = ::mx::hasNanElement(lhs.format) || ::mx::hasNanElement(rhs.format);
}

/// How much `code` counts in each class: in that of the scale its sign selects;
/// in an affine block with its units for the step and once for the minimum.
SmallVector<Value> BlockDot::weights(const Operand &operand, Value code) {
  Value units = elementUnits(b, operand.format, code);
  if (sumType != units.getType())
    units = b.make<arith::ExtSIOp>(sumType, units);
  if (operand.format.scheme == Scheme::Symmetric)
    return {units};
  if (operand.format.scheme == Scheme::Affine)
    return {units, b.integer(sumType, 1)};
  Value zero = b.integer(sumType, 0), negative = b.less(units, zero);
  return {b.select(negative, zero, units), b.select(negative, units, zero)};
}

Value BlockDot::isNanElement(const Operand &operand, Value code) {
  return b.isNan(elementValue(b, operand.format, code));
}

/// S_pq for all pairs of classes, p major; last, where elements may be NaN,
/// whether one is.
SmallVector<Value> BlockDot::sums(Value first, Value limit) {
  SmallVector<Value> start(lhs.classes() * rhs.classes(),
                           b.integer(sumType, 0));
  if (hasNan)
    start.push_back(b.integer(b.getI1Type(), 0));
  return b.loop(first, limit, start, [&](Value k, ValueRange now) {
    Value codeA = loadCode(b, lhs.format, lhs.codes, lhs.row, k);
    Value codeB = loadCode(b, rhs.format, rhs.codes, rhs.row, k);
    SmallVector<Value> next;
    SmallVector<Value> ofB = weights(rhs, codeB);
    for (Value weightA : weights(lhs, codeA))
      for (Value weightB : ofB)
        next.push_back(b.add(now[next.size()], b.mul(weightA, weightB)));
    if (hasNan) {
      Value nan = now.back();
      for (auto [operand, code] :
           {std::pair(&lhs, codeA), std::pair(&rhs, codeB)})
        if (::mx::hasNanElement(operand->format))
          nan = b.bitOr(nan, isNanElement(*operand, code));
      next.push_back(nan);
    }
    return next;
  });
}

SmallVector<Value> BlockDot::scalesOf(const Operand &operand, Value first) {
  Value block =
      b.make<arith::DivUIOp>(first, b.index(operand.format.blockSize));
  return loadScales(b, operand.format, operand.scales, operand.row, block);
}

/// Adds sum * scale in exact pieces: `scale`, a product of two scales, has up
/// to 22 significant bits and leaves 31 of a double's 53.
void BlockDot::addTerm(SmallVector<Value> &parts, Value sum, Value scale) {
  constexpr int pieceBits = 31;
  Type i64 = b.getI64Type();
  for (int shift = 0; shift < sumBits; shift += pieceBits) {
    bool last = shift + pieceBits >= sumBits;
    // Low pieces are unsigned; the last, arithmetic shift keeps the sign.
    Value piece = b.make<arith::ShRSIOp>(sum, b.integer(sumType, shift));
    if (!last)
      piece =
          b.bitAnd(piece, b.integer(sumType, (int64_t(1) << pieceBits) - 1));
    if (sumType != i64)
      piece = b.make<arith::TruncIOp>(i64, piece);
    Value value = b.make<arith::SIToFPOp>(b.getF64Type(), piece);
    Value weight = b.mul(scale, b.f64(std::ldexp(1.0, shift)));
    grow(b, parts, b.mul(value, weight));
  }
}

Value BlockDot::emit(Value first, Value limit) {
  SmallVector<Value> sum = sums(first, limit);
  SmallVector<Value> scalesA = scalesOf(lhs, first);
  SmallVector<Value> scalesB = scalesOf(rhs, first);
  auto wide = [&](Value v) { return b.make<arith::ExtFOp>(b.getF64Type(), v); };
  Value unit =
      b.f64(std::ldexp(1.0, ::mx::elementUnitExponent(lhs.format) +
                                ::mx::elementUnitExponent(rhs.format)));
  SmallVector<Value> parts;
  for (auto [p, scaleA] : llvm::enumerate(scalesA))
    for (auto [q, scaleB] : llvm::enumerate(scalesB))
      addTerm(parts, sum[p * scalesB.size() + q],
              b.mul(b.mul(wide(scaleA), wide(scaleB)), unit));
  Value value = roundExpansion(b, parts);

  Value nan = hasNan ? sum.back() : b.integer(b.getI1Type(), 0);
  for (Value scale : llvm::concat<Value>(scalesA, scalesB))
    nan = b.bitOr(nan, b.isNan(scale));
  return b.select(nan, b.f32(std::numeric_limits<float>::quiet_NaN()), value);
}

//===----------------------------------------------------------------------===//
// Rows times rows
//===----------------------------------------------------------------------===//

/// The operand of `format` in `parts`, at the row `row`.
static Operand operandAt(const FormatSpec &format, ValueRange parts,
                         ValueRange row) {
  return {format, parts[0], parts[1], parts.size() > 2 ? parts[2] : Value(),
          llvm::to_vector(row)};
}

/// f32 sum of the block values, left to right from +0.
static Value blockProduct(ScalarBuilder &b, const Operand &lhs,
                          const Operand &rhs, Value k) {
  int64_t size = std::min(lhs.format.blockSize, rhs.format.blockSize);
  Value blocks = blocksOf(b, k, size);
  return b.loop(b.index(0), blocks, {b.f32(0)}, [&](Value i, ValueRange sum) {
    Value first = b.mul(i, b.index(size));
    Value limit = b.min(b.add(first, b.index(size)), k);
    Value value = BlockDot(b, lhs, rhs).emit(first, limit);
    return SmallVector<Value>{b.add(sum[0], value)};
  })[0];
}

/// f32 sum of f32 products with the decoded elements, in K order from +0.
static Value floatProduct(ScalarBuilder &b, Value lhs, ValueRange lhsRow,
                          const Operand &rhs, Value k) {
  return b.loop(b.index(0), k, {b.f32(0)}, [&](Value i, ValueRange sum) {
    SmallVector<Value> at(lhsRow);
    at.push_back(i);
    Value x = b.toF32(b.load(lhs, at));
    Value w = decodeAt(b, rhs.format, rhs.codes, rhs.scales, rhs.row, i);
    return SmallVector<Value>{b.add(sum[0], b.mul(x, w))};
  })[0];
}

static Value product(ScalarBuilder &b, Value x, Value y) {
  return x && y ? b.mul(x, y) : x ? x : y;
}

void mlir::mx::expandMatmul(ScalarBuilder &b, MatmulPartsOp op) {
  auto init = cast<MemRefType>(op.getInit().getType());
  SmallVector<Value> extents;
  for (int64_t axis = 0; axis < init.getRank(); ++axis)
    extents.push_back(b.dim(op.getInit(), axis));
  bool sharedRhs = op.isRhsShared();

  b.nest(extents, [&](ValueRange at) {
    ValueRange lhsRow = at.drop_back();
    SmallVector<Value> rhsRow;
    if (!sharedRhs)
      llvm::append_range(rhsRow, at.drop_back(2));
    rhsRow.push_back(at.back());
    Operand rhs = operandAt(op.getRhsSpec(), op.getRhs(), rhsRow);

    Value sum, outer;
    if (std::optional<FormatSpec> format = op.getLhsSpec()) {
      Operand lhs = operandAt(*format, op.getLhs(), lhsRow);
      sum = blockProduct(b, lhs, rhs, op.getK());
      if (lhs.outer)
        outer = loadOuter(b, lhs.format, lhs.outer, lhs.row);
    } else {
      sum = floatProduct(b, op.getLhs()[0], lhsRow, rhs, op.getK());
    }
    if (rhs.outer)
      outer = product(b, outer, loadOuter(b, rhs.format, rhs.outer, rhs.row));

    Value start =
        op.getFromZero() ? b.f32(0) : b.toF32(b.load(op.getInit(), at));
    Value y =
        outer ? b.make<math::FmaOp>(sum, outer, start) : b.add(sum, start);
    if (!init.getElementType().isF32())
      y = b.make<arith::TruncFOp>(init.getElementType(), y);
    b.store(y, op.getInit(), at);
  });
}
