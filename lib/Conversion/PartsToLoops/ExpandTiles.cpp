//===- ExpandTiles.cpp - pack_parts and unpack_parts ----------------------===//
//
// The layout of mx/Numerics/Tiles.h, word by word.
//
//===----------------------------------------------------------------------===//

#include "../ScalarCodec.h"
#include "Expand.h"

#include "mx/Numerics/Packing.h"
#include "mx/Numerics/Tiles.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;
using ::mx::TileLayout;

namespace {

/// One row of weights, which is one column of a row of tiles.
class TileColumn {
public:
  TileColumn(ScalarBuilder &b, const FormatSpec &format, Value tiles,
             ValueRange row)
      : b(b), layout(::mx::tileLayout(format)), tiles(tiles),
        at(row.drop_back()), column(rem(row.back(), ::mx::kTileColumns)) {
    at.push_back(div(row.back(), ::mx::kTileColumns));
  }

  /// Indices of byte `byte` of the codes and of the scales.
  SmallVector<Value> codeAt(Value byte) {
    Value inTile = rem(byte, layout.codeBytes);
    return place(div(byte, layout.codeBytes), inTile, 4, 0);
  }
  SmallVector<Value> scaleAt(Value byte) {
    Value inTile = rem(byte, layout.scaleBytes);
    return place(div(byte, layout.scaleBytes), inTile, layout.scaleWord,
                 layout.scaleBegin);
  }

private:
  Value div(Value a, int64_t by) {
    return b.make<arith::DivUIOp>(a, b.index(by));
  }
  Value rem(Value a, int64_t by) {
    return b.make<arith::RemUIOp>(a, b.index(by));
  }
  SmallVector<Value> place(Value tile, Value byte, int64_t word,
                           int64_t begin) {
    Value rowOfWords =
        b.mul(div(byte, word), b.index(word * ::mx::kTileColumns));
    Value inRow = b.add(b.mul(column, b.index(word)), rem(byte, word));
    SmallVector<Value> indices(at);
    indices.push_back(tile);
    indices.push_back(b.add(b.index(begin), b.add(rowOfWords, inRow)));
    return indices;
  }

  ScalarBuilder &b;
  const TileLayout layout;
  Value tiles;
  SmallVector<Value> at;
  Value column;
};

} // namespace

static SmallVector<Value> append(ValueRange row, Value index) {
  SmallVector<Value> indices(row);
  indices.push_back(index);
  return indices;
}

static Value loadWord(ScalarBuilder &b, Value memref, ValueRange at) {
  Value bytes =
      b.make<vector::LoadOp>(VectorType::get(4, b.getI8Type()), memref, at);
  Value word =
      b.make<vector::BitCastOp>(VectorType::get(1, b.getI32Type()), bytes);
  return b.make<vector::ExtractOp>(word, 0);
}

static void storeWord(ScalarBuilder &b, Value word, Value memref,
                      ValueRange at) {
  Value one =
      b.make<vector::BroadcastOp>(VectorType::get(1, b.getI32Type()), word);
  Value bytes =
      b.make<vector::BitCastOp>(VectorType::get(4, b.getI8Type()), one);
  vector::StoreOp::create(b, bytes, memref, at);
}

//===----------------------------------------------------------------------===//
// Nibbles: see ::mx::interleaveNibbles
//===----------------------------------------------------------------------===//

static Value spreadNibbles(ScalarBuilder &b, Value bits) {
  bits = b.bitAnd(b.bitOr(bits, b.shl(bits, b.i32(8))), b.i32(0x00FF00FF));
  return b.bitAnd(b.bitOr(bits, b.shl(bits, b.i32(4))), b.i32(0x0F0F0F0F));
}

static Value gatherNibbles(ScalarBuilder &b, Value bits) {
  bits = b.bitAnd(bits, b.i32(0x0F0F0F0F));
  bits = b.bitAnd(b.bitOr(bits, b.shr(bits, b.i32(4))), b.i32(0x00FF00FF));
  return b.bitAnd(b.bitOr(bits, b.shr(bits, b.i32(8))), b.i32(0xFFFF));
}

static Value interleave(ScalarBuilder &b, Value word) {
  Value low = spreadNibbles(b, b.bitAnd(word, b.i32(0xFFFF)));
  Value high = spreadNibbles(b, b.shr(word, b.i32(16)));
  return b.bitOr(low, b.shl(high, b.i32(4)));
}

