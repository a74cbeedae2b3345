//===- SelectLowering.cpp - choose a kernel for each op -------------------===//
//
// The only place that chooses. Ops carry the choice, later passes obey.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Target/Cost.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXSELECTLOWERINGPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

using Arg = remark::detail::Remark::Arg;
using ::mx::KernelCandidate;

/// What dynamic extents are priced as.
static constexpr int64_t kDynamicRows = 32, kDynamicExtent = 4096;

/// Every block size divides it (C3 of the config).
static constexpr int64_t kLargestBlock = 256;

static remark::RemarkOpts remarkOf(Operation *op, StringRef id) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  return remark::RemarkOpts::name(id)
      .category("mx-lowering")
      .function(function ? function.getName() : StringRef());
}

/// M (batches included), N and K of `op`.
static ::mx::MatmulShape shapeOf(MatmulOp op) {
  RankedTensorType init = op.getInit().getType();
  ArrayRef<int64_t> lhs =
      cast<RankedTensorType>(op.getLhs().getType()).getShape();
  int64_t rows = 1;
  for (int64_t extent : init.getShape().drop_back())
    rows *= ShapedType::isDynamic(extent) ? kDynamicRows : extent;
  auto price = [](int64_t extent) {
    return ShapedType::isDynamic(extent) ? kDynamicExtent : extent;
  };
  int64_t k = ShapedType::isDynamic(lhs.back())
                  ? op.getRhs().getType().getShape().back()
                  : lhs.back();
  return {rows, price(init.getShape().back()), price(k)};
}

/// Elements of K of which a panel of `columns` decoded f32 columns takes half
/// of the second-level cache.
static int64_t panelDepth(const ::mx::TargetRow &row, int64_t columns) {
  int64_t depth = row.caches.l2 / 2 / (columns * 4);
  return std::max(depth / kLargestBlock, int64_t(1)) * kLargestBlock;
}

/// What starting threads and waiting for them must be small against.
static constexpr double kThreadedMicroseconds = 20;

/// Kernels that code is generated for.
static bool isGenerated(const ::mx::KernelInfo &kernel) {
  return kernel.kind == ::mx::KernelKind::F32 ||
         kernel.kind == ::mx::KernelKind::AB;
}

/// All kernels, those that may be used first, each by predicted cycles.
static std::vector<KernelCandidate> candidatesOf(MatmulOp op,
                                                 const ::mx::TargetRow &row) {
  BlockType block = getBlockType(op.getLhs().getType());
  std::vector<KernelCandidate> candidates = ::mx::chooseKernel(
      row, shapeOf(op),
      operandFacts(getBlockType(op.getRhs().getType()).getFormat()),
      block ? operandFacts(block.getFormat()) : ::mx::floatOperand("f32", 24));
  for (KernelCandidate &candidate : candidates)
    if (candidate.refusal.empty() && !isGenerated(*candidate.kernel))
      candidate.refusal = "no code is generated for it yet";
  return candidates;
}

/// `ab: why; i16: why` of the kernels that would be faster than `chosen`.
static std::string reasonsOfFaster(ArrayRef<KernelCandidate> candidates,
                                   const KernelCandidate &chosen) {
  SmallVector<std::string> reasons;
  for (const KernelCandidate &candidate : candidates)
    if (candidate.cycles && candidate.cycles < chosen.cycles &&
        !candidate.refusal.empty())
      reasons.push_back(std::string(candidate.kernel->name) + ": " +
                        candidate.refusal);
  return llvm::join(reasons, "; ");
}

namespace {

class SelectLowering final
    : public impl::MXSelectLoweringPassBase<SelectLowering> {
public:
  using MXSelectLoweringPassBase::MXSelectLoweringPassBase;
  void runOnOperation() override;

private:
  LogicalResult select(MatmulOp op);
  LogicalResult select(QuantizeOp op);
  LogicalResult leave(Operation *op, StringRef reason);
  int64_t threadsFor(double cycles) const;

  const ::mx::TargetRow *row = nullptr;
};

} // namespace

