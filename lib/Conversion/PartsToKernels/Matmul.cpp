//===- Matmul.cpp - a product as panels and register tiles ----------------===//
//
// The kernel `f32`. Activations are decoded once; weights by panels:
//
//   for columns n, a register tile wide
//     acc = 0
//     for k, k_block deep
//       panel = decoded weights [k_block x columns]
//       for rows m, a register tile high: acc += x[m, k] * panel
//     y[.., n] = fma(acc, outer scales, init)
//
// K needs no tail: blocks are whole in memory, and the loops over k end at K.
// Rows that do not fill a tile get a lower one. Columns past N repeat the last
// and are not stored.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"
#include "VectorCodec.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

/// Every block size divides it.
static constexpr int64_t kLargestBlock = 256;
/// Elements between the decoded rows, so that they do not lie a power of two
/// apart and share cache sets.
static constexpr int64_t kRowGap = 16;
static constexpr int64_t kAlignment = 64;

namespace {

/// The expansion of one matmul_parts.
class PanelMatmul {
public:
  PanelMatmul(ScalarBuilder &b, MatmulPartsOp op)
      : b(b), op(op), config(op.getLoweringConfigAttr()), row(config.getRow()),
        lanes(row.lanes()), columns(config.getColumns()) {}
  void emit();

private:
  Value allocate(ArrayRef<int64_t> shape, ValueRange dynamic);
  void allocateScratch();
  void decodeActivations();
  void copyActivations(Value m);
  void multiplyColumns(Value n);
  void decodePanel(Value n, Value begin, Value end);
  void multiplyRows(Value begin, Value depth);
  void multiplyTile(Value m, int64_t height, Value begin, Value depth);
  void finishColumns(Value n);
  void finishVector(ValueRange at, Value sum, Value outerX, Value n);
  void finishElements(Value m, Value n, Value v, Value outerX);
  Value finish(Value sum, Value outer, Value init);
  Value outerOfRows(Value m);
  SmallVector<Value> inBatch(Value memref, ArrayRef<Value> indices);

  ScalarBuilder &b;
  MatmulPartsOp op;
  LoweringConfigAttr config;
  const ::mx::TargetRow &row;
  const int64_t lanes, columns;
  Value extentM, extentN;
  Value x, panel, acc;      ///< [M, K], [k_block, columns], [M, columns]
  SmallVector<Value> batch; ///< where the product is
};

} // namespace

Value PanelMatmul::allocate(ArrayRef<int64_t> shape, ValueRange dynamic) {
  return b.make<memref::AllocOp>(MemRefType::get(shape, b.getF32Type()),
                                 dynamic, b.getI64IntegerAttr(kAlignment));
}

void PanelMatmul::allocateScratch() {
  int64_t dynamic = ShapedType::kDynamic;
  Value blocks = blocksOf(b, op.getK(), kLargestBlock);
  Value width = b.add(b.mul(blocks, b.index(kLargestBlock)), b.index(kRowGap));
  x = allocate({dynamic, dynamic}, {extentM, width});
  panel = allocate({config.getKBlock(), columns}, {});
  acc = allocate({dynamic, columns}, {extentM});
}

/// `indices` of the last axes of `memref`, which may lack the batch axes.
SmallVector<Value> PanelMatmul::inBatch(Value memref, ArrayRef<Value> indices) {
  SmallVector<Value> all;
  int64_t rank = cast<MemRefType>(memref.getType()).getRank();
  if (rank > int64_t(indices.size()))
    all = batch;
  all.append(indices.begin(), indices.end());
  return all;
}

void PanelMatmul::emit() {
  Value init = op.getInit();
  int64_t rank = cast<MemRefType>(init.getType()).getRank();
  extentM = b.dim(init, rank - 2);
  extentN = b.dim(init, rank - 1);
  allocateScratch();
  SmallVector<Value> batches;
  for (int64_t axis = 0; axis < rank - 2; ++axis)
    batches.push_back(b.dim(init, axis));
  b.nest(batches, [&](ValueRange at) {
    batch = llvm::to_vector_of<Value>(at);
    decodeActivations();
    Value tiles = blocksOf(b, extentN, columns);
    b.loop(b.index(0), tiles, {}, [&](Value tile, ValueRange) {
      multiplyColumns(b.mul(tile, b.index(columns)));
      return SmallVector<Value>();
    });
  });
  for (Value scratch : {x, panel, acc})
    memref::DeallocOp::create(b, scratch);
}

/// x = the rows of the activations as f32, without outer scales.
void PanelMatmul::decodeActivations() {
  b.nest(extentM, [&](ValueRange m) {
    std::optional<FormatSpec> format = op.getLhsSpec();
    if (!format)
      return copyActivations(m[0]);
    SmallVector<Value> at = batch;
    at.push_back(m[0]);
    decodeRow(b, row, *format, op.getLhs()[0], op.getLhs()[1], at, op.getK(), x,
              m[0]);
  });
}

void PanelMatmul::copyActivations(Value m) {
  b.nest(op.getK(), [&](ValueRange k) {
    Value source = op.getLhs()[0];
    Value value = b.load(source, inBatch(source, {m, k[0]}));
    b.store(b.toF32(value), x, {m, k[0]});
  });
}

void PanelMatmul::multiplyColumns(Value n) {
  linalg::FillOp::create(b, b.f32(0), acc);
  Value steps = blocksOf(b, op.getK(), config.getKBlock());
  Value size = b.index(config.getKBlock());
  b.loop(b.index(0), steps, {}, [&](Value step, ValueRange) {
    Value begin = b.mul(step, size);
    Value end = b.min(b.add(begin, size), op.getK());
    decodePanel(n, begin, end);
    multiplyRows(begin, b.sub(end, begin));
    return SmallVector<Value>();
  });
  finishColumns(n);
}

