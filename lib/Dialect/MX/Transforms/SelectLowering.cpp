//===- SelectLowering.cpp - choose a kernel for each op -------------------===//
//
// The only place that chooses. Ops carry the choice, later passes obey.
//
//===----------------------------------------------------------------------===//

#include "FusionGroup.h"
#include "VersionRows.h"

#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Dialect/MX/IR/Remarks.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Target/Cost.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXSELECTLOWERINGPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

using Arg = remark::detail::Remark::Arg;
using ::mx::KernelCandidate;

/// What dynamic N and K are priced as.
static constexpr int64_t kDynamicExtent = 4096;

/// Every block size divides it (C3 of the config).
static constexpr int64_t kLargestBlock = 256;

static constexpr StringRef kCategory = "mx-lowering";

/// The products of a batch with weights of its own are `count` times `each`.
struct PricedShape {
  ::mx::MatmulShape each;
  int64_t count;
};

/// The rows of `op` where they are static.
static RowClass staticRowsOf(MatmulOp op) {
  int64_t rows = 1;
  for (int64_t axis : rowAxes(op))
    rows *= op.getType().getDimSize(axis);
  return {rows, rows};
}

static PricedShape shapeOf(MatmulOp op, RowClass rows) {
  RankedTensorType init = op.getInit().getType();
  ArrayRef<int64_t> lhs =
      cast<RankedTensorType>(op.getLhs().getType()).getShape();
  auto price = [](int64_t extent) {
    return ShapedType::isDynamic(extent) ? kDynamicExtent : extent;
  };
  int64_t k = ShapedType::isDynamic(lhs.back())
                  ? op.getRhs().getType().getShape().back()
                  : lhs.back();
  int64_t count = 1;
  for (int64_t axis = 0; axis < *rowAxes(op).begin(); ++axis)
    count *= init.isDynamicDim(axis) ? 1 : init.getDimSize(axis);
  return {{rows.typical(), price(init.getShape().back()), price(k)}, count};
}

static ::mx::OperandFacts weightsOf(MatmulOp op) {
  return operandFacts(getBlockType(op.getRhs().getType()).getFormat());
}

static ::mx::OperandFacts activationsOf(MatmulOp op) {
  BlockType block = getBlockType(op.getLhs().getType());
  return block ? operandFacts(block.getFormat())
               : ::mx::floatOperand("f32", 24);
}

/// Elements of K of a panel. Of `f32` and `bf16`, which add to f32 in memory,
/// few, so that a register tile's columns stay in the first-level cache; of
/// int16, whose products are twice as fast, so many that `columns` of them take
/// a quarter of it.
static int64_t panelDepth(const ::mx::TargetRow &row, ::mx::KernelKind kind,
                          int64_t columns) {
  if (kind != ::mx::KernelKind::I16)
    return kLargestBlock;
  int64_t depth = row.caches.l1d / 4 / (columns * 2);
  return std::max(depth / kLargestBlock, int64_t(1)) * kLargestBlock;
}

/// What starting threads and waiting for them must be small against: of threads
/// that wait for work. Where they sleep, a start was seen to take 300
/// microseconds, which a quantizer, a few percent of the product behind it, is
/// not worth.
static constexpr double kThreadedMicroseconds = 20;
static constexpr double kThreadedQuantizerMicroseconds = 200;

/// What a quantizer of unknown rows is priced at: its threads are for many.
static constexpr int64_t kManyRows = 512;

/// The fastest that nothing is said against; `f32` is one.
static const KernelCandidate &chosenOf(ArrayRef<KernelCandidate> candidates) {
  return *llvm::min_element(
      candidates, [](const KernelCandidate &a, const KernelCandidate &b) {
        return a.refusal.empty() && (!b.refusal.empty() || a.cycles < b.cycles);
      });
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
  LogicalResult readOptions();
  std::string whyNotWanted(const ::mx::KernelInfo &kernel) const;
  std::vector<KernelCandidate> candidatesOf(MatmulOp op, RowClass rows) const;
  LoweringConfigAttr configOf(MatmulOp op, const KernelCandidate &chosen,
                              RowClass rows) const;
  int64_t rowBlockOf(MatmulOp op, const KernelCandidate &chosen,
                     RowClass rows) const;
  void remarkNotVersioned(MatmulOp op) const;
  LogicalResult select(FunctionOpInterface function);
  LogicalResult select(MatmulOp op, const RowClass *version);
  LogicalResult select(QuantizeOp op, const RowClass *version);
  LogicalResult leave(Operation *op, StringRef reason);
  int64_t threadsFor(double cycles, double microseconds) const;

  const ::mx::TargetRow *row = nullptr;
};

} // namespace

