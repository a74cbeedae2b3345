//===- KernelAB.cpp - few rows: bytes straight from packed weights --------===//
//
// The kernel `ab`. Weights are split by sign into unsigned bytes, a = max(w, 0)
// and b = max(-w, 0), which tables give in registers; the activations are
// signed bytes. For each block, 16 columns and all rows of a tile:
//
//     acc += (sum of a * x) * (scale+ * scale of x)
//     acc -= (sum of b * x) * (scale- * scale of x)
//
// Weights with one scale need one sum: their table is w + bias, and the sum
// starts at -bias * (sum of x). Where a block of activations does not fit bytes
// (BlockFolder.h), its negative side is one of a list for each row, which a
// second loop adds; so the first, which streams the weights, has no branches.
//
//===----------------------------------------------------------------------===//

#include "../ByteVectors.h"
#include "../RowTiles.h"
#include "../ScalarCodec.h"
#include "BlockFolder.h"
#include "Kernel.h"
#include "TileReader.h"
#include "VectorCodec.h"

#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Numerics/Codec.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

/// How far ahead of use weights are asked for. Nearer, and memory is late;
/// farther, and they leave the second-level cache again.
static constexpr int64_t kPrefetchBytes = 27 * 1024;

namespace {

/// Blocks of bytes with what their products need, `entries` a row.
struct ByteBlocks {
  Value words;  ///< i32, four bytes each: [M, entries * words of a block]
  Value scales; ///< f32: [M, entries]
  Value starts; ///< i32, where a sum begins: [M, entries]; null for two sums
};

/// A block of weights, `vector` of its columns, and of `rows` of activations.
struct BlockPair {
  TileColumns columns;
  Value tile, block; ///< of K, and of that tile
  const ByteBlocks &from;
  SmallVector<Value> rows;
  Value entry; ///< of `from`
};

class KernelAB final : public Kernel {
public:
  KernelAB(ScalarBuilder &b, const Product &product);
  int64_t unit() const override { return ::mx::kTileColumns; }
  void allocateShared(Scratch &scratch) override;
  void packRows(Value begin, Value end) override;
  void allocateOwn(Scratch &) override {}
  Value multiplyColumns(Value n, Value end, Value acc) override;
  Value rowFlags() const override { return flags; }

private:
  ByteBlocks allocateBlocks(Scratch &scratch, Value entries);
  void packRow(Value m);
  SmallVector<Value> packBlock(Value m, Value block, ValueRange state);
  void clearBlock(Value m, Value block);
  void store(const ByteBlocks &to, Value m, Value entry, const Digits &digits);
  Value startOf(Value integers);

  void multiplyTile(Value tile, Value m, int64_t height, Value acc);
  SmallVector<Value> multiplyStep(Value tile, Value k, ArrayRef<Value> rows,
                                  ValueRange carried, Value acc);
  void addSecondDigits(Value tile, Value m, Value acc);
  SmallVector<Value> addBlock(const BlockPair &pair, ArrayRef<Value> accs);
  /// The sums of a block: for each table, for each row.
  SmallVector<Value> sumBlock(const BlockPair &pair);
  SmallVector<Value> startSums(const BlockPair &pair);
  SmallVector<Value> addWord(const BlockPair &pair, Value word,
                             ValueRange sums);

  /// Sums of all columns and `height` rows stay in registers.
  bool holdsSums(int64_t height) const {
    return row.vectorRegisters >= 32 || height == 1;
  }

  TileReader reader;
  BlockFolder folder;
  const int64_t halves; ///< vectors of a tile's columns
  const ::mx::KernelLimits limits;
  SmallVector<SmallVector<int8_t>> tables; ///< a and b, or one
  int64_t bias = 0;                        ///< of a single table

  ByteBlocks first, second;
  Value counts, blocks; ///< of `second`: [M], and which: [M, entries]
  Value flags;
};

} // namespace

