//===- Data.h - inputs, and compiled modules as functions -------*- C++ -*-===//

#ifndef MX_TEST_UNIT_REFERENCE_DATA_H
#define MX_TEST_UNIT_REFERENCE_DATA_H

#include "mx/Numerics/Format.h"
#include "mx/Runner/Array.h"

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

namespace mlir::mx::test {

/// SplitMix64: the same numbers on every machine.
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}

  uint64_t next();

  /// Returns a number in [0, count).
  int64_t below(int64_t count) { return int64_t(next() % uint64_t(count)); }
  bool chance(int64_t percent) { return below(100) < percent; }

  template <typename Container> const auto &pick(const Container &values) {
    return values[size_t(below(int64_t(std::size(values))))];
  }

  /// Near Gaussian, variance 1: a sum of 12 uniform numbers.
  float normal();

private:
  uint64_t state;
};

/// Rows of every kind a quantizer meets, one kind a row in turn: Gaussian,
/// outliers, one-sided, zeros (with -0), subnormal, wide exponents, NaN and
/// infinity. From an integer generator; every value is exact.
std::vector<float> makeRows(int64_t rows, int64_t k, uint64_t seed,
                            bool withNan = true);

/// Compiles the text of a module by `pipeline` and calls its @main.
llvm::Expected<SmallVector<Array>> runModule(const std::string &module,
                                             StringRef pipeline,
                                             ArrayRef<Array> arguments);

/// The same; a failure fails the test and returns no results.
SmallVector<Array> runReference(const std::string &module,
                                ArrayRef<Array> arguments,
                                StringRef pipeline = "mx-reference");

Array floatArray(ArrayRef<int64_t> shape, const std::vector<float> &values);

/// Replaces `{NAME}` in `text` by the value of NAME.
std::string substitute(std::string text,
                       ArrayRef<std::pair<StringRef, std::string>> values);

/// Number of bytes that differ; every NaN of floats equals every other.
int64_t mismatches(ArrayRef<uint8_t> got, ArrayRef<uint8_t> wanted);
int64_t mismatches(ArrayRef<float> got, ArrayRef<float> wanted);

/// Text of the type `!mx.NAME`, or of the full form.
std::string typeOf(const ::mx::FormatSpec &format);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_REFERENCE_DATA_H
