//===- Cost.cpp - predicted cycles of a kernel, and the choice ------------===//

#include "mx/Target/Cost.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

using namespace mx;

static int64_t ceilDiv(int64_t value, int64_t by) {
  return (value + by - 1) / by;
}

/// Returns the byte operands that `ab` is expected to need for a block of
/// activations. Where sides of one exponent fold into s8, 5 % of Gaussian
/// blocks were found to need a second; else all do.
static double expectedDigits(const OperandFacts &activations) {
  if (maxDigits(activations) == 1)
    return 1;
  int64_t multiplier = (int64_t(1) << activations.scaleSignificand) - 1;
  return activations.maxUnits() * multiplier <= 127 ? 1.05 : 2;
}

namespace {
/// The parts of the model of Cost.h, in cycles.
struct Parts {
  double multiply, decode, stream, quantize;
};
} // namespace

static Parts priceParts(const TargetRow &row, const KernelRow &costs,
                        const KernelInfo &kernel, const MatmulShape &shape,
                        const OperandFacts &weights,
                        const OperandFacts &activations) {
  int64_t group = activations.isBlock
                      ? std::min(weights.blockSize, activations.blockSize)
                      : weights.blockSize;
  double vectors = static_cast<double>(ceilDiv(shape.n, row.lanes())) *
                   static_cast<double>(ceilDiv(shape.k, group));
  double weightCount = vectors * row.lanes() * group;
  double digits =
      kernel.kind == KernelKind::AB ? expectedDigits(activations) : 1;
  int64_t rowTiles = ceilDiv(shape.m, registerTile(row, costs).rows);

  Parts parts;
  double products = kernel.passes * row.lanes() * group / row.macs(kernel.mac);
  parts.multiply = shape.m * vectors * digits * (products + costs.scaleCycles) /
                   costs.efficiency;
  double decodes = kernel.inRegisters ? rowTiles : 1;
  double panels = !kernel.inRegisters && rowTiles > 1 ? 1 : 0;
  parts.decode = weightCount / 64 *
                 (decodes * costs.decodeCycles / costs.efficiency +
                  panels * costs.panelCycles);
  parts.stream =
      weightCount * weights.bitsPerElement / 8 / (row.dramGBs / row.clockGHz);
  double inputBytes = 4.0 * shape.m * shape.k;
  parts.quantize =
      activations.isBlock ? inputBytes / (row.quantizeGBs / row.clockGHz) : 0;
  return parts;
}

double mx::predictedCycles(const TargetRow &row, const KernelInfo &kernel,
                           const MatmulShape &shape,
                           const OperandFacts &weights,
                           const OperandFacts &activations) {
  const KernelRow *costs = row.find(kernel.kind);
  if (!costs)
    return std::numeric_limits<double>::infinity();
  Parts parts = priceParts(row, *costs, kernel, shape, weights, activations);
  bool overlaps =
      kernel.inRegisters || shape.m <= registerTile(row, *costs).rows;
  double product = overlaps
                       ? std::max(parts.stream, parts.decode + parts.multiply)
                       : std::max(parts.stream, parts.decode) + parts.multiply;
  return product + parts.quantize;
}

int64_t mx::rowBlock(const TargetRow &row, const KernelInfo &kernel,
                     const OperandFacts &weights,
                     const OperandFacts &activations) {
  constexpr double affordable = 0.03;
  constexpr int64_t many = 4096; // rows, columns and depth, for the slope
  constexpr int64_t fewest = 64; // calls and loops have a price, too
  auto cycles = [&](int64_t rows) {
    return predictedCycles(row, kernel, {rows, many, many}, weights,
                           activations);
  };
  const KernelRow *costs = row.find(kernel.kind);
  if (!costs)
    return 0;
  double perRow = (cycles(2 * many) - cycles(many)) / many;
  double once = std::max(cycles(many) - many * perRow, 0.0);
  int64_t rows = std::llround(once / (affordable * perRow));
  int64_t tile = registerTile(row, *costs).rows;
  return ceilDiv(std::max(rows, fewest), tile) * tile;
}

std::vector<KernelCandidate> mx::chooseKernel(const TargetRow &row,
                                              const MatmulShape &shape,
                                              const OperandFacts &weights,
                                              const OperandFacts &activations) {
  std::vector<KernelCandidate> candidates;
  for (const KernelInfo &kernel : kernels()) {
    KernelCandidate candidate{&kernel, std::nullopt,
                              whyNot(kernel, row, weights, activations)};
    if (row.find(kernel.kind))
      candidate.cycles =
          predictedCycles(row, kernel, shape, weights, activations);
    candidates.push_back(std::move(candidate));
  }
  auto key = [](const KernelCandidate &candidate) {
    return std::make_tuple(
        !candidate.refusal.empty(),
        candidate.cycles.value_or(std::numeric_limits<double>::infinity()),
        candidate.kernel->kind);
  };
  llvm::sort(candidates,
             [&](const KernelCandidate &a, const KernelCandidate &b) {
               return key(a) < key(b);
             });
  return candidates;
}
