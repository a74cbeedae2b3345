//===- FoldRotatedTest.cpp - rotated constants, folded and not ------------===//
//
// mx-fold-constants gives a rotated constant the bytes that the compiled module
// gives it at run time. More than one tile of it, with a rest after the groups.
//
//===----------------------------------------------------------------------===//

#include "Data.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"
#include "mx/Runner/Source.h"

#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

constexpr int64_t kRows = 299, kColumns = 248;

struct Case {
  const char *name, *preset, *clause;
  const char *element; ///< of the constant
  const char *chain;   ///< from %c to %y, of the type {x}
  const char *x = "tensor<299x248xf32>";
};

const Case cases[] = {
    {"Hadamard", "amxfp4", "amxfp4", "f32", "%y = mx.rotate %c size(64) : {x}"},
    {"OneSize", "amxfp4", "amxfp4", "f32",
     "%y = mx.rotate %c size(1) seed(1) : {x}"},
    {"RandomMse", "amxfp4_ue5m3", "amxfp4_ue5m3 mse", "f32",
     "%y = mx.rotate %c size(32) seed(-5) : {x}"},
    {"TensorScale", "nvfp4", "nvfp4", "f32",
     "%y = mx.rotate %c size(16) seed(9) : {x}"},
    {"RowScaleMse", "nvfp4_row", "nvfp4_row mse", "f32",
     "%y = mx.rotate %c size(128) : {x}"},
    {"F16", "nvfp4", "nvfp4 mse", "f16", "%y = mx.rotate %c size(64) : {x}",
     "tensor<299x248xf16>"},
    {"BF16", "mxint8", "mxint8", "bf16",
     "%y = mx.rotate %c size(64) seed(3) : {x}", "tensor<299x248xbf16>"},
    {"Extended", "amxfp4_e4m3", "amxfp4_e4m3", "f16",
     "%e0 = arith.extf %c : tensor<299x248xf16> to {x}\n"
     "%y = mx.rotate %e0 size(64) : {x}"},
    {"Matrix", "int4_affine", "int4_affine", "f32",
     "%y = mx.rotate %c by(%m : tensor<12x12xf32>) : {x}"},
    {"Twice", "nvfp4_row", "nvfp4_row", "f32",
     "%z = mx.rotate %c by(%m : tensor<12x12xf32>) : {x}\n"
     "%y = mx.rotate %z size(8) seed(1) : {x}"},
};

/// Text of a dense constant of the type `element`.
std::string constantText(StringRef element, const std::vector<float> &values) {
  std::string bytes;
  for (float value : values) {
    uint32_t bits = element == "f32"   ? llvm::bit_cast<uint32_t>(value)
                    : element == "f16" ? ::mx::f32ToF16(value)
                                       : ::mx::f32ToBF16(value);
    for (int byte = 0; byte < (element == "f32" ? 4 : 2); ++byte)
      bytes.push_back(static_cast<char>(bits >> (8 * byte)));
  }
  return "dense<\"0x" + llvm::toHex(bytes) + "\">";
}

/// A module that returns codes, scales[, outer] of the rotated constant %y,
/// or of %x where `more` makes that of it.
std::string moduleOf(const Case &test, StringRef more = "") {
  ::mx::FormatSpec format = *::mx::findFormat(test.preset);
  std::string outerType =
      format.outer == ::mx::OuterScale::Row ? "tensor<299xf32>" : "tensor<f32>";
  bool hasOuter = format.hasOuterScale();
  std::string results =
      "tensor<299x" + std::to_string(::mx::codeBytesPerRow(format, kColumns)) +
      "xi8>, tensor<299x" + std::to_string(::mx::numBlocks(format, kColumns)) +
      "x" + std::to_string(::mx::scaleBytesPerBlock(format)) + "xi8>" +
      (hasOuter ? ", " + outerType : "");
  std::string text = R"(
    func.func @main() -> ({results}) {
      %c = arith.constant {c} : tensor<299x248x{element}>
      %m = arith.constant {m} : tensor<12x12xf32>
      {chain}
      {more}
      {scale}
      %e = tensor.empty() : tensor<299x248x{type}>
      %q = mx.quantize ins({source} : {x}) {outer} outs(%e : tensor<299x248x{type}>) using {clause}
      %p:{count} = mx.split %q : tensor<299x248x{type}>
      return %p#0, %p#1{third} : {results}
    }
  )";
  std::string type = typeOf(format);
  return substitute(
      text, {{"chain", test.chain},
             {"more", more.str()},
             {"scale",
              hasOuter ? "%o = mx.outer_scale {source} : {x} for " + type : ""},
             {"source", more.empty() ? "%y" : "%x"},
             {"results", results},
             {"c", constantText(test.element, makeRows(kRows, kColumns, 1,
                                                       /*withNan=*/true))},
             {"m", constantText("f32", makeRows(12, 12, 2, /*withNan=*/false))},
             {"element", test.element},
             {"type", type},
             {"x", test.x},
             {"outer", hasOuter ? "outer(%o : " + outerType + ")" : ""},
             {"clause", test.clause},
             {"count", hasOuter ? "3" : "2"},
             {"third", hasOuter ? ", %p#2" : ""}});
}

class FoldRotated : public testing::TestWithParam<Case> {};

/// Number of rotations that mx-fold-constants leaves to the run time.
int64_t countLeft(const std::string &text) {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry);
  auto module = Source::fromText(text, "test").parse(context);
  if (!module)
    return llvm::consumeError(module.takeError()), -1;
  llvm::Error error = runPipeline(**module, "mx-fold-constants");
  int64_t count = error ? -1 : 0;
  llvm::consumeError(std::move(error));
  (*module)->walk([&](RotateOp) { ++count; });
  return count;
}

TEST_P(FoldRotated, AsAtRunTime) {
  std::string text = moduleOf(GetParam());
  EXPECT_EQ(countLeft(text), 0);
  SmallVector<Array> folded =
      runReference(text, {}, "mx-fold-constants,mx-reference");
  SmallVector<Array> computed = runReference(text, {});
  ASSERT_EQ(folded.size(), computed.size());
  ASSERT_GE(folded.size(), 2u);
  for (auto [index, result] : llvm::enumerate(folded))
    EXPECT_EQ(mismatches(result.bytes, computed[index].bytes), 0) << index;

  // One rotation more gives other bytes.
  SmallVector<Array> canary = runReference(
      moduleOf(GetParam(), "%x = mx.rotate %y size(4) seed(77) : {x}"), {},
      "mx-fold-constants,mx-reference");
  ASSERT_EQ(canary.size(), computed.size());
  EXPECT_GT(mismatches(canary[0].bytes, computed[0].bytes), 0);
}

INSTANTIATE_TEST_SUITE_P(Reference, FoldRotated, testing::ValuesIn(cases),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

} // namespace
