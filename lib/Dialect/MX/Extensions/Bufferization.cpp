//===- Bufferization.cpp - ops on parts, tensor to memref -----------------===//
//
// Only ops on parts bufferize: a block tensor has no memref, and
// mx-verify-stage{stage=parts} sees to it that none gets here.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/Extensions/AllExtensions.h"
#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::bufferization;

namespace {

/// The same op on buffers, without results.
template <typename Op>
struct PartsModel
    : DstBufferizableOpInterfaceExternalModel<PartsModel<Op>, Op> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    if (!cast<DestinationStyleOpInterface>(op).isDpsInit(&operand))
      return true;
    // All others write their inits whole.
    auto matmul = dyn_cast<MatmulPartsOp>(op);
    return matmul && !matmul.getFromZero();
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        buffers.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    SmallVector<Value> results;
    for (OpOperand &init :
         cast<DestinationStyleOpInterface>(op).getDpsInitsMutable())
      results.push_back(buffers[init.getOperandNumber()]);
    OperationState onBuffers(op->getLoc(), op->getName(), buffers, TypeRange{},
                             op->getAttrs());
    rewriter.create(onBuffers);
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

} // namespace

void mlir::mx::registerBufferizableOpInterfaceModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MXDialect *) {
    QuantizePartsOp::attachInterface<PartsModel<QuantizePartsOp>>(*context);
    DequantizePartsOp::attachInterface<PartsModel<DequantizePartsOp>>(*context);
    PackPartsOp::attachInterface<PartsModel<PackPartsOp>>(*context);
    UnpackPartsOp::attachInterface<PartsModel<UnpackPartsOp>>(*context);
    MatmulPartsOp::attachInterface<PartsModel<MatmulPartsOp>>(*context);
  });
}
