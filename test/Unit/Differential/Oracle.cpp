//===- Oracle.cpp - what a quantized contraction gives --------------------===//
//
// From the loops alone: gathers the rows that run along K, calls the library,
// scatters the result. Shares nothing with the conversion under test.
//
//===----------------------------------------------------------------------===//

#include "Matrix.h"
#include "Product.h"

#include "mx/Numerics/Codec.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

std::vector<int64_t> mlir::mx::test::getOffsets(const Product &product,
                                                unsigned operand,
                                                ArrayRef<unsigned> loops) {
  SmallVector<int64_t> steps(product.loops.size());
  int64_t stride = 1;
  for (const Axis &axis : llvm::reverse(product.operands[operand].axes)) {
    for (const Term &term : axis)
      steps[term.loop] += stride * term.step;
    stride *= product.getExtent(axis);
  }
  std::vector<int64_t> offsets{0};
  for (unsigned loop : loops) {
    std::vector<int64_t> longer;
    for (int64_t offset : offsets)
      for (int64_t i = 0; i < product.loops[loop].extent; ++i)
        longer.push_back(offset + i * steps[loop]);
    offsets = std::move(longer);
  }
  return offsets;
}

namespace {
/// The offsets of an operand's batches, rows, and elements of a row.
struct Rows {
  Rows(const Product &product, unsigned operand, ArrayRef<unsigned> batch,
       ArrayRef<unsigned> rows, ArrayRef<unsigned> columns)
      : batch(getOffsets(product, operand, batch)),
        row(getOffsets(product, operand, rows)),
        column(getOffsets(product, operand, columns)) {}

  template <typename Function> void forEach(Function function) const {
    size_t i = 0;
    for (int64_t b : batch)
      for (int64_t r : row)
        for (int64_t c : column)
          function(i++, size_t(b + r + c));
  }

  std::vector<float> gather(const std::vector<float> &values) const {
    std::vector<float> rows(batch.size() * row.size() * column.size());
    forEach([&](size_t i, size_t offset) { rows[i] = values[offset]; });
    return rows;
  }

  int64_t count() const { return int64_t(batch.size() * row.size()); }

  std::vector<int64_t> batch, row, column;
};

/// The rows of a product's operands: batch x M x K, batch x N x K and
/// batch x M x N.
struct Matrices {
  explicit Matrices(const Product &product)
      : activation(product, 1 - product.weight,
                   product.getLoops(true, true, true), getRows(product),
                   product.k),
        weight(product, product.weight, product.getLoops(true, true, true),
               product.getLoops(false, true, true), product.k),
        result(product, 2, product.getLoops(true, true, true), getRows(product),
               product.getLoops(false, true, true)) {}

  /// The loops of M, and those that only the result has: the activation is
  /// repeated along them.
  static SmallVector<unsigned> getRows(const Product &product) {
    SmallVector<unsigned> rows = product.getLoops(true, false, true);
    llvm::append_range(rows, product.getLoops(false, false, true));
    return rows;
  }

  Rows activation, weight, result;
};
} // namespace

static float roundTo(StringRef element, float value) {
  if (element == "f16")
    return ::mx::f16ToF32(::mx::f32ToF16(value));
  if (element == "bf16")
    return ::mx::bf16ToF32(::mx::f32ToBF16(value));
  return value;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// `count` rows of `k` floats, each kind of row somewhere. Blocks of `size`
/// that lie side by side or one below the other differ in magnitude by powers
/// of two, so that a scale that is read from the wrong place shows.
static std::vector<float> makeMatrix(int64_t count, int64_t k, int64_t size,
                                     Generator &generator) {
  const int64_t kinds = 9, skipped = generator.below(kinds);
  std::vector<float> all =
      makeRows(count + skipped, k, generator.next(), /*withNan=*/false);
  std::vector<float> rows(all.begin() + skipped * k, all.end());
  for (int64_t row = 0; row < count; ++row)
    for (int64_t i = 0; i < k; ++i)
      rows[size_t(row * k + i)] = std::ldexp(
          rows[size_t(row * k + i)], int((5 * row + 3 * (i / size)) % 13) - 6);
  if (!rows.empty() && generator.chance(15))
    rows[size_t(generator.below(int64_t(rows.size())))] =
        generator.chance(50) ? std::numeric_limits<float>::quiet_NaN()
                             : -std::numeric_limits<float>::infinity();
  return rows;
}

/// The block size of what an input becomes.
static int64_t blockSizeOf(const Product &product, unsigned input) {
  StringRef text =
      input == product.weight ? product.weights : product.activations;
  return text == "none" ? 32 : presetOf(text).format.blockSize;
}

Inputs mlir::mx::test::makeInputs(const Product &product,
                                  Generator &generator) {
  Inputs inputs;
  Matrices matrices(product);
  const Rows *rows[3];
  rows[1 - product.weight] = &matrices.activation;
  rows[product.weight] = &matrices.weight;
  rows[2] = &matrices.result;
  for (unsigned i = 0; i < 3; ++i) {
    int64_t count = 1;
    for (int64_t extent : product.getShape(i))
      count *= extent;
    inputs.values[i].resize(size_t(count));
    int64_t columns = int64_t(rows[i]->column.size());
    std::vector<float> values =
        i < 2 ? makeMatrix(rows[i]->count(), columns, blockSizeOf(product, i),
                           generator)
              : makeRows(rows[i]->count(), columns, generator.next(), false);
    if (i == 2 && !product.hasAccumulator())
      values.assign(values.size(), 0.0f);
    rows[i]->forEach([&](size_t from, size_t to) {
      inputs.values[i][to] = roundTo(product.operands[i].element, values[from]);
    });
  }
  return inputs;
}

//===----------------------------------------------------------------------===//
// Result
//===----------------------------------------------------------------------===//

std::vector<float> mlir::mx::test::computeWanted(const Product &product,
                                                 const Inputs &inputs) {
  Matrices matrices(product);
  int64_t m = int64_t(matrices.result.row.size());
  int64_t n = int64_t(matrices.result.column.size());
  int64_t k = int64_t(matrices.weight.column.size());
  std::vector<float> x =
      matrices.activation.gather(inputs.values[1 - product.weight]);
  std::vector<float> w = matrices.weight.gather(inputs.values[product.weight]);
  std::vector<float> y = matrices.result.gather(inputs.values[2]);

  Matrix rhs(presetOf(product.weights), w, matrices.weight.count(), k);
  std::optional<Matrix> lhs;
  if (product.activations != "none")
    lhs.emplace(presetOf(product.activations), x, matrices.activation.count(),
                k);
  for (size_t batch = 0; batch < matrices.result.batch.size(); ++batch) {
    float *to = y.data() + int64_t(batch) * m * n;
    ::mx::BlockMatrix columns = rhs.view(int64_t(batch) * n);
    if (lhs)
      ::mx::matmul(lhs->view(int64_t(batch) * m), columns, m, n, k, to, to);
    else
      ::mx::matmul(x.data() + int64_t(batch) * m * k, columns, m, n, k, to, to);
  }
  std::vector<float> wanted(inputs.values[2].size());
  matrices.result.forEach([&](size_t from, size_t to) {
    wanted[to] = roundTo(product.operands[2].element, y[from]);
  });
  return wanted;
}
