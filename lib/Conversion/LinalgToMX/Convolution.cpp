//===- Convolution.cpp - convolutions as contractions ---------------------===//

#include "Convolution.h"
#include "Contraction.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;

bool mlir::mx::isConvolution(linalg::LinalgOp op) {
  return isa<linalg::Conv2DNhwcHwcfOp, linalg::Conv2DNhwcFhwcOp,
             linalg::Conv2DNchwFchwOp>(op.getOperation());
}

/// Calls `use` with the op as what it is.
template <typename Use>
static auto dispatch(linalg::LinalgOp op, const Use &use) {
  Operation *conv = op;
  if (auto nhwcHwcf = dyn_cast<linalg::Conv2DNhwcHwcfOp>(conv))
    return use(nhwcHwcf);
  if (auto nhwcFhwc = dyn_cast<linalg::Conv2DNhwcFhwcOp>(conv))
    return use(nhwcFhwc);
  return use(cast<linalg::Conv2DNchwFchwOp>(conv));
}

static ArrayRef<int64_t> shapeOf(linalg::LinalgOp op, unsigned operand) {
  return cast<RankedTensorType>(op->getOperand(operand).getType()).getShape();
}

static int64_t channelAxis(linalg::LinalgOp op) {
  return isa<linalg::Conv2DNchwFchwOp>(op.getOperation()) ? 1 : 3;
}

/// Returns true if the images of the result have no pixels. Upstream's im2col
/// divides by their width.
static bool hasEmptyImages(linalg::LinalgOp op) {
  SmallVector<int64_t> extents(shapeOf(op, 2).drop_front()); // the batch
  extents.erase(extents.begin() + channelAxis(op) - 1);
  return llvm::is_contained(extents, 0);
}

std::string mlir::mx::getIm2ColProblem(linalg::LinalgOp op) {
  StringRef names[] = {"image", "filter", "accumulator"};
  for (auto [index, name] : llvm::enumerate(names))
    if (ShapedType::isDynamicShape(shapeOf(op, index)))
      return llvm::formatv("the {0} is {1}, expected static extents", name,
                           op->getOperand(index).getType());
  std::optional<Im2ColExtents> extents = getIm2ColExtents(op);
  if (!extents)
    return "the axes of M or K make one of more than 2^63 - 1";
  if (extents->k == 0)
    return llvm::formatv("the filter is {0}, expected windows with elements",
                         op->getOperand(1).getType());
  if (hasEmptyImages(op))
    return llvm::formatv("the accumulator is {0}, expected images with pixels",
                         op->getOperand(2).getType());
  Type image = getElementTypeOrSelf(op->getOperand(0));
  Type filter = getElementTypeOrSelf(op->getOperand(1));
  if (image != filter)
    return llvm::formatv("image and filter are of {0} and {1}, expected one "
                         "element type",
                         image, filter);
  DenseIntElementsAttr dilations =
      dispatch(op, [](auto conv) { return conv.getDilations(); });
  if (!llvm::all_of(dilations.getValues<int64_t>(),
                    [](int64_t dilation) { return dilation == 1; }))
    return "the filter is dilated, expected dilations of 1";
  return "";
}

std::optional<Im2ColExtents> mlir::mx::getIm2ColExtents(linalg::LinalgOp op) {
  bool isFilterLast = isa<linalg::Conv2DNhwcHwcfOp>(op.getOperation());
  ArrayRef<int64_t> filter = shapeOf(op, 1);
  SmallVector<int64_t> image(shapeOf(op, 2));
  int64_t n = image[channelAxis(op)];
  image.erase(image.begin() + channelAxis(op));
  std::optional<int64_t> m = multiply(image);
  std::optional<int64_t> k =
      multiply(isFilterLast ? filter.drop_back() : filter.drop_front());
  if (!m || !k)
    return std::nullopt;
  return Im2ColExtents{*m, n, *k};
}

Im2Col mlir::mx::rewriteAsContraction(RewriterBase &rewriter,
                                      linalg::LinalgOp op) {
  Value filter = op->getOperand(1);
  rewriter.setInsertionPoint(op);
  FailureOr<std::pair<Operation *, Operation *>> made = dispatch(
      op, [&](auto conv) { return linalg::rewriteInIm2Col(rewriter, conv); });
  if (failed(made))
    llvm_unreachable("im2col refuses only what getIm2ColProblem does");
  // The last op restores the axes of the result.
  auto contraction =
      made->second->getOperand(0).getDefiningOp<linalg::LinalgOp>();
  auto reshape =
      contraction->getOperand(0).getDefiningOp<tensor::CollapseShapeOp>();
  return {contraction, reshape && reshape.getSrc() == filter ? 0u : 1u};
}
