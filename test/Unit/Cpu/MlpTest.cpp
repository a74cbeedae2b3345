//===- MlpTest.cpp - a gated MLP, by kernels and by the reference ---------===//
//
// RMSNorm, gate and up, silu(gate) * up, down, bias and residual. Kernels add
// in an order of their own, so now and then a quantized activation is the code
// next to the reference's.
//
//===----------------------------------------------------------------------===//

#include "Data.h"
#include "Program.h"

#include "mx/Numerics/Compare.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

constexpr int64_t kInner = 64, kHidden = 80;

std::string mlpText() {
  auto file = llvm::MemoryBuffer::getFile(MX_MLP_FILE);
  EXPECT_TRUE(bool(file)) << MX_MLP_FILE;
  return file ? (*file)->getBuffer().str() : "";
}

/// x, gamma, the weights of gate, up and down, bias.
SmallVector<Array> makeArguments(int64_t rows) {
  Generator generator(rows);
  auto make = [&](ArrayRef<int64_t> shape) {
    std::vector<float> values(ShapedType::getNumElements(shape));
    for (float &value : values)
      value = generator.normal();
    return floatArray(shape, values);
  };
  SmallVector<Array> arguments;
  const std::vector<int64_t> shapes[] = {{rows, kInner},    {kInner},
                                         {kHidden, kInner}, {kHidden, kInner},
                                         {kInner, kHidden}, {kInner}};
  for (const std::vector<int64_t> &shape : shapes)
    arguments.push_back(make(shape));
  return arguments;
}

/// The function, compiled once for any number of rows.
class CompiledMlp {
public:
  explicit CompiledMlp(const std::string &pipeline) {
    registerRunnerPasses();
    DialectRegistry registry;
    registerRunnerDialects(registry);
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    Source source = Source::fromText(mlpText(), "mlp");
    auto module = llvm::cantFail(source.parse(context));
    llvm::cantFail(runPipeline(*module, pipeline));
    executables = llvm::cantFail(compileGuarded(*module, {"main"}));
  }

  std::vector<float> operator()(int64_t rows) const {
    return toFloats(llvm::cantFail(
        callGuarded(executables[0], makeArguments(rows), Edge::End))[0]);
  }

private:
  std::vector<Executable> executables;
};

double sqnr(const std::vector<float> &y, const std::vector<float> &gold) {
  return ::mx::sqnrDb(y.data(), gold.data(), int64_t(y.size()));
}

class Mlp : public testing::TestWithParam<std::string> {};

/// A code next to the right one costs about as much as what quantization loses
/// at an element, so 20 dB below that are one such code in a hundred elements.
TEST_P(Mlp, IsNearTheReference) {
  std::string quantize = "mx-quantize{min-k=1 min-n=1 " + GetParam() + "},";
  CompiledMlp reference(quantize + "mx-reference"), exact("mx-float-to-llvm");
  for (const std::string &target : runnableTargets()) {
    CompiledMlp kernels(quantize + "mx-to-llvm{target=" + target + "}");
    for (int64_t rows : {1, 3, 40}) {
      std::vector<float> wanted = reference(rows);
      double lost = sqnr(wanted, exact(rows));
      EXPECT_GT(lost, 3); // it is the same function
      EXPECT_LT(lost, 40);
      EXPECT_GT(sqnr(kernels(rows), wanted), lost + 20)
          << target << " " << rows << " rows";
    }
  }
}

/// With the same kernels, blocks of rows with all that is fused into them give
/// the same bits.
TEST_P(Mlp, FusedGivesTheSameBits) {
  for (const std::string &target : runnableTargets()) {
    std::string select = "mx-quantize{min-k=1 min-n=1 " + GetParam() +
                         "},mx-select-lowering{target=" + target + "},";
    std::string lower = "mx-to-llvm{target=" + target + "}";
    std::vector<float> plain = CompiledMlp(select + lower)(13);
    std::vector<float> fused = CompiledMlp(
        select + "mx-fuse-quantize{rows=8 columns=32}," + lower)(13);
    EXPECT_EQ(mismatches(ArrayRef(fused), ArrayRef(plain)), 0) << target;
    EXPECT_FALSE(std::isnan(plain[0]));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Mlp,
                         testing::Values("weights=amxfp4 activations=amxfp4",
                                         "weights=amxfp4 activations=none"),
                         [](const auto &info) {
                           return info.index ? "WeightOnly" : "Both";
                         });

} // namespace
