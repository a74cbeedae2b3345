//===- KernelF32.cpp - a product as panels and register tiles -------------===//
//
// The kernel `f32`. Activations are decoded once; weights by panels:
//
//   for k, k_block deep
//     panel = decoded weights [k_block x columns]
//     for rows m, a register tile high: acc += x[m, k] * panel
//
// K needs no tail: blocks are whole in memory, and the loops over k end at K.
// Rows that do not fill a tile get a lower one. Columns past N repeat the last.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Kernel.h"
#include "VectorCodec.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::mx;

/// Every block size divides it.
static constexpr int64_t kLargestBlock = 256;
/// Elements between the decoded rows, so that they do not lie a power of two
/// apart and share cache sets.
static constexpr int64_t kRowGap = 16;

namespace {

class PanelF32 final : public Kernel {
public:
  using Kernel::Kernel;
  void allocateShared(Scratch &scratch) override;
  void packRows(Value begin, Value end) override;
  void allocateOwn(Scratch &scratch) override;
  Value multiplyColumns(Value n, Value acc) override;

private:
  void copyRow(Value m);
  void decodePanel(Value n, Value begin, Value end);
  void multiplyRows(Value begin, Value depth, Value acc);
  void multiplyTile(Value m, int64_t height, Value begin, Value depth,
                    Value acc);

  Value x, panel; ///< [M, K], [k_block, columns]
};

} // namespace

void PanelF32::allocateShared(Scratch &scratch) {
  int64_t dynamic = ShapedType::kDynamic;
  Value blocks = blocksOf(b, product.k, kLargestBlock);
  Value width = b.add(b.mul(blocks, b.index(kLargestBlock)), b.index(kRowGap));
  x = scratch.allocate(b.getF32Type(), {dynamic, dynamic}, {product.m, width});
}

void PanelF32::allocateOwn(Scratch &scratch) {
  panel =
      scratch.allocate(b.getF32Type(), {product.config.getKBlock(), columns()});
}

/// x = the rows of the activations as f32, without outer scales.
void PanelF32::packRows(Value begin, Value end) {
  b.loop(begin, end, {}, [&](Value m, ValueRange) {
    if (product.activations) {
      const SmallVector<Value> &lhs = product.lhs;
      SmallVector<Value> at = product.batch;
      at.push_back(m);
      decodeRow(b, row, *product.activations, lhs[0], lhs[1], at, product.k, x,
                m);
    } else {
      copyRow(m);
    }
    return SmallVector<Value>();
  });
}

void PanelF32::copyRow(Value m) {
  b.nest(product.k, [&](ValueRange k) {
    Value source = product.lhs[0];
    Value value = b.load(source, product.at(source, {m, k[0]}));
    b.store(b.toF32(value), x, {m, k[0]});
  });
}

Value PanelF32::multiplyColumns(Value n, Value acc) {
  linalg::FillOp::create(b, b.f32(0), acc);
  int64_t depth = product.config.getKBlock();
  Value steps = blocksOf(b, product.k, depth);
  b.loop(b.index(0), steps, {}, [&](Value step, ValueRange) {
    Value begin = b.mul(step, b.index(depth));
    Value end = b.min(b.add(begin, b.index(depth)), product.k);
    decodePanel(n, begin, end);
    multiplyRows(begin, b.sub(end, begin), acc);
    return SmallVector<Value>();
  });
  return {};
}

void PanelF32::decodePanel(Value n, Value begin, Value end) {
  const SmallVector<Value> &rhs = product.rhs;
  Value last = b.sub(product.n, b.index(1));
  b.nest(b.index(columns() / lanes), [&](ValueRange v) {
    Value column = b.mul(v[0], b.index(lanes));
    SmallVector<SmallVector<Value>> rows;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      Value at = b.min(b.add(b.add(n, column), b.index(lane)), last);
      rows.push_back(product.at(rhs[0], {at, at}));
      rows.back().pop_back();
    }
    decodeColumns(b, row, product.weights, rhs[0], rhs[1], rows, begin, end,
                  panel, column);
  });
}

/// acc += x[.., begin to begin + depth] * panel, by tiles; rows that are left
/// over get a tile of their number.
void PanelF32::multiplyRows(Value begin, Value depth, Value acc) {
  int64_t height = product.config.getRows();
  Value tiles = b.make<arith::DivUIOp>(product.m, b.index(height));
  Value rest = b.make<arith::RemUIOp>(product.m, b.index(height));
  b.nest(tiles, [&](ValueRange tile) {
    multiplyTile(b.mul(tile[0], b.index(height)), height, begin, depth, acc);
  });
  SmallVector<int64_t> cases;
  for (int64_t left = 1; left < height; ++left)
    cases.push_back(left);
  auto choice = scf::IndexSwitchOp::create(b, TypeRange{}, rest, cases,
                                           /*caseRegionsCount=*/cases.size());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&choice.getDefaultRegion().emplaceBlock());
  scf::YieldOp::create(b);
  for (auto [left, region] : llvm::zip(cases, choice.getCaseRegions())) {
    b.setInsertionPointToEnd(&region.emplaceBlock());
    multiplyTile(b.sub(product.m, rest), left, begin, depth, acc);
    scf::YieldOp::create(b);
  }
}

void PanelF32::multiplyTile(Value m, int64_t height, Value begin, Value depth,
                            Value acc) {
  using Sizes = SmallVector<OpFoldResult>;
  auto constant = [&](int64_t value) { return b.getIndexAttr(value); };
  Sizes ones{constant(1), constant(1)};
  Value tileX = b.make<memref::SubViewOp>(x, Sizes{m, begin},
                                          Sizes{constant(height), depth}, ones);
  Value tileAcc = b.make<memref::SubViewOp>(
      acc, Sizes{m, constant(0)}, Sizes{constant(height), constant(columns())},
      ones);
  MicrokernelOp::create(b, tileX, panel, depth, tileAcc,
                        b.getStringAttr(row.name));
}

std::unique_ptr<Kernel> mlir::mx::makePanelF32(ScalarBuilder &b,
                                               const Product &product) {
  return std::make_unique<PanelF32>(b, product);
}
