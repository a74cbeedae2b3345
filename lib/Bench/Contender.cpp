//===- Contender.cpp - who multiplies -------------------------------------===//

#include "Contender.h"

#include "Peers.h"

#include "mx/Runner/Error.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::mx;

namespace {
struct KnownPeer {
  StringRef name;
  llvm::Expected<std::unique_ptr<Contender>> (*make)(const Problem &);
};
} // namespace

#if !MX_HAVE_ONEDNN
template <PeerType type>
llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makeOneDNN(const Problem &) {
  return makeError("built without oneDNN");
}
#endif
#if !MX_HAVE_OPENBLAS
llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makeOpenBLAS(const Problem &) {
  return makeError("built without OpenBLAS");
}
#endif

static constexpr StringRef names[] = {"onednn-bf16", "onednn-f32",
                                      "openblas-f32"};

ArrayRef<StringRef> mlir::mx::peerNames() { return names; }

llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makePeer(StringRef name, const Problem &problem) {
  const KnownPeer peers[] = {{names[0], makeOneDNN<PeerType::BF16>},
                             {names[1], makeOneDNN<PeerType::F32>},
                             {names[2], makeOpenBLAS}};
  for (const KnownPeer &peer : peers)
    if (peer.name == name)
      return peer.make(problem);
  return makeError("there is no such peer");
}

/// At most so many rows and columns of Y are looked at.
static constexpr int64_t sampledRows = 4, sampledColumns = 64;

llvm::Error mlir::mx::checkResult(Contender &contender, const Problem &problem,
                                  double minimumDb) {
  auto result = contender.getResult();
  if (!result)
    return result.takeError();
  std::vector<float> x = toFloats(problem.activations.front());
  double signal = 0, noise = 0;
  for (int64_t m = 0; m < std::min(problem.m, sampledRows); ++m) {
    for (int64_t i = 0; i < sampledColumns; ++i) {
      // From the first to the last, so that no part is left out.
      int64_t n = i * (problem.n - 1) / (sampledColumns - 1);
      const float *w = problem.weights.row(n);
      double sum = 0;
      for (int64_t k = 0; k < problem.k; ++k)
        sum += static_cast<double>(x[m * problem.k + k]) * w[k];
      double error = (*result)[m * problem.n + n] - sum;
      signal += sum * sum;
      noise += error * error;
    }
  }
  double db = 10 * std::log10(signal / noise);
  if (db >= minimumDb) // not so for NaN
    return llvm::Error::success();
  return makeError(llvm::formatv("its result is {0:f1} dB from the product, "
                                 "wanted at least {1:f1} dB",
                                 db, minimumDb)
                       .str());
}
