//===- mx-bench.cpp - measure products beside those of others -------------===//

#include "mx/Bench/Bench.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <unistd.h>

using namespace llvm;
using mlir::mx::BenchOptions;

namespace {
/// Objects, not globals: see mx-run.cpp.
struct Options {
  cl::OptionCategory category{"mx-bench options"};
  cl::opt<std::string> m{"m", cl::init("1,4,16,64,512"),
                         cl::value_desc("rows,.."), cl::desc("Rows of X"),
                         cl::cat(category)};
  cl::opt<std::string> shapes{
      "shapes", cl::init("4096x4096"), cl::value_desc("NxK,.."),
      cl::desc("Shapes of W, outputs x inputs"), cl::cat(category)};
  cl::opt<std::string> weights{
      "weights", cl::init("amxfp4"), cl::value_desc("preset"),
      cl::desc("Format of W (default amxfp4)"), cl::cat(category)};
  cl::opt<std::string> activations{
      "activations", cl::init("amxfp4"), cl::value_desc("preset|none"),
      cl::desc("Format of X (default amxfp4; none: plain f32)"),
      cl::cat(category)};
  cl::opt<std::string> data{
      "data", cl::init("gaussian"), cl::value_desc("gaussian|outliers"),
      cl::desc("X: Gaussian, or with 1 % of its elements x20"),
      cl::cat(category)};
  cl::opt<std::string> threads{
      "threads", cl::init("1"), cl::value_desc("count,.."),
      cl::desc("Threads (default 1)"), cl::cat(category)};
  cl::opt<std::string> target{
      "target", cl::init("host"), cl::value_desc("host|row"),
      cl::desc("Row of the target table"), cl::cat(category)};
  cl::opt<std::string> peers{
      "peers", cl::value_desc("name,.."),
      cl::desc("Some of onednn-bf16, onednn-f32, openblas-f32"),
      cl::cat(category)};
  cl::opt<std::string> rounds{"rounds", cl::init("9"), cl::value_desc("count"),
                              cl::desc("Rounds (default 9)"),
                              cl::cat(category)};
  cl::opt<std::string> json{"json", cl::value_desc("file"),
                            cl::desc("Write a list of all figures"),
                            cl::cat(category)};
  cl::opt<std::string> pipeline{
      "pipeline", cl::value_desc("text"),
      cl::desc("Lowering (default: mx-to-llvm{target=.. threads=..})"),
      cl::cat(category)};
  cl::opt<bool> compileTime{"compile-time", cl::ValueDisallowed,
                            cl::desc("Print the seconds of each stage"),
                            cl::cat(category)};
};
} // namespace

static constexpr char overview[] =
    R"(Measure Y = X * transpose(W) with block-scaled weights, and the same by others.

A call takes X of f32 and gives Y of f32; only packed weights live from call to
call. Peers take X in their own type and packed weights. All are called one
after the other in each round, never at the same time, and so are loops that
measure the limits of the machine. Figures are medians of rounds; a ratio is the
median of the rounds' ratios, the peer's time / ours. For M <= 4 the weights of
each rotate over copies of twice the last-level cache.

A configuration whose ceilings fall below 85 % of what the target's row says at
the measured clock is void: the machine was busy.

Exit status: 0 measured, whatever the ratios; 2 bad input.
)";

static int fail(const Twine &message) {
  errs() << message << "\n";
  return 2;
}

/// Moves a value to `to`, or returns the error.
template <typename T, typename U>
static Error assign(Expected<T> value, U &to) {
  if (!value)
    return value.takeError();
  to = std::move(*value);
  return Error::success();
}

static Error readOptions(const Options &given, BenchOptions &options) {
  std::vector<int64_t> rounds;
  if (Error error =
          assign(mlir::mx::parseCounts("--rounds", given.rounds), rounds))
    return error;
  options.rounds = rounds.front();
  if (Error error = assign(mlir::mx::parseCounts("--m", given.m), options.m))
    return error;
  if (Error error = assign(mlir::mx::parseShapes("--shapes", given.shapes),
                           options.shapes))
    return error;
  if (Error error =
          assign(mlir::mx::parseData("--data", given.data), options.data))
    return error;
  if (Error error = assign(mlir::mx::parseCounts("--threads", given.threads),
                           options.threads))
    return error;
  options.weights = given.weights;
  options.activations = given.activations;
  options.target = given.target;
  options.jsonFile = given.json;
  options.printCompileTime = given.compileTime;
  if (given.pipeline.getNumOccurrences())
    options.pipeline = given.pipeline;
  return assign(mlir::mx::parsePeers("--peers", given.peers), options.peers);
}

/// Threads that wait must not take a core from who is measured; and all memory
/// is in huge pages where the kernel has some, so that no figure depends on
/// which pages it got. The libraries read this when they are loaded, so that
/// the process starts once more.
static void setEnvironment(char **argv) {
  const char *policy = getenv("OMP_WAIT_POLICY");
  if (policy && StringRef(policy) == "passive")
    return;
  setenv("OMP_WAIT_POLICY", "passive", /*overwrite=*/1);
  setenv("KMP_BLOCKTIME", "0", /*overwrite=*/1);
  setenv("OPENBLAS_THREAD_TIMEOUT", "4", /*overwrite=*/1);
  setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", /*overwrite=*/1);
  execv("/proc/self/exe", argv);
  errs() << "mx-bench: cannot restart itself: threads that wait may disturb, "
            "memory is in pages of any size\n";
}

int main(int argc, char **argv) {
  setEnvironment(argv);
  InitLLVM init(argc, argv);
  cl::ResetCommandLineParser();
  Options given;
  cl::HideUnrelatedOptions(given.category);
  std::string message;
  raw_string_ostream stream(message);
  if (!cl::ParseCommandLineOptions(argc, argv, overview, &stream)) {
    StringRef line = StringRef(message).split('\n').first;
    return fail("error: " + line.split(": ").second);
  }
  BenchOptions options;
  if (Error error = readOptions(given, options))
    return fail(toString(std::move(error)));
  auto figures = mlir::mx::bench(options, errs());
  return figures ? 0 : fail(toString(figures.takeError()));
}
