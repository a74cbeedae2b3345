//===- PartsToKernels.cpp - ops with a config to vector loops -------------===//

#include "mx/Conversion/Passes.h"

#include "Expand.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTMXPARTSTOKERNELSPASS
#include "mx/Conversion/Passes.h.inc"

/// Checks that the operands of `op` are memrefs whose rows are contiguous.
static LogicalResult verifyOperands(Operation *op) {
  for (Type type : op->getOperandTypes()) {
    if (!isa<ShapedType>(type))
      continue;
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref)
      return op->emitOpError("operand is ")
             << type << ", expected memrefs: bufferize first";
    if (memref.getRank() != 0 && !memref.isLastDimUnitStride())
      return op->emitOpError("operand is ")
             << type << ", expected contiguous rows for a kernel";
  }
  return success();
}

namespace {

struct PartsToKernels final
    : impl::ConvertMXPartsToKernelsPassBase<PartsToKernels> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      auto quantize = dyn_cast<QuantizePartsOp>(op);
      auto matmul = dyn_cast<MatmulPartsOp>(op);
      if ((quantize && quantize.getLoweringConfig()) ||
          (matmul && matmul.getLoweringConfig()))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (failed(verifyOperands(op)) || failed(expand(op)))
        return signalPassFailure();
      op->erase();
    }
  }

private:
  LogicalResult expand(Operation *op) {
    if (!op->getParentWithTrait<OpTrait::AutomaticAllocationScope>())
      return op->emitOpError("is in no function, where scratch could be");
    ScalarBuilder b(op->getLoc(), op);
    if (auto quantize = dyn_cast<QuantizePartsOp>(op)) {
      vectorizeQuantize(b, quantize);
      return success();
    }
    return vectorizeMatmul(b, cast<MatmulPartsOp>(op));
  }
};

} // namespace
} // namespace mlir::mx
