//===- FloatProductTest.cpp - contractions that are left in float ---------===//
//
// In guarded memory, within the bound of a sum of fused multiply-adds: each
// product goes through at most K + 2 roundings, its own (where the target has
// no FMA) and those of all additions, C among them.
//
//===----------------------------------------------------------------------===//

#include "Data.h"
#include "Program.h"

#include "mx/Runner/Source.h"
#include "mx/Target/Target.h"

#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

struct Shape {
  int64_t batch, m, n, k;
};

/// Order of the axes of the operands, and which extents the types say.
struct Form {
  bool isTransposedA, isTransposedB, isDynamic;
};

/// `3x?x64xf32`.
std::string typeText(ArrayRef<int64_t> shape, bool isDynamic) {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += (isDynamic ? "?" : std::to_string(extent)) + "x";
  return text + "f32>";
}

std::vector<int64_t> shapeOf(int64_t batch, int64_t first, int64_t second,
                             bool isSwapped) {
  if (isSwapped)
    std::swap(first, second);
  return {batch, first, second};
}

std::string moduleText(const Shape &s, const Form &form) {
  return substitute(
      R"(
func.func @main(%a: {A}, %b: {B}, %c: {C}) -> {C} {
  %y = linalg.generic {
      indexing_maps = [affine_map<(b, m, n, k) -> ({a})>, affine_map<(b, m, n, k) -> ({b})>,
                       affine_map<(b, m, n, k) -> (b, m, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : {A}, {B}) outs(%c : {C}) {
  ^bb0(%x: f32, %w: f32, %sum: f32):
    %product = arith.mulf %x, %w : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> {C}
  return %y : {C}
})",
      {{"A", typeText(shapeOf(s.batch, s.m, s.k, form.isTransposedA),
                      form.isDynamic)},
       {"B", typeText(shapeOf(s.batch, s.n, s.k, form.isTransposedB),
                      form.isDynamic)},
       {"C", typeText({s.batch, s.m, s.n}, form.isDynamic)},
       {"a", form.isTransposedA ? "b, k, m" : "b, m, k"},
       {"b", form.isTransposedB ? "b, k, n" : "b, n, k"}});
}

Array randomArray(ArrayRef<int64_t> shape, Generator &generator) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  std::vector<float> values(count);
  for (float &value : values)
    value = generator.normal() * (generator.chance(1) ? 20 : 1);
  return floatArray(shape, values);
}

/// Fails where an element of `result` is out of its bound.
void expectProduct(ArrayRef<Array> operands, const Array &result,
                   const Shape &s, const Form &form) {
  std::vector<float> a = toFloats(operands[0]), b = toFloats(operands[1]),
                     c = toFloats(operands[2]), y = toFloats(result);
  auto at = [&](int64_t batch, int64_t row, int64_t rows, int64_t k,
                bool isSwapped) {
    return batch * rows * s.k + (isSwapped ? k * rows + row : row * s.k + k);
  };
  for (int64_t i = 0; i < s.batch * s.m * s.n; ++i) {
    int64_t batch = i / (s.m * s.n), m = i / s.n % s.m, n = i % s.n;
    double sum = c[i], magnitude = std::abs(c[i]);
    for (int64_t k = 0; k < s.k; ++k) {
      double product = double(a[at(batch, m, s.m, k, form.isTransposedA)]) *
                       b[at(batch, n, s.n, k, form.isTransposedB)];
      sum += product;
      magnitude += std::abs(product);
    }
    ASSERT_LE(std::abs(y[i] - sum), (s.k + 2) * 0x1p-24 * magnitude)
        << "batch " << batch << ", row " << m << ", column " << n;
  }
}

class FloatProduct : public testing::TestWithParam<const ::mx::TargetRow *> {
protected:
  FloatProduct() {
    registerRunnerPasses();
    DialectRegistry registry;
    registerRunnerDialects(registry);
    context.appendDialectRegistry(registry);
  }
  void check(const Shape &shape, const Form &form, int threads, Edge edge);

  MLIRContext context{MLIRContext::Threading::DISABLED};
  Generator generator{1};
};

void FloatProduct::check(const Shape &s, const Form &form, int threads,
                         Edge edge) {
  Source source = Source::fromText(moduleText(s, form), "product");
  auto module = source.parse(context);
  ASSERT_TRUE(bool(module)) << llvm::toString(module.takeError());
  std::string pipeline = std::string("mx-to-llvm{target=") + GetParam()->name +
                         " threads=" + std::to_string(threads) + "}";
  llvm::Error error = runPipeline(**module, pipeline);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  // The kernel's function, so that loops do not pass for it.
  ASSERT_TRUE((*module)->lookupSymbol("mx_product_f32"));
  auto executables = compileGuarded(**module, {"main"});
  ASSERT_TRUE(bool(executables)) << llvm::toString(executables.takeError());
  SmallVector<Array> operands{
      randomArray(shapeOf(s.batch, s.m, s.k, form.isTransposedA), generator),
      randomArray(shapeOf(s.batch, s.n, s.k, form.isTransposedB), generator),
      randomArray({s.batch, s.m, s.n}, generator)};
  auto results = callGuarded(executables->front(), operands, edge);
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  expectProduct(operands, results->front(), s, form);
}

} // namespace

// Every order of axes, at sizes around those of a vector, a register tile and a
// panel; static rows up to four take another way than dynamic ones.
TEST_P(FloatProduct, AgreesWithFloat64) {
  const Shape shapes[] = {{1, 1, 1, 1},    {2, 1, 70, 67},  {1, 3, 64, 300},
                          {3, 4, 17, 64},  {1, 5, 33, 257}, {2, 23, 130, 40},
                          {1, 2, 300, 16}, {1, 50, 7, 513}};
  int which = 0;
  // Each shape in a third of the forms, each form with some shapes.
  for (auto [i, shape] : llvm::enumerate(shapes))
    for (int form = i % 3; form < 8; form += 3) {
      SCOPED_TRACE(moduleText(shape, {}) + " form " + std::to_string(form));
      check(shape, {bool(form & 1), bool(form & 2), bool(form & 4)},
            /*threads=*/which % 3 == 0 ? 3 : 1,
            which % 2 ? Edge::End : Edge::Begin);
      ++which;
      if (HasFatalFailure())
        return;
    }
}

// An empty sum leaves C; no rows and no columns are no elements. (Static ones
// are folded by upstream.)
TEST_P(FloatProduct, ExtentsOfZero) {
  for (const Shape &shape : {Shape{1, 9, 20, 0}, Shape{1, 0, 20, 8},
                             Shape{2, 9, 0, 8}, Shape{0, 3, 20, 8}})
    for (bool isTransposed : {false, true})
      check(shape, {isTransposed, isTransposed, /*isDynamic=*/true}, 1,
            Edge::End);
}

static std::vector<const ::mx::TargetRow *> rowsOfHost() {
  std::vector<const ::mx::TargetRow *> rows;
  for (const ::mx::TargetRow &row : ::mx::targetRows())
    if (::mx::hostCanRun(row))
      rows.push_back(&row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Rows, FloatProduct, testing::ValuesIn(rowsOfHost()),
                         [](const auto &info) {
                           std::string name = info.param->name;
                           llvm::replace(name, '-', '_');
                           return name;
                         });