static Value deinterleave(ScalarBuilder &b, Value word) {
  Value high = gatherNibbles(b, b.shr(word, b.i32(4)));
  return b.bitOr(gatherNibbles(b, word), b.shl(high, b.i32(16)));
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// body(row) for all rows of `codes`, row being the indices of all axes but the
/// last.
static void forRows(ScalarBuilder &b, Value codes,
                    function_ref<void(ValueRange)> body) {
  SmallVector<Value> extents;
  int64_t rank = cast<MemRefType>(codes.getType()).getRank();
  for (int64_t axis = 0; axis + 1 < rank; ++axis)
    extents.push_back(b.dim(codes, axis));
  b.nest(extents, body);
}

static Value lastExtent(ScalarBuilder &b, Value memref, int64_t fromEnd) {
  return b.dim(memref, cast<MemRefType>(memref.getType()).getRank() - fromEnd);
}

/// move(byte, isWord) for all words of a row of codes, or, where a block is no
/// whole number of words, for all bytes.
static void forCodes(ScalarBuilder &b, const FormatSpec &format, Value codes,
                     function_ref<void(Value, bool)> move) {
  bool isWord = ::mx::codeBytesPerBlock(format) % 4 == 0;
  Value step = b.index(isWord ? 4 : 1);
  Value count = b.make<arith::DivUIOp>(lastExtent(b, codes, 1), step);
  b.nest(count, [&](ValueRange i) { move(b.mul(i[0], step), isWord); });
}

static void packCodes(ScalarBuilder &b, PackPartsOp op, ValueRange row) {
  FormatSpec format = op.getFormatSpec();
  TileColumn column(b, format, op.getTiles(), row);
  bool interleaves = ::mx::tileLayout(format).interleaves;
  forCodes(b, format, op.getCodes(), [&](Value byte, bool isWord) {
    SmallVector<Value> from = append(row, byte), to = column.codeAt(byte);
    if (!isWord)
      return b.store(b.load(op.getCodes(), from), op.getTiles(), to);
    Value word = loadWord(b, op.getCodes(), from);
    storeWord(b, interleaves ? interleave(b, word) : word, op.getTiles(), to);
  });
}

/// A NaN in one scale of a block goes into all.
static void packScales(ScalarBuilder &b, PackPartsOp op, ValueRange row) {
  FormatSpec format = op.getFormatSpec();
  TileColumn column(b, format, op.getTiles(), row);
  int64_t size = ::mx::scaleBytesPerBlock(format);
  b.nest(lastExtent(b, op.getScales(), 2), [&](ValueRange block) {
    Value isNan = b.integer(b.getI1Type(), 0);
    for (Value scale : loadScales(b, format, op.getScales(), row, block[0]))
      isNan = b.bitOr(isNan, b.isNan(scale));
    int bytesOfScale = ::mx::spec(format.scale).bytes;
    for (int64_t byte = 0; byte < size; ++byte) {
      Value from =
          b.load(op.getScales(), append(append(row, block[0]), b.index(byte)));
      int64_t nan = ::mx::spec(format.scale).nan >> 8 * (byte % bytesOfScale);
      Value to = b.add(b.mul(block[0], b.index(size)), b.index(byte));
      b.store(b.select(isNan, b.integer(b.getI8Type(), nan & 0xFF), from),
              op.getTiles(), column.scaleAt(to));
    }
  });
}

void mlir::mx::expandPack(ScalarBuilder &b, PackPartsOp op) {
  linalg::FillOp::create(b, b.integer(b.getI8Type(), 0), op.getTiles());
  forRows(b, op.getCodes(), [&](ValueRange row) {
    packCodes(b, op, row);
    packScales(b, op, row);
  });
}

void mlir::mx::expandUnpack(ScalarBuilder &b, UnpackPartsOp op) {
  FormatSpec format = op.getFormatSpec();
  bool interleaves = ::mx::tileLayout(format).interleaves;
  int64_t size = ::mx::scaleBytesPerBlock(format);
  forRows(b, op.getCodes(), [&](ValueRange row) {
    TileColumn column(b, format, op.getTiles(), row);
    forCodes(b, format, op.getCodes(), [&](Value byte, bool isWord) {
      SmallVector<Value> from = column.codeAt(byte), to = append(row, byte);
      if (!isWord)
        return b.store(b.load(op.getTiles(), from), op.getCodes(), to);
      Value word = loadWord(b, op.getTiles(), from);
      storeWord(b, interleaves ? deinterleave(b, word) : word, op.getCodes(),
                to);
    });
    b.nest({lastExtent(b, op.getScales(), 2), b.index(size)},
           [&](ValueRange at) {
             Value byte = b.add(b.mul(at[0], b.index(size)), at[1]);
             b.store(b.load(op.getTiles(), column.scaleAt(byte)),
                     op.getScales(), append(append(row, at[0]), at[1]));
           });
  });
}

void mlir::mx::unpackRhs(ScalarBuilder &b, MatmulPartsOp op) {
  FormatSpec format = op.getRhsSpec();
  Value tiles = op.getRhs()[0], init = op.getInit();
  int64_t axes = cast<MemRefType>(tiles.getType()).getRank() - 3;
  int64_t initAxes = cast<MemRefType>(init.getType()).getRank();
  SmallVector<Value> sizes;
  for (int64_t axis = 0; axis < axes; ++axis)
    sizes.push_back(b.dim(tiles, axis));
  sizes.push_back(b.dim(init, initAxes - 1));
  Value blocks = blocksOf(b, op.getK(), format.blockSize);
  // Of all rows, `last` and then `inner` (where not 0) elements.
  auto allocate = [&](Value last, int64_t inner) {
    SmallVector<Value> dynamic(sizes);
    dynamic.push_back(last);
    SmallVector<int64_t> shape(dynamic.size(), ShapedType::kDynamic);
    if (inner)
      shape.push_back(inner);
    return b.make<memref::AllocOp>(MemRefType::get(shape, b.getI8Type()),
                                   dynamic);
  };
  Value bytes = b.mul(blocks, b.index(::mx::codeBytesPerBlock(format)));
  Value codes = allocate(bytes, 0);
  Value scales = allocate(blocks, ::mx::scaleBytesPerBlock(format));
  auto unpack = UnpackPartsOp::create(b, TypeRange(), tiles, codes, scales,
                                      op.getRhsFormatAttr());
  expandUnpack(b, unpack);
  unpack.erase();
  SmallVector<Value> rhs{codes, scales};
  llvm::append_range(rhs, op.getRhs().drop_front());
  op.getRhsMutable().assign(rhs);
  op.setPacked(false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfter(op);
  for (Value buffer : {codes, scales})
    memref::DeallocOp::create(b, buffer);
}
