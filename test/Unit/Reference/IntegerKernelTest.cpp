//===- IntegerKernelTest.cpp - ab and i16 against exact sums --------------===//
//
// Both kernels on every row of the target table that this machine can run, for
// all pairs of formats they take, forced by a lowering config.
//
//===----------------------------------------------------------------------===//

#include "Data.h"
#include "Products.h"

#include "mx/Dialect/MX/IR/OperandFacts.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;
using ::mx::KernelKind;

namespace {

struct Case {
  std::string target;
  KernelKind kernel;
  std::string activations, weights;
};

/// What the rows of an operand are like.
enum class Rows { Gaussian, Mixed };

/// Rows in turn: Gaussian, with outliers, of one sign, zeros, of subnormal
/// scales, of sides that lie too far apart for `i16`, with a NaN.
std::vector<float> makeOperand(int64_t rows, int64_t k, Rows kind,
                               uint64_t seed) {
  Generator generator(seed);
  std::vector<float> x(rows * k);
  for (int64_t i = 0; i < rows * k; ++i) {
    float value = generator.normal();
    int64_t row = i / k;
    switch (kind == Rows::Gaussian ? 0 : row % 7) {
    case 1:
      value *= generator.chance(5) ? 20 : 1;
      break;
    case 2:
      value = row % 2 ? std::fabs(value) : -std::fabs(value);
      break;
    case 3:
      value = 0;
      break;
    case 4:
      value *= 0x1p-14f;
      break;
    case 5:
      value *= value < 0 ? 0x1p-11f : 1;
      break;
    case 6:
      value = i % k == 40 ? NAN : value;
      break;
    default: // Gaussian as it is
      break;
    }
    x[i] = value;
  }
  return x;
}

std::string configOf(const Case &config) {
  const ::mx::TargetRow &row = *::mx::findTarget(config.target);
  ::mx::RegisterTile tile = ::mx::registerTile(row, *row.find(config.kernel));
  return "#mx.lowering_config<target = \"" + config.target + "\", kernel = \"" +
         ::mx::kernelInfo(config.kernel).name +
         "\", rows = " + std::to_string(tile.rows) +
         ", vectors = " + std::to_string(tile.vectors) + ", k_block = 256>";
}

/// y = quantize(x) * transpose(quantize(w)), in `batches`; M dynamic.
std::string moduleOf(const Case &config, const Shape &shape,
                     int64_t batches = 0) {
  std::string axes = batches ? std::to_string(batches) + "x" : "";
  return substitute(
      R"(
    func.func @main(%x: tensor<{b}?x{k}xf32>, %w: tensor<{b}{n}x{k}xf32>,
                    %c: tensor<{b}?x{n}xf32>) -> tensor<{b}?x{n}xf32> {
      %axis = arith.constant {axis} : index
      %m = tensor.dim %x, %axis : tensor<{b}?x{k}xf32>
      %ex = tensor.empty(%m) : tensor<{b}?x{k}x!mx.{xt}>
      %qx = mx.quantize ins(%x : tensor<{b}?x{k}xf32>) outs(%ex : tensor<{b}?x{k}x!mx.{xt}>) using {x}
      %ew = tensor.empty() : tensor<{b}{n}x{k}x!mx.{wt}>
      %qw = mx.quantize ins(%w : tensor<{b}{n}x{k}xf32>) outs(%ew : tensor<{b}{n}x{k}x!mx.{wt}>) using {w}
      %y = mx.matmul ins(%qx, %qw : tensor<{b}?x{k}x!mx.{xt}>, tensor<{b}{n}x{k}x!mx.{wt}>)
             outs(%c : tensor<{b}?x{n}xf32>) {lowering_config = {config}}
      return %y : tensor<{b}?x{n}xf32>
    }
  )",
      {{"b", axes},
       {"axis", batches ? "1" : "0"},
       {"k", std::to_string(shape.k)},
       {"n", std::to_string(shape.n)},
       {"x", config.activations},
       {"w", config.weights},
       {"xt", std::string(nameOf(preset(config.activations).format))},
       {"wt", std::string(nameOf(preset(config.weights).format))},
       {"config", configOf(config)}});
}

struct Product {
  Product(const Case &config, const Shape &shape, Rows kind)
      : a(makeOperand(shape.m, shape.k, kind, 1)),
        b(makeOperand(shape.n, shape.k, kind, 2)), c(shape.m * shape.n),
        x(preset(config.activations), a, shape.m, shape.k),
        w(preset(config.weights), b, shape.n, shape.k) {
    auto [m, n, k] = shape;
    SmallVector<Array> results = runReference(
        moduleOf(config, shape),
        {floatArray({m, k}, a), floatArray({n, k}, b), floatArray({m, n}, c)},
        "mx-to-llvm{target=" + config.target + "}");
    if (!results.empty())
      y = toFloats(results[0]);
  }