void SelectLowering::runOnOperation() {
  row = target == "host" ? &::mx::hostTarget() : ::mx::findTarget(target);
  if (!row) {
    SmallVector<StringRef> names{"host"};
    for (const ::mx::TargetRow &known : ::mx::targetRows())
      names.push_back(known.name);
    getOperation().emitError("unknown target '")
        << target << "', expected one of " << llvm::join(names, ", ");
    return signalPassFailure();
  }
  if (threads < 1 || threads > LoweringConfigAttr::kMaxThreads) {
    getOperation().emitError("found ")
        << int64_t(threads) << " threads, expected 1 to "
        << LoweringConfigAttr::kMaxThreads;
    return signalPassFailure();
  }
  bool ok = true;
  getOperation().walk([&](Operation *op) {
    if (auto matmul = dyn_cast<MatmulOp>(op))
      ok &= succeeded(select(matmul));
    else if (auto quantize = dyn_cast<QuantizeOp>(op))
      ok &= succeeded(select(quantize));
  });
  if (!ok)
    signalPassFailure();
}

/// Says that `op` goes to scalar loops.
LogicalResult SelectLowering::leave(Operation *op, StringRef reason) {
  if (strict)
    return op->emitOpError("is left to scalar loops: ") << reason;
  remark::missed(op->getLoc(), remarkOf(op, "ScalarLoops"))
      << Arg("Reason", reason);
  return success();
}

/// Work of `cycles` is split only where that pays.
int64_t SelectLowering::threadsFor(double cycles) const {
  return cycles < kThreadedMicroseconds * 1e3 * row->clockGHz ? 1 : threads;
}

LogicalResult SelectLowering::select(MatmulOp op) {
  if (op.getLoweringConfig())
    return success();
  if (op.getAccumulate() == Accumulate::InOrder)
    return leave(op, "no kernel adds in order");
  std::vector<KernelCandidate> candidates = candidatesOf(op, *row);
  // `f32` is refused for nothing, so there is one.
  const KernelCandidate &chosen =
      *llvm::find_if(candidates, [](const KernelCandidate &candidate) {
        return candidate.refusal.empty();
      });
  ::mx::RegisterTile tile =
      ::mx::registerTile(*row, *row->find(chosen.kernel->kind));
  op.setLoweringConfigAttr(LoweringConfigAttr::get(
      op.getContext(), row->name, chosen.kernel->name, tile.rows, tile.vectors,
      panelDepth(*row, tile.vectors * row->lanes()),
      threadsFor(*chosen.cycles)));
  auto note = remark::passed(op.getLoc(), remarkOf(op, "KernelSelected"));
  note << Arg("Kernel", StringRef(chosen.kernel->name))
       << Arg("Target", StringRef(row->name))
       << Arg("Cycles", std::to_string(std::llround(*chosen.cycles)));
  std::string reasons = reasonsOfFaster(candidates, chosen);
  if (!reasons.empty())
    note << Arg("NotChosen", reasons);
  return success();
}

LogicalResult SelectLowering::select(QuantizeOp op) {
  if (op.getLoweringConfig())
    return success();
  std::string reason = LoweringConfigAttr::whyNotQuantize(
      getBlockType(op.getType()).getFormat(), op.getQuantizer().getQuantizer());
  if (!reason.empty())
    return leave(op, reason);
  double bytes = 4.0;
  for (int64_t extent : op.getType().getShape())
    bytes *= ShapedType::isDynamic(extent) ? kDynamicRows : extent;
  op.setLoweringConfigAttr(LoweringConfigAttr::get(
      op.getContext(), row->name, LoweringConfigAttr::kQuantize, 0, 0, 0,
      threadsFor(bytes / row->quantizeGBs * row->clockGHz)));
  remark::passed(op.getLoc(), remarkOf(op, "QuantizerVectorized"))
      << Arg("Target", StringRef(row->name));
  return success();
}

} // namespace mlir::mx
