//===- OneDNN.cpp - oneDNN's matmul as a peer -----------------------------===//

#include "Buffer.h"
#include "Peers.h"

#include "mx/Numerics/Codec.h"
#include "mx/Runner/Error.h"

#include "oneapi/dnnl/dnnl.hpp"

#include <chrono>
#include <dlfcn.h>

using namespace mlir;
using namespace mlir::mx;
using dnnl::memory;

namespace {
class OneDNN final : public Contender {
public:
  OneDNN(const Problem &problem, PeerType type);

  double run(int64_t call) override;
  llvm::Expected<std::vector<float>> getResult() override;

private:
  /// Returns X or W[k, n], which is stored as its transpose, in the peer's
  /// type.
  memory toMemory(const memory::desc &desc,
                  llvm::function_ref<const float *(int64_t)> getRow,
                  int64_t rows, int64_t columns);
  void addWeights(const Problem &problem, const memory::desc &packed);

  PeerType type;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::matmul matmul;
  std::vector<memory> activations, weights;
  memory result;
};
} // namespace

static dnnl::matmul::primitive_desc describe(const dnnl::engine &engine,
                                             const memory::desc &x,
                                             const memory::desc &w,
                                             const memory::desc &y) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl::matmul::primitive_desc(engine, x, w, y);
#else
  return dnnl::matmul::primitive_desc(dnnl::matmul::desc(x, w, y), engine);
#endif
}

OneDNN::OneDNN(const Problem &problem, PeerType type) : type(type) {
  auto element =
      type == PeerType::BF16 ? memory::data_type::bf16 : memory::data_type::f32;
  memory::desc x({problem.m, problem.k}, element, memory::format_tag::ab);
  memory::desc y({problem.m, problem.n}, memory::data_type::f32,
                 memory::format_tag::ab);
  memory::desc any({problem.k, problem.n}, element, memory::format_tag::any);
  auto chosen = describe(engine, x, any, y);
  matmul = dnnl::matmul(chosen);
  result = memory(y, engine);
  for (const Array &array : problem.activations) {
    std::vector<float> values = toFloats(array);
    auto getRow = [&](int64_t row) { return &values[row * problem.k]; };
    activations.push_back(toMemory(x, getRow, problem.m, problem.k));
  }
  addWeights(problem, chosen.weights_desc());
}

memory OneDNN::toMemory(const memory::desc &desc,
                        llvm::function_ref<const float *(int64_t)> getRow,
                        int64_t rows, int64_t columns) {
  memory values(desc, engine);
  auto *words = static_cast<uint16_t *>(values.get_data_handle());
  auto *floats = static_cast<float *>(values.get_data_handle());
  for (int64_t row = 0; row < rows; ++row) {
    const float *from = getRow(row);
    for (int64_t i = row * columns; i < (row + 1) * columns; ++i, ++from)
      if (type == PeerType::BF16)
        words[i] = ::mx::f32ToBF16(*from);
      else
        floats[i] = *from;
  }
  return values;
}

void OneDNN::addWeights(const Problem &problem, const memory::desc &packed) {
  memory::desc plain({problem.k, problem.n},
                     type == PeerType::BF16 ? memory::data_type::bf16
                                            : memory::data_type::f32,
                     memory::format_tag::ba);
  auto getRow = [&](int64_t row) { return problem.weights.row(row); };
  memory values = toMemory(plain, getRow, problem.n, problem.k);
  const int64_t copies = problem.copies(packed.get_size());
  for (int64_t i = 0; i < copies; ++i) {
    weights.emplace_back(packed, engine);
    dnnl::reorder(values, weights.back())
        .execute(stream, values, weights.back());
  }
  stream.wait();
}

double OneDNN::run(int64_t call) {
  auto begin = std::chrono::steady_clock::now();
  matmul.execute(stream,
                 {{DNNL_ARG_SRC, activations[call % activations.size()]},
                  {DNNL_ARG_WEIGHTS, weights[call % weights.size()]},
                  {DNNL_ARG_DST, result}});
  stream.wait();
  std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now() - begin;
  return time.count();
}

llvm::Expected<std::vector<float>> OneDNN::getResult() {
  run(0);
  const auto *values = static_cast<const float *>(result.get_data_handle());
  const size_t count = result.get_desc().get_size() / sizeof(float);
  return std::vector<float>(values, values + count);
}

/// Debian's oneDNN runs on OpenMP, whichever the process has first.
static llvm::Error setThreads(unsigned count) {
  void *function = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (!function)
    return makeError("cannot set the number of oneDNN's threads");
  reinterpret_cast<void (*)(int)>(function)(static_cast<int>(count));
  return llvm::Error::success();
}

template <PeerType type>
llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makeOneDNN(const Problem &problem) {
  if (llvm::Error error = setThreads(problem.threads))
    return error;
  try {
    return std::make_unique<OneDNN>(problem, type);
  } catch (const dnnl::error &error) {
    return makeError(error.message);
  }
}

template llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makeOneDNN<PeerType::F32>(const Problem &);
template llvm::Expected<std::unique_ptr<Contender>>
mlir::mx::makeOneDNN<PeerType::BF16>(const Problem &);
