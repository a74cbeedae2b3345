//===- KernelRows.cpp - few rows by weights decoded in registers ----------===//
//
// The kernel `f32` for a few rows, and what it does for others when their
// limits are exceeded: 16 columns at a time, one pass over their tiles.
//
// One row of a 4-bit format on 16 lanes scales sums instead of weights: its
// positive and its negative codes, as whole numbers, have a sum each, which the
// scale multiplies once a block. A sum that leaves f32's range is not finite,
// and then the columns are done again with decoded weights.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Kernel.h"
#include "TileCodec.h"
#include "VectorCodec.h"

#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <array>
#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using ::mx::kTileColumns;
using ::mx::Scheme;

/// Every block size and tile divides it.
static constexpr int64_t kLargestBlock = 256;
/// Sums that are independent of each other, so that they do not wait.
static constexpr int64_t kChains = 4;

namespace {

class Rows final : public Kernel {
public:
  Rows(ScalarBuilder &b, const Product &product, int64_t count)
      : Kernel(b, product), count(count), vectors(kTileColumns / lanes),
        chains(std::max<int64_t>(kChains / (count * vectors), 1)) {}
  int64_t unit() const override { return kTileColumns; }
  void allocateShared(Scratch &scratch) override;
  void packRows(Value begin, Value end) override;
  void allocateOwn(Scratch &) override {}
  Value multiplyColumns(Value n, Value end, Value acc) override;

  Value getX() const { return x; }

  /// The sums of rows `first` to `first + count` of `x`, rows by vectors.
  SmallVector<Value> multiplyDecoded(Value x, Value first, Value n);

private:
  bool scalesSums() const;
  /// The weights of vector `v` of columns and element `i` of K.
  using Decode = function_ref<Value(int64_t v, int64_t i)>;
  SmallVector<Value> addDecoded(Value x, std::array<Value, 2> from,
                                int64_t elements, Decode decode,
                                ValueRange sums);
  Value multiplyScaled(Value n);
  SmallVector<Value> sumCodes(Value k, ArrayRef<Value> codes, ValueRange sums);
  Value unitTable(bool isNegative, bool isPositive);
  Value broadcast(Value x, Value m, Value k);
  Value zeros() { return splat(b, b.f32(0), lanes); }
  Value add(ArrayRef<Value> sums);

  const int64_t count, vectors, chains;
  Value x; ///< [count, K], zeros after K
};

} // namespace

void Rows::allocateShared(Scratch &scratch) {
  Value blocks = blocksOf(b, product.k, kLargestBlock);
  x = scratch.allocate(b.getF32Type(), {count, ShapedType::kDynamic},
                       b.mul(blocks, b.index(kLargestBlock)));
}

void Rows::packRows(Value begin, Value end) {
  b.loop(begin, end, {}, [&](Value m, ValueRange) {
    decodeActivations(b, product, m, x, m);
    return SmallVector<Value>();
  });
}

bool Rows::scalesSums() const {
  return count == 1 && lanes == kTileColumns && row.vectorBits >= 512 &&
         bitsOfElement(product.weights) == 4 &&
         product.weights.scheme != Scheme::Affine;
}

Value Rows::multiplyColumns(Value n, Value, Value acc) {
  SmallVector<Value> sums;
  if (scalesSums()) {
    Value fast = multiplyScaled(n);
    Value magnitude =
        b.bitAnd(vectorBits(b, fast),
                 splatI32(b, std::numeric_limits<int32_t>::max(), lanes));
    Value largest =
        b.make<vector::ReductionOp>(vector::CombiningKind::MAXSI, magnitude);
    sums = b.conditional(
        fast.getType(), b.less(largest, b.i32(0x7F800000)),
        [&] { return SmallVector<Value>{fast}; },
        [&] { return multiplyDecoded(x, b.index(0), n); });
  } else {
    sums = multiplyDecoded(x, b.index(0), n);
  }
  for (int64_t i = 0; i < count * vectors; ++i)
    storeVector(b, sums[i], acc,
                {b.index(i / vectors), b.index(i % vectors * lanes)});
  return {};
}

Value Rows::broadcast(Value x, Value m, Value k) {
  return splat(b, b.load(x, {m, k}), lanes);
}

/// The sum of `sums`, by pairs.
Value Rows::add(ArrayRef<Value> sums) {
  if (sums.size() == 1)
    return sums[0];
  size_t half = sums.size() / 2;
  return b.add(add(sums.take_front(half)), add(sums.drop_front(half)));
}

//===----------------------------------------------------------------------===//
// Decoded weights
//===----------------------------------------------------------------------===//

SmallVector<Value> Rows::multiplyDecoded(Value x, Value first, Value n) {
  SmallVector<TileColumns> columns;
  for (int64_t v = 0; v < vectors; ++v)
    columns.emplace_back(b, product, b.add(n, b.index(v * lanes)));
  const ::mx::TileLayout &layout = columns[0].layout;
  int64_t size = product.weights.blockSize;
  SmallVector<Value> sums(count * vectors * chains, zeros());
  auto ofTile = [&](Value tile, ValueRange now) {
    return columns[0].forGroups(now, [&](int64_t block, int64_t blocks,
                                         ValueRange now) {
      SmallVector<SmallVector<SmallVector<Value>>> scales(vectors);
      for (int64_t v = 0; v < vectors; ++v)
        for (int64_t i = 0; i < blocks; ++i)
          scales[v].push_back(columns[v].scales(tile, block + i));
      return columns[0].forChunks(
          tile, block, blocks, now, [&](Value k, Value chunk, ValueRange now) {
            SmallVector<SmallVector<Value>> codes;
            for (const TileColumns &each : columns)
              codes.push_back(each.codes(tile, chunk));
            auto decode = [&](int64_t v, int64_t i) {
              return decodeVector(b, row, product.weights, codes[v][i],
                                  scales[v][blocks > 1 ? i / size : 0]);
            };
            return addDecoded(x, {first, k}, codes[0].size(), decode, now);
          });
    });
  };
  sums = b.loop(b.index(0), blocksOf(b, product.k, layout.k), sums, ofTile);
  SmallVector<Value> results;
  for (int64_t i = 0; i < count * vectors; ++i)
    results.push_back(add(ArrayRef(sums).slice(i * chains, chains)));
  return results;
}