void PanelMatmul::decodePanel(Value n, Value begin, Value end) {
  Value last = b.sub(extentN, b.index(1));
  bool isShared = op.isRhsShared();
  b.nest(b.index(config.getVectors()), [&](ValueRange v) {
    Value column = b.mul(v[0], b.index(lanes));
    SmallVector<SmallVector<Value>> rows;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      Value at = b.add(b.add(n, column), b.index(lane));
      rows.push_back(isShared ? SmallVector<Value>() : batch);
      rows.back().push_back(b.min(at, last));
    }
    decodeColumns(b, row, op.getRhsSpec(), op.getRhs()[0], op.getRhs()[1], rows,
                  begin, end, panel, column);
  });
}

/// acc += x[.., begin to begin + depth] * panel, by tiles; rows that are left
/// over get a tile of their number.
void PanelMatmul::multiplyRows(Value begin, Value depth) {
  int64_t height = config.getRows();
  Value tiles = b.make<arith::DivUIOp>(extentM, b.index(height));
  Value rest = b.make<arith::RemUIOp>(extentM, b.index(height));
  b.nest(tiles, [&](ValueRange tile) {
    multiplyTile(b.mul(tile[0], b.index(height)), height, begin, depth);
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
    multiplyTile(b.sub(extentM, rest), left, begin, depth);
    scf::YieldOp::create(b);
  }
}

void PanelMatmul::multiplyTile(Value m, int64_t height, Value begin,
                               Value depth) {
  using Sizes = SmallVector<OpFoldResult>;
  auto constant = [&](int64_t value) { return b.getIndexAttr(value); };
  Sizes ones{constant(1), constant(1)};
  Value tileX = b.make<memref::SubViewOp>(x, Sizes{m, begin},
                                          Sizes{constant(height), depth}, ones);
  Value tileAcc = b.make<memref::SubViewOp>(
      acc, Sizes{m, constant(0)}, Sizes{constant(height), constant(columns)},
      ones);
  MicrokernelOp::create(b, tileX, panel, depth, tileAcc,
                        b.getStringAttr(row.name));
}

//===----------------------------------------------------------------------===//
// The end: outer scales and init
//===----------------------------------------------------------------------===//

/// The outer scale of row `m` of the activations, null where there is none.
Value PanelMatmul::outerOfRows(Value m) {
  std::optional<FormatSpec> format = op.getLhsSpec();
  if (!format || !format->hasOuterScale())
    return {};
  SmallVector<Value> at = batch;
  at.push_back(m);
  return loadOuter(b, *format, op.getLhs()[2], at);
}

/// y = fma(sum, outer, init), of scalars or vectors.
Value PanelMatmul::finish(Value sum, Value outer, Value init) {
  Type element = getElementTypeOrSelf(init);
  Value start = extendToF32(b, init);
  Value y = outer ? b.make<math::FmaOp>(sum, outer, start) : b.add(sum, start);
  return roundFromF32(b, y, element);
}

/// Columns n + v * lanes and on of row `at`, a vector of them.
void PanelMatmul::finishVector(ValueRange at, Value sum, Value outerX,
                               Value n) {
  Value outer = outerX ? splat(b, outerX, lanes) : Value();
  FormatSpec format = op.getRhsSpec();
  if (format.hasOuterScale()) {
    Value scales = op.getRhs()[2], ofColumns;
    if (format.outer == ::mx::OuterScale::Row)
      ofColumns =
          loadVector(b, scales, inBatch(scales, {n}), lanes, b.getF32Type());
    else
      ofColumns = splat(b, b.load(scales, {}), lanes);
    outer = outer ? b.mul(outer, ofColumns) : ofColumns;
  }
  Value init = op.getInit();
  Type element = cast<MemRefType>(init.getType()).getElementType();
  Value y = finish(sum, outer, loadVector(b, init, at, lanes, element));
  storeVector(b, y, init, at);
}

/// The same for the columns up to N, of a vector that goes past it.
void PanelMatmul::finishElements(Value m, Value n, Value v, Value outerX) {
  Value first = b.mul(v, b.index(lanes));
  b.loop(b.add(n, first), extentN, {}, [&](Value column, ValueRange) {
    Value outer = outerX;
    if (op.getRhsSpec().hasOuterScale()) {
      Value scale = loadOuter(b, op.getRhsSpec(), op.getRhs()[2],
                              inBatch(op.getRhs()[2], {column}));
      outer = outer ? b.mul(outer, scale) : scale;
    }
    SmallVector<Value> at = inBatch(op.getInit(), {m, column});
    Value sum = b.load(acc, {m, b.sub(column, n)});
    b.store(finish(sum, outer, b.load(op.getInit(), at)), op.getInit(), at);
    return SmallVector<Value>();
  });
}

void PanelMatmul::finishColumns(Value n) {
  b.nest({extentM, b.index(config.getVectors())}, [&](ValueRange at) {
    Value m = at[0], first = b.mul(at[1], b.index(lanes));
    Value column = b.add(n, first);
    Value isWhole = b.lessEqual(b.add(column, b.index(lanes)), extentN);
    Value outerX = outerOfRows(m);
    b.conditional(
        TypeRange{}, isWhole,
        [&] {
          Value sum = loadVector(b, acc, {m, first}, lanes, b.getF32Type());
          finishVector(inBatch(op.getInit(), {m, column}), sum, outerX, column);
          return SmallVector<Value>();
        },
        [&] {
          finishElements(m, n, at[1], outerX);
          return SmallVector<Value>();
        });
  });
}

void mlir::mx::vectorizeMatmul(ScalarBuilder &b, MatmulPartsOp op) {
  PanelMatmul(b, op).emit();
}
