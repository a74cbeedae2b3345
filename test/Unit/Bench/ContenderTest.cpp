//===- ContenderTest.cpp - who multiplies, and whether it does ------------===//

#include "Ours.h"

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::mx;

namespace {
/// Stands for a lowering that packs: @main takes the scales before the codes,
/// which @main_pack gives, and says which kernel it is for.
struct SwapParts final : PassWrapper<SwapParts, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SwapParts)
  StringRef getArgument() const override { return "test-swap-parts"; }

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    auto type = cast<RankedTensorType>(main.getArgumentTypes()[1]);
    SmallVector<Type> swapped =
        llvm::to_vector(llvm::reverse(getPartTypes(type)));
    addPack(main, type, swapped);
    takeSwapped(main, type, swapped);
    main.walk([](MatmulOp op) {
      op.setLoweringConfigAttr(LoweringConfigAttr::get(
          op.getContext(), "x86-64-v3", "ab", /*rows=*/1, /*vectors=*/2,
          /*k_block=*/256, /*row_block=*/0, /*threads=*/1));
    });
  }

private:
  static void addPack(func::FuncOp main, Type weights, TypeRange swapped) {
    OpBuilder builder(main);
    auto pack =
        func::FuncOp::create(builder, main.getLoc(), "main_pack",
                             builder.getFunctionType({weights}, swapped));
    Block *body = pack.addEntryBlock();
    builder.setInsertionPointToStart(body);
    auto split = SplitOp::create(builder, pack.getLoc(),
                                 getPartTypes(cast<RankedTensorType>(weights)),
                                 body->getArgument(0));
    SmallVector<Value> results(llvm::reverse(split.getParts()));
    func::ReturnOp::create(builder, pack.getLoc(), results);
  }

  static void takeSwapped(func::FuncOp main, Type weights, TypeRange swapped) {
    Block &body = main.getBody().front();
    auto builder = OpBuilder::atBlockBegin(&body);
    SmallVector<Value> parts;
    for (Type type : swapped)
      parts.push_back(body.addArgument(type, main.getLoc()));
    std::swap(parts[0], parts[1]);
    Value joined = JoinOp::create(builder, main.getLoc(), weights, parts);
    body.getArgument(1).replaceAllUsesWith(joined);
    body.eraseArgument(1);
    main.removeArgAttrsAttr();
    main.setFunctionType(builder.getFunctionType(
        body.getArgumentTypes(), main.getFunctionType().getResults()));
  }
};

struct ContenderTest : ::testing::Test {
  static void SetUpTestSuite() { PassRegistration<SwapParts>(); }

  template <typename T> static T get(llvm::Expected<T> value) {
    if (!value)
      throw std::runtime_error(llvm::toString(value.takeError()));
    return std::move(*value);
  }

  /// 5 copies of the weights, which are 40 x 64 x 4.5 bits.
  Problem problem() { return {3, 40, 64, 1, weights, activations, 7000}; }

  std::string error;
  ::mx::Preset preset = *::mx::parsePreset("amxfp4", error);
  WeightData weights = get(WeightData::create({40, 64}, preset));
  std::vector<Array> activations{
      get(makeActivations(3, 64, BenchData::Gaussian, 2)),
      get(makeActivations(3, 64, BenchData::Outliers, 3))};
};

/// A contender that gives what another gives, times a factor.
struct Scaled final : Contender {
  Scaled(Contender &other, float factor) : other(other), factor(factor) {}
  double run(int64_t call) override { return other.run(call); }
  llvm::Expected<std::vector<float>> getResult() override {
    auto values = other.getResult();
    for (float &value : *values)
      value *= factor;
    return values;
  }
  Contender &other;
  float factor;
};
} // namespace

TEST_F(ContenderTest, WeightsGoThroughThePackFunction) {
  std::unique_ptr<Ours> ours = get(Ours::create(
      problem(), {preset, preset, "test-swap-parts,mx-reference"}));
  EXPECT_EQ(ours->getKernel(), "ab");
  EXPECT_EQ(ours->getWeightBytes(), 40 * 64 * 9 / 16);
  EXPECT_EQ(problem().copies(ours->getWeightBytes()), 5);
  EXPECT_EQ(llvm::toString(checkResult(*ours, problem(), 10)), "");
  for (int64_t call = 0; call < 12; ++call)
    EXPECT_GE(ours->run(call), 0);
}

TEST_F(ContenderTest, AnotherProductIsNoContender) {
  std::unique_ptr<Ours> ours =
      get(Ours::create(problem(), {preset, std::nullopt, "mx-reference"}));
  EXPECT_EQ(ours->getKernel(), "reference");
  EXPECT_EQ(llvm::toString(checkResult(*ours, problem(), 10)), "");
  Scaled wrong(*ours, -1.0f), nan(*ours, NAN);
  EXPECT_NE(llvm::toString(checkResult(wrong, problem(), 10)), "");
  EXPECT_NE(llvm::toString(checkResult(nan, problem(), 10)), "");
}

TEST_F(ContenderTest, OneElementInAHundredIsAnOutlier) {
  std::vector<float> x =
      toFloats(get(makeActivations(100, 1000, BenchData::Outliers, 1)));
  std::vector<float> y =
      toFloats(get(makeActivations(100, 1000, BenchData::Gaussian, 1)));
  int64_t count = 0;
  for (auto [outlier, value] : llvm::zip_equal(x, y)) {
    EXPECT_TRUE(outlier == value || outlier == value * 20);
    count += outlier != value;
  }
  // Binomial of 100000 and 0.01: 6 standard deviations are 189.
  EXPECT_NEAR(count, 1000, 189);
}

TEST_F(ContenderTest, PeersMultiply) {
  for (StringRef name : peerNames())
    if (auto peer = makePeer(name, problem()))
      EXPECT_EQ(llvm::toString(checkResult(**peer, problem(), 40)), "")
          << name.str();
    else
      llvm::consumeError(peer.takeError()); // not built in, or no bf16
}
