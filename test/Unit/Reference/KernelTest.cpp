//===- KernelTest.cpp - mx-to-llvm against the library --------------------===//
//
// On every row of the target table that this machine can run: codes and scales
// are the library's bit for bit, products within the bound that the kernel
// declares, against sums in long double.
//
//===----------------------------------------------------------------------===//

#include "Data.h"
#include "Matrix.h"
#include "Products.h"

#include "mx/Target/Kernel.h"

#include "gtest/gtest.h"

#include <cmath>
#include <optional>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

std::string pipelineFor(const std::string &target) {
  return "mx-to-llvm{target=" + target + "}";
}

/// Every kind of rows but those near the ends of f32's range, where products
/// leave it.
std::vector<float> makeOperand(int64_t rows, int64_t k, uint64_t seed) {
  std::vector<float> x = makeRows(rows, k, seed);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = row * k; i < (row + 1) * k; ++i)
      x[i] *= row % 9 == 5 ? 0x1p100f : row % 9 == 8 ? 0x1p-100f : 1;
  return x;
}

/// %qNAME of %NAME, an argument `shape` x f32 with `sizes` for its dynamic
/// extents.
std::string quantizeText(StringRef name, StringRef shape,
                         const ::mx::Preset &preset, StringRef sizes) {
  StringRef outerType = preset.format.outer == ::mx::OuterScale::Row
                            ? "tensor<{rows}xf32>"
                            : "tensor<f32>";
  std::string text, outer;
  if (preset.format.hasOuterScale()) {
    text = "%o{n} = mx.outer_scale %{n} : tensor<{s}xf32> for {t}\n";
    outer = "outer(%o{n} : " + outerType.str() + ") ";
  }
  text += "%e{n} = tensor.empty({z}) : tensor<{s}x{t}>\n"
          "%q{n} = mx.quantize ins(%{n} : tensor<{s}xf32>) " +
          outer + "outs(%e{n} : tensor<{s}x{t}>) using {p}\n";
  return substitute(text, {{"n", name.str()},
                           {"s", shape.str()},
                           {"t", typeOf(preset.format)},
                           {"z", sizes.str()},
                           {"p", std::string(preset.name)},
                           {"rows", shape.split('x').first.str()}});
}

//===----------------------------------------------------------------------===//
// Quantizer
//===----------------------------------------------------------------------===//

std::string quantizeModule(const ::mx::Preset &preset, int64_t k) {
  std::string bytes = std::to_string(::mx::codeBytesPerRow(preset.format, k));
  std::string blocks = std::to_string(::mx::numBlocks(preset.format, k));
  std::string each = std::to_string(::mx::scaleBytesPerBlock(preset.format));
  return substitute(
      R"(
    func.func @main(%x: tensor<?x{k}xf32>) -> (tensor<?x{c}xi8>, tensor<?x{b}x{s}xi8>) {
      %c0 = arith.constant 0 : index
      %m = tensor.dim %x, %c0 : tensor<?x{k}xf32>
      {q}
      %p:{count} = mx.split %qx : tensor<?x{k}x{t}>
      return %p#0, %p#1 : tensor<?x{c}xi8>, tensor<?x{b}x{s}xi8>
    }
  )",
      {{"q", quantizeText("x", "?x" + std::to_string(k), preset, "%m")},
       {"count", preset.format.hasOuterScale() ? "3" : "2"},
       {"t", typeOf(preset.format)},
       {"k", std::to_string(k)},
       {"c", bytes},
       {"b", blocks},
       {"s", each}});
}

struct Case {
  ::mx::Preset preset;
  std::string target;
};

std::vector<Case> everyCase() {
  std::vector<Case> cases;
  for (const std::string &target : runnableTargets())
    for (const ::mx::Preset &preset : ::mx::presets)
      cases.push_back({preset, target});
  return cases;
}

class Kernels : public testing::TestWithParam<Case> {};

