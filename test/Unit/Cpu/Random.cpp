//===- Random.cpp - random products of mx-to-llvm against f64 -------------===//
//
// Case i comes from the seed `--seed` + i alone: a product, compiled once and
// run on data of every distribution, and a quantizer. Kernels of the target
// table take turns, first asked for by a config, then so that they are chosen.
//
//===----------------------------------------------------------------------===//

#include "Bound.h"
#include "Choose.h"
#include "Program.h"
#include "Quantizer.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"

#include <map>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

static llvm::cl::opt<uint64_t> firstSeed("seed", llvm::cl::init(0),
                                         llvm::cl::desc("seed of case 0"));
static llvm::cl::opt<unsigned> cases("cases", llvm::cl::init(24),
                                     llvm::cl::desc("number of cases"));
static llvm::cl::opt<std::string>
    target("target", llvm::cl::desc("a row of the target table; default: all"));
static llvm::cl::opt<unsigned>
    sets("sets", llvm::cl::init(10),
         llvm::cl::desc("sets of data for each product"));
static llvm::cl::opt<bool>
    heap("heap", llvm::cl::desc("memory of the C library, no guard pages"));
static llvm::cl::opt<bool> verbose("verbose", llvm::cl::desc("print cases"));

namespace {
/// How often a kernel of a row ran.
struct Coverage {
  int64_t forced = 0, chosen = 0;
  int64_t exact = 0;     ///< results compared exactly
  bool isChosen = false; ///< some recipe makes it the choice
};

struct Case {
  uint64_t seed;
  RowKernel which;
  bool isForced;
  bool isLarge;
};

class Random {
public:
  Random() : kernels(runnableKernels(target)) {}
  int run();

private:
  Case caseOf(uint64_t seed) const;
  std::string runCase(const Case &which);
  std::string runProduct(const Case &which, const Recipe &recipe,
                         Generator &generator);
  std::string runData(const Program &program, const Recipe &recipe,
                      const Extents &extents, Kind kind, const Operand &w,
                      int exponent, Edge edge, Generator &generator);
  std::string runQuantizer(const Case &which, Generator &generator);
  bool isCovered() const;

  SmallVector<RowKernel> kernels;
  std::map<std::string, Coverage> coverage;
};
} // namespace

static std::string keyOf(StringRef row, StringRef kernel) {
  return (row + " " + kernel).str();
}

Case Random::caseOf(uint64_t seed) const {
  uint64_t turn = seed / kernels.size();
  return {seed, kernels[seed % kernels.size()], turn % 2 == 0, seed % 8 == 7};
}

/// The roundings of the kernel that takes most of those there may be.
static int64_t roundingsOf(const Program &program, const Recipe &recipe,
                           const Operand &x, const Operand &w) {
  int64_t most = 0;
  for (const std::string &name : program.getKernels())
    if (const ::mx::KernelInfo *kernel = ::mx::findKernel(name))
      most = std::max(most, declaredRoundings(*kernel, recipe, x, w));
  return most;
}

/// One call, with `w` times 2^-exponent.
std::string Random::runData(const Program &program, const Recipe &recipe,
                            const Extents &extents, Kind kind, const Operand &w,
                            int exponent, Edge edge, Generator &generator) {
  int64_t rows = extents.batch * extents.m;
  std::vector<float> values =
      makeValues(kind, recipe.x, rows, extents.k, exponent, generator);
  std::vector<float> c(size_t(rows * extents.n));
  for (float &value : c)
    value = generator.chance(50) ? generator.normal() : 0;
  if (recipe.element == "bf16")
    roundToBF16(values);
  if (recipe.result == "bf16")
    roundToBF16(c);
  Operand x(recipe.x, std::move(values), rows, extents.k);
  auto packed = program.packWeights(w, extents, edge);
  if (!packed)
    return llvm::toString(packed.takeError());
  auto y = program.multiply(extents, x, *packed, c, edge);
  if (!y)
    return llvm::toString(y.takeError());
  if (recipe.isFromZero)
    c.assign(c.size(), 0);
  Verdict verdict = checkProduct(recipe, extents, x, w, c, *y,
                                 roundingsOf(program, recipe, x, w));
  for (const std::string &kernel : program.getKernels())
    coverage[keyOf(recipe.target, kernel)].exact += verdict.exact;
  return verdict.reason;
}

