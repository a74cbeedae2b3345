//===- LoweringConfig.cpp - what a lowering config may say ----------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Numerics/Tiles.h"
#include "mx/Target/Kernel.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

/// Every block size divides it.
static constexpr int64_t kLargestBlock = 256;
/// A panel of it and of the widest tile takes some 16 MB.
static constexpr int64_t kMaxKBlock = int64_t(1) << 16;

static LogicalResult
verifyTile(llvm::function_ref<InFlightDiagnostic()> emitError,
           const ::mx::TargetRow &row, const ::mx::KernelRow &kernel,
           int64_t rows, int64_t vectors) {
  if (rows < 1 || rows > row.vectorRegisters || vectors < 1 ||
      vectors > row.vectorRegisters)
    return emitError() << "tile of " << rows << " x " << vectors
                       << ", expected 1 to " << row.vectorRegisters
                       << " rows and vectors";
  // Panels hold whole tiles of both kinds, registers' and packed weights'.
  int64_t most = ::mx::kernelInfo(kernel.kind).inRegisters ? 1 : vectors;
  if (!llvm::isPowerOf2_64(vectors) || vectors > most) // C2
    return emitError() << "tile of " << rows << " x " << vectors
                       << ", expected "
                       << (most == 1 ? "one vector"
                                     : "a power of two of vectors");
  int needed =
      ::mx::registersNeeded(kernel.registers, {int(rows), int(vectors)}); // C2
  if (needed > row.vectorRegisters)
    return emitError() << "tile of " << rows << " x " << vectors << " needs "
                       << needed << " vector registers, " << row.name << " has "
                       << row.vectorRegisters;
  return success();
}

LogicalResult
LoweringConfigAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                           StringRef target, StringRef kernel, int64_t rows,
                           int64_t vectors, int64_t kBlock, int64_t rowBlock,
                           int64_t threads) {
  const ::mx::TargetRow *row = ::mx::findTarget(target);
  if (!row) // C1
    return emitError() << "unknown target '" << target << "'";
  if (threads < 1 || threads > kMaxThreads) // C4
    return emitError() << "threads are " << threads << ", expected 1 to "
                       << kMaxThreads;
  if (kernel == kQuantize) {
    if (rows == 0 && vectors == 0 && kBlock == 0 && rowBlock == 0)
      return success();
    return emitError() << "found a tile or a block, expected none for '"
                       << kQuantize << "'"; // C2
  }
  const ::mx::KernelInfo *info = ::mx::findKernel(kernel);
  if (!info) // C1
    return emitError() << "unknown kernel '" << kernel << "'";
  const ::mx::KernelRow *costs = row->find(info->kind);
  if (!costs) // C1
    return emitError() << "target '" << target << "' has no kernel '" << kernel
                       << "'";
  if (kBlock <= 0 || kBlock % kLargestBlock != 0 || kBlock > kMaxKBlock) // C3
    return emitError() << "k_block is " << kBlock
                       << ", expected a positive multiple of " << kLargestBlock
                       << " up to " << kMaxKBlock;
  if (rowBlock < 0) // C5
    return emitError() << "row_block is " << rowBlock
                       << ", expected 0 or a number of rows";
  return verifyTile(emitError, *row, *costs, rows, vectors);
}

const ::mx::TargetRow &LoweringConfigAttr::getRow() const {
  return *::mx::findTarget(getTarget());
}

int64_t LoweringConfigAttr::getColumns() const {
  return getVectors() * getRow().lanes();
}

std::string
LoweringConfigAttr::whyNotMatmul(LoweringConfigAttr config,
                                 const std::optional<FormatSpec> &lhs,
                                 const FormatSpec &rhs, bool inOrder) {
  if (!config)
    return {};
  if (inOrder)
    return "no kernel adds in order";
  const ::mx::KernelInfo *kernel = ::mx::findKernel(config.getKernel());
  if (!kernel)
    return ("kernel '" + config.getKernel() + "' is not that of a product")
        .str();
  // Its panels are made of whole tiles of packed weights.
  if (kernel->kind == ::mx::KernelKind::I16 &&
      config.getColumns() % ::mx::kTileColumns != 0)
    return ("kernel 'i16' has " + llvm::Twine(config.getColumns()) +
            " columns, expected a multiple of " +
            llvm::Twine(::mx::kTileColumns))
        .str();
  // Floats of any type are f32 to a kernel: bf16 holds too few to be asked for.
  ::mx::OperandFacts activations =
      lhs ? operandFacts(*lhs) : ::mx::floatOperand("f32", 24);
  return ::mx::whyNot(*kernel, config.getRow(), operandFacts(rhs), activations);
}

std::string
LoweringConfigAttr::whyNotQuantize(const FormatSpec &format,
                                   const ::mx::Quantizer &quantizer) {
  if (format.scheme == ::mx::Scheme::Affine)
    return "affine blocks are encoded one by one";
  if (quantizer.mse)
    return "scales are searched one by one";
  return {};
}

std::string
LoweringConfigAttr::whyNotQuantize(LoweringConfigAttr config,
                                   const FormatSpec &format,
                                   const ::mx::Quantizer &quantizer) {
  if (!config)
    return {};
  if (config.getKernel() != kQuantize)
    return ("kernel is '" + config.getKernel() + "', expected '" + kQuantize +
            "'")
        .str();
  return whyNotQuantize(format, quantizer);
}