TEST_P(Kernels, QuantizeGivesTheBytesOfTheLibrary) {
  const auto &[preset, target] = GetParam();
  for (int64_t k : {128, 41}) {
    int64_t rows = 40;
    std::vector<float> x = makeRows(rows, k, 3);
    SmallVector<Array> results =
        runReference(quantizeModule(preset, k), {floatArray({rows, k}, x)},
                     pipelineFor(target));
    ASSERT_EQ(results.size(), 2u);
    Matrix wanted(preset, x, rows, k);
    EXPECT_EQ(mismatches(results[0].bytes, wanted.codes), 0) << k;
    EXPECT_EQ(mismatches(results[1].bytes, wanted.scales), 0) << k;
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// y = c + x * transpose(quantize(w)), with `x` floats or quantized; M dynamic
/// where it is not few.
std::string matmulModule(const std::optional<::mx::Preset> &x,
                         const ::mx::Preset &w, const Shape &shape) {
  std::string k = std::to_string(shape.k), n = std::to_string(shape.n);
  std::string m = shape.m <= 4 ? std::to_string(shape.m) : "?";
  return substitute(
      R"(
    func.func @main(%x: tensor<{m}x{k}xf32>, %w: tensor<{n}x{k}xf32>,
                    %c: tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32> {
      %c0 = arith.constant 0 : index
      %m = tensor.dim %x, %c0 : tensor<{m}x{k}xf32>
      {qx}
      {qw}
      %y = mx.matmul ins({lhs}, %qw : tensor<{m}x{k}x{xt}>, tensor<{n}x{k}x{wt}>)
             outs(%c : tensor<{m}x{n}xf32>)
      return %y : tensor<{m}x{n}xf32>
    }
  )",
      {{"qx",
        x ? quantizeText("x", m + "x" + k, *x, m == "?" ? "%m" : "") : ""},
       {"qw", quantizeText("w", n + "x" + k, w, "")},
       {"lhs", x ? "%qx" : "%x"},
       {"xt", x ? typeOf(x->format) : "f32"},
       {"wt", typeOf(w.format)},
       {"m", m},
       {"k", k},
       {"n", n}});
}

/// Results outside the bound for rows 1, and enough for tiles of each height.
int64_t check(const std::optional<::mx::Preset> &x, const ::mx::Preset &w,
              const Shape &shape, const std::string &target,
              bool spoil = false) {
  auto [m, n, k] = shape;
  std::vector<float> a = makeOperand(m, k, 7), b = makeOperand(n, k, 8);
  std::vector<float> c(m * n);
  Generator generator(9);
  for (float &value : c)
    value = generator.normal();
  SmallVector<Array> results = runReference(
      matmulModule(x, w, shape),
      {floatArray({m, k}, a), floatArray({n, k}, b), floatArray({m, n}, c)},
      pipelineFor(target));
  if (results.empty())
    return m * n;
  if (spoil)
    a[k / 2] = -a[k / 2];
  Side lhs = x ? Side(*x, a, m, k) : Side(a, m);
  return outsideBound(::mx::KernelKind::F32, lhs, Side(w, b, n, k), shape, c,
                      toFloats(results[0]));
}

TEST_P(Kernels, TimesItselfWithinTheBound) {
  const auto &[preset, target] = GetParam();
  for (Shape shape : {Shape{1, 37, 72}, Shape{23, 13, 41}})
    EXPECT_EQ(check(preset, preset, shape, target), 0)
        << shape.m << " " << shape.n << " " << shape.k;
}

TEST_P(Kernels, FloatsTimesWeightsWithinTheBound) {
  const auto &[preset, target] = GetParam();
  for (Shape shape : {Shape{9, 20, 72}, Shape{1, 37, 200}, Shape{4, 20, 41}})
    EXPECT_EQ(check(std::nullopt, preset, shape, target), 0) << shape.m;
}

INSTANTIATE_TEST_SUITE_P(Kernels, Kernels, testing::ValuesIn(everyCase()),
                         [](const auto &info) {
                           std::string name =
                               info.param.target + "_" +
                               std::string(info.param.preset.name);
                           for (char &letter : name)
                             letter = letter == '-' ? '_' : letter;
                           return name;
                         });

/// Blocks of one size by blocks of another, and K in more than one panel.
TEST(KernelShapes, BlockSizesAndPanels) {
  for (const std::string &target : runnableTargets()) {
    for (StringRef text : {"amxfp4:8", "mxfp6_e2m3:8", "mxint8:64", "int4:256",
                           "int4_affine:16"}) {
      EXPECT_EQ(check(preset(text.str()), preset("mxfp4"), {5, 20, 72}, target),
                0)
          << target << " " << text.str() << " on the left";
      EXPECT_EQ(
          check(preset("amxfp4"), preset(text.str()), {5, 20, 72}, target), 0)
          << target << " " << text.str() << " on the right";
    }
    EXPECT_EQ(check(preset("amxfp4"), preset("amxfp4"), {3, 5, 9000}, target),
              0)
        << target;
  }
}

/// A sum of codes times activations leaves f32's range where the product does
/// not.
TEST(KernelShapes, SumsPastTheRangeOfF32) {
  const int64_t k = 64, n = 20;
  std::vector<float> a(k, 0x1p125f), b = makeOperand(n, k, 8), c(n);
  for (float &value : b)
    value = std::ldexp(std::remainder(value, 1.0f), -20);
  ::mx::Preset weights = preset("amxfp4");
  for (const std::string &target : runnableTargets()) {
    SmallVector<Array> results = runReference(
        matmulModule(std::nullopt, weights, {1, n, k}),
        {floatArray({1, k}, a), floatArray({n, k}, b), floatArray({1, n}, c)},
        pipelineFor(target));
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(outsideBound(::mx::KernelKind::F32, Side(a, 1),
                           Side(weights, b, n, k), {1, n, k}, c,
                           toFloats(results[0])),
              0)
        << target;
  }
}

/// The comparison sees the sign of one element.
TEST(KernelShapes, CanaryFlippedSign) {
  std::string host = ::mx::hostTarget().name;
  EXPECT_GT(check(preset("amxfp4"), preset("amxfp4"), {9, 20, 72}, host, true),
            0);
}

} // namespace
