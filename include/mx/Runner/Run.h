//===- Run.h - run a file, compare, time ------------------------*- C++ -*-===//
//
// What mx-run does, for tools and bindings.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_RUN_H
#define MX_RUNNER_RUN_H

#include "mx/Runner/Array.h"

#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace mlir::mx {

struct RunOptions {
  /// Module of any stage, text or bytecode; `-` is standard input.
  std::string file;
  std::string entry = "main";
  /// Pass pipeline; by default `mx-reference` for what is above the LLVM
  /// dialect, nothing for the rest.
  std::optional<std::string> pipeline;
  /// Weight file of a module whose large constants are in one; by default the
  /// one that the module names.
  std::string weights;
  /// One an argument: `@FILE.npy`, or a specification (see generate).
  std::vector<std::string> arguments;
  /// One a result, or fewer: `@FILE.npy`.
  std::vector<std::string> results;
  /// What to compare with: empty, `@FILE.npy` (result 0), `float` (the file
  /// without any pass of MX) or `reference` (the same pipeline with its
  /// lowering replaced by mx-reference).
  std::string against;
  /// Largest error that passes. Without it the bound of getDefaultTolerance
  /// holds; a quantized module against `float` is then measured, not judged.
  std::optional<double> tolerance;
  /// Number of timed calls, after one that is not.
  unsigned bench = 0;
};

/// What came out; what was not asked for is empty.
struct RunReport {
  std::string entry;
  std::string pipeline;
  std::vector<Array> results;
  double compileSeconds = 0;
  std::optional<double> runMilliseconds; ///< the median
  std::string against;
  std::optional<double> sqnrDb;   ///< the least of all results
  std::optional<double> maxError; ///< the largest of all results
  bool isRelativeToMagnitude = false;
  std::optional<double> tolerance;
  std::optional<bool> isGood;
};

/// Runs a file as `options` say and writes the results where they go.
llvm::Expected<RunReport> run(const RunOptions &options);

/// Returns the assembly of the compiled file; needs no arguments.
llvm::Expected<std::string> compileToAssembly(const RunOptions &options);

/// Writes the C header (see emitHeader) of the lowered file to `header`, `-`
/// for standard output; needs no entry and no arguments.
llvm::Error writeHeader(const RunOptions &options, StringRef header);

/// Prints a few lines of text.
void print(const RunReport &report, llvm::raw_ostream &os);

/// Returns an object of entry, pipeline, results [{shape, dtype}], sqnr_db,
/// max_error, tolerance, ok, compile_s, run_ms; null where not asked for. Since
/// JSON has no such numbers, infinities and NaN are the strings "inf", "-inf",
/// "nan".
llvm::json::Value toJSON(const RunReport &report);

} // namespace mlir::mx

#endif // MX_RUNNER_RUN_H
