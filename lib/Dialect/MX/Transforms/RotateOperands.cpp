//===- RotateOperands.cpp - rotate both operands of each product ----------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXROTATEOPERANDSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

namespace {

struct RotateOperands final : impl::MXRotateOperandsPassBase<RotateOperands> {
  using Base::Base;

  void runOnOperation() override {
    if (failed(checkOptions()))
      return signalPassFailure();
    SmallVector<MatmulOp> products;
    getOperation().walk([&](MatmulOp op) { products.push_back(op); });
    for (MatmulOp op : products)
      rotate(op);
  }

private:
  LogicalResult checkOptions();
  std::string reasonAgainst(MatmulOp op);
  void rotate(MatmulOp op);
  Value rotate(OpBuilder &b, Value source);
  Value requantize(OpBuilder &b, QuantizeOp op);
};

} // namespace

/// Options of a remark about `op`.
static remark::RemarkOpts about(Operation *op, StringRef name) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  return remark::RemarkOpts::name(name)
      .category("mx-quantize")
      .function(function ? function.getName() : StringRef());
}

LogicalResult RotateOperands::checkOptions() {
  Location loc = getOperation().getLoc();
  if (kind != "hadamard" && kind != "random_hadamard")
    return emitError(loc, "mx-rotate-operands: kind is '")
           << kind << "', expected hadamard or random_hadamard";
  if (!llvm::isPowerOf2_64(size) || size > 4096)
    return emitError(loc, "mx-rotate-operands: size is ")
           << size << ", expected a power of two up to 4096";
  return success();
}

/// Returns why `op` cannot be rotated, empty where it can.
std::string RotateOperands::reasonAgainst(MatmulOp op) {
  auto lhs = cast<RankedTensorType>(op.getLhs().getType());
  int64_t k = op.getRhs().getType().getShape().back();
  if (ShapedType::isDynamic(k))
    k = lhs.getShape().back();
  if (ShapedType::isDynamic(k) || k % size != 0)
    return llvm::formatv("K is {0}, expected a multiple of {1}",
                         ShapedType::isDynamic(k) ? std::string("dynamic")
                                                  : std::to_string(k),
                         size.getValue());
  for (Value operand : {op.getLhs(), Value(op.getRhs())})
    if (getBlockType(operand.getType()) && !operand.getDefiningOp<QuantizeOp>())
      return "an operand is not quantized here: its floats are not at hand";
  return "";
}

Value RotateOperands::rotate(OpBuilder &b, Value source) {
  IntegerAttr seedAttr;
  if (kind == "random_hadamard")
    seedAttr = b.getI64IntegerAttr(seed);
  return RotateOp::create(b, source.getLoc(), source.getType(), source,
                          /*matrix=*/Value(), b.getI64IntegerAttr(size),
                          seedAttr);
}

/// The quantization of the rotated source, with the outer scale of that.
Value RotateOperands::requantize(OpBuilder &b, QuantizeOp op) {
  Value source = rotate(b, op.getSource());
  Value outer;
  if (op.getOuter())
    outer = OuterScaleOp::create(b, op.getLoc(), op.getOuter().getType(),
                                 source, getBlockType(op.getType()));
  auto rotated = QuantizeOp::create(b, op.getLoc(), op.getType(), source,
                                    op.getInit(), outer, op.getQuantizer());
  return rotated;
}

void RotateOperands::rotate(MatmulOp op) {
  std::string why = reasonAgainst(op);
  if (!why.empty()) {
    remark::missed(op.getLoc(), about(op, "NotRotated"))
        << remark::detail::Remark::Arg("Reason", why);
    return;
  }
  OpBuilder b(op);
  bool isAsymmetric = false;
  for (OpOperand *operand : {&op.getLhsMutable(), &op.getRhsMutable()}) {
    auto quantize = operand->get().getDefiningOp<QuantizeOp>();
    operand->set(quantize ? requantize(b, quantize)
                          : rotate(b, operand->get()));
    if (!quantize)
      continue;
    ::mx::FormatSpec format = getBlockType(quantize.getType()).getFormat();
    isAsymmetric |= format.scheme == ::mx::Scheme::Asymmetric;
    if (quantize->use_empty())
      quantize->erase();
  }
  auto done = remark::passed(op.getLoc(), about(op, "Rotated"));
  done << remark::detail::Remark::Arg("Size", std::to_string(size.getValue()));
  if (isAsymmetric)
    done << remark::detail::Remark::Arg(
        "Note", "measured to hurt asymmetric FP4: perplexity of a 135M model "
                "39.8 without, 47.4 with rotation (amxfp4)");
}

} // namespace mlir::mx
