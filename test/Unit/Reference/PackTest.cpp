//===- PackTest.cpp - mx.pack and mx.unpack against the library -----------===//

#include "Data.h"
#include "Matrix.h"

#include "mx/Numerics/Tiles.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

constexpr int64_t kColumns = 37;

std::vector<::mx::FormatSpec> allFormats() {
  std::vector<::mx::FormatSpec> formats;
  for (const ::mx::Preset &preset : ::mx::presets)
    formats.push_back(preset.format);
  for (int32_t size : {8, 16, 128}) // tiles of other extents, bytes not words
    for (const char *name : {"mxfp6_e2m3", "amxfp4"}) {
      formats.push_back(*::mx::findFormat(name));
      formats.back().blockSize = size;
    }
  return formats;
}

Array bytes(ArrayRef<int64_t> shape, const std::vector<uint8_t> &values) {
  return {DType::I8, SmallVector<int64_t>(shape), values};
}

/// Parts of kColumns x k, of every kind of rows.
struct Weights {
  Weights(const ::mx::FormatSpec &format, int64_t k)
      : format(format), k(k),
        codes(kColumns * ::mx::codeBytesPerRow(format, k)),
        scales(kColumns * ::mx::scaleBytesPerRow(format, k)) {
    Generator random(5);
    for (uint8_t &byte : codes)
      byte = uint8_t(random.next());
    for (uint8_t &byte : scales) // NaN and infinity among them
      byte = uint8_t(random.next());
  }

  std::vector<uint8_t> tiles() const {
    std::vector<uint8_t> all(::mx::tiledBytes(format, kColumns, k));
    ::mx::packTiles(format, kColumns, k, codes.data(), scales.data(),
                    all.data());
    return all;
  }
  Array codeArray() const {
    return bytes({kColumns, ::mx::codeBytesPerRow(format, k)}, codes);
  }
  Array scaleArray() const {
    return bytes({kColumns, ::mx::numBlocks(format, k),
                  ::mx::scaleBytesPerBlock(format)},
                 scales);
  }
  Array tileArray() const {
    return bytes({::mx::tilesOfColumns(kColumns), ::mx::tilesOfK(format, k),
                  ::mx::tileLayout(format).bytes},
                 tiles());
  }
  std::string text(std::string module) const {
    return substitute(std::move(module),
                      {{"n", std::to_string(kColumns)},
                       {"k", std::to_string(k)},
                       {"c", std::to_string(::mx::codeBytesPerRow(format, k))},
                       {"b", std::to_string(::mx::numBlocks(format, k))},
                       {"s", std::to_string(::mx::scaleBytesPerBlock(format))},
                       {"tn", std::to_string(::mx::tilesOfColumns(kColumns))},
                       {"tk", std::to_string(::mx::tilesOfK(format, k))},
                       {"tb", std::to_string(::mx::tileLayout(format).bytes)},
                       {"f", typeOf(format)}});
  }

  ::mx::FormatSpec format;
  int64_t k;
  std::vector<uint8_t> codes, scales;
};

} // namespace

/// The outer scale goes through beside the tiles: left out here.
TEST(Pack, GivesTheTilesOfTheLibrary) {
  for (::mx::FormatSpec format : allFormats())
    for (int64_t k : {1, 72, 300}) {
      format.outer = ::mx::OuterScale::None;
      Weights weights(format, k);
      SmallVector<Array> tiles =
          runReference(weights.text(R"(
func.func @main(%c: tensor<{n}x{c}xi8>, %s: tensor<{n}x{b}x{s}xi8>) -> tensor<{tn}x{tk}x{tb}xi8> {
  %w = mx.join %c, %s : (tensor<{n}x{c}xi8>, tensor<{n}x{b}x{s}xi8>) -> tensor<{n}x{k}x{f}>
  %t = mx.pack %w : tensor<{n}x{k}x{f}>
  return %t : tensor<{tn}x{tk}x{tb}xi8>
})"),
                       {weights.codeArray(), weights.scaleArray()});
      ASSERT_EQ(tiles.size(), 1u);
      EXPECT_EQ(mismatches(tiles[0].bytes, weights.tiles()), 0)
          << typeOf(format) << " k " << k;
    }
}

/// With dynamic extents, which the operands give.
TEST(Unpack, GivesTheCodesAndScalesOfTheTiles) {
  for (::mx::FormatSpec format : allFormats())
    for (int64_t k : {1, 72, 300}) {
      format.outer = ::mx::OuterScale::None;
      Weights weights(format, k);
      SmallVector<Array> parts = runReference(weights.text(R"(
func.func @main(%t: tensor<?x?x{tb}xi8>) -> (tensor<?x?xi8>, tensor<?x?x{s}xi8>) {
  %n = arith.constant {n} : index
  %k = arith.constant {k} : index
  %w = mx.unpack %t sizes(%n, %k) : tensor<?x?x{tb}xi8> -> tensor<?x?x{f}>
  %c, %s, %kk = mx.split %w : tensor<?x?x{f}>
  return %c, %s : tensor<?x?xi8>, tensor<?x?x{s}xi8>
})"),
                                              {weights.tileArray()});
      ASSERT_EQ(parts.size(), 2u);
      std::vector<uint8_t> codes = weights.codes, scales = weights.scales;
      ::mx::unpackTiles(format, kColumns, k, weights.tiles().data(),
                        codes.data(), scales.data());
      EXPECT_EQ(mismatches(parts[0].bytes, codes), 0)
          << typeOf(format) << " k " << k;
      EXPECT_EQ(mismatches(parts[1].bytes, scales), 0)
          << typeOf(format) << " k " << k;
    }
}

/// A product of tiles has the bits of the product of what was packed.
TEST(Unpack, ProductReadsTiles) {
  const int64_t k = 200;
  Weights weights(*::mx::findFormat("amxfp4"), k);
  std::vector<float> x = makeRows(9, k, 3);
  Array c = floatArray({9, kColumns}, std::vector<float>(9 * kColumns, 0.5f));
  std::string tail = R"(
  %y = mx.matmul ins(%x, %w : tensor<9x{k}xf32>, tensor<{n}x{k}x{f}>) outs(%i : tensor<9x{n}xf32>)
  return %y : tensor<9x{n}xf32>
})";
  SmallVector<Array> plain = runReference(
      weights.text(R"(
func.func @main(%x: tensor<9x{k}xf32>, %i: tensor<9x{n}xf32>, %c: tensor<{n}x{c}xi8>, %s: tensor<{n}x{b}x{s}xi8>) -> tensor<9x{n}xf32> {
  %w = mx.join %c, %s : (tensor<{n}x{c}xi8>, tensor<{n}x{b}x{s}xi8>) -> tensor<{n}x{k}x{f}>)" +
                   tail),
      {floatArray({9, k}, x), c, weights.codeArray(), weights.scaleArray()});
  SmallVector<Array> tiled =
      runReference(weights.text(R"(
func.func @main(%x: tensor<9x{k}xf32>, %i: tensor<9x{n}xf32>, %t: tensor<{tn}x{tk}x{tb}xi8>) -> tensor<9x{n}xf32> {
  %w = mx.unpack %t : tensor<{tn}x{tk}x{tb}xi8> -> tensor<{n}x{k}x{f}>)" +
                                tail),
                   {floatArray({9, k}, x), c, weights.tileArray()});
  ASSERT_EQ(plain.size(), 1u);
  ASSERT_EQ(tiled.size(), 1u);
  EXPECT_EQ(mismatches(toFloats(tiled[0]), toFloats(plain[0])), 0);
}
