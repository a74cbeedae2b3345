//===- Random.cpp - random contractions against the library ---------------===//
//
// Case i comes from the seed `--seed` + i alone. A case that fails is written
// as a file, and run again by `--seed=ITS --cases=1`.
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "Choose.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

static llvm::cl::opt<uint64_t> firstSeed("seed", llvm::cl::init(1),
                                         llvm::cl::desc("seed of case 0"));
static llvm::cl::opt<unsigned> cases("cases", llvm::cl::init(300),
                                     llvm::cl::desc("number of cases"));
static llvm::cl::opt<std::string>
    folder("failures", llvm::cl::init("."),
           llvm::cl::desc("folder of the files of failing cases"));

static void writeCase(uint64_t seed, const std::string &reason,
                      const Product &product, const Inputs &inputs) {
  std::string path = folder + "/differential-" + std::to_string(seed) + ".mlir";
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  file << "// seed " << seed << ", mx-quantize" << getPipeline(product)
       << ",mx-reference\n// "
       << StringRef(reason).take_until([](char c) { return c == '\n'; }) << "\n"
       << toText(product, inputs);
  llvm::errs() << "seed " << seed << ": " << reason << "\n";
  if (error)
    llvm::errs() << path << ": " << error.message() << "\n";
  else
    llvm::errs() << "written to " << path << "\n";
}

/// Runs one case, folded and not; returns false where it fails.
static bool runCase(uint64_t seed) {
  Generator generator(seed);
  Product product = chooseProduct(generator);
  Inputs inputs = makeInputs(product, generator);
  std::string reason = check(product, inputs);
  bool hasConstant = product.sources[product.weight] == Source::Constant;
  if (reason.empty() && hasConstant) {
    reason = check(product, inputs, /*unfolded=*/true);
    if (!reason.empty())
      reason = "without folding: " + reason;
  }
  if (!reason.empty())
    writeCase(seed, reason, product, inputs);
  return reason.empty();
}

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(
      argc, argv, "random contractions, compiled, against the library\n");
  llvm::outs() << cases << " cases from seed " << firstSeed << "\n";
  llvm::outs().flush();
  unsigned failures = 0;
  for (uint64_t i = 0; i < cases; ++i)
    failures += !runCase(firstSeed + i);
  llvm::outs() << failures << " of " << cases << " cases fail\n";
  return failures != 0;
}
