//===- Report.cpp - figures as JSON ---------------------------------------===//

#include "mx/Bench/Bench.h"

using namespace mlir;
using namespace mlir::mx;

llvm::json::Value mlir::mx::toJSON(const BenchFigures &figures) {
  llvm::json::Object peers;
  for (const PeerFigures &peer : figures.peers)
    peers[peer.name] =
        llvm::json::Object{{"ms", peer.milliseconds}, {"ratio", peer.ratio}};
  return llvm::json::Object{
      {"cpu", figures.cpu},
      {"target", figures.target},
      {"data", figures.data == BenchData::Gaussian ? "gaussian" : "outliers"},
      {"m", figures.m},
      {"n", figures.n},
      {"k", figures.k},
      {"weights", figures.weights},
      {"activations", figures.activations},
      {"threads", figures.threads},
      {"kernel", figures.kernel},
      {"ms", figures.milliseconds},
      {"gflops", figures.gflops},
      {"fraction_of_peak", figures.fractionOfPeak},
      {"fraction_of_dram", figures.fractionOfDram},
      {"dram_gbs", figures.dramGBs},
      {"quantize_gbs", figures.quantizeGBs},
      {"void", figures.isVoid},
      {"peers", std::move(peers)}};
}
