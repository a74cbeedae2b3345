//===- RunTest.cpp - files from end to end --------------------------------===//

#include "mx/Runner/Run.h"

#include "Support.h"
#include "mx/Runner/Npy.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

// y = c + a * b with K = 3.
static const char matmul[] = R"(
func.func @main(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %y = linalg.matmul ins(%a, %b : tensor<2x3xf32>, tensor<3x2xf32>) outs(%c : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
)";

static RunOptions makeOptions(const TemporaryFile &file) {
  RunOptions options;
  options.file = file.getPath().str();
  options.pipeline = "mx-float-to-llvm";
  options.arguments = {"2x3xf32=uniform:1", "3x2xf32=uniform:2",
                       "2x2xf32=uniform:3"};
  return options;
}

static std::vector<double> multiply(const RunOptions &options, bool absolute) {
  std::vector<double> a = toDoubles(get(generate(options.arguments[0])));
  std::vector<double> b = toDoubles(get(generate(options.arguments[1])));
  std::vector<double> y = toDoubles(get(generate(options.arguments[2])));
  auto part = [&](double x) { return absolute ? std::abs(x) : x; };
  for (int m = 0; m < 2; ++m)
    for (int n = 0; n < 2; ++n) {
      double &sum = y[m * 2 + n];
      sum = part(sum);
      for (int k = 0; k < 3; ++k)
        sum += part(a[m * 3 + k] * b[k * 2 + n]);
    }
  return y;
}

TEST(Run, ComputesAndLeavesArgumentsAlone) {
  TemporaryFile file(matmul);
  RunOptions options = makeOptions(file);
  options.bench = 3; // further calls get the same arguments
  RunReport report = get(run(options));
  std::vector<double> wanted = multiply(options, /*absolute=*/false);
  std::vector<double> found = toDoubles(report.results[0]);
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(found[i], wanted[i], 1e-6);
  EXPECT_TRUE(report.runMilliseconds);
  EXPECT_FALSE(report.isGood);
}

/// An error of known size comes out in units of sum |x * w|, init included.
TEST(Run, MeasuresAgainstTheMagnitude) {
  TemporaryFile file(matmul), gold;
  RunOptions options = makeOptions(file);
  std::vector<double> wanted = multiply(options, /*absolute=*/false);
  wanted[2] += 1;
  ASSERT_EQ(
      messageOf(writeNpy(gold.getPath(),
                         makeArrayOf<double>(DType::F64, {2, 2}, wanted))),
      "");
  options.against = "@" + gold.getPath().str();
  RunReport report = get(run(options));
  EXPECT_TRUE(report.isRelativeToMagnitude);
  EXPECT_NEAR(*report.maxError, 1 / multiply(options, /*absolute=*/true)[2],
              1e-6);
  EXPECT_DOUBLE_EQ(*report.tolerance, 7 * 0x1p-24); // r = 2 K
  EXPECT_EQ(report.isGood, false);
  options.tolerance = 10;
  EXPECT_EQ(get(run(options)).isGood, true);
}

TEST(Run, FloatAgainstItself) {
  TemporaryFile file(matmul);
  RunOptions options = makeOptions(file);
  options.against = "float";
  RunReport report = get(run(options));
  EXPECT_EQ(report.isGood, true);
  EXPECT_EQ(*report.maxError, 0);
}

/// NaN against a number is the worst error, whatever is tolerated.
TEST(Run, NaNIsNeverGood) {
  TemporaryFile file(matmul), gold;
  RunOptions options = makeOptions(file);
  Array nan = makeArrayOf<float>(DType::F32, {2, 2}, {NAN, 0, 0, 0});
  ASSERT_EQ(messageOf(writeNpy(gold.getPath(), nan)), "");
  options.against = "@" + gold.getPath().str();
  options.tolerance = INFINITY;
  RunReport report = get(run(options));
  EXPECT_EQ(report.isGood, false);
  EXPECT_TRUE(std::isnan(*report.sqnrDb));
  EXPECT_TRUE(std::isinf(*report.maxError));
}

/// Numbers that JSON lacks are strings, and what was not asked for is null.
TEST(Run, JsonHasEveryKey) {
  RunReport report;
  report.entry = "main";
  report.sqnrDb = INFINITY;
  report.results.push_back(get(generate("2x3xbf16=zeros")));
  std::string text;
  llvm::raw_string_ostream(text) << toJSON(report);
  EXPECT_EQ(text, R"({"compile_s":0,"entry":"main","max_error":null,"ok":null,)"
                  R"("pipeline":"","results":[{"dtype":"bf16","shape":[2,3]}],)"
                  R"("run_ms":null,"sqnr_db":"inf","tolerance":null})");
}