/// sums += x * weights, of some elements of K, `from` a row and an element on.
/// Weights are decoded where they are used: all of them at once would not fit
/// the registers.
SmallVector<Value> Rows::addDecoded(Value x, std::array<Value, 2> from,
                                    int64_t elements, Decode decode,
                                    ValueRange sums) {
  SmallVector<Value> next(sums), weights(vectors);
  for (int64_t i = 0; i < elements; ++i) {
    for (int64_t v = 0; v < vectors; ++v)
      weights[v] = decode(v, i);
    for (int64_t m = 0; m < count; ++m) {
      Value element =
          broadcast(x, b.add(from[0], b.index(m)), b.add(from[1], b.index(i)));
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = next[(m * vectors + v) * chains + i % chains];
        sum = multiplyAdd(b, row, element, weights[v], sum);
      }
    }
  }
  return next;
}

//===----------------------------------------------------------------------===//
// Scaled sums
//===----------------------------------------------------------------------===//

/// The codes as whole numbers, 0 for those of a sign that is not asked for.
Value Rows::unitTable(bool isNegative, bool isPositive) {
  SmallVector<float> values;
  for (int code = 0; code < 16; ++code) {
    bool isAsked = code < 8 ? isPositive : isNegative;
    values.push_back(
        isAsked ? static_cast<float>(::mx::elementUnits(product.weights, code))
                : 0);
  }
  auto type = VectorType::get(16, b.getF32Type());
  return b.make<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef(values)));
}

SmallVector<Value> Rows::sumCodes(Value k, ArrayRef<Value> codes,
                                  ValueRange sums) {
  SmallVector<Value> tables;
  if (product.weights.scheme == Scheme::Asymmetric)
    tables = {unitTable(false, true), unitTable(true, false)};
  else
    tables = {unitTable(true, true)};
  SmallVector<Value> next(sums);
  int64_t each = sums.size() / tables.size();
  for (auto [i, code] : llvm::enumerate(codes)) {
    Value element = broadcast(x, b.index(0), b.add(k, b.index(i)));
    for (auto [side, table] : llvm::enumerate(tables)) {
      Value units = callIntrinsic(b, "llvm.x86.avx512.permvar.sf.512",
                                  table.getType(), {table, code});
      Value &sum = next[side * each + i % each];
      sum = multiplyAdd(b, row, element, units, sum);
    }
  }
  return next;
}

Value Rows::multiplyScaled(Value n) {
  TileColumns weights(b, product, n);
  int64_t sides = product.weights.scalesPerBlock();
  float unit = std::ldexp(1.0f, ::mx::elementUnitExponent(product.weights));
  auto ofTile = [&](Value tile, ValueRange total) {
    return weights.forGroups(total, [&](int64_t block, int64_t blocks,
                                        ValueRange total) {
      SmallVector<Value> sums(kChains, zeros());
      sums = weights.forChunks(
          tile, block, blocks, sums, [&](Value k, Value chunk, ValueRange now) {
            return sumCodes(k, weights.codes(tile, chunk), now);
          });
      SmallVector<Value> scales = weights.scales(tile, block);
      Value next = total[0];
      for (int64_t side = 0; side < sides; ++side) {
        ArrayRef<Value> ofSide =
            ArrayRef(sums).slice(side * kChains / sides, kChains / sides);
        Value scale = b.mul(scales[side], splat(b, b.f32(unit), lanes));
        next = multiplyAdd(b, row, add(ofSide), scale, next);
      }
      return SmallVector<Value>{next};
    });
  };
  return b.loop(b.index(0), blocksOf(b, product.k, weights.layout.k), zeros(),
                ofTile)[0];
}

void mlir::mx::multiplyRowF32(ScalarBuilder &b, const Product &product, Value m,
                              Value n, int64_t columns, Value acc) {
  Scratch scratch(b);
  Rows one(b, product, /*count=*/1);
  one.allocateShared(scratch);
  Value first = b.index(0);
  decodeActivations(b, product, m, one.getX(), first);
  b.nest(b.index(columns / kTileColumns), [&](ValueRange group) {
    Value column = b.mul(group[0], b.index(kTileColumns));
    SmallVector<Value> sums =
        one.multiplyDecoded(one.getX(), first, b.add(n, column));
    for (auto [v, sum] : llvm::enumerate(sums))
      storeVector(b, sum, acc,
                  {m, b.add(column, b.index(v * product.row.lanes()))});
  });
  scratch.free();
}

std::unique_ptr<Kernel>
mlir::mx::makeRowsF32(ScalarBuilder &b, const Product &product, int64_t count) {
  return std::make_unique<Rows>(b, product, count);
}
