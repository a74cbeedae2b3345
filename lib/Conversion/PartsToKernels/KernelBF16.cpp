//===- KernelBF16.cpp - panels of bf16 pairs ------------------------------===//
//
// Decoded values of up to 8 significant bits are exact in bf16, and so are
// their products in f32 where scales lie within `limitsOf`: rows and panels
// with other scales are flagged.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "KernelPanel.h"
#include "VectorCodec.h"

#include "mx/Dialect/MX/IR/OperandFacts.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;

namespace {

class PanelBF16 final : public Panel {
public:
  PanelBF16(ScalarBuilder &b, const Product &product)
      : Panel(b, product),
        limits(::mx::limitsOf(::mx::kernelInfo(::mx::KernelKind::BF16),
                              operandFacts(product.weights),
                              operandFacts(*product.activations))) {}
  void allocateShared(Scratch &scratch) override;
  void packRows(Value begin, Value end) override;
  void allocateOwn(Scratch &scratch) override;
  Value multiplyColumns(Value n, Value end, Value acc) override;
  Value rowFlags() const override { return flags; }

protected:
  Type element() override { return b.getBF16Type(); }
  int64_t group() const override { return 2; }
  void storeWeights(ArrayRef<Value> values, Value part, Value k,
                    Value column) override;
  void checkScales(ArrayRef<Value> scales) override;

private:
  Value exceeds(Value scale, const ::mx::DataLimits &limit);
  Value rowExceeds(Value m);
  void copyRow(Value decoded, Value m);

  const ::mx::KernelLimits limits;
  Value flags;     ///< [M], null where activations have no limits
  Value panelFlag; ///< [1], null where weights have none
};

} // namespace

void PanelBF16::allocateShared(Scratch &scratch) {
  Panel::allocateShared(scratch);
  if (limits.activations.any())
    flags = scratch.allocate(b.getI8Type(), {ShapedType::kDynamic}, product.m);
}

void PanelBF16::allocateOwn(Scratch &scratch) {
  Panel::allocateOwn(scratch);
  if (limits.weights.any())
    panelFlag = scratch.allocate(b.getI8Type(), {1});
}

/// 2^exponent, 0 or infinity outside f32.
static float powerOfTwo(int64_t exponent) {
  return std::ldexp(
      1.0f, static_cast<int>(std::clamp<int64_t>(exponent, -1000, 1000)));
}

/// True where a scale is neither 0 nor NaN nor within `limit`; of vectors by
/// lane.
Value PanelBF16::exceeds(Value scale, const ::mx::DataLimits &limit) {
  auto constant = [&](float value) {
    auto vector = dyn_cast<VectorType>(scale.getType());
    return vector ? splat(b, b.f32(value), vector.getDimSize(0)) : b.f32(value);
  };
  Value isLow =
      b.bitAnd(b.less(scale, constant(powerOfTwo(limit.minScaleExponent))),
               b.less(constant(0), scale));
  Value isHigh = b.lessEqual(
      constant(powerOfTwo(int64_t(limit.maxScaleExponent) + 1)), scale);
  return b.bitOr(isLow, isHigh);
}

Value PanelBF16::rowExceeds(Value m) {
  SmallVector<Value> at = product.batch;
  at.push_back(m);
  const ::mx::FormatSpec &format = *product.activations;
  auto ofBlock = [&](Value block, ValueRange now) -> SmallVector<Value> {
    Value any = now[0];
    for (Value scale : loadScales(b, format, product.lhs[1], at, block))
      any = b.bitOr(any, exceeds(scale, limits.activations));
    return {any};
  };
  return b.loop(b.index(0), blocksOf(b, product.k, format.blockSize),
                b.integer(b.getI1Type(), 0), ofBlock)[0];
}

/// x[m, ..] = `decoded`, whose values are bf16 in the upper halves.
void PanelBF16::copyRow(Value decoded, Value m) {
  Value vectors = b.mul(blocksOf(b, product.k, kLargestBlock),
                        b.index(kLargestBlock / lanes));
  b.nest(vectors, [&](ValueRange v) {
    Value k = b.mul(v[0], b.index(lanes));
    Value bits = vectorBits(
        b, loadVector(b, decoded, {b.index(0), k}, lanes, b.getF32Type()));
    Value halves =
        b.make<arith::TruncIOp>(VectorType::get(lanes, b.getI16Type()),
                                b.shr(bits, splatI32(b, 16, lanes)));
    Value values = b.make<arith::BitcastOp>(
        VectorType::get(lanes, b.getBF16Type()), halves);
    storeVector(b, values, x, {m, k});
  });
}

void PanelBF16::packRows(Value begin, Value end) {
  Scratch scratch(b);
  Value length =
      b.mul(blocksOf(b, product.k, kLargestBlock), b.index(kLargestBlock));
  Value decoded =
      scratch.allocate(b.getF32Type(), {1, ShapedType::kDynamic}, length);
  b.loop(begin, end, {}, [&](Value m, ValueRange) {
    decodeActivations(b, product, m, decoded, b.index(0));
    copyRow(decoded, m);
    if (flags)
      b.store(b.make<arith::ExtUIOp>(b.getI8Type(), rowExceeds(m)), flags, m);
    return SmallVector<Value>();
  });
  scratch.free();
}

Value PanelBF16::multiplyColumns(Value n, Value end, Value acc) {
  Value zero = b.integer(b.getI8Type(), 0);
  if (panelFlag)
    b.store(zero, panelFlag, b.index(0));
  Panel::multiplyColumns(n, end, acc);
  if (!panelFlag)
    return {};
  return b.less(zero, b.load(panelFlag, b.index(0)));
}

void PanelBF16::checkScales(ArrayRef<Value> scales) {
  if (!panelFlag)
    return;
  for (Value scale : scales) {
    Value any = b.make<vector::ReductionOp>(vector::CombiningKind::OR,
                                            exceeds(scale, limits.weights));
    Value flag = b.make<arith::ExtUIOp>(b.getI8Type(), any);
    Value before = b.load(panelFlag, b.index(0));
    b.store(b.bitOr(before, flag), panelFlag, b.index(0));
  }
}

/// Pairs of elements of K, the even one in the lower half.
void PanelBF16::storeWeights(ArrayRef<Value> values, Value part, Value k,
                             Value column) {
  Value pair = b.make<arith::DivUIOp>(k, b.index(2));
  Value upper = splatI32(b, 0xFFFF0000, lanes);
  for (size_t i = 0; i < values.size(); i += 2) {
    Value even = b.shr(vectorBits(b, values[i]), splatI32(b, 16, lanes));
    Value odd = b.bitAnd(vectorBits(b, values[i + 1]), upper);
    Value both = b.make<vector::BitCastOp>(
        VectorType::get(2 * lanes, b.getBF16Type()), b.bitOr(even, odd));
    storeVector(b, both, panel,
                {part, b.add(pair, b.index(i / 2)), b.mul(column, b.index(2))});
  }
}

std::unique_ptr<Kernel> mlir::mx::makePanelBF16(ScalarBuilder &b,
                                                const Product &product) {
  return std::make_unique<PanelBF16>(b, product);
}
