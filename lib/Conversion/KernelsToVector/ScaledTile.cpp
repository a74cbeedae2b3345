//===- ScaledTile.cpp - tiles of scaled integer products ------------------===//
//
//   for blocks g
//     sums = 0                               all of the tile, in registers
//     for pairs of elements of g             not unrolled: see rolledLoop
//       sums += a[.., pair] * b[pair, ..]
//     c += f32(sums) * (scales of a * scales of b)
//
//===----------------------------------------------------------------------===//

#include "../ByteVectors.h"
#include "../RowTiles.h"
#include "Tiles.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

/// The expansion of one scaled_microkernel.
class ScaledTile {
public:
  ScaledTile(ScalarBuilder &b, ScaledMicrokernelOp op)
      : b(b), op(op), row(*::mx::findTarget(op.getTarget())),
        lanes(row.lanes()), height(op.getC().getType().getDimSize(0)),
        vectors(op.getC().getType().getDimSize(1) / lanes),
        pairs(op.getBlock() / 2) {}
  void emit();

private:
  SmallVector<Value> addPair(Value block, Value pair, ValueRange sums);
  void scale(Value block, ArrayRef<Value> sums);
  Value load(Value memref, Value at, Value column, Type element);

  ScalarBuilder &b;
  ScaledMicrokernelOp op;
  const ::mx::TargetRow &row;
  const int64_t lanes, height, vectors, pairs;
};

} // namespace

/// A vector, as wide as the target's, of row `at` of `memref`.
Value ScaledTile::load(Value memref, Value at, Value column, Type element) {
  int64_t count = row.vectorBits / element.getIntOrFloatBitWidth();
  return b.make<vector::LoadOp>(VectorType::get(count, element), memref,
                                ValueRange{at, column});
}

SmallVector<Value> ScaledTile::addPair(Value block, Value pair,
                                       ValueRange sums) {
  Value at = b.add(b.mul(block, b.index(pairs)), pair);
  SmallVector<Value> weights, next(sums);
  for (int64_t v = 0; v < vectors; ++v)
    weights.push_back(
        load(op.getB(), at, b.index(2 * v * lanes), b.getI16Type()));
  Value element = b.mul(at, b.index(2));
  for (int64_t i = 0; i < height; ++i) {
    Value x = broadcastWord(b, op.getA(), {b.index(i), element}, 4 * lanes);
    for (int64_t v = 0; v < vectors; ++v) {
      Value &sum = next[i * vectors + v];
      sum = addWordProducts(b, row, sum, x, weights[v]);
    }
  }
  return next;
}

void ScaledTile::scale(Value block, ArrayRef<Value> sums) {
  Type f32 = b.getF32Type();
  auto floats = VectorType::get(lanes, f32);
  SmallVector<Value> ofB;
  for (int64_t v = 0; v < vectors; ++v)
    ofB.push_back(load(op.getBScales(), block, b.index(v * lanes), f32));
  for (int64_t i = 0; i < height; ++i) {
    Value scale = b.load(op.getAScales(), {b.index(i), block});
    Value ofA = b.make<vector::BroadcastOp>(floats, scale);
    for (int64_t v = 0; v < vectors; ++v) {
      Value column = b.index(v * lanes);
      Value sum = b.make<arith::SIToFPOp>(floats, sums[i * vectors + v]);
      Value c = load(op.getC(), b.index(i), column, f32);
      c = b.make<vector::FMAOp>(sum, b.mul(ofA, ofB[v]), c);
      vector::StoreOp::create(b, c, op.getC(), ValueRange{b.index(i), column});
    }
  }
}

void ScaledTile::emit() {
  Value size = b.index(op.getBlock());
  Value blocks = b.make<arith::CeilDivUIOp>(op.getK(), size);
  Value zero = splatConstant(b, VectorType::get(lanes, b.getI32Type()), 0);
  SmallVector<Value> zeros(height * vectors, zero);
  b.loop(b.index(0), blocks, {}, [&](Value block, ValueRange) {
    scale(block,
          rolledLoop(b, b.index(pairs), zeros, [&](Value pair, ValueRange now) {
            return addPair(block, pair, now);
          }));
    return SmallVector<Value>();
  });
}

void mlir::mx::expandScaledMicrokernel(ScalarBuilder &b,
                                       ScaledMicrokernelOp op) {
  ScaledTile(b, op).emit();
}
