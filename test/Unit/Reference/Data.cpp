//===- Data.cpp - inputs, and the compiled reference as a function --------===//

#include "Data.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Runner/Jit.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace mlir::mx;

namespace {
/// SplitMix64.
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}

  uint64_t next() {
    state += 0x9E3779B97F4A7C15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  /// Near Gaussian, variance 1: a sum of 12 uniform numbers.
  float normal() {
    int64_t sum = 0;
    for (int i = 0; i < 12; ++i)
      sum += static_cast<int64_t>(next() >> 40);
    return static_cast<float>(sum - (int64_t(6) << 24)) * 0x1p-24f;
  }

private:
  uint64_t state;
};
} // namespace

static float makeValue(Generator &generator, int64_t kind, int64_t i) {
  float x = generator.normal();
  switch (kind) {
  case 0:
    return x;
  case 1: // an outlier now and then
    return generator.next() % 16 == 0 ? x * 64 : x;
  case 2:
    return std::fabs(x);
  case 3:
    return -std::fabs(x);
  case 4: // zeros of both signs, and a value in every other block
    return i % 64 == 5 ? x : generator.next() % 2 ? 0.0f : -0.0f;
  case 5: // below all scales
    return x * 0x1p-140f;
  case 6: // exponents from -40 to 23
    return std::ldexp(x, static_cast<int>(generator.next() % 64) - 40);
  case 7: // ties: multiples of 1/4 next to a 6
    return i % 16 == 0 ? 6.0f
                       : static_cast<float>(generator.next() % 49) / 4 - 6;
  default: // above all scales
    return x * 0x1p120f;
  }
}

std::vector<float> mlir::mx::test::makeRows(int64_t rows, int64_t k,
                                            uint64_t seed, bool withNan) {
  Generator generator(seed);
  std::vector<float> x;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < k; ++i)
      x.push_back(makeValue(generator, row % 9, i));
  if (withNan && rows > 10 && k > 1) {
    x[9 * k + 1] = std::numeric_limits<float>::quiet_NaN();
    x[10 * k + k - 1] = -std::numeric_limits<float>::infinity();
  }
  return x;
}

SmallVector<Array> mlir::mx::test::runReference(const std::string &text,
                                                ArrayRef<Array> arguments,
                                                StringRef pipeline) {
  auto run = [&]() -> llvm::Expected<SmallVector<Array>> {
    registerRunnerPasses();
    DialectRegistry registry;
    registerRunnerDialects(registry);
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    Source source = Source::fromText(text, "test");
    auto module = source.parse(context);
    if (!module)
      return module.takeError();
    if (llvm::Error error = runPipeline(**module, pipeline))
      return error;
    auto executable = Executable::create(**module, "main");
    if (!executable)
      return executable.takeError();
    SmallVector<Array> bound(arguments);
    if (llvm::Error error = bindArguments(executable->getSignature(), bound))
      return error;
    return executable->call(bound);
  };
  llvm::Expected<SmallVector<Array>> results = run();
  if (results)
    return std::move(*results);
  ADD_FAILURE() << llvm::toString(results.takeError()) << "\n" << text;
  return {};
}

Array mlir::mx::test::floatArray(ArrayRef<int64_t> shape,
                                 const std::vector<float> &values) {
  Array array;
  array.shape = llvm::to_vector(shape);
  array.bytes.resize(values.size() * sizeof(float));
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

std::string
mlir::mx::test::substitute(std::string text,
                           ArrayRef<std::pair<StringRef, std::string>> values) {
  for (const auto &[name, value] : values) {
    std::string key = ("{" + name + "}").str();
    for (size_t at = text.find(key); at != std::string::npos;
         at = text.find(key, at + value.size()))
      text.replace(at, key.size(), value);
  }
  return text;
}

int64_t mlir::mx::test::mismatches(ArrayRef<uint8_t> got,
                                   ArrayRef<uint8_t> wanted) {
  if (got.size() != wanted.size())
    return std::max(got.size(), wanted.size());
  int64_t count = 0;
  for (auto [a, b] : llvm::zip(got, wanted))
    count += a != b;
  return count;
}

int64_t mlir::mx::test::mismatches(ArrayRef<float> got,
                                   ArrayRef<float> wanted) {
  if (got.size() != wanted.size())
    return std::max(got.size(), wanted.size());
  int64_t count = 0;
  for (auto [a, b] : llvm::zip(got, wanted)) {
    bool equal =
        std::isnan(a) ? std::isnan(b) : std::memcmp(&a, &b, sizeof(a)) == 0;
    count += !equal;
  }
  return count;
}

std::string mlir::mx::test::typeOf(const ::mx::FormatSpec &format) {
  DialectRegistry registry;
  registry.insert<MXDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadDialect<MXDialect>();
  std::string text;
  llvm::raw_string_ostream(text) << BlockType::get(&context, format);
  return text;
}
