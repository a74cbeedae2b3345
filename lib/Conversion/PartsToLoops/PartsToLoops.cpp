//===- PartsToLoops.cpp - ops on parts to scalar loops --------------------===//

#include "mx/Conversion/Passes.h"

#include "Expand.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTMXPARTSTOLOOPSPASS
#include "mx/Conversion/Passes.h.inc"

namespace {

struct PartsToLoops final : impl::ConvertMXPartsToLoopsPassBase<PartsToLoops> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<QuantizePartsOp, DequantizePartsOp, MatmulPartsOp, PackPartsOp,
              UnpackPartsOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (failed(expand(op)))
        return signalPassFailure();
      op->erase();
    }
  }

private:
  LogicalResult expand(Operation *op) {
    for (Type type : op->getOperandTypes())
      if (isa<ShapedType>(type) && !isa<MemRefType>(type))
        return op->emitOpError("operand is ")
               << type << ", expected memrefs: bufferize first";
    ScalarBuilder b(op->getLoc(), op);
    TypeSwitch<Operation *>(op)
        .Case([&](QuantizePartsOp quantize) { expandQuantize(b, quantize); })
        .Case([&](DequantizePartsOp dequantize) {
          expandDequantize(b, dequantize);
        })
        .Case([&](PackPartsOp pack) { expandPack(b, pack); })
        .Case([&](UnpackPartsOp unpack) { expandUnpack(b, unpack); })
        .Case([&](MatmulPartsOp matmul) {
          if (matmul.getPacked())
            unpackRhs(b, matmul);
          expandMatmul(b, matmul);
        });
    return success();
  }
};

} // namespace
} // namespace mlir::mx
