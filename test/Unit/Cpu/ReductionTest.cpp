//===- ReductionTest.cpp - sums and maxima along rows ---------------------===//

#include "Data.h"
#include "Program.h"

#include "mx/Runner/Source.h"
#include "mx/Target/Target.h"

#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

// From c on: c + sum of a^2 * w, the largest and the least a, the product of
// 1 + a / 64. `w` is one a column, the columns are the last axis.
static const char text[] = R"(
#all = affine_map<(l, m, k) -> (l, m, k)>
#column = affine_map<(l, m, k) -> (k)>
#row = affine_map<(l, m, k) -> (m, l)>
func.func @main(%a: tensor<2x?x?xf32>, %w: tensor<?xf32>, %c: tensor<?x2xf32>)
    -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
  %sum = linalg.generic {indexing_maps = [#all, #column, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<2x?x?xf32>, tensor<?xf32>) outs(%c : tensor<?x2xf32>) {
  ^bb0(%x: f32, %y: f32, %now: f32):
    %square = arith.mulf %x, %x : f32
    %term = arith.mulf %square, %y : f32
    %next = arith.addf %term, %now : f32
    linalg.yield %next : f32
  } -> tensor<?x2xf32>
  %most = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a : tensor<2x?x?xf32>) outs(%c : tensor<?x2xf32>) {
  ^bb0(%x: f32, %now: f32):
    %next = arith.maximumf %now, %x : f32
    linalg.yield %next : f32
  } -> tensor<?x2xf32>
  %least = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a : tensor<2x?x?xf32>) outs(%c : tensor<?x2xf32>) {
  ^bb0(%x: f32, %now: f32):
    %next = arith.minimumf %now, %x : f32
    linalg.yield %next : f32
  } -> tensor<?x2xf32>
  %one = arith.constant 1.0 : f32
  %share = arith.constant 0.015625 : f32
  %product = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a : tensor<2x?x?xf32>) outs(%c : tensor<?x2xf32>) {
  ^bb0(%x: f32, %now: f32):
    %part = arith.mulf %x, %share : f32
    %factor = arith.addf %part, %one : f32
    %next = arith.mulf %now, %factor : f32
    linalg.yield %next : f32
  } -> tensor<?x2xf32>
  return %sum, %most, %least, %product : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
})";

namespace {

class Reduction : public testing::TestWithParam<const ::mx::TargetRow *> {
protected:
  void SetUp() override;
  void check(int64_t rows, int64_t columns, float special);

  std::vector<float> random(int64_t count) {
    std::vector<float> values(count);
    for (float &value : values)
      value = generator.normal();
    return values;
  }

  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::vector<Executable> executables;
  Generator generator{1};
};

void Reduction::SetUp() {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  Source source = Source::fromText(text, "reductions");
  auto parsed = source.parse(*context);
  ASSERT_TRUE(bool(parsed)) << llvm::toString(parsed.takeError());
  module = std::move(*parsed);
  llvm::Error error = runPipeline(*module, std::string("mx-to-llvm{target=") +
                                               GetParam()->name + "}");
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  auto compiled = compileGuarded(*module, {"main"});
  ASSERT_TRUE(bool(compiled)) << llvm::toString(compiled.takeError());
  executables = std::move(*compiled);
}

/// Equal numbers, or both NaN.
void expectSame(float got, float wanted) {
  if (std::isnan(wanted))
    EXPECT_TRUE(std::isnan(got)) << got;
  else
    EXPECT_EQ(got, wanted);
}

/// `special` stands somewhere in each second row.
void Reduction::check(int64_t rows, int64_t columns, float special) {
  std::vector<float> a = random(2 * rows * columns), w = random(columns),
                     c = random(2 * rows);
  for (int64_t row = 0; row < 2 * rows && columns; row += 2)
    if (special != 0)
      a[row * columns + generator.below(columns)] = special;
  auto results =
      callGuarded(executables.front(),
                  {floatArray({2, rows, columns}, a), floatArray({columns}, w),
                   floatArray({rows, 2}, c)},
                  columns % 2 ? Edge::Begin : Edge::End);
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  for (int64_t row = 0; row < 2 * rows; ++row) {
    int64_t at = row % rows * 2 + row / rows;
    float most = c[at], least = c[at];
    double sum = c[at], size = std::abs(sum), product = c[at];
    for (int64_t k = 0; k < columns; ++k) {
      float x = a[row * columns + k];
      double term = double(x) * x * w[k];
      sum += term;
      size += std::abs(term);
      product *= 1 + double(x) / 64;
      most = std::isnan(x) || std::isnan(most) ? NAN : std::max(most, x);
      least = std::isnan(x) || std::isnan(least) ? NAN : std::min(least, x);
    }
    SCOPED_TRACE(std::to_string(columns) + " columns, row " +
                 std::to_string(row));
    expectSame(toFloats((*results)[1])[at], most);
    expectSame(toFloats((*results)[2])[at], least);
    if (std::isfinite(special * special)) {
      // Two roundings of each term, one of each addition.
      EXPECT_LE(std::abs(toFloats((*results)[0])[at] - sum),
                (columns + 3) * 0x1p-24 * size);
      // Two of each factor, one of each product.
      EXPECT_LE(std::abs(toFloats((*results)[3])[at] - product),
                3 * (columns + 1) * 0x1p-24 * std::abs(product));
    }
  }
}

} // namespace

// Columns around those of a vector and of four; NaN anywhere wins, infinities
// are the largest and the least.
TEST_P(Reduction, AgreesWithFloat64) {
  for (int64_t columns : {0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65,
                          127, 128, 129, 576})
    for (float special : {0.0f, NAN, std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(), 40.0f})
      check(3, columns, special);
  check(0, 8, 0);
}

static std::vector<const ::mx::TargetRow *> rowsOfHost() {
  std::vector<const ::mx::TargetRow *> rows;
  for (const ::mx::TargetRow &row : ::mx::targetRows())
    if (::mx::hostCanRun(row))
      rows.push_back(&row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Rows, Reduction, testing::ValuesIn(rowsOfHost()),
                         [](const auto &info) {
                           std::string name = info.param->name;
                           llvm::replace(name, '-', '_');
                           return name;
                         });