std::string Random::runProduct(const Case &which, const Recipe &recipe,
                               Generator &generator) {
  auto makeWeights = [&](Kind kind, const Extents &e, int exponent) {
    int64_t rows = (recipe.isShared ? 1 : e.batch) * e.n;
    return Operand(recipe.w,
                   makeValues(kind, recipe.w, rows, e.k, -exponent, generator),
                   rows, e.k);
  };
  // Constants keep their data.
  Kind fixedKind = generator.pick(kinds);
  int fixedExponent = exponentOf(fixedKind, recipe.x, recipe.w, generator);
  Operand fixed = makeWeights(fixedKind, recipe.extents, fixedExponent);
  auto program = Program::compile(recipe, fixed);
  if (!program)
    return llvm::toString(program.takeError());
  for (const std::string &kernel : program->getKernels()) {
    Coverage &all = coverage[keyOf(recipe.target, kernel)];
    ++(which.isForced ? all.forced : all.chosen);
  }
  bool isConstant = recipe.source == WeightSource::Constant;
  for (unsigned i = 0; i < (which.isLarge ? 2u : unsigned(sets)); ++i) {
    Kind kind =
        kinds[(i + (which.isLarge ? which.seed : 0)) % std::size(kinds)];
    Extents extents = chooseExtents(generator, recipe, which.isLarge);
    int exponent = isConstant ? fixedExponent
                              : exponentOf(kind, recipe.x, recipe.w, generator);
    Edge edge = heap ? Edge::Heap : i % 2 ? Edge::Begin : Edge::End;
    std::string where = llvm::formatv(
        "{0} {1}{2}: ", nameOf(kind), describe(extents),
        isConstant ? " by " + nameOf(fixedKind).str() : std::string());
    describeFault(llvm::formatv("fault in seed {0}: {1}; {2}", which.seed,
                                describe(recipe), where)
                      .str());
    std::string reason =
        runData(*program, recipe, extents, kind,
                isConstant ? fixed : makeWeights(kind, extents, exponent),
                exponent, edge, generator);
    if (!reason.empty())
      return where + reason;
  }
  return "";
}

std::string Random::runQuantizer(const Case &which, Generator &generator) {
  const ::mx::Preset &preset =
      ::mx::presets[which.seed % std::size(::mx::presets)];
  unsigned threads = chooseThreads(generator);
  std::string where = "quantize " + std::string(preset.name) + " " +
                      which.which.row->name + " threads " +
                      std::to_string(threads) + ": ";
  describeFault(
      llvm::formatv("fault in seed {0}: {1}", which.seed, where).str());
  std::string reason =
      checkQuantizer(generator, which.which.row->name, preset, threads, heap);
  return reason.empty() ? reason : where + reason;
}

std::string Random::runCase(const Case &which) {
  Generator generator(which.seed);
  auto recipe =
      chooseRecipe(generator, which.which, which.isForced, which.isLarge);
  std::string reason;
  if (recipe) {
    coverage[keyOf(recipe->target, which.which.kernel->name)].isChosen |=
        !which.isForced;
    if (verbose)
      llvm::outs() << which.seed << ": " << describe(*recipe) << "\n";
    reason = runProduct(which, *recipe, generator);
    if (!reason.empty())
      reason = describe(*recipe) + "\n  " + reason;
  }
  std::string other = runQuantizer(which, generator);
  if (!reason.empty() && !other.empty())
    reason += "\n";
  return reason + other;
}

/// Every kernel ran where a config asked for it, and where it was chosen.
bool Random::isCovered() const {
  bool all = true;
  for (const RowKernel &each : kernels) {
    std::string key = keyOf(each.row->name, each.kernel->name);
    auto found = coverage.find(key);
    Coverage count = found == coverage.end() ? Coverage() : found->second;
    bool isGood = count.forced > 0 && (count.chosen > 0 || !count.isChosen);
    llvm::outs() << llvm::formatv("{0,-22} forced {1,4}, chosen {2,4}, exact "
                                  "results {3,8}{4}\n",
                                  key, count.forced, count.chosen, count.exact,
                                  isGood ? "" : "  NOT COVERED");
    all &= isGood;
  }
  return all;
}

int Random::run() {
  llvm::outs() << cases << " cases from seed " << firstSeed << "\n";
  llvm::outs().flush();
  unsigned failures = 0;
  for (uint64_t i = 0; i < cases; ++i) {
    Case which = caseOf(firstSeed + i);
    std::string reason = runCase(which);
    if (!reason.empty())
      llvm::errs() << "seed " << which.seed << ": " << reason << "\n";
    failures += !reason.empty();
  }
  llvm::outs() << failures << " of " << cases << " cases fail\n";
  // Fewer do not give each kernel its turns.
  bool isFull = cases >= 2 * kernels.size();
  bool covered = isCovered();
  return failures != 0 || (isFull && !covered);
}

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(
      argc, argv, "random products of mx-to-llvm against f64\n");
  return Random().run();
}
