//===- Kernels.cpp - the kernels, their roundings and register tiles ------===//

#include "mx/Target/Kernel.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace mx;

static constexpr KernelInfo kernelTable[] = {
    {KernelKind::F32, "f32", MacKind::F32, 1, false, 1, 0, 1},
    {KernelKind::BF16, "bf16", MacKind::BF16, 1, false, 1, 0, 0},
    {KernelKind::I16, "i16", MacKind::Int16, 1, false, 0, 1, 1},
    {KernelKind::AB, "ab", MacKind::Int8, 2, true, 0, 1, 0},
};

OperandFacts mx::floatOperand(llvm::StringRef name, int significand) {
  OperandFacts facts;
  facts.name = name.str();
  facts.isBlock = false;
  facts.significand = significand;
  return facts;
}

llvm::ArrayRef<KernelInfo> mx::kernels() { return kernelTable; }

const KernelInfo &mx::kernelInfo(KernelKind kind) {
  return *llvm::find_if(
      kernels(), [&](const KernelInfo &kernel) { return kernel.kind == kind; });
}

const KernelInfo *mx::findKernel(llvm::StringRef name) {
  for (const KernelInfo &kernel : kernels())
    if (name == kernel.name)
      return &kernel;
  return nullptr;
}

int64_t mx::roundings(const KernelInfo &kernel, int64_t k,
                      const OperandFacts &weights,
                      const OperandFacts &activations) {
  int64_t group = activations.isBlock
                      ? std::min(weights.blockSize, activations.blockSize)
                      : weights.blockSize;
  int64_t sums = (k + group - 1) / group;
  if (kernel.kind == KernelKind::AB)
    sums *= weights.scalesPerBlock * maxDigits(activations);
  int64_t affine = weights.isAffine + activations.isAffine;
  int64_t outer = weights.hasOuter && activations.hasOuter;
  return kernel.roundingsPerK * k + kernel.roundingsPerSum * sums +
         kernel.roundingsOnce + affine + outer;
}

int mx::registersNeeded(const TileRegisters &registers, RegisterTile tile) {
  return tile.rows * tile.vectors * registers.accumulators +
         tile.vectors * registers.weights + registers.shared;
}

RegisterTile mx::registerTile(const TargetRow &row, const KernelRow &kernel) {
  const TileRegisters &registers = kernel.registers;
  RegisterTile best{1, 1};
  auto workPerLoad = [](RegisterTile tile) {
    return double(tile.rows * tile.vectors) / (tile.rows + tile.vectors);
  };
  for (int vectors : {1, 2, 4}) {
    if (vectors > 1 && kernelInfo(kernel.kind).inRegisters)
      break;
    int left = row.vectorRegisters - registersNeeded(registers, {0, vectors});
    RegisterTile tile{left / (vectors * registers.accumulators), vectors};
    if (tile.rows > 0 && workPerLoad(tile) > workPerLoad(best))
      best = tile;
  }
  return best;
}
