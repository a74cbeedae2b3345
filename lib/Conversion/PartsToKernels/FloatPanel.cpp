//===- FloatPanel.cpp - many rows of floats by panels and tiles -----------===//
//
//   for columns n, a panel of several register tiles
//     for k, `depth` at a time
//       panel[part][k][column] = B, transposed where it is [n, k]; 0 past N
//       for parts, for rows m, a register tile high: C += A * panel[part]
//
// The last columns, fewer than a register tile has, go through a buffer.
//
//===----------------------------------------------------------------------===//

#include "../RowTiles.h"
#include "../ScalarCodec.h"
#include "FloatProduct.h"
#include "Threads.h"
#include "VectorCodec.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

using Sizes = SmallVector<OpFoldResult>;

/// Columns of a panel at most; less, where they take a quarter of the cache.
static constexpr int64_t kPanelColumns = 256;

namespace {

/// The rows of one thread.
class Panels {
public:
  Panels(ScalarBuilder &b, const FloatConfig &config,
         const FloatMatrices &matrices, Value begin, Value end);
  void emit();

private:
  int64_t parts() const;
  OpFoldResult constant(int64_t value) { return b.getIndexAttr(value); }
  Value packRows();
  void packPanel(Value n, Value k, Value count);
  void packVector(Value n, Value k, Value count, Value column);
  void packTransposed(Value n, Value k, Value count, Value column);
  void packElements(Value n, Value k, Value count, Value column);
  void storePanel(Value vector, Value k, Value column);
  Value loadB(Value n, Value k);
  void multiplyPart(Value n, Value k, Value count, Value part);
  void multiplyTiles(Value k, Value count, Value part, Value c, Value column);
  void multiplyTail(Value n, Value k, Value count, Value part);

  ScalarBuilder &b;
  const FloatConfig &config;
  const FloatMatrices &all;
  Scratch scratch;
  const Value rows;     ///< of this share
  Value a, c;           ///< these rows
  Value panel, columns; ///< [part, depth, width]; [rows, width]
};

} // namespace

static bool isContiguous(Value matrix) {
  return cast<MemRefType>(matrix.getType()).isLastDimUnitStride();
}

Panels::Panels(ScalarBuilder &b, const FloatConfig &config,
               const FloatMatrices &matrices, Value begin, Value end)
    : b(b), config(config), all(matrices), scratch(b), rows(b.sub(end, begin)) {
  a = takeTile(b, all.a, Sizes{begin, constant(0)}, Sizes{rows, all.k});
  c = takeTile(b, all.c, Sizes{begin, constant(0)}, Sizes{rows, all.n});
}

/// Register tiles of a panel.
int64_t Panels::parts() const {
  int64_t fit = config.row.caches.l2 / 4 / (config.depth * 4);
  int64_t wanted = std::min(fit, kPanelColumns);
  int64_t columns = cast<MemRefType>(all.c.getType()).getDimSize(1);
  if (!ShapedType::isDynamic(columns))
    wanted = std::min<int64_t>(wanted, llvm::alignTo(columns, config.width()));
  return std::max<int64_t>(wanted / config.width(), 1);
}

/// The rows of A one after the other, where they are not.
Value Panels::packRows() {
  int64_t dynamic = ShapedType::kDynamic;
  Value x = scratch.allocate(b.getF32Type(), {dynamic, dynamic}, {rows, all.k});
  b.nest({rows, all.k}, [&](ValueRange at) { b.store(b.load(a, at), x, at); });
  return x;
}

void Panels::emit() {
  if (!isContiguous(a))
    a = packRows();
  panel =
      scratch.allocate(b.getF32Type(), {parts(), config.depth, config.width()});
  columns = scratch.allocate(b.getF32Type(),
                             {ShapedType::kDynamic, config.width()}, rows);
  Value unit = b.index(parts() * config.width());
  Value depth = b.index(config.depth);
  b.nest({blocksOf(b, all.n, parts() * config.width()),
          blocksOf(b, all.k, config.depth)},
         [&](ValueRange at) {
           Value n = b.mul(at[0], unit), k = b.mul(at[1], depth);
           Value count = b.min(depth, b.sub(all.k, k));
           packPanel(n, k, count);
           b.nest(b.index(parts()),
                  [&](ValueRange part) { multiplyPart(n, k, count, part[0]); });
         });
  scratch.free();
}

//===----------------------------------------------------------------------===//
// The panel
//===----------------------------------------------------------------------===//

void Panels::packPanel(Value n, Value k, Value count) {
  int64_t lanes = config.lanes();
  b.nest(b.index(parts() * config.vectors), [&](ValueRange vector) {
    Value column = b.mul(vector[0], b.index(lanes));
    Value end = b.add(b.add(n, column), b.index(lanes));
    b.conditional(
        TypeRange{}, b.lessEqual(end, all.n),
        [&] {
          if (all.isRowMajor)
            packVector(n, k, count, column);
          else
            packTransposed(n, k, count, column);
          return SmallVector<Value>();
        },
        [&] {
          packElements(n, k, count, column);
          return SmallVector<Value>();
        });
  });
}

/// panel[.., k, column ..] = `vector`.
void Panels::storePanel(Value vector, Value k, Value column) {
  Value width = b.index(config.width());
  SmallVector<Value> at{b.make<arith::DivUIOp>(column, width), k,
                        b.make<arith::RemUIOp>(column, width)};
  if (isa<VectorType>(vector.getType()))
    storeVector(b, vector, panel, at);
  else
    b.store(vector, panel, at);
}

Value Panels::loadB(Value n, Value k) {
  if (all.isRowMajor)
    return b.load(all.b, {k, n});
  return b.load(all.b, {n, k});
}

