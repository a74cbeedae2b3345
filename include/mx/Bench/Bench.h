//===- Bench.h - products measured beside those of others -------*- C++ -*-===//
//
// What mx-bench does. A configuration is a shape, rows of X and a number of
// threads. In each of several rounds our code and that of each peer are timed
// one after the other, and so are the limits of the machine.
//
//===----------------------------------------------------------------------===//

#ifndef MX_BENCH_BENCH_H
#define MX_BENCH_BENCH_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace mlir::mx {

/// Of W: outputs x inputs.
struct MatrixShape {
  int64_t n, k;
};

/// Of activations.
enum class BenchData { Gaussian, Outliers };

struct BenchOptions {
  std::vector<int64_t> m{1, 4, 16, 64, 512};
  std::vector<MatrixShape> shapes{{4096, 4096}};
  std::string weights = "amxfp4";     ///< a preset
  std::string activations = "amxfp4"; ///< a preset or `none`
  BenchData data = BenchData::Gaussian;
  std::vector<int64_t> threads{1};
  std::string target = "host"; ///< or a row of the target table
  std::vector<std::string> peers;
  int64_t rounds = 9;
  /// Written anew after each configuration; empty: nowhere.
  std::string jsonFile;
  /// By default `mx-to-llvm{target=ROW threads=COUNT pack-functions}`.
  std::optional<std::string> pipeline;
  bool printCompileTime = false;
};

/// Reads `1,4,16`: positive numbers. Errors name `option`.
llvm::Expected<std::vector<int64_t>> parseCounts(StringRef option,
                                                 StringRef text);

/// Reads `4096x4096,576x1536`: N x K.
llvm::Expected<std::vector<MatrixShape>> parseShapes(StringRef option,
                                                     StringRef text);

llvm::Expected<BenchData> parseData(StringRef option, StringRef text);

/// Reads names of peers; an unknown one is an error that lists the known.
llvm::Expected<std::vector<std::string>> parsePeers(StringRef option,
                                                    StringRef text);

/// Milliseconds of a peer's call, and those divided by ours: the median of the
/// rounds of each.
struct PeerFigures {
  std::string name;
  double milliseconds;
  double ratio;
};

/// What was measured of one configuration.
struct BenchFigures {
  std::string cpu;    ///< as the processor calls itself
  std::string target; ///< the row
  BenchData data;
  int64_t m, n, k;
  std::string weights, activations;
  int64_t threads;
  std::string kernel;  ///< as the lowering chose, `reference`, or `unknown`
  double milliseconds; ///< of a call, the median of the rounds
  double gflops;       ///< 2 m n k / time
  /// Of the measured limit of the kernel's kind of multiply-accumulate, f32
  /// where the kernel is not known.
  double fractionOfPeak;
  /// Bytes of packed weights a second, of what the threads read from DRAM.
  double fractionOfDram;
  double dramGBs; ///< that the threads read from DRAM
  /// f32 that the quantizer of X alone reads a second, 0 of float activations.
  double quantizeGBs = 0;
  bool isVoid; ///< the machine was too busy to tell
  std::vector<PeerFigures> peers;
};

/// Returns a flat object of cpu, target, data, m, n, k, weights, activations,
/// threads, kernel, ms, gflops, fraction_of_peak, fraction_of_dram,
/// dram_gbs, quantize_gbs, void, and peers: {NAME: {ms, ratio}}.
llvm::json::Value toJSON(const BenchFigures &figures);

/// Measures all configurations: a line each, and a line for each peer left out,
/// goes to `log`. Whatever the ratios are, they are no error.
llvm::Expected<std::vector<BenchFigures>> bench(const BenchOptions &options,
                                                llvm::raw_ostream &log);

} // namespace mlir::mx

#endif // MX_BENCH_BENCH_H
