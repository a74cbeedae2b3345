//===- Run.cpp - run a file, compare, time --------------------------------===//

#include "mx/Runner/Run.h"

#include "mx/Runner/Compare.h"
#include "mx/Runner/Error.h"
#include "mx/Runner/Header.h"
#include "mx/Runner/Jit.h"
#include "mx/Runner/Npy.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"

#include <chrono>
#include <cmath>

using namespace mlir;
using namespace mlir::mx;

namespace {
/// A module lowered in a context of its own.
struct Lowered {
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::string pipeline;
};

/// Code, and the context that its large constants lie in.
struct Compiled {
  std::unique_ptr<MLIRContext> context;
  Executable executable;
};
} // namespace

static std::unique_ptr<MLIRContext> makeContext() {
  registerRunnerPasses();
  return makeRunnerContext();
}

static llvm::Expected<Lowered> lower(const Source &source,
                                     const RunOptions &options) {
  Lowered lowered;
  lowered.context = makeContext();
  auto module = source.parse(*lowered.context);
  if (!module)
    return module.takeError();
  lowered.module = std::move(*module);
  lowered.pipeline = options.pipeline.value_or(
      findUnlowered(*lowered.module) ? "mx-reference" : "");
  if (llvm::Error error = runPipeline(*lowered.module, lowered.pipeline))
    return error;
  return lowered;
}

static llvm::Expected<std::vector<Array>>
readArguments(const RunOptions &options) {
  std::vector<Array> arguments;
  for (auto [i, text] : llvm::enumerate(options.arguments)) {
    StringRef path = text;
    llvm::Expected<Array> array =
        path.consume_front("@") ? readNpy(path) : generate(text);
    if (!array)
      return addContext("argument " + Twine(i) + ": ", array.takeError());
    arguments.push_back(std::move(*array));
  }
  return arguments;
}

static llvm::Error writeResults(const RunOptions &options,
                                ArrayRef<Array> results) {
  for (auto [path, result] : llvm::zip(options.results, results))
    if (llvm::Error error = writeNpy(StringRef(path).drop_front(), result))
      return error;
  return llvm::Error::success();
}

/// Checks what needs no module.
static llvm::Error checkOptions(const RunOptions &options) {
  for (const std::string &path : options.results)
    if (path.size() < 2 || path[0] != '@')
      return makeError("result '" + path + "' is not @FILE.npy");
  StringRef against = options.against;
  if (!against.empty() && against != "float" && against != "reference" &&
      (against[0] != '@' || against.size() < 2))
    return makeError("cannot compare with '" + against +
                     "': wanted @FILE.npy, float or reference");
  return llvm::Error::success();
}

