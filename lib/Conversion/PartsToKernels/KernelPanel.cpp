//===- KernelPanel.cpp - a product as panels and register tiles -----------===//
//
// The kernels `f32` and `bf16`. Activations are decoded once; weights by panels
// of several register tiles, so that x, which comes from a lower cache, is read
// seldom:
//
//   for k, k_block deep
//     panel = decoded weights [part][k_block][columns of a tile]
//     for parts
//       for rows m, a register tile high: acc += x[m, k] * panel[part]
//
// K needs no tail: tiles are whole in memory, and the loops over k end at K, of
// bf16 at the end of its pair, where x is 0. Rows that do not fill a tile get a
// lower one.
//
//===----------------------------------------------------------------------===//

#include "KernelPanel.h"
#include "../RowTiles.h"
#include "../ScalarCodec.h"
#include "TileCodec.h"
#include "VectorCodec.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

/// Elements between the decoded rows, so that they do not lie a power of two
/// apart and share cache sets.
static constexpr int64_t kRowGap = 32;

int64_t Panel::unit() const { return std::max(width(), ::mx::kTileColumns); }

int64_t Panel::columns() const { return columnsOfPanel(/*bytes=*/4); }

void Panel::allocateShared(Scratch &scratch) {
  int64_t dynamic = ShapedType::kDynamic;
  Value blocks = blocksOf(b, product.k, kLargestBlock);
  Value length = b.add(b.mul(blocks, b.index(kLargestBlock)), b.index(kRowGap));
  x = scratch.allocate(element(), {dynamic, dynamic}, {product.m, length});
}

void Panel::allocateOwn(Scratch &scratch) {
  panel = scratch.allocate(
      element(), {columns() / width(), depth() / group(), width() * group()});
}

/// x = the rows of the activations as f32, without outer scales.
void Panel::packRows(Value begin, Value end) {
  b.loop(begin, end, {}, [&](Value m, ValueRange) {
    decodeActivations(b, product, m, x, m);
    return SmallVector<Value>();
  });
}

Value Panel::multiplyColumns(Value n, Value last, Value acc) {
  Value parts = blocksOf(b, b.sub(last, n), width());
  Value steps = stepsOverK();
  b.loop(b.index(0), steps, {}, [&](Value step, ValueRange) {
    Value begin = b.mul(step, b.index(depth()));
    Value end = b.min(b.add(begin, b.index(depth())), product.k);
    decodePanel(n, parts, begin, end);
    b.nest(parts, [&](ValueRange part) {
      multiplyRows(begin, blocksOf(b, b.sub(end, begin), group()), part[0],
                   acc);
    });
    return SmallVector<Value>();
  });
  return {};
}

//===----------------------------------------------------------------------===//
// The panel
//===----------------------------------------------------------------------===//

/// panel = `parts` of columns n and on, elements `begin` to `end` of K.
void Panel::decodePanel(Value n, Value parts, Value begin, Value end) {
  b.nest(b.mul(parts, b.index(width() / lanes)), [&](ValueRange v) {
    Value column = b.mul(v[0], b.index(lanes));
    TileColumns weights(b, product, b.add(n, column));
    Value first = b.make<arith::DivUIOp>(begin, b.index(weights.layout.k));
    b.loop(first, blocksOf(b, end, weights.layout.k), {},
           [&](Value tile, ValueRange) {
             decodeTile(weights, tile, begin, column);
             return SmallVector<Value>();
           });
  });
}

void Panel::decodeTile(const TileColumns &weights, Value tile, Value begin,
                       Value column) {
  int64_t size = product.weights.blockSize;
  weights.forGroups({}, [&](int64_t block, int64_t count, ValueRange) {
    SmallVector<SmallVector<Value>> scales;
    for (int64_t i = 0; i < count; ++i) {
      scales.push_back(weights.scales(tile, block + i));
      checkScales(scales.back());
    }
    auto decode = [&](Value k, Value chunk, ValueRange) {
      SmallVector<Value> values;
      for (auto [i, code] : llvm::enumerate(weights.codes(tile, chunk)))
        values.push_back(decodeVector(b, row, product.weights, code,
                                      scales[count > 1 ? i / size : 0]));
      Value part = b.make<arith::DivUIOp>(column, b.index(width()));
      storeWeights(values, part, b.sub(k, begin),
                   b.make<arith::RemUIOp>(column, b.index(width())));
      return SmallVector<Value>();
    };
    return weights.forChunks(tile, block, count, {}, decode);
  });
}

void Panel::storeWeights(ArrayRef<Value> values, Value part, Value k,
                         Value column) {
  for (auto [i, value] : llvm::enumerate(values))
    storeVector(b, value, panel, {part, b.add(k, b.index(i)), column});
}

//===----------------------------------------------------------------------===//
// Register tiles
//===----------------------------------------------------------------------===//

/// acc += x[.., from begin on] * panel[part], `depth` rows of that, by tiles,
/// from zero where `begin` is; rows of x that are left over get a tile of their
/// number.
void Panel::multiplyRows(Value begin, Value depth, Value part, Value acc) {
  forTilesOfRows(b, product.m, product.config.getRows(),
                 [&](Value m, int64_t height) {
                   multiplyTile(m, height, begin, depth, part, acc);
                 });
}

void Panel::multiplyTile(Value m, int64_t height, Value begin, Value depth,
                         Value part, Value acc) {
  using Sizes = SmallVector<OpFoldResult>;
  auto constant = [&](int64_t value) { return b.getIndexAttr(value); };
  Sizes ones{constant(1), constant(1)};
  Value tileX = b.make<memref::SubViewOp>(
      x, Sizes{m, begin},
      Sizes{constant(height), b.mul(depth, b.index(group()))}, ones);
  auto partType = MemRefType::get(
      {this->depth() / group(), width() * group()}, element(),
      StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic,
                             {width() * group(), 1}));
  Value tileW = b.make<memref::SubViewOp>(
      partType, panel, Sizes{part, constant(0), constant(0)},
      Sizes{constant(1), constant(this->depth() / group()),
            constant(width() * group())},
      Sizes{constant(1), constant(1), constant(1)});
  Value column = b.mul(part, b.index(width()));
  Value tileAcc = b.make<memref::SubViewOp>(
      acc, Sizes{m, column}, Sizes{constant(height), constant(width())}, ones);
  clearAtStart(begin, tileAcc);
  MicrokernelOp::create(b, tileX, tileW, depth, tileAcc,
                        b.getStringAttr(row.name));
}

std::unique_ptr<Kernel> mlir::mx::makePanelF32(ScalarBuilder &b,
                                               const Product &product) {
  return std::make_unique<Panel>(b, product);
}
