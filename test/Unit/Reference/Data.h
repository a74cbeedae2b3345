//===- Data.h - inputs, the compiled reference as a function -----*- C++
//-*-===//

#ifndef MX_TEST_UNIT_REFERENCE_DATA_H
#define MX_TEST_UNIT_REFERENCE_DATA_H

#include "mx/Numerics/Format.h"
#include "mx/Runner/Array.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mlir::mx::test {

/// Rows of every kind a quantizer meets, one kind a row in turn: Gaussian,
/// outliers, one-sided, zeros (with -0), subnormal, wide exponents, NaN and
/// infinity. From an integer generator; every value is exact.
std::vector<float> makeRows(int64_t rows, int64_t k, uint64_t seed,
                            bool withNan = true);

/// Compiles `module` by `pipeline` and calls its @main; a failure fails the
/// test and returns no results.
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
