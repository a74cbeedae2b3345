//===- KernelI16.cpp - both sides folded to int16 -------------------------===//
//
// The kernel `i16`. A block of weights with two scales, each a small integer
// times a power of two, is folded over the smaller power:
//
//     w[i] = units[i] * (significand(sign) << gap(sign)) * 2^exponent
//
// A table gives a = max(units, 0) and b = max(-units, 0) as neighbouring bytes,
// so that one vpmaddubsw by the bytes significand+ << gap+ and -significand- <<
// gap- of the column makes an int16. Panels of these, with 2^exponent as f32,
// serve all rows:
//
//   for k, k_block deep
//     panel = folded weights, in parts as wide as a register tile
//     for parts: for rows m, a register tile high: acc += x[m, k] * part
//
// x of these k stays in the second-level cache for all parts.
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

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

/// Elements between the rows of activations, so that they do not lie a power of
/// two apart and share cache sets.
static constexpr int64_t kRowGap = 32;

namespace {

/// Where a vector of columns goes in a panel, and its blocks from where.
struct PanelBlock {
  TileColumns columns;
  Value tile, block; ///< of K, and of that tile
  Value part;        ///< of the panel
  Value entry;       ///< block of the part
  int64_t column;    ///< of the part
};

class KernelI16 final : public Kernel {
public:
  KernelI16(ScalarBuilder &b, const Product &product);
  int64_t columns() const override;
  void allocateShared(Scratch &scratch) override;
  void packRows(Value begin, Value end) override;
  void allocateOwn(Scratch &scratch) override;
  Value multiplyColumns(Value n, Value end, Value acc) override;
  Value rowFlags() const override { return flags; }

private:
  /// Columns of a part.
  int64_t width() const { return product.config.getColumns(); }
  int64_t depth() const { return product.config.getKBlock(); }
  void packRow(Value m);
  TileColumns columnsAt(Value n, int64_t column);
  void foldPart(Value part, Value n, Value begin, Value end);
  void foldBlock(const PanelBlock &at);
  Value foldScales(const PanelBlock &at);
  void foldWord(const PanelBlock &at, Value multipliers, int64_t word);
  Value exceed(Value n, Value parts);
  void multiplyTile(Value part, Value m, int64_t height, Value begin,
                    Value depth, Value acc);

  TileReader reader;
  BlockFolder folder;
  const ::mx::FormatSpec format; ///< of the weights
  const bool isFolded;
  const int64_t blockSize;
  const ::mx::KernelLimits limits;
  SmallVector<int8_t>
      table; ///< max(units, 0), or units where nothing is folded

  Value x, xScales;  ///< [M, K] i16, [M, blocks] f32
  Value panel;       ///< [parts, pairs, 2 * width] i16
  Value panelScales; ///< [parts, blocks, width] f32
  Value flags;
};

} // namespace

