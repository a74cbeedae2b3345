//===- FoldConstants.cpp - quantize constant weights ----------------------===//
//
// Finds each mx.quantize of a constant, replaces it, and takes away what only
// it needed: first the ops, then the floats. Weights go one after the other,
// so that no more than one is held twice.
//
//===----------------------------------------------------------------------===//

#include "FoldConstants.h"
#include "ResourceUses.h"

#include "mx/Dialect/MX/IR/Remarks.h"
#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXFOLDCONSTANTSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

/// What a constant was made of.
struct Folded {
  FoldSource source;
  std::optional<ConstantView> outer;
  BlockType format;
  ::mx::Quantizer quantizer;
  BlocksAttr value;
};

class Folder {
public:
  Folder(ModuleOp module, bool releaseBlobs)
      : module(module), releaseBlobs(releaseBlobs), uses(module) {}

  LogicalResult run();

private:
  LogicalResult fold(OuterScaleOp op);
  LogicalResult fold(QuantizeOp op);
  LogicalResult getView(Operation *user, Value value,
                        std::optional<ConstantView> &view);
  LogicalResult getSource(Operation *user, Value value,
                          std::optional<FoldSource> &source);
  LogicalResult getRotation(Operation *user, RotateOp op,
                            std::optional<RowRotation> &rotation);
  BlocksAttr quantize(QuantizeOp op, const FoldSource &source,
                      const std::optional<ConstantView> &outer);
  void replace(Operation *op, Operation *constant);
  void eraseDead(llvm::SmallSetVector<Operation *, 8> ops);
  void erase(Operation *op);

  ModuleOp module;
  bool releaseBlobs;
  ResourceUses uses;
  DenseSet<BlobEntry *> read;
  std::vector<Folded> done;
  SmallPtrSet<Operation *, 8> erased;
};

} // namespace

/// Says that a constant stays to be quantized at run time.
static void remarkNotFolded(Operation *op, StringRef why) {
  remark::missed(op->getLoc(), remarkAbout(op, "mx-fold", "NotFolded"))
      << remark::detail::Remark::Arg("Reason", why);
}

/// Returns true if each user quantizes the same value with the scales: they
/// are then computed on the way.
static bool isPartOfQuantize(OuterScaleOp op) {
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    auto quantize = dyn_cast<QuantizeOp>(user);
    return quantize && quantize.getOuter() == op.getResult() &&
           quantize.getSource() == op.getSource() &&
           getBlockType(quantize.getType()) == op.getFormat();
  });
}

/// Returns true if `view` repeats a small constant so often that its blocks are
/// better made at run time than kept in the program.
static bool isTooLarge(const ConstantView &view) {
  constexpr int64_t limit = int64_t(1) << 28;
  int64_t count = 1;
  for (int64_t extent : view.getShape()) {
    if (extent == 0)
      return false;
    if (llvm::MulOverflow(count, extent, count))
      return true;
  }
  return count > std::max(limit, view.getBaseSize());
}