static llvm::Expected<double> timeCalls(const Executable &executable,
                                        ArrayRef<Array> arguments,
                                        unsigned count) {
  std::vector<double> times(count);
  for (double &time : times)
    if (auto results = executable.call(arguments, &time); !results)
      return results.takeError();
  std::sort(times.begin(), times.end());
  return (times[(count - 1) / 2] + times[count / 2]) / 2;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

/// Returns the pipeline that makes the gold of `options.against`.
static llvm::Expected<std::string> chooseGoldPipeline(const Source &source,
                                                      const RunOptions &options,
                                                      StringRef pipeline) {
  std::string text = pipeline.str();
  if (options.against == "reference") {
    if (!pipeline.empty() && !replaceLowering(text, "mx-reference"))
      return makeError("pipeline '" + pipeline +
                       "' has no lowering that mx-reference could replace");
    return text;
  }
  auto context = makeContext();
  auto module = source.parse(*context);
  if (!module)
    return module.takeError();
  if (Operation *op = findMX(**module))
    return makeError(op->getLoc(), "'" + op->getName().getStringRef() +
                                       "': the file is block-scaled and has no "
                                       "float form to compare with");
  return findUnlowered(**module) ? "mx-float-to-llvm" : "";
}

/// Returns what the results are to be compared with: all, or the first.
static llvm::Expected<SmallVector<Array>>
computeGold(const Source &source, const RunOptions &options, StringRef pipeline,
            std::vector<Array> arguments) {
  if (StringRef path = options.against; path.consume_front("@")) {
    auto gold = readNpy(path);
    if (!gold)
      return gold.takeError();
    return SmallVector<Array>{std::move(*gold)};
  }
  auto goldPipeline = chooseGoldPipeline(source, options, pipeline);
  if (!goldPipeline)
    return goldPipeline.takeError();
  RunOptions goldOptions = options;
  goldOptions.pipeline = *goldPipeline;
  auto lowered = lower(source, goldOptions);
  if (!lowered)
    return lowered.takeError();
  auto executable = Executable::create(*lowered->module, options.entry);
  if (!executable)
    return executable.takeError();
  if (llvm::Error error = bindArguments(executable->getSignature(), arguments))
    return error;
  return executable->call(arguments);
}

/// Compares all results that there is a gold of, and keeps the worst.
static llvm::Error judge(RunReport &report, ArrayRef<Array> golds,
                         const Analysis &analysis, const RunOptions &options) {
  if (report.results.empty())
    return makeError("'@" + options.entry + "' has no result to compare");
  const bool isFile = options.against[0] == '@';
  if (!isFile && golds.size() != report.results.size())
    return makeError("found " + Twine(golds.size()) +
                     " results to compare with, wanted " +
                     Twine(report.results.size()));
  const Magnitude *magnitude =
      analysis.magnitude ? &*analysis.magnitude : nullptr;
  double tolerance = 0;
  for (auto [i, gold] : llvm::enumerate(golds)) {
    Array bound = gold;
    const Array &result = report.results[i];
    // u16 in a file is bf16 where the result is.
    if (bound.dtype == DType::U16 && result.dtype == DType::BF16)
      bound.dtype = DType::BF16;
    auto comparison = compare(result, bound, magnitude);
    if (!comparison)
      return comparison.takeError();
    double sqnrDb = report.sqnrDb.value_or(INFINITY);
    // NaN, a number against none, is the worst.
    if (!std::isnan(sqnrDb) && !(comparison->sqnrDb >= sqnrDb))
      sqnrDb = comparison->sqnrDb;
    report.sqnrDb = sqnrDb;
    report.maxError =
        std::fmax(report.maxError.value_or(0), comparison->maxError);
    tolerance = std::fmax(tolerance,
                          getDefaultTolerance(analysis, result.dtype, !isFile));
  }
  report.isRelativeToMagnitude = magnitude;
  report.tolerance = options.tolerance.value_or(tolerance);
  report.isGood =
      *report.maxError <= *report.tolerance && !std::isnan(*report.sqnrDb);
  return llvm::Error::success();
}

static llvm::Error compareResults(const Source &source,
                                  const RunOptions &options,
                                  ArrayRef<Array> arguments,
                                  RunReport &report) {
  auto golds = computeGold(source, options, report.pipeline, arguments);
  if (!golds)
    return golds.takeError();
  auto analysis = analyze(source, report.pipeline, options.entry, arguments);
  if (!analysis)
    return analysis.takeError();
  if (llvm::Error error = judge(report, *golds, *analysis, options))
    return error;
  report.against = options.against;
  if (options.against == "float" && analysis->isQuantized &&
      !options.tolerance) {
    report.tolerance.reset();
    report.isGood.reset();
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static llvm::Expected<Compiled>
compile(const Source &source, const RunOptions &options, RunReport &report) {
  auto begin = std::chrono::steady_clock::now();
  auto lowered = lower(source, options);
  if (!lowered)
    return lowered.takeError();
  auto executable =
      Executable::create(*lowered->module, options.entry, options.weights);
  if (!executable)
    return executable.takeError();
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  report.pipeline = lowered->pipeline;
  report.compileSeconds = time.count();
  lowered->module = nullptr;
  return Compiled{std::move(lowered->context), std::move(*executable)};
}

/// Reads the arguments and checks them and the number of results.
static llvm::Expected<std::vector<Array>>
prepareArguments(const RunOptions &options, const Signature &signature) {
  if (options.results.size() > signature.results.size())
    return makeError("found " + Twine(options.results.size()) +
                     " result files, wanted at most " +
                     Twine(signature.results.size()));
  auto arguments = readArguments(options);
  if (!arguments)
    return arguments.takeError();
  if (llvm::Error error = bindArguments(signature, *arguments))
    return error;
  return arguments;
}

llvm::Expected<RunReport> mlir::mx::run(const RunOptions &options) {
  RunReport report;
  report.entry = options.entry;
  if (llvm::Error error = checkOptions(options))
    return error;
  auto source = Source::open(options.file);
  if (!source)
    return source.takeError();
  auto compiled = compile(*source, options, report);
  if (!compiled)
    return compiled.takeError();
  const Executable &executable = compiled->executable;
  auto arguments = prepareArguments(options, executable.getSignature());
  if (!arguments)
    return arguments.takeError();
  auto results = executable.call(*arguments);
  if (!results)
    return results.takeError();
  if (llvm::Error error = writeResults(options, *results))
    return error;
  report.results.assign(results->begin(), results->end());
  if (options.bench) {
    auto time = timeCalls(executable, *arguments, options.bench);
    if (!time)
      return time.takeError();
    report.runMilliseconds = *time;
  }
  if (!options.against.empty())
    if (llvm::Error error =
            compareResults(*source, options, *arguments, report))
      return error;
  return report;
}

llvm::Expected<std::string>
mlir::mx::compileToAssembly(const RunOptions &options) {
  auto source = Source::open(options.file);
  if (!source)
    return source.takeError();
  auto lowered = lower(*source, options);
  if (!lowered)
    return lowered.takeError();
  return emitAssembly(*lowered->module);
}

llvm::Error mlir::mx::writeHeader(const RunOptions &options, StringRef header) {
  auto source = Source::open(options.file);
  if (!source)
    return source.takeError();
  auto lowered = lower(*source, options);
  if (!lowered)
    return lowered.takeError();
  if (Operation *op = findUnlowered(*lowered->module))
    return makeError(op->getLoc(), "'" + op->getName().getStringRef() +
                                       "' is left after the pipeline, which "
                                       "has to lower to the LLVM dialect");
  auto text = emitHeader(*lowered->module, header);
  if (!text)
    return text.takeError();
  llvm::Error error = llvm::writeToOutput(header, [&](llvm::raw_ostream &os) {
    os << *text;
    return llvm::Error::success();
  });
  if (!error)
    return llvm::Error::success();
  return makeError("cannot write '" + header +
                   "': " + llvm::errorToErrorCode(std::move(error)).message());
}