KernelI16::KernelI16(ScalarBuilder &b, const Product &product)
    : Kernel(b, product), reader(b, product), folder(b, product),
      format(product.weights),
      isFolded(format.scheme == ::mx::Scheme::Asymmetric),
      blockSize(format.blockSize),
      limits(::mx::limitsOf(::mx::kernelInfo(::mx::KernelKind::I16),
                            operandFacts(format),
                            operandFacts(*product.activations))) {
  for (unsigned code = 0; code < 16; ++code) {
    int64_t units = ::mx::elementUnits(format, code);
    table.push_back(isFolded ? std::max<int64_t>(units, 0) : units);
  }
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

void KernelI16::allocateShared(Scratch &scratch) {
  int64_t dynamic = ShapedType::kDynamic;
  Value blocks = blocksOf(b, product.k, blockSize);
  Value width = b.add(b.mul(blocks, b.index(blockSize)), b.index(kRowGap));
  x = scratch.allocate(b.getI16Type(), {dynamic, dynamic}, {product.m, width});
  xScales =
      scratch.allocate(b.getF32Type(), {dynamic, dynamic}, {product.m, blocks});
  if (limits.activations.any())
    flags = scratch.allocate(b.getI8Type(), {dynamic}, {product.m});
}

void KernelI16::packRows(Value begin, Value end) {
  b.loop(begin, end, {}, [&](Value m, ValueRange) {
    packRow(m);
    return SmallVector<Value>();
  });
}

void KernelI16::packRow(Value m) {
  Value none = b.integer(b.getI8Type(), 0);
  SmallVector<Value> flag =
      b.loop(b.index(0), blocksOf(b, product.k, blockSize), {none},
             [&](Value block, ValueRange flag) -> SmallVector<Value> {
               folder.load(m, block);
               Digits words = folder.words();
               storeVector(b, words.integers, x,
                           {m, b.mul(block, b.index(blockSize))});
               b.store(words.scale, xScales, {m, block});
               Value exceeds = folder.exceeds(limits.activations);
               if (!exceeds)
                 return {flag[0]};
               return {b.bitOr(flag[0],
                               b.make<arith::ExtUIOp>(b.getI8Type(), exceeds))};
             });
  if (flags)
    b.store(flag[0], flags, m);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

int64_t KernelI16::columns() const { return columnsOfPanel(/*bytes=*/2); }

void KernelI16::allocateOwn(Scratch &scratch) {
  int64_t parts = columns() / width();
  panel = scratch.allocate(b.getI16Type(), {parts, depth() / 2, 2 * width()});
  panelScales =
      scratch.allocate(b.getF32Type(), {parts, depth() / blockSize, width()});
}

/// The tile of column `n + column`; the last one for those past it.
TileColumns KernelI16::columnsAt(Value n, int64_t column) {
  Value size = b.index(::mx::kTileColumns);
  Value tile = b.make<arith::DivUIOp>(b.add(n, b.index(column)), size);
  Value last = b.make<arith::DivUIOp>(b.sub(product.n, b.index(1)), size);
  return {b.min(tile, last), column % ::mx::kTileColumns};
}

/// Columns from `n` on.
void KernelI16::foldPart(Value part, Value n, Value begin, Value end) {
  Value first = b.make<arith::DivUIOp>(begin, b.index(blockSize));
  Value perTile = b.index(reader.blocksOfTile());
  for (int64_t column = 0; column < width(); column += lanes) {
    TileColumns columns = columnsAt(n, column);
    b.loop(first, blocksOf(b, end, blockSize), {},
           [&](Value block, ValueRange) {
             foldBlock({columns, b.make<arith::DivUIOp>(block, perTile),
                        b.make<arith::RemUIOp>(block, perTile), part,
                        b.sub(block, first), column});
             return SmallVector<Value>();
           });
  }
}

void KernelI16::foldBlock(const PanelBlock &at) {
  Value multipliers = foldScales(at);
  for (int64_t word = 0; word < reader.wordsOfBlock(); ++word)
    foldWord(at, multipliers, word);
}

/// Stores the scales of a block; the multipliers of its bytes, a and b in turn.
Value KernelI16::foldScales(const PanelBlock &at) {
  SmallVector<Value> codes;
  for (int which = 0; which < format.scalesPerBlock(); ++which)
    codes.push_back(reader.scaleCodes(at.columns, at.tile, at.block, which));
  auto words = VectorType::get(lanes, b.getI32Type());
  Value multipliers, scales;
  if (isFolded) {
    FoldedScales folded = reader.foldScales(codes);
    scales = folded.power;
    // The bytes +, -, +, - of a word.
    Value negative = b.sub(splatConstant(b, words, 0), folded.multipliers[1]);
    negative = b.bitAnd(negative, splatConstant(b, words, 255));
    Value pair = b.bitOr(folded.multipliers[0],
                         b.shl(negative, splatConstant(b, words, 8)));
    multipliers = b.bitOr(pair, b.shl(pair, splatConstant(b, words, 16)));
  } else {
    scales = reader.decodeScales(codes[0]);
    multipliers = splatConstant(b, words, 0x00010001);
  }
  storeVector(b, scales, panelScales, {at.part, at.entry, b.index(at.column)});
  return castLanes(b, multipliers, b.getI8Type());
}

/// Word `word` of the codes, so eight elements, to four rows of pairs.
void KernelI16::foldWord(const PanelBlock &at, Value multipliers,
                         int64_t word) {
  Value first = b.mul(at.block, b.index(reader.wordsOfBlock()));
  Value codes = reader.codes(at.columns, at.tile, b.add(first, b.index(word)));
  Value pairs =
      b.add(b.mul(at.entry, b.index(blockSize / 2)), b.index(4 * word));
  for (int64_t pair : {0, 1}) {
    // The bytes 2 * pair and 2 * pair + 1 of each word, twice.
    SmallVector<int64_t> which;
    for (int64_t i = 0; i < 4 * lanes; ++i)
      which.push_back(i / 4 * 4 + 2 * pair + i % 4 / 2);
    Value twice = b.make<vector::ShuffleOp>(codes, codes, which);
    for (bool high : {false, true}) {
      Value indices = nibblesOf(b, twice, high);
      Value integers;
      if (isFolded) {
        // The code of -x for the second, so that the same table gives b.
        Value i16 = castLanes(b, indices, b.getI16Type());
        Value flipped = b.make<arith::XOrIOp>(
            i16, splatConstant(b, cast<VectorType>(i16.getType()), 8 << 8));
        Value sides =
            lookUpNibbles(b, table, castLanes(b, flipped, b.getI8Type()));
        integers = multiplyBytePairs(b, sides, multipliers);
      } else {
        integers =
            multiplyBytePairs(b, multipliers, lookUpNibbles(b, table, indices));
      }
      storeVector(b, integers, panel,
                  {at.part, b.add(pairs, b.index(2 * high + pair)),
                   b.index(2 * at.column)});
    }
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value KernelI16::multiplyColumns(Value n, Value end, Value acc) {
  Value parts = blocksOf(b, b.sub(end, n), width());
  Value steps = stepsOverK();
  b.loop(b.index(0), steps, {}, [&](Value step, ValueRange) {
    Value begin = b.mul(step, b.index(depth()));
    Value end = b.min(b.add(begin, b.index(depth())), product.k);
    b.nest(parts, [&](ValueRange part) {
      foldPart(part[0], b.add(n, b.mul(part[0], b.index(width()))), begin, end);
      forTilesOfRows(
          b, product.m, product.config.getRows(), [&](Value m, int64_t height) {
            multiplyTile(part[0], m, height, begin, b.sub(end, begin), acc);
          });
    });
    return SmallVector<Value>();
  });
  return limits.weights.any() ? exceed(n, parts) : Value();
}

/// True where a tile of the columns from `n` on exceeds the limits.
Value KernelI16::exceed(Value n, Value parts) {
  Value none = b.integer(b.getI1Type(), 0);
  return b.loop(b.index(0), parts, none, [&](Value part, ValueRange found) {
    Value first = b.add(n, b.mul(part, b.index(width()))), any = found[0];
    for (int64_t column = 0; column < width(); column += ::mx::kTileColumns)
      any = b.bitOr(
          any, reader.exceed(columnsAt(first, column).tile, limits.weights));
    return SmallVector<Value>{any};
  })[0];
}

/// `matrices[part]`.
static Value partOf(ScalarBuilder &b, Value matrices, Value part) {
  auto type = cast<MemRefType>(matrices.getType());
  SmallVector<OpFoldResult> offsets(3, b.getIndexAttr(0)), sizes,
      strides(3, b.getIndexAttr(1));
  offsets[0] = part;
  for (int64_t extent : type.getShape())
    sizes.push_back(b.getIndexAttr(extent));
  sizes[0] = b.getIndexAttr(1);
  MemRefType matrix = memref::SubViewOp::inferRankReducedResultType(
      type.getShape().drop_front(), type, offsets, sizes, strides);
  return b.make<memref::SubViewOp>(matrix, matrices, offsets, sizes, strides);
}

void KernelI16::multiplyTile(Value part, Value m, int64_t height, Value begin,
                             Value depth, Value acc) {
  using Sizes = SmallVector<OpFoldResult>;
  auto constant = [&](int64_t value) { return b.getIndexAttr(value); };
  auto view = [&](Value memref, Value column, OpFoldResult width) -> Value {
    return b.make<memref::SubViewOp>(memref, Sizes{m, column},
                                     Sizes{constant(height), width},
                                     Sizes{constant(1), constant(1)});
  };
  Value first = b.make<arith::DivUIOp>(begin, b.index(blockSize));
  Value blocks = blocksOf(b, depth, blockSize);
  Value padded = b.mul(blocks, b.index(blockSize));
  Value column = b.mul(part, b.index(width()));
  Value tileAcc = view(acc, column, constant(width()));
  clearAtStart(begin, tileAcc);
  ScaledMicrokernelOp::create(b, view(x, begin, padded), partOf(b, panel, part),
                              view(xScales, first, blocks),
                              partOf(b, panelScales, part), blockSize, depth,
                              tileAcc, b.getStringAttr(row.name));
}

std::unique_ptr<Kernel> mlir::mx::makeKernelI16(ScalarBuilder &b,
                                                const Product &product) {
  return std::make_unique<KernelI16>(b, product);
}
