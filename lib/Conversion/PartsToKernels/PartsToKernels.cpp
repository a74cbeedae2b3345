//===- PartsToKernels.cpp - ops with a config to vector loops -------------===//

#include "mx/Conversion/Passes.h"

#include "Expand.h"
#include "Outline.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTMXPARTSTOKERNELSPASS
#include "mx/Conversion/Passes.h.inc"

/// Checks that the operands of `op` are memrefs, and weights packed.
static LogicalResult verifyOperands(Operation *op) {
  auto matmul = dyn_cast<MatmulPartsOp>(op);
  if (matmul && !matmul.getPacked())
    return op->emitOpError("rhs is not packed, as kernels expect it: run "
                           "mx-prepack-weights");
  for (Type type : op->getOperandTypes()) {
    if (isa<ShapedType>(type) && !isa<MemRefType>(type))
      return op->emitOpError("operand is ")
             << type << ", expected memrefs: bufferize first";
  }
  return success();
}

/// Has `op` read and write a copy of each operand whose rows are not
/// contiguous, as slices with steps are and those of an inner axis.
static void makeRowsContiguous(DestinationStyleOpInterface op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || type.getRank() == 0 || type.isLastDimUnitStride())
      continue;
    ScalarBuilder b(op.getLoc(), op);
    Value strided = operand.get();
    SmallVector<Value> extents;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.isDynamicDim(axis))
        extents.push_back(b.dim(strided, axis));
    Value copy = b.make<memref::AllocOp>(
        MemRefType::get(type.getShape(), type.getElementType()), extents);
    if (hasEffect<MemoryEffects::Read>(op, strided))
      memref::CopyOp::create(b, strided, copy);
    operand.set(copy);
    b.setInsertionPointAfter(op);
    if (op.isDpsInit(&operand))
      memref::CopyOp::create(b, copy, strided);
    memref::DeallocOp::create(b, copy);
  }
}

static LoweringConfigAttr configOf(Operation *op) {
  if (auto quantize = dyn_cast<QuantizePartsOp>(op))
    return quantize.getLoweringConfigAttr();
  if (auto matmul = dyn_cast<MatmulPartsOp>(op))
    return matmul.getLoweringConfigAttr();
  return {};
}

/// A name for the function of `op`: `mx_matmul_f32_amxfp4_amxfp4`.
static std::string nameOf(Operation *op) {
  auto describe = [](const ::mx::FormatSpec &format) {
    std::string_view name = ::mx::nameOf(format);
    return name.empty() ? std::string("block") : std::string(name);
  };
  if (auto quantize = dyn_cast<QuantizePartsOp>(op))
    return "mx_quantize_" + describe(quantize.getFormatSpec());
  auto matmul = cast<MatmulPartsOp>(op);
  std::optional<::mx::FormatSpec> lhs = matmul.getLhsSpec();
  return "mx_matmul_" + configOf(op).getKernel().str() + "_" +
         (lhs ? describe(*lhs) : "float") + "_" + describe(matmul.getRhsSpec());
}

static void expand(Operation *op) {
  ScalarBuilder b(op->getLoc(), op);
  if (auto matmul = dyn_cast<MatmulPartsOp>(op))
    vectorizeMatmul(b, matmul);
  else
    vectorizeQuantize(b, cast<QuantizePartsOp>(op));
}

namespace {

struct PartsToKernels final
    : impl::ConvertMXPartsToKernelsPassBase<PartsToKernels> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (configOf(op))
        ops.push_back(op);
    });
    Outliner outliner(getOperation());
    for (Operation *op : ops) {
      if (failed(verifyOperands(op)))
        return signalPassFailure();
      makeRowsContiguous(cast<DestinationStyleOpInterface>(op));
      Operation *copy = outliner.outline(op, configOf(op), nameOf(op));
      if (!copy)
        continue;
      expand(copy);
      copy->erase();
    }
  }
};

} // namespace
} // namespace mlir::mx
