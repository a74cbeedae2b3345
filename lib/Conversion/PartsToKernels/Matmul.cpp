//===- Matmul.cpp - the loops around a kernel -----------------------------===//
//
// Batches, activations packed once, panels of columns, and the end of each:
// y[.., n] = fma(acc, outer scales, init). Columns past N are not stored.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"
#include "Kernel.h"
#include "Threads.h"
#include "VectorCodec.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

/// Fewest rows that a thread packs.
static constexpr int64_t kRowsOfThread = 16;

namespace {

/// The expansion of one matmul_parts.
class Matmul {
public:
  Matmul(ScalarBuilder &b, Product &product, Kernel &kernel)
      : b(b), product(product), kernel(kernel), lanes(product.row.lanes()) {}
  void emit();

private:
  void packActivations();
  void multiply();
  void multiplyPanels(Value begin, Value end);
  void multiplyPanel(Value n, Value end, Value anyRow);
  Value anyRowFlag();
  void multiplyFlagged(Value n, Value panelFlag, Value anyRow);
  void finishColumns(Value n, Value end);
  void finishVector(ValueRange at, Value sum, Value outerX, Value n);
  void finishElements(Value m, Value n, Value v, Value outerX);
  Value finish(Value sum, Value outer, Value init);
  Value outerOfRows(Value m);

  ScalarBuilder &b;
  Product &product;
  Kernel &kernel;
  const int64_t lanes;
  Value acc; ///< [M, columns]
};

} // namespace

void Matmul::emit() {
  Value init = product.init;
  Scratch scratch(b);
  kernel.allocateShared(scratch);
  SmallVector<Value> batches;
  int64_t rank = cast<MemRefType>(init.getType()).getRank();
  for (int64_t axis = 0; axis < rank - 2; ++axis)
    batches.push_back(b.dim(init, axis));
  b.nest(batches, [&](ValueRange at) {
    product.batch = llvm::to_vector_of<Value>(at);
    multiply();
  });
  scratch.free();
}

/// In shares of whole register tiles; few rows are not worth a start of
/// threads.
void Matmul::packActivations() {
  int64_t rows = product.config.getRows();
  int64_t threads = product.config.getThreads();
  Value tiles = blocksOf(b, product.m, rows);
  auto packBy = [&](int64_t threads) {
    return [&, threads] {
      forShares(b, threads, tiles, [&](Value begin, Value end) {
        kernel.packRows(b.mul(begin, b.index(rows)),
                        b.min(b.mul(end, b.index(rows)), product.m));
      });
      return SmallVector<Value>();
    };
  };
  int64_t fewest = kRowsOfThread * threads;
  std::optional<int64_t> count = getConstantIntValue(product.m);
  if (threads == 1 || (count && *count < fewest))
    packBy(1)();
  else if (count)
    packBy(threads)();
  else
    b.conditional(TypeRange{}, b.less(product.m, b.index(fewest)), packBy(1),
                  packBy(threads));
}

/// The product of one batch.
void Matmul::multiply() {
  packActivations();
  Value unit = b.index(kernel.unit());
  forShares(b, product.config.getThreads(),
            blocksOf(b, product.n, kernel.unit()), [&](Value begin, Value end) {
              multiplyPanels(b.mul(begin, unit),
                             b.min(b.mul(end, unit), product.n));
            });
}

/// The columns that are the share of one thread.
void Matmul::multiplyPanels(Value begin, Value end) {
  Scratch scratch(b);
  kernel.allocateOwn(scratch);
  acc = scratch.allocate(b.getF32Type(),
                         {ShapedType::kDynamic, kernel.columns()}, product.m);
  Value anyRow = anyRowFlag();
  Value columns = b.index(kernel.columns());
  b.nest(blocksOf(b, b.sub(end, begin), kernel.columns()),
         [&](ValueRange panel) {
           Value n = b.add(begin, b.mul(panel[0], columns));
           multiplyPanel(n, b.min(b.add(n, columns), end), anyRow);
         });
  scratch.free();
}

void Matmul::multiplyPanel(Value n, Value end, Value anyRow) {
  multiplyFlagged(n, kernel.multiplyColumns(n, end, acc), anyRow);
  finishColumns(n, end);
}

//===----------------------------------------------------------------------===//
// What a kernel cannot compute
//===----------------------------------------------------------------------===//

/// True where some row is flagged, null where none can be.
Value Matmul::anyRowFlag() {
  Value flags = kernel.rowFlags();
  if (!flags)
    return {};
  Value zero = b.integer(b.getI8Type(), 0);
  Value any = b.loop(b.index(0), product.m, zero,
                     [&](Value m, ValueRange now) -> SmallVector<Value> {
                       return {b.bitOr(now[0], b.load(flags, m))};
                     })[0];
  return b.less(zero, any);
}

