//===- mx-run.cpp - compile a module for this machine and run it ----------===//

#include "mx/Runner/Run.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace llvm;

namespace {
/// Objects, not globals: they are made after the options of libLLVM, which has
/// `--threads` and others, are taken off the command line.
struct Options {
  cl::OptionCategory category{"mx-run options"};
  cl::opt<std::string> file{cl::Positional, cl::Required, cl::desc("FILE"),
                            cl::cat(category)};
  cl::opt<std::string> entry{"entry", cl::init("main"), cl::value_desc("name"),
                             cl::desc("Public function to call"),
                             cl::cat(category)};
  cl::opt<std::string> pipeline{
      "pipeline", cl::value_desc("text"),
      cl::desc("Pass pipeline, as mx-opt takes it, that lowers the module to "
               "LLVM (default: mx-reference, nothing for a module in the LLVM "
               "dialect)"),
      cl::cat(category)};
  cl::opt<std::string> weights{
      "weights", cl::value_desc("file"),
      cl::desc("Weight file of the module (default: the one that it names)"),
      cl::cat(category)};
  cl::list<std::string> arguments{
      "arg", cl::value_desc("@x.npy|SHAPExTYPE=FILLING"),
      cl::desc("Value of the next argument"), cl::cat(category)};
  cl::list<std::string> results{"result", cl::value_desc("@y.npy"),
                                cl::desc("File of the next result"),
                                cl::cat(category)};
  cl::opt<std::string> against{
      "against", cl::value_desc("@gold.npy|float|reference"),
      cl::desc("Compare result 0 with a file, or all results with those of the "
               "float form or of the reference lowering"),
      cl::cat(category)};
  cl::opt<std::string> tolerance{
      "tolerance", cl::value_desc("error"),
      cl::desc("Largest error that passes (default: what rounding explains)"),
      cl::cat(category)};
  cl::opt<std::string> bench{
      "bench", cl::ValueOptional, cl::value_desc("calls"),
      cl::desc("Time so many calls (default 5)"), cl::cat(category)};
  cl::opt<std::string> threads{
      "threads", cl::init("1"), cl::value_desc("count"),
      cl::desc("Threads of OpenMP code (default 1)"), cl::cat(category)};
  cl::opt<bool> printJSON{"json", cl::ValueDisallowed,
                          cl::desc("Print one JSON object"), cl::cat(category)};
  cl::opt<bool> dumpAssembly{
      "dump-asm", cl::ValueDisallowed,
      cl::desc("Print the assembly for this machine, do not run"),
      cl::cat(category)};
  cl::opt<std::string> header{
      "emit-header", cl::value_desc("file"),
      cl::desc("Write a C header of all public functions, do not run"),
      cl::cat(category)};
};
} // namespace

static constexpr char overview[] =
    R"(Compile an MLIR module for this machine, run it, compare, time.

FILE is text or bytecode of any stage; - is standard input.

Arguments: @x.npy, or extents and an element type with what to fill in, such as
4x64xf32=normal:1, index=zeros. Fillings: zeros, uniform:SEED, normal:SEED,
integers:SEED. The generator is SplitMix64 whose state is SEED; of each 64-bit
number x the top 24 bits u are used: uniform gives u / 2^23 - 1, in [-1, 1), of
integer types the low bits of x; normal gives (sum of 12 u) / 2^24 - 6; integers
gives floats from -8 to 7, floor(u / 2^20) - 8. The last two are for floats only.
Rounded to the element type; every machine makes the same data. In npy files bf16
is uint16, i8 is int8 or uint8, index is int64.

--against: the error is max |y - g| / sum |x*w| where the entry returns its only
contraction, else max |y - g| / rms(g). A quantized module against float is
measured, and judged only with --tolerance. In --json, sqnr_db, max_error,
tolerance, ok and run_ms are null where not asked for; infinities and NaN are
the strings "inf", "-inf" and "nan".

Exit status: 0 good, 1 the comparison failed, 2 bad input.
)";

static int fail(const Twine &message) {
  errs() << message << "\n";
  return 2;
}

/// Returns false, with a message, where a number is malformed.
static bool readNumbers(const Options &given, mlir::mx::RunOptions &options,
                        std::string &message) {
  double limit = 0;
  if (given.tolerance.getNumOccurrences()) {
    if (StringRef(given.tolerance).getAsDouble(limit) || !(limit >= 0)) {
      message =
          "error: --tolerance='" + given.tolerance + "' is no error bound";
      return false;
    }
    options.tolerance = limit;
  }
  if (given.bench.getNumOccurrences()) {
    options.bench = 5;
    if (!given.bench.empty() &&
        (StringRef(given.bench).getAsInteger(10, options.bench) ||
         options.bench == 0)) {
      message = "error: --bench='" + given.bench + "' is no number of calls";
      return false;
    }
  }
  unsigned threads = 0;
  if (StringRef(given.threads).getAsInteger(10, threads) || threads == 0) {
    message =
        "error: --threads='" + given.threads + "' is no number of threads";
    return false;
  }
  return true;
}

static int runFile(const mlir::mx::RunOptions &options, bool printJSON) {
  Expected<mlir::mx::RunReport> report = mlir::mx::run(options);
  if (!report)
    return fail(toString(report.takeError()));
  if (printJSON)
    outs() << formatv("{0:2}", mlir::mx::toJSON(*report)) << "\n";
  else
    mlir::mx::print(*report, outs());
  return report->isGood.value_or(true) ? 0 : 1;
}

int main(int argc, char **argv) {
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
  mlir::mx::RunOptions options;
  if (!readNumbers(given, options, message))
    return fail(message);
  options.file = given.file;
  options.entry = given.entry;
  if (given.pipeline.getNumOccurrences())
    options.pipeline = given.pipeline;
  options.weights = given.weights;
  options.arguments = given.arguments;
  options.results = given.results;
  options.against = given.against;
  setenv("OMP_NUM_THREADS", given.threads.c_str(), /*overwrite=*/1);
  if (given.header.getNumOccurrences()) {
    Error error = mlir::mx::writeHeader(options, given.header);
    return error ? fail(toString(std::move(error))) : 0;
  }
  if (!given.dumpAssembly)
    return runFile(options, given.printJSON);
  Expected<std::string> assembly = mlir::mx::compileToAssembly(options);
  if (!assembly)
    return fail(toString(assembly.takeError()));
  outs() << *assembly;
  return 0;
}
