//===- KernelsToVector.cpp - register tiles to vector IR ------------------===//
//
// All accumulators of a tile are values that one loop over K carries, so that
// they stay in registers whatever later passes know of memory.
//
//===----------------------------------------------------------------------===//

#include "mx/Conversion/Passes.h"

#include "../ScalarBuilder.h"
#include "Tiles.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTMXKERNELSTOVECTORPASS
#include "mx/Conversion/Passes.h.inc"

namespace {

/// The expansion of one microkernel.
class Tile {
public:
  Tile(ScalarBuilder &b, MicrokernelOp op)
      : b(b), op(op), row(*::mx::findTarget(op.getTarget())),
        type(VectorType::get(row.lanes(), b.getF32Type())),
        height(op.getC().getType().getDimSize(0)),
        vectors(op.getC().getType().getDimSize(1) / row.lanes()),
        hasFma(StringRef(row.features).contains("+fma")),
        isPairs(op.getB().getType().getElementType().isBF16()) {}
  void emit();

private:
  Value column(int64_t v) { return b.index(v * row.lanes()); }
  SmallVector<Value> loadRow(Value memref, Value at);
  SmallVector<Value> loadPairs(Value at);
  Value broadcastPair(Value i, Value k);
  SmallVector<Value> step(Value k, ValueRange sums);
  Value multiplyAdd(Value x, Value w, Value sum);

  ScalarBuilder &b;
  MicrokernelOp op;
  const ::mx::TargetRow &row;
  VectorType type;
  const int64_t height, vectors;
  const bool hasFma, isPairs;
};

SmallVector<Value> Tile::loadRow(Value memref, Value at) {
  SmallVector<Value> values;
  for (int64_t v = 0; v < vectors; ++v)
    values.push_back(
        b.make<vector::LoadOp>(type, memref, ValueRange{at, column(v)}));
  return values;
}

/// The elements 2k and 2k + 1 of all columns.
SmallVector<Value> Tile::loadPairs(Value k) {
  auto pairs = VectorType::get(2 * row.lanes(), b.getBF16Type());
  SmallVector<Value> values;
  for (int64_t v = 0; v < vectors; ++v)
    values.push_back(b.make<vector::LoadOp>(
        pairs, op.getB(), ValueRange{k, b.index(2 * v * row.lanes())}));
  return values;
}

/// Those of row `i` in all lanes.
Value Tile::broadcastPair(Value i, Value k) {
  Value pair =
      b.make<vector::LoadOp>(VectorType::get(2, b.getBF16Type()), op.getA(),
                             ValueRange{i, b.mul(k, b.index(2))});
  Value bits = b.make<vector::ExtractOp>(
      b.make<vector::BitCastOp>(VectorType::get(1, b.getI32Type()), pair), 0);
  Value all = b.make<vector::BroadcastOp>(
      VectorType::get(row.lanes(), b.getI32Type()), bits);
  return b.make<vector::BitCastOp>(
      VectorType::get(2 * row.lanes(), b.getBF16Type()), all);
}

/// Without the instruction a fused multiply-add would be a call.
Value Tile::multiplyAdd(Value x, Value w, Value sum) {
  if (isPairs)
    return LLVM::CallIntrinsicOp::create(
               b, type, b.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
               ValueRange{sum, x, w})
        ->getResult(0);
  if (hasFma)
    return b.make<vector::FMAOp>(x, w, sum);
  return b.add(sum, b.mul(x, w));
}

SmallVector<Value> Tile::step(Value k, ValueRange sums) {
  SmallVector<Value> next;
  SmallVector<Value> weights = isPairs ? loadPairs(k) : loadRow(op.getB(), k);
  for (int64_t i = 0; i < height; ++i) {
    Value x = isPairs ? broadcastPair(b.index(i), k)
                      : b.make<vector::BroadcastOp>(
                            type, b.load(op.getA(), {b.index(i), k}));
    for (Value w : weights)
      next.push_back(multiplyAdd(x, w, sums[next.size()]));
  }
  return next;
}

void Tile::emit() {
  SmallVector<Value> sums;
  for (int64_t i = 0; i < height; ++i)
    llvm::append_range(sums, loadRow(op.getC(), b.index(i)));
  sums = b.loop(b.index(0), op.getK(), sums,
                [&](Value k, ValueRange now) { return step(k, now); });
  for (int64_t i = 0; i < height; ++i)
    for (int64_t v = 0; v < vectors; ++v)
      vector::StoreOp::create(b, sums[i * vectors + v], op.getC(),
                              ValueRange{b.index(i), column(v)});
}

struct KernelsToVector final
    : impl::ConvertMXKernelsToVectorPassBase<KernelsToVector> {
  void runOnOperation() override {
    SmallVector<MicrokernelOp> ops;
    getOperation()->walk([&](MicrokernelOp op) { ops.push_back(op); });
    for (MicrokernelOp op : ops) {
      ScalarBuilder b(op.getLoc(), op);
      Tile(b, op).emit();
      op.erase();
    }
    SmallVector<ScaledMicrokernelOp> scaled;
    getOperation()->walk([&](ScaledMicrokernelOp op) { scaled.push_back(op); });
    for (ScaledMicrokernelOp op : scaled) {
      ScalarBuilder b(op.getLoc(), op);
      expandScaledMicrokernel(b, op);
      op.erase();
    }
  }
};

} // namespace
} // namespace mlir::mx