/// Computes all rows again where the panel is flagged, else those that are.
/// Either flag is null where it cannot be set.
void Matmul::multiplyFlagged(Value n, Value panelFlag, Value anyRow) {
  if (!panelFlag && !anyRow)
    return;
  Value never = b.integer(b.getI1Type(), 0);
  panelFlag = panelFlag ? panelFlag : never;
  auto none = [] { return SmallVector<Value>(); };
  auto ofRow = [&](ValueRange m) {
    Value isFlagged = panelFlag;
    if (anyRow) {
      Value flag = b.load(kernel.rowFlags(), m);
      isFlagged = b.bitOr(panelFlag, b.less(b.integer(b.getI8Type(), 0), flag));
    }
    auto again = [&] {
      multiplyRowF32(b, product, m[0], n, kernel.columns(), acc);
      return SmallVector<Value>();
    };
    b.conditional(TypeRange{}, isFlagged, again, none);
  };
  auto rows = [&] {
    b.nest(product.m, ofRow);
    return SmallVector<Value>();
  };
  b.conditional(TypeRange{}, b.bitOr(panelFlag, anyRow ? anyRow : never), rows,
                none);
}

//===----------------------------------------------------------------------===//
// The end: outer scales and init
//===----------------------------------------------------------------------===//

/// The outer scale of row `m` of the activations, null where there is none.
Value Matmul::outerOfRows(Value m) {
  const std::optional<FormatSpec> &format = product.activations;
  if (!format || !format->hasOuterScale())
    return {};
  SmallVector<Value> at = product.batch;
  at.push_back(m);
  return loadOuter(b, *format, product.lhs[2], at);
}

/// y = fma(sum, outer, init), of scalars or vectors; `init` is null where it
/// counts as 0.
Value Matmul::finish(Value sum, Value outer, Value init) {
  Type element = getElementTypeOrSelf(product.init);
  Value start = init ? extendToF32(b, init)
                     : b.make<arith::ConstantOp>(b.getZeroAttr(sum.getType()));
  Value y = outer ? b.make<math::FmaOp>(sum, outer, start) : b.add(sum, start);
  return roundFromF32(b, y, element);
}

/// Columns n + v * lanes and on of row `at`, a vector of them.
void Matmul::finishVector(ValueRange at, Value sum, Value outerX, Value n) {
  Value outer = outerX ? splat(b, outerX, lanes) : Value();
  const FormatSpec &format = product.weights;
  if (format.hasOuterScale()) {
    Value scales = product.rhs[1], ofColumns;
    if (format.outer == ::mx::OuterScale::Row)
      ofColumns =
          loadVector(b, scales, product.at(scales, {n}), lanes, b.getF32Type());
    else
      ofColumns = splat(b, b.load(scales, {}), lanes);
    outer = outer ? b.mul(outer, ofColumns) : ofColumns;
  }
  Value init = product.init;
  Type element = cast<MemRefType>(init.getType()).getElementType();
  Value start;
  if (!product.fromZero)
    start = loadVector(b, init, at, lanes, element);
  storeVector(b, finish(sum, outer, start), init, at);
}

/// The same for the columns up to N, of a vector that goes past it.
void Matmul::finishElements(Value m, Value n, Value v, Value outerX) {
  Value first = b.mul(v, b.index(lanes));
  b.loop(b.add(n, first), product.n, {}, [&](Value column, ValueRange) {
    Value outer = outerX;
    if (product.weights.hasOuterScale()) {
      Value scale = loadOuter(b, product.weights, product.rhs[1],
                              product.at(product.rhs[1], {column}));
      outer = outer ? b.mul(outer, scale) : scale;
    }
    SmallVector<Value> at = product.at(product.init, {m, column});
    Value sum = b.load(acc, {m, b.sub(column, n)});
    Value start;
    if (!product.fromZero)
      start = b.load(product.init, at);
    b.store(finish(sum, outer, start), product.init, at);
    return SmallVector<Value>();
  });
}

void Matmul::finishColumns(Value n, Value end) {
  Value vectors = blocksOf(b, b.sub(end, n), lanes);
  b.nest({product.m, vectors}, [&](ValueRange at) {
    Value m = at[0], first = b.mul(at[1], b.index(lanes));
    Value column = b.add(n, first);
    Value isWhole = b.lessEqual(b.add(column, b.index(lanes)), product.n);
    Value outerX = outerOfRows(m);
    b.conditional(
        TypeRange{}, isWhole,
        [&] {
          Value sum = loadVector(b, acc, {m, first}, lanes, b.getF32Type());
          finishVector(product.at(product.init, {m, column}), sum, outerX,
                       column);
          return SmallVector<Value>();
        },
        [&] {
          finishElements(m, n, at[1], outerX);
          return SmallVector<Value>();
        });
  });
}

void mlir::mx::vectorizeMatmul(ScalarBuilder &b, MatmulPartsOp op) {
  Product product(b, op);
  std::unique_ptr<Kernel> kernel = makeKernel(b, product);
  Matmul(b, product, *kernel).emit();
}
