//===- FloatRows.cpp - few rows of floats, B read in place ----------------===//
//
// B [n, k]: one dot product along k for each row and column. B [k, n]: register
// tiles over k. Either way B is read once, in the order of memory where that is
// the order of the loops.
//
//===----------------------------------------------------------------------===//

#include "FloatProduct.h"
#include "Threads.h"
#include "VectorCodec.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

using Sizes = SmallVector<OpFoldResult>;

/// Sums of one dot product that do not wait for each other.
static constexpr int64_t kChains = 4;
/// Fewest bytes of B that threads share.
static constexpr int64_t kBytesOfThread = 1 << 18;

namespace {

class FewRows {
public:
  FewRows(ScalarBuilder &b, const FloatConfig &config,
          const FloatMatrices &matrices, int64_t rows)
      : b(b), config(config), all(matrices), rows(rows),
        chains(std::max<int64_t>(kChains / rows, 1)), scratch(b) {}
  void emit();

private:
  void packRows();
  bool isLarge() const;
  void multiplyColumn(Value n);
  SmallVector<Value> addVectors(Value n, Value from, Value to, int64_t count,
                                ValueRange sums);
  Value addElements(Value n, Value m, Value from, Value sum);
  void multiplyTiles(Value begin, Value end);
  void multiplyElement(Value m, Value n);

  ScalarBuilder &b;
  const FloatConfig &config;
  const FloatMatrices &all;
  const int64_t rows, chains;
  Scratch scratch;
  Value a;
};

} // namespace

/// `a` = A, its rows contiguous.
void FewRows::packRows() {
  a = all.a;
  if (cast<MemRefType>(a.getType()).isLastDimUnitStride())
    return;
  a = scratch.allocate(b.getF32Type(), {rows, ShapedType::kDynamic}, all.k);
  b.nest({b.index(rows), all.k},
         [&](ValueRange at) { b.store(b.load(all.a, at), a, at); });
}

/// B is known to be worth the start of threads.
bool FewRows::isLarge() const {
  auto type = cast<MemRefType>(all.b.getType());
  return type.hasStaticShape() && type.getNumElements() * 4 >= kBytesOfThread;
}

void FewRows::emit() {
  packRows();
  int64_t threads = isLarge() ? config.threads : 1;
  int64_t unit = all.isRowMajor ? config.width() : 1;
  Value units = b.make<arith::CeilDivUIOp>(all.n, b.index(unit));
  forShares(b, threads, units, [&](Value begin, Value end) {
    if (all.isRowMajor) {
      multiplyTiles(begin, end);
      return;
    }
    b.loop(begin, end, {}, [&](Value n, ValueRange) {
      multiplyColumn(n);
      return SmallVector<Value>();
    });
  });
  scratch.free();
}

//===----------------------------------------------------------------------===//
// B [n, k]
//===----------------------------------------------------------------------===//

/// sums[row, chain] += A * B of column n, k in steps of `count` vectors.
SmallVector<Value> FewRows::addVectors(Value n, Value from, Value to,
                                       int64_t count, ValueRange sums) {
  int64_t lanes = config.lanes();
  return b.loop(from, to, sums, [&](Value step, ValueRange now) {
    SmallVector<Value> next;
    Value k = b.mul(step, b.index(count * lanes));
    SmallVector<Value> at, weights;
    for (int64_t i = 0; i < count; ++i) {
      at.push_back(b.add(k, b.index(i * lanes)));
      weights.push_back(
          loadVector(b, all.b, {n, at.back()}, lanes, b.getF32Type()));
    }
    for (int64_t m = 0; m < rows; ++m)
      for (int64_t i = 0; i < count; ++i) {
        Value x = loadVector(b, a, {b.index(m), at[i]}, lanes, b.getF32Type());
        next.push_back(
            multiplyAdd(b, config.row, x, weights[i], now[next.size()]));
      }
    return next;
  });
}

