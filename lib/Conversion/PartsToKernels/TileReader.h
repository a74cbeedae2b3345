//===- TileReader.h - vectors out of packed weights -------------*- C++ -*-===//
//
// Reads 4-bit weights in the layout of mx/Numerics/Tiles.h, by vectors of
// neighbouring columns.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_TILEREADER_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_TILEREADER_H

#include "../ScalarCodec.h"
#include "Kernel.h"

#include "mx/Numerics/Tiles.h"

namespace mlir::mx {

/// Where a vector of columns is: a tile and a column of it.
struct TileColumns {
  Value tile;    ///< of N
  int64_t first; ///< column of the tile, a multiple of the vector's lanes
};

/// Scales as (multiplier of each side) * power, see KernelI16.cpp.
struct FoldedScales {
  SmallVector<Value> multipliers; ///< i32
  Value power;                    ///< f32, or NaN where a scale is
};

class TileReader {
public:
  TileReader(ScalarBuilder &b, const Product &product)
      : b(b), product(product), format(product.weights),
        layout(::mx::tileLayout(format)), lanes(product.row.lanes()) {}

  /// Words of codes of a block.
  int64_t wordsOfBlock() const { return format.blockSize / 8; }
  int64_t blocksOfTile() const { return layout.blocks; }
  /// Tiles of K, an index.
  Value tilesOfK() { return blocksOf(b, product.k, layout.k); }

  /// Word `word` of the codes of the tile `k`: bytes, four a column.
  Value codes(const TileColumns &columns, Value k, Value word);

  /// Scale `which` of block `block` of the tile `k`, an i32 code a column.
  Value scaleCodes(const TileColumns &columns, Value k, Value block, int which);

  /// Decodes these to f32. Those of E8M0 are of normal numbers or NaN.
  Value decodeScales(Value codes);

  /// Folds the codes of both scales. Multipliers of scales that lie too far
  /// apart are wrong.
  FoldedScales foldScales(ArrayRef<Value> codes);

  /// Asks for the cache lines of the tile that is `distance` bytes after tile
  /// `k` of the columns `tile`.
  void prefetch(Value tile, Value k, int64_t distance);

  /// An i1: scales of the columns `tile` exceed `limits`; null where none can.
  Value exceed(Value tile, const ::mx::DataLimits &limits);

private:
  Value load(const TileColumns &columns, Value k, Value byte, int64_t bytes);
  Value exponents(Value codes);
  Value areColumns(const TileColumns &columns);
  Value exceed(const TileColumns &columns, const ::mx::DataLimits &limits);

  ScalarBuilder &b;
  const Product &product;
  const ::mx::FormatSpec format;
  const ::mx::TileLayout layout;
  const int64_t lanes;
};

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_TILEREADER_H
