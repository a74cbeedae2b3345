//===- TileCodec.h - packed weights as vector IR ----------------*- C++ -*-===//
//
// Reads the tiles of mx/Numerics/Tiles.h: lanes are columns. What lies past N
// in the last tile is read as what it is, zeros; tiles past the last are not
// read.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_TILECODEC_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_TILECODEC_H

#include "Kernel.h"

#include "mx/Numerics/Tiles.h"

namespace mlir::mx {

/// f32 of the scale codes `codes` (i32 by lane), which are those of tiles:
/// finite and not negative, or the format's NaN.
Value decodeScaleVector(ScalarBuilder &b, ::mx::ScaleKind kind, Value codes);

/// The columns `n` to `n + lanes`, a multiple of `lanes`, of the weights of a
/// product; those of the last tile where that is past the end.
class TileColumns {
public:
  TileColumns(ScalarBuilder &b, const Product &product, Value n);

  const ::mx::TileLayout layout;

  /// The scales of block `block` of tile `tile`, a vector each.
  SmallVector<Value> scales(Value tile, int64_t block) const;

  /// Elements of K that lie together in whole words: 8, of 8 bits 4, of 6 16.
  int64_t codesPerChunk() const;

  /// The codes (i32, with garbage above) of chunk `chunk` of tile `tile`.
  SmallVector<Value> codes(Value tile, Value chunk) const;

  /// For the blocks of tile `tile`, or groups of them that fill a chunk:
  /// ofGroup(first block, count of blocks), which may use forChunks.
  using GroupBody =
      function_ref<SmallVector<Value>(int64_t, int64_t, ValueRange)>;
  SmallVector<Value> forGroups(ValueRange carried, GroupBody body) const;

  /// body(k, chunk, carried) for the chunks of such a group, `k` being that of
  /// the first code.
  using ChunkBody = function_ref<SmallVector<Value>(Value, Value, ValueRange)>;
  SmallVector<Value> forChunks(Value tile, int64_t block, int64_t count,
                               ValueRange carried, ChunkBody body) const;

private:
  Value load(Value tile, Value byte, int64_t bytes) const;
  Value loadWords(Value tile, Value word) const;

  ScalarBuilder &b;
  const Product &product;
  const int64_t lanes;
  Value group, column; ///< tile along N, and the first column in it
};

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_TILECODEC_H