LogicalResult SelectLowering::readOptions() {
  row = target == "host" ? &::mx::hostTarget() : ::mx::findTarget(target);
  if (!row) {
    SmallVector<StringRef> names{"host"};
    for (const ::mx::TargetRow &known : ::mx::targetRows())
      names.push_back(known.name);
    return getOperation().emitError("unknown target '")
           << target << "', expected one of " << llvm::join(names, ", ");
  }
  if (threads < 1 || threads > LoweringConfigAttr::kMaxThreads)
    return getOperation().emitError("found ")
           << int64_t(threads) << " threads, expected 1 to "
           << LoweringConfigAttr::kMaxThreads;
  for (const std::string &name : kernels)
    if (!::mx::findKernel(name))
      return getOperation().emitError("unknown kernel '") << name << "'";
  return success();
}

void SelectLowering::runOnOperation() {
  if (failed(readOptions()))
    return signalPassFailure();
  SmallVector<FunctionOpInterface> functions;
  getOperation().walk(
      [&](FunctionOpInterface function) { functions.push_back(function); });
  bool ok = true;
  for (FunctionOpInterface function : functions)
    ok &= succeeded(select(function));
  if (!ok)
    signalPassFailure();
}

LogicalResult SelectLowering::select(FunctionOpInterface function) {
  llvm::DenseMap<Operation *, RowClass> versions =
      versionRows(function, [&](MatmulOp op, RowClass rows) {
        return configOf(op, chosenOf(candidatesOf(op, rows)), rows);
      });
  bool ok = true;
  auto versionOf = [&](Operation *op) -> const RowClass * {
    auto version = versions.find(op);
    return version == versions.end() ? nullptr : &version->second;
  };
  function.walk([&](Operation *op) {
    if (auto matmul = dyn_cast<MatmulOp>(op)) {
      ok &= succeeded(select(matmul, versionOf(op)));
    } else if (auto quantize = dyn_cast<QuantizeOp>(op)) {
      const RowClass *version = nullptr;
      for (Operation *user : op->getUsers())
        version = version ? version : versionOf(user);
      ok &= succeeded(select(quantize, version));
    }
  });
  return success(ok);
}

/// Says that `op` goes to scalar loops.
LogicalResult SelectLowering::leave(Operation *op, StringRef reason) {
  if (strict)
    return op->emitOpError("is left to scalar loops: ") << reason;
  remark::missed(op->getLoc(), remarkAbout(op, kCategory, "ScalarLoops"))
      << Arg("Reason", reason);
  return success();
}

