//===- ConsumerTest.cpp - mx ops as consumers of a loop's tiles -----------===//
//
// No schedule of upstream's fuses a consumer; its C++ does.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/InitAll.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::mx;

namespace {

class Consumer : public ::testing::Test {
protected:
  Consumer() {
    DialectRegistry registry;
    mlir::mx::registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Returns a function whose loop makes `%t`, an 8x96xf32, in tiles of
  /// `rows` x `columns`; `consumer` is what comes after it.
  OwningOpRef<ModuleOp> parse(int rows, int columns, StringRef consumer) {
    std::string shape = std::to_string(rows) + "x" + std::to_string(columns);
    std::string sizes =
        "[" + std::to_string(rows) + ", " + std::to_string(columns) + "]";
    std::string text =
        "func.func @f(%x: tensor<8x96xf32>, %w: tensor<16x96x!mx.amxfp4>,\n"
        "             %v: tensor<8x96x!mx.amxfp4>, %o: tensor<8xf32>) {\n"
        "  %e = tensor.empty() : tensor<8x96xf32>\n"
        "  %t = scf.forall (%i, %j) = (0, 0) to (8, 96) step (" +
        std::to_string(rows) + ", " + std::to_string(columns) +
        ") shared_outs(%s = %e) -> (tensor<8x96xf32>) {\n"
        "    %p = tensor.extract_slice %x[%i, %j] " +
        sizes + " [1, 1] : tensor<8x96xf32> to tensor<" + shape +
        "xf32>\n"
        "    %q = math.absf %p : tensor<" +
        shape +
        "xf32>\n"
        "    scf.forall.in_parallel {\n"
        "      tensor.parallel_insert_slice %q into %s[%i, %j] " +
        sizes + " [1, 1] : tensor<" + shape +
        "xf32> into tensor<8x96xf32>\n"
        "    }\n"
        "  }\n" +
        consumer.str() + "  return\n}\n";
    return parseSourceString<ModuleOp>(text, &context);
  }

  /// Fuses the only op `Op` into the loop, and returns its tile; null where
  /// that is declined.
  template <typename Op> Op fuse(ModuleOp module) {
    scf::ForallOp loop;
    Op consumer;
    module.walk([&](scf::ForallOp op) { loop = op; });
    module.walk([&](Op op) { consumer = op; });
    SmallVector<LoopLikeOpInterface> loops = {loop};
    IRRewriter rewriter(&context);
    auto fused = scf::tileAndFuseConsumer(rewriter, consumer, loops);
    if (failed(fused))
      return {};
    EXPECT_TRUE(succeeded(verify(module)));
    auto tile = dyn_cast<Op>(fused->tiledOps.front());
    EXPECT_TRUE(tile && tile->template getParentOfType<scf::ForallOp>());
    return tile;
  }

  static ArrayRef<int64_t> shapeOf(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  }

  MLIRContext context;
};

using Shape = SmallVector<int64_t>;

constexpr StringLiteral quantize =
    "  %z = tensor.empty() : tensor<8x96x!mx.amxfp4>\n"
    "  %a = mx.quantize ins(%t : tensor<8x96xf32>)\n"
    "                   outs(%z : tensor<8x96x!mx.amxfp4>) using amxfp4\n";

TEST_F(Consumer, QuantizeTakesTilesOfWholeBlocks) {
  auto module = parse(4, 32, quantize);
  QuantizeOp tile = fuse<QuantizeOp>(*module);
  ASSERT_TRUE(tile);
  EXPECT_EQ(shapeOf(tile.getSource()), ArrayRef(Shape{4, 32}));
  EXPECT_EQ(shapeOf(tile.getInit()), ArrayRef(Shape{4, 32}));
}

TEST_F(Consumer, QuantizeDeclinesTilesThatCutABlock) {
  auto module = parse(4, 48, quantize);
  EXPECT_FALSE(fuse<QuantizeOp>(*module));
}

TEST_F(Consumer, QuantizeCutsItsRowScaleWithTheRows) {
  auto module = parse(4, 32, R"(
  %z = tensor.empty() : tensor<8x96x!mx.nvfp4_row>
  %a = mx.quantize ins(%t : tensor<8x96xf32>) outer(%o : tensor<8xf32>)
                   outs(%z : tensor<8x96x!mx.nvfp4_row>) using nvfp4_row mse
)");
  QuantizeOp tile = fuse<QuantizeOp>(*module);
  ASSERT_TRUE(tile);
  EXPECT_EQ(shapeOf(tile.getOuter()), ArrayRef(Shape{4}));
  EXPECT_TRUE(tile.getQuantizer().getQuantizer().mse);
}

/// `%t` on the left of a product, a weight of blocks on the right.
constexpr StringLiteral lhsOfMatmul =
    "  %c = tensor.empty() : tensor<8x16xf32>\n"
    "  %y = mx.matmul ins(%t, %w : tensor<8x96xf32>,\n"
    "                              tensor<16x96x!mx.amxfp4>)\n"
    "                 outs(%c : tensor<8x16xf32>)\n";

TEST_F(Consumer, MatmulTakesRowsOfItsLhs) {
  auto module = parse(4, 96, lhsOfMatmul);
  MatmulOp tile = fuse<MatmulOp>(*module);
  ASSERT_TRUE(tile);
  EXPECT_EQ(shapeOf(tile.getLhs()), ArrayRef(Shape{4, 96}));
  EXPECT_EQ(shapeOf(tile.getRhs()), ArrayRef(Shape{16, 96}));
  EXPECT_EQ(shapeOf(tile.getInit()), ArrayRef(Shape{4, 16}));
}

/// A part of K would give a part of each sum.
TEST_F(Consumer, MatmulDeclinesAPartOfK) {
  auto module = parse(4, 32, lhsOfMatmul);
  EXPECT_FALSE(fuse<MatmulOp>(*module));
}

/// Tiles of rows of both sides would give the tiles on the diagonal alone.
TEST_F(Consumer, MatmulDeclinesTilesOfMWithTilesOfN) {
  auto module = parseSourceString<ModuleOp>(R"(
func.func @f(%x: tensor<8x96x!mx.amxfp4>, %c: tensor<8x8xf32>) {
  %e = tensor.empty() : tensor<8x96x!mx.amxfp4>
  %t = scf.forall (%i) = (0) to (8) step (4) shared_outs(%s = %e) -> (tensor<8x96x!mx.amxfp4>) {
    %p = tensor.extract_slice %x[%i, 0] [4, 96] [1, 1] : tensor<8x96x!mx.amxfp4> to tensor<4x96x!mx.amxfp4>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %p into %s[%i, 0] [4, 96] [1, 1] : tensor<4x96x!mx.amxfp4> into tensor<8x96x!mx.amxfp4>
    }
  }
  %y = mx.matmul ins(%t, %t : tensor<8x96x!mx.amxfp4>, tensor<8x96x!mx.amxfp4>) outs(%c : tensor<8x8xf32>)
  return
})",
                                            &context);
  ASSERT_TRUE(module);
  EXPECT_FALSE(fuse<MatmulOp>(*module));
}