  std::vector<float> a, b, c, y;
  Side x, w;
};

class IntegerKernels : public testing::TestWithParam<Case> {};

/// Columns, rows and K that fill no tile.
TEST_P(IntegerKernels, MixedRowsWithinTheBound) {
  Shape shape{11, 37, 328};
  Product product(GetParam(), shape, Rows::Mixed);
  EXPECT_EQ(outsideBound(GetParam().kernel, product.x, product.w, shape,
                         product.c, product.y),
            0);
}

/// Where all partial sums are f32 numbers the kernels do not round at all.
TEST_P(IntegerKernels, GaussianIsExactWhereSumsFit) {
  Shape shape{3, 35, 96};
  Product product(GetParam(), shape, Rows::Gaussian);
  ASSERT_EQ(product.y.size(), size_t(shape.m * shape.n));
  int64_t count = 0;
  for (int64_t i = 0; i < shape.m * shape.n; ++i) {
    ExactElement exact =
        exactElement(product.x, product.w, shape.k, i / shape.n, i % shape.n);
    if (!exact.isExactInF32())
      continue;
    ++count;
    EXPECT_EQ(static_cast<long double>(product.y[i]), exact.value) << i;
  }
  // f16 scales have too many bits.
  bool isShort =
      GetParam().weights != "int4" && GetParam().activations != "int4";
  if (isShort)
    EXPECT_GT(count, shape.m * shape.n / 2);
}

std::vector<Case> everyCase() {
  std::vector<Case> cases;
  for (const std::string &target : runnableTargets())
    for (KernelKind kernel : {KernelKind::AB, KernelKind::I16})
      for (const char *weights :
           {"amxfp4", "amxfp4_pot", "amxfp4_pot_r", "mxfp4", "int4", "mxint4"})
        for (const char *activations : {"amxfp4", "amxfp4_pot", "amxfp4_pot_r",
                                        "mxfp4", "int4", "mxint4", "mxint8"}) {
          const ::mx::TargetRow &row = *::mx::findTarget(target);
          if (::mx::whyNot(::mx::kernelInfo(kernel), row,
                           operandFacts(preset(weights).format),
                           operandFacts(preset(activations).format))
                  .empty())
            cases.push_back({target, kernel, activations, weights});
        }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(IntegerKernels, IntegerKernels,
                         testing::ValuesIn(everyCase()), [](const auto &info) {
                           std::string name =
                               info.param.target + "_" +
                               ::mx::kernelInfo(info.param.kernel).name + "_" +
                               info.param.activations + "_by_" +
                               info.param.weights;
                           for (char &letter : name)
                             letter = letter == '-' ? '_' : letter;
                           return name;
                         });

/// All pairs that the kernels are for have a kernel, so that the sweep above
/// is what it says.
TEST(IntegerKernelPairs, AreAllThere) {
  int64_t targets = 0;
  for (const std::string &target : runnableTargets())
    targets += target != "generic";
  EXPECT_EQ(int64_t(everyCase().size()), targets * 2 * 6 * 7);
}

/// Each batch has its own weights and activations.
TEST(IntegerKernelShapes, Batches) {
  for (const std::string &target : runnableTargets()) {
    if (target == "generic")
      continue;
    for (KernelKind kernel : {KernelKind::AB, KernelKind::I16}) {
      Case config{target, kernel, "amxfp4", "amxfp4"};
      int64_t batches = 3;
      auto [m, n, k] = Shape{7, 20, 96};
      std::vector<float> a = makeOperand(batches * m, k, Rows::Gaussian, 3);
      std::vector<float> b = makeOperand(batches * n, k, Rows::Gaussian, 4);
      std::vector<float> c(batches * m * n, 1);
      SmallVector<Array> results = runReference(
          moduleOf(config, {m, n, k}, batches),
          {floatArray({batches, m, k}, a), floatArray({batches, n, k}, b),
           floatArray({batches, m, n}, c)},
          "mx-to-llvm{target=" + target + "}");
      ASSERT_EQ(results.size(), 1u);
      std::vector<float> y = toFloats(results[0]);
      Side x(preset("amxfp4"), a, batches * m, k);
      Side w(preset("amxfp4"), b, batches * n, k);
      for (int64_t i = 0; i < batches * m * n; ++i) {
        int64_t batch = i / (m * n), row = i / n, column = i % n;
        ExactElement exact = exactElement(x, w, k, row, batch * n + column);
        EXPECT_NEAR(y[i], double(exact.value) + 1,
                    double(exact.magnitudes) * 0x1p-18)
            << target << " " << i;
      }
    }
  }
}

} // namespace