/// Sets `view` where `value`, an operand of `user`, is a constant that can be
/// read. Fails where it is one whose bytes are not there.
LogicalResult Folder::getView(Operation *user, Value value,
                              std::optional<ConstantView> &view) {
  LayoutChain chain = LayoutChain::behind(value);
  ElementsAttr constant = chain.getConstant();
  if (!constant) {
    auto rotate = chain.root.getDefiningOp<RotateOp>();
    if (rotate && LayoutChain::behind(rotate.getSource()).getConstant())
      remarkNotFolded(user, "ops that move or convert floats after mx.rotate, "
                            "expected them before it");
    return success();
  }
  std::string why = missingBytes(constant);
  if (!why.empty()) {
    InFlightDiagnostic diag = user->emitOpError("constant operand: ") << why;
    diag.attachNote(chain.root.getLoc()) << "the constant is here";
    return diag;
  }
  view = ConstantView::get(chain, why);
  if (!view)
    return remarkNotFolded(user, why), success();
  if (failed(verifyCompatibleShape(
          view->getShape(), cast<ShapedType>(value.getType()).getShape()))) {
    view.reset();
    remarkNotFolded(user, "a cast to extents that the constant has not");
    return success();
  }
  if (isTooLarge(*view)) {
    view.reset();
    remarkNotFolded(user, "more than 2^28 elements made of fewer");
    return success();
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
    read.insert(resource.getRawHandle().getResource());
  return success();
}

/// Sets `rotation` where it can be done at compile time.
LogicalResult Folder::getRotation(Operation *user, RotateOp op,
                                  std::optional<RowRotation> &rotation) {
  RowRotation result;
  result.size = op.getGroupSize();
  Type element = op.getType().getElementType();
  if (!element.isF32())
    result.element =
        element.isF16() ? ConstantView::Float::F16 : ConstantView::Float::BF16;
  if (!op.getMatrix()) {
    result.rotation = op.getRotation();
  } else {
    std::optional<ConstantView> matrix;
    if (failed(getView(user, op.getMatrix(), matrix)))
      return failure();
    if (!matrix) {
      remarkNotFolded(user, "the matrix of mx.rotate is not a constant");
      return success();
    }
    result.matrix = readAll(*matrix);
  }
  rotation = std::move(result);
  return success();
}

/// Sets `source` where `value`, an operand of `user`, is a constant that can be
/// read, behind rotations. Fails where it is one whose bytes are not there.
LogicalResult Folder::getSource(Operation *user, Value value,
                                std::optional<FoldSource> &source) {
  // The bound is for unreachable blocks, where an op may stand behind itself.
  constexpr size_t maxRotations = 16;
  SmallVector<RotateOp> rotates;
  for (auto op = value.getDefiningOp<RotateOp>();
       op && rotates.size() < maxRotations;
       op = op.getSource().getDefiningOp<RotateOp>())
    rotates.push_back(op);
  std::optional<ConstantView> view;
  if (failed(getView(user, rotates.empty() ? value : rotates.back().getSource(),
                     view)))
    return failure();
  if (!view)
    return success();
  FoldSource result{*view, {}};
  for (RotateOp op : llvm::reverse(rotates)) {
    std::optional<RowRotation> rotation;
    if (failed(getRotation(user, op, rotation)))
      return failure();
    if (!rotation)
      return success();
    result.rotations.push_back(std::move(*rotation));
  }
  source = std::move(result);
  return success();
}

LogicalResult Folder::fold(OuterScaleOp op) {
  std::optional<FoldSource> source;
  if (isPartOfQuantize(op))
    return success();
  if (failed(getSource(op, op.getSource(), source)))
    return failure();
  if (!source)
    return success();
  auto format = cast<BlockType>(op.getFormat());
  RankedTensorType type =
      getOuterType(RankedTensorType::get(source->view.getShape(),
                                         Float32Type::get(op.getContext())),
                   format.getFormat());
  std::vector<float> outer =
      computeOuter(op.getContext(), format.getFormat(), *source);
  OpBuilder builder(op);
  replace(op, arith::ConstantOp::create(
                  builder, op.getLoc(),
                  DenseElementsAttr::get(type, ArrayRef<float>(outer))));
  return success();
}

BlocksAttr Folder::quantize(QuantizeOp op, const FoldSource &source,
                            const std::optional<ConstantView> &outer) {
  BlockType format = getBlockType(op.getType());
  const ::mx::Quantizer &quantizer = op.getQuantizer().getQuantizer();
  for (const Folded &folded : done)
    if (folded.source == source && folded.outer == outer &&
        folded.format == format && folded.quantizer == quantizer)
      return folded.value;
  std::vector<float> given;
  if (outer)
    given = readAll(*outer);
  BlocksAttr value =
      quantizeSource(format, quantizer, source, outer ? &given : nullptr);
  done.push_back({source, outer, format, quantizer, value});
  return value;
}

LogicalResult Folder::fold(QuantizeOp op) {
  std::optional<FoldSource> source;
  std::optional<ConstantView> outer;
  if (failed(getSource(op, op.getSource(), source)))
    return failure();
  if (!source || source->view.getShape().empty())
    return success();
  auto scale = op.getOuter() ? op.getOuter().getDefiningOp<OuterScaleOp>()
                             : OuterScaleOp();
  if (op.getOuter() && !(scale && isPartOfQuantize(scale))) {
    if (failed(getView(op, op.getOuter(), outer)))
      return failure();
    if (!outer) {
      remarkNotFolded(op, "the outer scale is not a constant");
      return success();
    }
  }
  BlocksAttr value = quantize(op, *source, outer);
  OpBuilder builder(op);
  replace(op, ConstantOp::create(builder, op.getLoc(), value.getType(), value));
  return success();
}

LogicalResult Folder::run() {
  SmallVector<OuterScaleOp> scales;
  SmallVector<QuantizeOp> quantizes;
  module.walk([&](OuterScaleOp op) { scales.push_back(op); });
  module.walk([&](QuantizeOp op) { quantizes.push_back(op); });
  for (OuterScaleOp op : scales)
    if (!erased.contains(op) && failed(fold(op)))
      return failure();
  for (QuantizeOp op : quantizes)
    if (!erased.contains(op) && failed(fold(op)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Changing the IR
//===----------------------------------------------------------------------===//

/// Puts `constant` in the place of `op`, whose type may be less static.
void Folder::replace(Operation *op, Operation *constant) {
  uses.add(constant);
  Value value = constant->getResult(0);
  if (value.getType() != op->getResult(0).getType()) {
    OpBuilder builder(op);
    value = tensor::CastOp::create(builder, op->getLoc(),
                                   op->getResult(0).getType(), value);
  }
  op->getResult(0).replaceAllUsesWith(value);
  llvm::SmallSetVector<Operation *, 8> dead;
  dead.insert(op);
  eraseDead(std::move(dead));
}

/// Erases those of `ops` that are dead, and what is dead then.
void Folder::eraseDead(llvm::SmallSetVector<Operation *, 8> ops) {
  while (!ops.empty()) {
    Operation *op = ops.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        ops.insert(producer);
    erase(op);
  }
}

void Folder::erase(Operation *op) {
  for (BlobEntry *entry : uses.remove(op))
    if (releaseBlobs && read.contains(entry))
      entry->setBlob(AsmResourceBlob());
  erased.insert(op);
  op->erase();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct FoldConstants final : impl::MXFoldConstantsPassBase<FoldConstants> {
  using MXFoldConstantsPassBase::MXFoldConstantsPassBase;

  void runOnOperation() override {
    // Resources belong to the context; an outer module may use them too.
    bool isTop = !getOperation()->getParentOp();
    if (failed(Folder(getOperation(), releaseBlobs && isTop).run()))
      signalPassFailure();
  }
};

} // namespace
} // namespace mlir::mx
