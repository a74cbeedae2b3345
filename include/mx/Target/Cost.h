//===- Cost.h - predicted cycles of a kernel, and the choice ----*- C++ -*-===//
//
// The model, for one core, V = lanes of a vector, g = the smaller block size,
// and weights that come from DRAM (those of a model do, from call to call):
//
//   vectors  = ceil(N / V) * ceil(K / g)
//   multiply = M * vectors * digits * (passes * V * g / macs + scaleCycles)
//              / efficiency
//   decode   = N * K / 64 * decodeCycles / efficiency, for each row tile where
//              the kernel decodes in registers, else once, and then + N * K /
//              64 * panelCycles if there is more than one row tile
//   stream   = N * K * bits / 8 / (dramGBs / clockGHz)
//              (N and K rounded up to vectors and blocks here and above)
//   quantize = M * K * 4 / (quantizeGBs / clockGHz), of block activations
//
// In registers the weights are read while products are made: max(stream,
// decode + multiply); with a panel before that: max(stream, decode) + multiply.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TARGET_COST_H
#define MX_TARGET_COST_H

#include "mx/Target/Kernel.h"

#include <vector>

namespace mx {

/// Y[m, n] = X[m, k] * transpose(W[n, k]).
struct MatmulShape {
  int64_t m, n, k;
};

/// Returns the cycles that `kernel`, which `row` must have, needs by the model
/// above. Grows with m, n and k.
double predictedCycles(const TargetRow &row, const KernelInfo &kernel,
                       const MatmulShape &shape, const OperandFacts &weights,
                       const OperandFacts &activations);

/// Returns the fewest rows, at least 64 and a multiple of the rows of the
/// register tile, for which reading and decoding all weights once more costs at
/// most 3 %: where many rows are computed in blocks, these are the blocks.
int64_t rowBlock(const TargetRow &row, const KernelInfo &kernel,
                 const OperandFacts &weights, const OperandFacts &activations);

struct KernelCandidate {
  const KernelInfo *kernel;
  /// Unset where the row lacks the kernel.
  std::optional<double> cycles;
  /// Why it may not be used; empty where it may.
  std::string refusal;
};

/// Returns all kernels: first those that may be used, then the refused, each
/// by predicted cycles, those without a prediction last. The first is the
/// choice: `f32` is never refused.
std::vector<KernelCandidate> chooseKernel(const TargetRow &row,
                                          const MatmulShape &shape,
                                          const OperandFacts &weights,
                                          const OperandFacts &activations);

} // namespace mx

#endif // MX_TARGET_COST_H