/// Columns that lie one after the other.
void Panels::packVector(Value n, Value k, Value count, Value column) {
  b.nest(count, [&](ValueRange at) {
    Value from = loadVector(b, all.b, {b.add(k, at[0]), b.add(n, column)},
                            config.lanes(), b.getF32Type());
    storePanel(from, at[0], column);
  });
}

/// The transpose of a square of vectors: step s exchanges the lanes with bit s
/// of the upper rows with those without it of the lower rows, s below.
static void transposeSquare(ScalarBuilder &b, SmallVector<Value> &square) {
  int64_t size = square.size();
  for (int64_t step = 1; step < size; step *= 2) {
    SmallVector<int64_t> upper, lower;
    for (int64_t lane = 0; lane < size; ++lane) {
      upper.push_back(lane & step ? size + lane - step : lane);
      lower.push_back(lane & step ? size + lane : lane + step);
    }
    for (int64_t i = 0; i < size; ++i) {
      if (i & step)
        continue;
      Value x = square[i], y = square[i + step];
      square[i] = b.make<vector::ShuffleOp>(x, y, upper);
      square[i + step] = b.make<vector::ShuffleOp>(x, y, lower);
    }
  }
}

/// Columns that are rows of B, as many as a vector has lanes.
void Panels::packTransposed(Value n, Value k, Value count, Value column) {
  int64_t lanes = config.lanes();
  Value squares = b.make<arith::DivUIOp>(count, b.index(lanes));
  Value first = b.add(n, column);
  b.nest(squares, [&](ValueRange at) {
    Value begin = b.mul(at[0], b.index(lanes));
    SmallVector<Value> square;
    for (int64_t i = 0; i < lanes; ++i)
      square.push_back(loadVector(b, all.b,
                                  {b.add(first, b.index(i)), b.add(k, begin)},
                                  lanes, b.getF32Type()));
    transposeSquare(b, square);
    for (auto [i, vector] : llvm::enumerate(square))
      storePanel(vector, b.add(begin, b.index(i)), column);
  });
  b.loop(b.mul(squares, b.index(lanes)), count, {}, [&](Value i, ValueRange) {
    b.nest(b.index(lanes), [&](ValueRange lane) {
      storePanel(loadB(b.add(first, lane[0]), b.add(k, i)), i,
                 b.add(column, lane[0]));
    });
    return SmallVector<Value>();
  });
}

/// Columns of which some lie past N: zeros there.
void Panels::packElements(Value n, Value k, Value count, Value column) {
  b.nest({b.index(config.lanes()), count}, [&](ValueRange at) {
    Value to = b.add(column, at[0]), from = b.add(n, to);
    Value value = b.conditional(
        b.getF32Type(), b.less(from, all.n),
        [&] { return SmallVector<Value>{loadB(from, b.add(k, at[1]))}; },
        [&] { return SmallVector<Value>{b.f32(0)}; })[0];
    storePanel(value, at[1], to);
  });
}

//===----------------------------------------------------------------------===//
// Register tiles
//===----------------------------------------------------------------------===//

void Panels::multiplyPart(Value n, Value k, Value count, Value part) {
  Value width = b.index(config.width());
  Value column = b.add(n, b.mul(part, width));
  auto whole = [&] {
    multiplyTiles(k, count, part, c, column);
    return SmallVector<Value>();
  };
  b.conditional(TypeRange{}, b.lessEqual(b.add(column, width), all.n), whole,
                [&] {
                  multiplyTail(column, k, count, part);
                  return SmallVector<Value>();
                });
}

/// target[.., column ..] += A[.., k ..] * panel[part].
void Panels::multiplyTiles(Value k, Value count, Value part, Value target,
                           Value column) {
  int64_t depth = config.depth, width = config.width();
  auto partType = MemRefType::get(
      {depth, width}, b.getF32Type(),
      StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic, {width, 1}));
  Sizes ones(3, constant(1));
  Value tileB = b.make<memref::SubViewOp>(
      partType, panel, Sizes{part, constant(0), constant(0)},
      Sizes{constant(1), constant(depth), constant(width)}, ones);
  forTilesOfRows(b, rows, config.rows, [&](Value m, int64_t height) {
    Value tileA = takeTile(b, a, Sizes{m, k}, Sizes{constant(height), count});
    Value tileC = takeTile(b, target, Sizes{m, column},
                           Sizes{constant(height), constant(width)});
    MicrokernelOp::create(b, tileA, tileB, count, tileC,
                          b.getStringAttr(config.row.name));
  });
}

/// The same for columns `n` to N of C, which are none or too few for a tile.
void Panels::multiplyTail(Value n, Value k, Value count, Value part) {
  Value zero = b.index(0);
  Value left = b.max(b.sub(all.n, n), zero);
  auto isAny = b.less(zero, left);
  auto add = [&] {
    linalg::FillOp::create(b, b.f32(0), columns);
    multiplyTiles(k, count, part, columns, zero);
    b.nest({rows, left}, [&](ValueRange at) {
      SmallVector<Value> to{at[0], b.add(n, at[1])};
      b.store(b.add(b.load(c, to), b.load(columns, at)), c, to);
    });
    return SmallVector<Value>();
  };
  b.conditional(TypeRange{}, isAny, add, [] { return SmallVector<Value>(); });
}

void mlir::mx::multiplyByPanels(ScalarBuilder &b, const FloatConfig &config,
                                const FloatMatrices &matrices) {
  // In shares of whole register tiles.
  Value tiles = blocksOf(b, matrices.m, config.rows);
  Value height = b.index(config.rows);
  forShares(b, config.threads, tiles, [&](Value begin, Value end) {
    Panels(b, config, matrices, b.mul(begin, height),
           b.min(b.mul(end, height), matrices.m))
        .emit();
  });
}
