//===- CanaryTest.cpp - the checks of this folder can fail ----------------===//

#include "Bound.h"
#include "Choose.h"
#include "Program.h"

#include "mx/Numerics/Tiles.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

constexpr Extents extents{1, 3, 37, 200};

/// Places in the weights of amxfp4 that a product takes: parts, or tiles.
class Weights {
public:
  Weights(SmallVector<Array> arrays, bool isPacked)
      : arrays(std::move(arrays)), isPacked(isPacked),
        layout(::mx::tileLayout(*::mx::findFormat("amxfp4"))) {}

  /// The byte of the first two codes of `column`.
  uint8_t &code(int64_t column) {
    int64_t row = arrays[0].shape.back();
    return arrays[0]
        .bytes[isPacked ? layout.codeOffset(column, 0) : column * row];
  }
  /// The byte of a scale of the first block.
  uint8_t &scale(int64_t column, int64_t which) {
    if (isPacked)
      return arrays[0].bytes[layout.scaleOffset(column, which)];
    int64_t row = arrays[1].bytes.size() / extents.n;
    return arrays[1].bytes[column * row + which];
  }

  SmallVector<Array> arrays;

private:
  bool isPacked;
  ::mx::TileLayout layout;
};

/// One kernel, compiled, and its operands.
class Canary : public testing::TestWithParam<RowKernel> {
protected:
  Canary() : x(makeOperand(extents.m, 1)), w(makeOperand(extents.n, 2)) {
    const auto &[row, kernel] = GetParam();
    ::mx::RegisterTile tile =
        ::mx::registerTile(*row, *row->find(kernel->kind));
    recipe.target = row->name;
    recipe.config = Config{kernel->name, tile.rows, tile.vectors, 256};
    recipe.x = recipe.w = preset();
    recipe.source = WeightSource::PackFunction;
    recipe.extents = extents;
  }

  static ::mx::Preset preset() {
    std::string error;
    return *::mx::parsePreset("amxfp4", error);
  }
  static Operand makeOperand(int64_t rows, uint64_t seed) {
    Generator generator(seed);
    return Operand(
        preset(),
        makeValues(Kind::Gaussian, preset(), rows, extents.k, 0, generator),
        rows, extents.k);
  }

  /// What the check says after `spoil` has changed the weights.
  std::string check(function_ref<void(Weights &)> spoil) {
    auto program = Program::compile(recipe, w);
    if (!program)
      return llvm::toString(program.takeError());
    EXPECT_EQ(program->getKernels(),
              std::set<std::string>{GetParam().kernel->name});
    auto packed = program->packWeights(w, extents, Edge::End);
    if (!packed)
      return llvm::toString(packed.takeError());
    Weights weights(*packed, program->hasPackFunction());
    spoil(weights);
    std::vector<float> c(extents.m * extents.n, 0.25f);
    auto y = program->multiply(extents, x, weights.arrays, c, Edge::End);
    if (!y)
      return llvm::toString(y.takeError());
    return checkProduct(recipe, extents, x, w, c, *y,
                        declaredRoundings(*GetParam().kernel, recipe, x, w))
        .reason;
  }

  Recipe recipe;
  Operand x, w;
};

/// `reason` is of the one column whose weights were spoiled.
void expectColumn(const std::string &reason, int64_t column) {
  EXPECT_TRUE(
      StringRef(reason).starts_with("y[0, " + std::to_string(column) + "]"))
      << reason;
}

TEST_P(Canary, NothingSpoiled) {
  EXPECT_EQ(check([](Weights &) {}), "");
}

TEST_P(Canary, FlippedCodeBit) {
  expectColumn(check([](Weights &weights) { weights.code(5) ^= 1; }), 5);
}

TEST_P(Canary, FlippedScaleBit) {
  expectColumn(check([](Weights &weights) { weights.scale(6, 1) ^= 1; }), 6);
}

/// Either side gets the exponent of the other: the sign of the gap is wrong.
TEST_P(Canary, SwappedScales) {
  int64_t column = 0;
  std::string reason = check([&](Weights &weights) {
    while (weights.scale(column, 0) == weights.scale(column, 1))
      ++column;
    std::swap(weights.scale(column, 0), weights.scale(column, 1));
  });
  expectColumn(reason, column);
}

INSTANTIATE_TEST_SUITE_P(Kernels, Canary,
                         testing::ValuesIn(runnableKernels("")),
                         [](const auto &info) {
                           std::string name =
                               std::string(info.param.row->name) + "_" +
                               info.param.kernel->name;
                           for (char &letter : name)
                             letter = letter == '-' ? '_' : letter;
                           return name;
                         });

//===----------------------------------------------------------------------===//
// Guard pages
//===----------------------------------------------------------------------===//

constexpr const char *loopText = R"(
  func.func @main(%x: tensor<?xf32>, %n: index) -> tensor<?xf32> {
    %c0 = arith.constant 0 : index
    %size = tensor.dim %x, %c0 : tensor<?xf32>
    %e = tensor.empty(%size) : tensor<?xf32>
    %z = arith.constant 0.0 : f32
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    %v = tensor.extract %x[%n] : tensor<?xf32>
    %y = tensor.insert %v into %f[%n] : tensor<?xf32>
    return %y : tensor<?xf32>
  })";

/// Element `n` of 5 floats, read and written by compiled code.
void touch(int64_t n, Edge edge) {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  Source source = Source::fromText(loopText, "loop");
  auto module = llvm::cantFail(source.parse(context));
  llvm::cantFail(runPipeline(*module, "mx-reference"));
  auto executables = llvm::cantFail(compileGuarded(*module, {"main"}));
  Array index{DType::Index, {}, std::vector<uint8_t>(sizeof(n))};
  std::memcpy(index.bytes.data(), &n, sizeof(n));
  SmallVector<Array> results = llvm::cantFail(callGuarded(
      executables[0], {floatArray({5}, {1, 2, 3, 4, 5}), index}, edge));
  EXPECT_EQ(toFloats(results[0])[n], float(n + 1));
}

TEST(Guard, InsideIsFree) {
  for (Edge edge : {Edge::Begin, Edge::End})
    for (int64_t n = 0; n < 5; ++n)
      touch(n, edge);
}

TEST(GuardDeathTest, NeighboursFault) {
  EXPECT_DEATH(touch(5, Edge::End), "");
  EXPECT_DEATH(touch(-1, Edge::Begin), "");
}

TEST(GuardDeathTest, MemoryEndsAtItsPage) {
  setEdge(Edge::End);
  auto *bytes = static_cast<volatile char *>(allocateGuarded(20));
  EXPECT_DEATH(bytes[20] = 1, "");
  EXPECT_EQ(countGuarded(), 1u);
  freeGuarded(const_cast<char *>(bytes));
  EXPECT_EQ(countGuarded(), 0u);
}

} // namespace
