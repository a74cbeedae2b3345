//===- Check.cpp - compile a contraction and compare ----------------------===//

#include "Check.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

/// The same product of constants that come in: nothing is there to fold.
static Product withoutConstants(Product product) {
  for (Source &source : product.sources)
    if (source == Source::Constant)
      source = Source::MarkedArgument;
  return product;
}

std::string mlir::mx::test::check(const Product &given, const Inputs &inputs,
                                  bool unfolded) {
  Product product = unfolded ? withoutConstants(given) : given;
  std::string pipeline =
      unfolded ? "mx-lower-tosa,convert-linalg-to-mx" : "mx-quantize";
  pipeline += getPipeline(product) + ",mx-reference";
  auto results = runModule(toText(product, inputs), pipeline,
                           getArguments(product, inputs));
  if (!results)
    return llvm::toString(results.takeError());
  std::vector<float> got = toFloats((*results)[0]);
  std::vector<float> wanted = computeWanted(product, inputs);
  int64_t differing = mismatches(got, wanted);
  if (differing == 0)
    return "";
  for (auto [i, g, w] : llvm::enumerate(got, wanted))
    if (mismatches(ArrayRef(g), ArrayRef(w)))
      return llvm::formatv("{0} of {1} results differ, the first at {2}: found "
                           "{3}, wanted {4}",
                           differing, wanted.size(), i, g, w);
  return llvm::formatv("found {0} results, wanted {1}", got.size(),
                       wanted.size());
}