/// Work of `cycles` is split from so many `microseconds` on.
int64_t SelectLowering::threadsFor(double cycles, double microseconds) const {
  return cycles < microseconds * 1e3 * row->clockGHz ? 1 : threads;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Empty where `kernels` allows it.
std::string SelectLowering::whyNotWanted(const ::mx::KernelInfo &kernel) const {
  bool isWanted = kernels.empty() || kernel.kind == ::mx::KernelKind::F32 ||
                  llvm::is_contained(kernels, kernel.name);
  return isWanted ? "" : "not among the kernels asked for";
}

/// All kernels.
std::vector<KernelCandidate> SelectLowering::candidatesOf(MatmulOp op,
                                                          RowClass rows) const {
  PricedShape shape = shapeOf(op, rows);
  std::vector<KernelCandidate> candidates =
      ::mx::chooseKernel(*row, shape.each, weightsOf(op), activationsOf(op));
  for (KernelCandidate &candidate : candidates) {
    if (candidate.cycles)
      *candidate.cycles *= shape.count;
    if (candidate.refusal.empty())
      candidate.refusal = whyNotWanted(*candidate.kernel);
  }
  return candidates;
}

/// The rows that are computed at a time, with what is fused: 0 where that is
/// all of them.
int64_t SelectLowering::rowBlockOf(MatmulOp op, const KernelCandidate &chosen,
                                   RowClass rows) const {
  int64_t block =
      ::mx::rowBlock(*row, *chosen.kernel, weightsOf(op), activationsOf(op));
  if (rows.last == RowClass::kUnbounded)
    return block;
  if (rows.last < 2 * block)
    return 0;
  // Equal ones, so that the last is none of few rows, and as many for each
  // thread.
  int64_t tile = ::mx::registerTile(*row, *row->find(chosen.kernel->kind)).rows;
  int64_t sharers = threadsFor(*chosen.cycles, kThreadedMicroseconds);
  int64_t count = std::max<int64_t>(rows.last / block / sharers, 1) * sharers;
  int64_t equal = llvm::divideCeil(rows.last, count);
  return llvm::alignTo(std::max(equal, block / kRowParts), tile);
}

LoweringConfigAttr SelectLowering::configOf(MatmulOp op,
                                            const KernelCandidate &chosen,
                                            RowClass rows) const {
  ::mx::RegisterTile tile =
      ::mx::registerTile(*row, *row->find(chosen.kernel->kind));
  return LoweringConfigAttr::get(
      op.getContext(), row->name, chosen.kernel->name, tile.rows, tile.vectors,
      panelDepth(*row, chosen.kernel->kind, tile.vectors * row->lanes()),
      rowBlockOf(op, chosen, rows),
      threadsFor(*chosen.cycles, kThreadedMicroseconds));
}

/// Says that the rows could have decided, and did not.
void SelectLowering::remarkNotVersioned(MatmulOp op) const {
  auto classes = rowClassesOf(op, [&](MatmulOp op, RowClass rows) {
    return configOf(op, chosenOf(candidatesOf(op, rows)), rows);
  });
  if (classes.size() > 1)
    remark::missed(op.getLoc(), remarkAbout(op, kCategory, "RowsNotVersioned"))
        << Arg("Reason", "other rows decide here, or these are known only "
                         "after what they decide");
}

/// `op` is in an arm of a switch where there is a `version`.
LogicalResult SelectLowering::select(MatmulOp op, const RowClass *version) {
  if (op.getLoweringConfig())
    return success();
  if (op.getAccumulate() == Accumulate::InOrder)
    return leave(op, "no kernel adds in order");
  RowClass rows = version              ? *version
                  : hasDynamicRows(op) ? RowClass()
                                       : staticRowsOf(op);
  if (!version && hasDynamicRows(op))
    remarkNotVersioned(op);
  std::vector<KernelCandidate> candidates = candidatesOf(op, rows);
  const KernelCandidate &chosen = chosenOf(candidates);
  op.setLoweringConfigAttr(configOf(op, chosen, rows));
  auto note =
      remark::passed(op.getLoc(), remarkAbout(op, kCategory, "KernelSelected"));
  note << Arg("Kernel", StringRef(chosen.kernel->name))
       << Arg("Target", StringRef(row->name))
       << Arg("Cycles", std::to_string(std::llround(*chosen.cycles)));
  if (version)
    note << Arg("Rows", version->text());
  std::string reasons = reasonsOfFaster(candidates, chosen);
  if (!reasons.empty())
    note << Arg("NotChosen", reasons);
  return success();
}

/// The bytes of f32 that a quantizer of `type` reads.
static double bytesOfSource(RankedTensorType type, const RowClass *version) {
  ArrayRef<int64_t> shape = type.getShape();
  double rows = 1, k = shape.back();
  for (int64_t extent : shape.drop_back())
    rows *= extent;
  if (ShapedType::isDynamicShape(shape.drop_back()))
    rows = version && version->last != RowClass::kUnbounded ? version->typical()
                                                            : kManyRows;
  if (ShapedType::isDynamic(shape.back()))
    k = kDynamicExtent;
  return 4 * rows * k;
}

/// `version` is that of a product with the result.
LogicalResult SelectLowering::select(QuantizeOp op, const RowClass *version) {
  if (op.getLoweringConfig())
    return success();
  std::string reason = LoweringConfigAttr::whyNotQuantize(
      getBlockType(op.getType()).getFormat(), op.getQuantizer().getQuantizer());
  if (!reason.empty())
    return leave(op, reason);
  double bytes = bytesOfSource(op.getType(), version);
  op.setLoweringConfigAttr(LoweringConfigAttr::get(
      op.getContext(), row->name, LoweringConfigAttr::kQuantize, 0, 0, 0, 0,
      threadsFor(bytes / row->quantizeGBs * row->clockGHz,
                 kThreadedQuantizerMicroseconds)));
  remark::passed(op.getLoc(), remarkAbout(op, kCategory, "QuantizerVectorized"))
      << Arg("Target", StringRef(row->name));
  return success();
}

} // namespace mlir::mx