/// Upstream fuses no tile of an init; the op says what one would need.
TEST_F(Consumer, MatmulKnowsWhatATileOfItsInitNeeds) {
  auto module = parse(4, 32, R"(
  %r = tensor.empty() : tensor<96x96x!mx.amxfp4>
  %y = mx.matmul ins(%v, %r : tensor<8x96x!mx.amxfp4>, tensor<96x96x!mx.amxfp4>)
                 outs(%t : tensor<8x96xf32>) {accumulate = #mx.accumulate<in_order>}
)");
  MatmulOp op;
  module->walk([&](MatmulOp found) { op = found; });
  OpBuilder b(op);
  SmallVector<OpFoldResult> offsets = {b.getIndexAttr(4), b.getIndexAttr(64)};
  SmallVector<OpFoldResult> sizes = {b.getIndexAttr(4), b.getIndexAttr(32)};
  auto tiled =
      cast<TilingInterface>(op.getOperation())
          .getTiledImplementationFromOperandTiles(b, {2}, {offsets}, {sizes});
  ASSERT_TRUE(succeeded(tiled));
  ASSERT_TRUE(succeeded(verify(*module)));
  auto tile = cast<MatmulOp>(tiled->tiledOps.front());
  EXPECT_EQ(shapeOf(tile.getLhs()), ArrayRef(Shape{4, 96}));
  EXPECT_EQ(shapeOf(tile.getRhs()), ArrayRef(Shape{32, 96}));
  EXPECT_EQ(tile.getAccumulate(), Accumulate::InOrder);
}

} // namespace