/// sum + what follows element `from` of row m and column n.
Value FewRows::addElements(Value n, Value m, Value from, Value sum) {
  return b.loop(from, all.k, sum, [&](Value k, ValueRange now) {
    Value product = b.mul(b.load(a, {m, k}), b.load(all.b, {n, k}));
    return SmallVector<Value>{b.add(now[0], product)};
  })[0];
}

void FewRows::multiplyColumn(Value n) {
  int64_t lanes = config.lanes();
  Value zero = splat(b, b.f32(0), lanes);
  Value steps = b.make<arith::DivUIOp>(all.k, b.index(chains * lanes));
  SmallVector<Value> sums = addVectors(n, b.index(0), steps, chains,
                                       SmallVector<Value>(rows * chains, zero));
  SmallVector<Value> ofRows;
  for (int64_t m = 0; m < rows; ++m) {
    Value sum = sums[m * chains];
    for (int64_t i = 1; i < chains; ++i)
      sum = b.add(sum, sums[m * chains + i]);
    ofRows.push_back(sum);
  }
  Value vectors = b.make<arith::DivUIOp>(all.k, b.index(lanes));
  ofRows = addVectors(n, b.mul(steps, b.index(chains)), vectors, 1, ofRows);
  auto anyOrder = arith::FastMathFlagsAttr::get(b.getContext(),
                                                arith::FastMathFlags::reassoc);
  for (auto [m, vector] : llvm::enumerate(ofRows)) {
    Value row = b.index(m);
    Value sum = b.make<vector::ReductionOp>(vector::CombiningKind::ADD, vector,
                                            anyOrder.getValue());
    sum = addElements(n, row, b.mul(vectors, b.index(lanes)), sum);
    b.store(b.add(b.load(all.c, {row, n}), sum), all.c, {row, n});
  }
}

//===----------------------------------------------------------------------===//
// B [k, n]
//===----------------------------------------------------------------------===//

/// The register tiles `begin` to `end` of columns; of the last one what is in
/// C.
void FewRows::multiplyTiles(Value begin, Value end) {
  Value width = b.index(config.width());
  auto constant = [&](int64_t value) { return b.getIndexAttr(value); };
  b.loop(begin, end, {}, [&](Value tile, ValueRange) {
    Value n = b.mul(tile, width);
    auto whole = [&] {
      Value tileB = takeTile(b, all.b, Sizes{constant(0), n},
                             Sizes{all.k, constant(config.width())});
      Value tileA = takeTile(b, a, Sizes{constant(0), constant(0)},
                             Sizes{constant(rows), all.k});
      Value tileC = takeTile(b, all.c, Sizes{constant(0), n},
                             Sizes{constant(rows), constant(config.width())});
      MicrokernelOp::create(b, tileA, tileB, all.k, tileC,
                            b.getStringAttr(config.row.name));
      return SmallVector<Value>();
    };
    auto rest = [&] {
      b.nest({b.index(rows), b.sub(all.n, n)},
             [&](ValueRange at) { multiplyElement(at[0], b.add(n, at[1])); });
      return SmallVector<Value>();
    };
    b.conditional(TypeRange{}, b.lessEqual(b.add(n, width), all.n), whole,
                  rest);
    return SmallVector<Value>();
  });
}

void FewRows::multiplyElement(Value m, Value n) {
  Value sum = b.loop(
      b.index(0), all.k, b.load(all.c, {m, n}), [&](Value k, ValueRange now) {
        Value product = b.mul(b.load(a, {m, k}), b.load(all.b, {k, n}));
        return SmallVector<Value>{b.add(now[0], product)};
      })[0];
  b.store(sum, all.c, {m, n});
}

void mlir::mx::multiplyFewRows(ScalarBuilder &b, const FloatConfig &config,
                               const FloatMatrices &matrices, int64_t rows) {
  FewRows(b, config, matrices, rows).emit();
}