KernelAB::KernelAB(ScalarBuilder &b, const Product &product)
    : Kernel(b, product), reader(b, product), folder(b, product),
      halves(::mx::kTileColumns / lanes),
      limits(::mx::limitsOf(::mx::kernelInfo(::mx::KernelKind::AB),
                            operandFacts(product.weights),
                            operandFacts(*product.activations))) {
  const ::mx::FormatSpec &format = product.weights;
  bool isSplit = format.scheme == ::mx::Scheme::Asymmetric;
  tables.resize(isSplit ? 2 : 1);
  if (!isSplit)
    bias = -operandFacts(format).lowestUnits;
  for (unsigned code = 0; code < 16; ++code) {
    int64_t units = ::mx::elementUnits(format, code);
    tables[0].push_back(isSplit ? std::max<int64_t>(units, 0) : units + bias);
    if (isSplit)
      tables[1].push_back(std::max<int64_t>(-units, 0));
  }
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

ByteBlocks KernelAB::allocateBlocks(Scratch &scratch, Value entries) {
  int64_t dynamic = ShapedType::kDynamic;
  SmallVector<Value> sizes{product.m, entries};
  Value words = b.mul(entries, b.index(2 * reader.wordsOfBlock()));
  ByteBlocks result;
  result.words =
      scratch.allocate(b.getI32Type(), {dynamic, dynamic}, {product.m, words});
  result.scales = scratch.allocate(b.getF32Type(), {dynamic, dynamic}, sizes);
  if (tables.size() == 1)
    result.starts = scratch.allocate(b.getI32Type(), {dynamic, dynamic}, sizes);
  return result;
}

void KernelAB::allocateShared(Scratch &scratch) {
  int64_t dynamic = ShapedType::kDynamic;
  Value entries = b.mul(reader.tilesOfK(), b.index(reader.blocksOfTile()));
  first = allocateBlocks(scratch, entries);
  if (folder.maxDigits() == 2) {
    second = allocateBlocks(scratch, entries);
    counts = scratch.allocate(b.getIndexType(), {dynamic}, {product.m});
    blocks = scratch.allocate(b.getIndexType(), {dynamic, dynamic},
                              {product.m, entries});
  }
  if (limits.activations.any())
    flags = scratch.allocate(b.getI8Type(), {dynamic}, {product.m});
}

void KernelAB::packRows(Value begin, Value end) {
  b.loop(begin, end, {}, [&](Value m, ValueRange) {
    packRow(m);
    return SmallVector<Value>();
  });
}

void KernelAB::packRow(Value m) {
  Value blocks = blocksOf(b, product.k, product.weights.blockSize);
  SmallVector<Value> state =
      b.loop(b.index(0), blocks, {b.index(0), b.integer(b.getI8Type(), 0)},
             [&](Value block, ValueRange state) {
               return packBlock(m, block, state);
             });
  if (counts)
    b.store(state[0], counts, m);
  if (flags)
    b.store(state[1], flags, m);
  Value entries = b.mul(reader.tilesOfK(), b.index(reader.blocksOfTile()));
  b.loop(blocks, entries, {}, [&](Value block, ValueRange) {
    clearBlock(m, block);
    return SmallVector<Value>();
  });
}

/// `state`: the second digits so far, and whether a scale exceeded the limits.
SmallVector<Value> KernelAB::packBlock(Value m, Value block, ValueRange state) {
  folder.load(m, block);
  Value fits, count = state[0], flag = state[1];
  store(first, m, block, folder.firstBytes(fits));
  if (fits)
    count = b.conditional(
        b.getIndexType(), fits, [&] { return SmallVector<Value>{count}; },
        [&] {
          store(second, m, count, folder.secondBytes());
          b.store(block, blocks, {m, count});
          return SmallVector<Value>{b.add(count, b.index(1))};
        })[0];
  if (Value exceeds = folder.exceeds(limits.activations))
    flag = b.bitOr(flag, b.make<arith::ExtUIOp>(b.getI8Type(), exceeds));
  return {count, flag};
}

/// Weights past K are 0, so that any finite block will do.
void KernelAB::clearBlock(Value m, Value block) {
  auto type = VectorType::get(product.weights.blockSize, b.getI8Type());
  store(first, m, block, {splatConstant(b, type, 0), b.f32(0)});
}

void KernelAB::store(const ByteBlocks &to, Value m, Value entry,
                     const Digits &digits) {
  Value at = b.mul(entry, b.index(2 * reader.wordsOfBlock()));
  storeVector(b, castLanes(b, digits.integers, b.getI32Type()), to.words,
              {m, at});
  b.store(digits.scale, to.scales, {m, entry});
  if (to.starts)
    b.store(startOf(digits.integers), to.starts, {m, entry});
}

/// -bias * the sum of `integers`, or of two halves of it in 16 bits each: what
/// one i32 of sums gets in addByteProducts.
Value KernelAB::startOf(Value integers) {
  auto bytes = cast<VectorType>(integers.getType());
  Value words = b.make<arith::ExtSIOp>(bytes.clone(b.getI16Type()), integers);
  words = b.mul(words, splatConstant(b, bytes.clone(b.getI16Type()), -bias));
  auto sum = [&](Value vector) {
    return b.make<vector::ReductionOp>(vector::CombiningKind::ADD, vector);
  };
  if (hasDotProducts(row))
    return sum(b.make<arith::ExtSIOp>(bytes.clone(b.getI32Type()), words));
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < bytes.getDimSize(0); ++i)
    (i % 4 < 2 ? low : high).push_back(i);
  auto half = [&](ArrayRef<int64_t> which) {
    Value part = b.make<vector::ShuffleOp>(words, words, which);
    return b.make<arith::ExtUIOp>(b.getI32Type(), sum(part));
  };
  return b.bitOr(half(low), b.shl(half(high), b.i32(16)));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value KernelAB::multiplyColumns(Value n, Value, Value acc) {
  Value tile = b.make<arith::DivUIOp>(n, b.index(::mx::kTileColumns));
  forTilesOfRows(
      b, product.m, product.config.getRows(),
      [&](Value m, int64_t height) { multiplyTile(tile, m, height, acc); });
  return reader.exceed(tile, limits.weights);
}

void KernelAB::multiplyTile(Value tile, Value m, int64_t height, Value acc) {
  SmallVector<Value> rows, sums;
  for (int64_t i = 0; i < height; ++i)
    rows.push_back(b.add(m, b.index(i)));
  SmallVector<Value> zeros(halves * height, splat(b, b.f32(0), lanes));
  auto storeAll = [&](ValueRange values) {
    for (int64_t half = 0; half < halves; ++half)
      for (int64_t i = 0; i < height; ++i)
        storeVector(b, values[half * height + i], acc,
                    {rows[i], b.index(half * lanes)});
  };
  if (!holdsSums(height))
    storeAll(zeros);
  sums = b.loop(b.index(0), reader.tilesOfK(),
                holdsSums(height) ? zeros : SmallVector<Value>(),
                [&](Value k, ValueRange carried) {
                  return multiplyStep(tile, k, rows, carried, acc);
                });
  if (holdsSums(height))
    storeAll(sums);
  if (counts)
    for (Value row : rows)
      addSecondDigits(tile, row, acc);
}

/// Adds the blocks of the tile `k` to `carried`, or to `acc` where none is.
SmallVector<Value> KernelAB::multiplyStep(Value tile, Value k,
                                          ArrayRef<Value> rows,
                                          ValueRange carried, Value acc) {
  SmallVector<Value> sums(carried);
  int64_t height = rows.size();
  reader.prefetch(tile, k, kPrefetchBytes);
  for (int64_t block = 0; block < reader.blocksOfTile(); ++block)
    for (int64_t half = 0; half < halves; ++half) {
      Value entry =
          b.add(b.mul(k, b.index(reader.blocksOfTile())), b.index(block));
      BlockPair pair{{tile, half * lanes},  k,    b.index(block), first,
                     llvm::to_vector(rows), entry};
      if (!carried.empty()) {
        auto *ofHalf = sums.begin() + half * height;
        llvm::copy(addBlock(pair, ArrayRef(ofHalf, height)), ofHalf);
        continue;
      }
      SmallVector<Value> loaded;
      for (Value row : rows)
        loaded.push_back(loadVector(b, acc, {row, b.index(half * lanes)}, lanes,
                                    b.getF32Type()));
      for (auto [row, sum] : llvm::zip(rows, addBlock(pair, loaded)))
        storeVector(b, sum, acc, {row, b.index(half * lanes)});
    }
  return sums;
}

void KernelAB::addSecondDigits(Value tile, Value m, Value acc) {
  Value perTile = b.index(reader.blocksOfTile());
  SmallVector<Value> sums;
  for (int64_t half = 0; half < halves; ++half)
    sums.push_back(
        loadVector(b, acc, {m, b.index(half * lanes)}, lanes, b.getF32Type()));
  sums = b.loop(
      b.index(0), b.load(counts, m), sums,
      [&](Value entry, ValueRange carried) {
        Value at = b.load(blocks, {m, entry});
        Value k = b.make<arith::DivUIOp>(at, perTile);
        Value block = b.make<arith::RemUIOp>(at, perTile);
        SmallVector<Value> next;
        for (int64_t half = 0; half < halves; ++half)
          llvm::append_range(
              next,
              addBlock({{tile, half * lanes}, k, block, second, {m}, entry},
                       carried[half]));
        return next;
      });
  for (int64_t half = 0; half < halves; ++half)
    storeVector(b, sums[half], acc, {m, b.index(half * lanes)});
}

/// accs + the products of a block, one of `accs` for each row.
SmallVector<Value> KernelAB::addBlock(const BlockPair &pair,
                                      ArrayRef<Value> accs) {
  SmallVector<Value> sums = sumBlock(pair);
  SmallVector<Value> result(accs);
  auto floats = VectorType::get(lanes, b.getF32Type());
  for (size_t side = 0; side < tables.size(); ++side) {
    Value scales = reader.decodeScales(
        reader.scaleCodes(pair.columns, pair.tile, pair.block, side));
    for (auto [i, row] : llvm::enumerate(pair.rows)) {
      Value ofRow = b.load(pair.from.scales, {row, pair.entry});
      Value scale = b.mul(scales, splat(b, ofRow, lanes));
      Value sum = b.make<arith::SIToFPOp>(
          floats,
          widenByteSums(b, this->row, sums[side * pair.rows.size() + i]));
      if (side == 1)
        sum = b.make<arith::NegFOp>(sum);
      result[i] = b.make<vector::FMAOp>(sum, scale, result[i]);
    }
  }
  return result;
}

SmallVector<Value> KernelAB::startSums(const BlockPair &pair) {
  Type element = hasDotProducts(row) ? b.getI32Type() : b.getI16Type();
  auto type =
      VectorType::get(lanes * 32 / element.getIntOrFloatBitWidth(), element);
  Value zero = splatConstant(b, type, 0);
  SmallVector<Value> sums(tables.size() * pair.rows.size(), zero);
  if (pair.from.starts)
    for (auto [i, row] : llvm::enumerate(pair.rows))
      sums[i] = castLanes(
          b, broadcastWord(b, pair.from.starts, {row, pair.entry}, 4 * lanes),
          element);
  return sums;
}

/// The sums of a block, for each table and row, after those of `word`.
SmallVector<Value> KernelAB::addWord(const BlockPair &pair, Value word,
                                     ValueRange sums) {
  Value inTile = b.add(b.mul(pair.block, b.index(reader.wordsOfBlock())), word);
  Value codes = reader.codes(pair.columns, pair.tile, inTile);
  Value first = b.add(b.mul(pair.entry, b.index(2 * reader.wordsOfBlock())),
                      b.mul(word, b.index(2)));
  SmallVector<Value> next(sums);
  for (bool high : {false, true}) {
    Value indices = nibblesOf(b, codes, high);
    SmallVector<Value> weights;
    for (ArrayRef<int8_t> table : tables)
      weights.push_back(lookUpNibbles(b, table, indices));
    Value at = b.add(first, b.index(high));
    for (auto [i, row] : llvm::enumerate(pair.rows)) {
      Value word = broadcastWord(b, pair.from.words, {row, at}, 4 * lanes);
      Value x = castLanes(b, word, b.getI8Type());
      for (auto [side, w] : llvm::enumerate(weights)) {
        Value &sum = next[side * pair.rows.size() + i];
        sum = addByteProducts(b, this->row, sum, w, x);
      }
    }
  }
  return next;
}

SmallVector<Value> KernelAB::sumBlock(const BlockPair &pair) {
  SmallVector<Value> sums = startSums(pair);
  if (row.vectorRegisters >= 32) {
    for (int64_t word = 0; word < reader.wordsOfBlock(); ++word)
      sums = addWord(pair, b.index(word), sums);
    return sums;
  }
  return rolledLoop(
      b, b.index(reader.wordsOfBlock()), sums,
      [&](Value word, ValueRange sums) { return addWord(pair, word, sums); });
}

std::unique_ptr<Kernel> mlir::mx::makeKernelAB(ScalarBuilder &b,
                                               const Product &product) {
  return std::make_unique<KernelAB>(b, product);
}
