//===- Report.cpp - what came out of a run --------------------------------===//

#include "mx/Runner/Run.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;

static void printComparison(const RunReport &report, llvm::raw_ostream &os) {
  os << "against " << report.against << ": SQNR "
     << llvm::format("%.2f", *report.sqnrDb) << " dB, max error "
     << llvm::format("%.3g", *report.maxError) << " of "
     << (report.isRelativeToMagnitude ? "sum |x*w|" : "rms");
  if (!report.isGood) {
    os << " (quantization error, not judged without --tolerance)\n";
    return;
  }
  os << ", tolerance " << llvm::format("%.3g", *report.tolerance)
     << (*report.isGood ? ": ok\n" : ": too large\n");
}

void mlir::mx::print(const RunReport &report, llvm::raw_ostream &os) {
  os << "entry @" << report.entry << ", pipeline '" << report.pipeline << "'\n";
  for (auto [i, result] : llvm::enumerate(report.results))
    os << "result " << i << ": " << toString(result) << "\n";
  if (report.sqnrDb)
    printComparison(report, os);
  os << "compiled in " << llvm::format("%.3f", report.compileSeconds) << " s";
  if (report.runMilliseconds)
    os << ", runs in " << llvm::format("%.4g", *report.runMilliseconds)
       << " ms";
  os << "\n";
}

static llvm::json::Value toJSON(std::optional<double> number) {
  if (!number)
    return nullptr;
  if (std::isnan(*number))
    return "nan";
  if (std::isinf(*number))
    return *number > 0 ? "inf" : "-inf";
  return *number;
}

llvm::json::Value mlir::mx::toJSON(const RunReport &report) {
  llvm::json::Array results;
  for (const Array &result : report.results)
    results.push_back(
        llvm::json::Object{{"shape", llvm::json::Array(result.shape)},
                           {"dtype", getName(result.dtype)}});
  llvm::json::Value isGood = nullptr;
  if (report.isGood)
    isGood = *report.isGood;
  return llvm::json::Object{{"entry", report.entry},
                            {"pipeline", report.pipeline},
                            {"results", std::move(results)},
                            {"sqnr_db", ::toJSON(report.sqnrDb)},
                            {"max_error", ::toJSON(report.maxError)},
                            {"tolerance", ::toJSON(report.tolerance)},
                            {"ok", std::move(isGood)},
                            {"compile_s", report.compileSeconds},
                            {"run_ms", ::toJSON(report.runMilliseconds)}};
}
