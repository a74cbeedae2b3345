//===- OpenBLAS.cpp - OpenBLAS's sgemm as a peer --------------------------===//

#include "Buffer.h"
#include "Peers.h"

#include "cblas.h"

#include <chrono>

using namespace mlir;
using namespace mlir::mx;

namespace {
class OpenBLAS final : public Contender {
public:
  explicit OpenBLAS(const Problem &problem);

  double run(int64_t call) override;
  llvm::Expected<std::vector<float>> getResult() override;

private:
  int64_t m, n, k;
  std::vector<Buffer> activations, weights;
  Buffer result;
};
} // namespace

OpenBLAS::OpenBLAS(const Problem &problem)
    : m(problem.m), n(problem.n), k(problem.k), result(m * n * sizeof(float)) {
  for (const Array &array : problem.activations) {
    activations.emplace_back(array.bytes.size());
    std::memcpy(activations.back().data(), array.bytes.data(),
                array.bytes.size());
  }
  const int64_t rowBytes = k * sizeof(float);
  const int64_t copies = problem.copies(n * rowBytes);
  for (int64_t i = 0; i < copies; ++i) {
    weights.emplace_back(n * rowBytes);
    for (int64_t row = 0; row < n; ++row)
      std::memcpy(static_cast<char *>(weights.back().data()) + row * rowBytes,
                  problem.weights.row(row), rowBytes);
  }
}

double OpenBLAS::run(int64_t call) {
  auto *x = static_cast<float *>(activations[call % activations.size()].data());
  auto *w = static_cast<float *>(weights[call % weights.size()].data());
  auto *y = static_cast<float *>(result.data());
  auto begin = std::chrono::steady_clock::now();
  if (m == 1)
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1, w, k, x, 1, 0, y, 1);
  else
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x, k, w, k,
                0, y, n);
  std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now() - begin;
  return time.count();
}

llvm::Expected<std::vector<float>> OpenBLAS::getResult() {
  run(0);
  const auto *values = static_cast<const float *>(result.data());
  return std::vector<float>(values, values + m * n);
}

llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makeOpenBLAS(const Problem &problem) {
  openblas_set_num_threads(static_cast<int>(problem.threads));
  return std::make_unique<OpenBLAS>(problem);
}
