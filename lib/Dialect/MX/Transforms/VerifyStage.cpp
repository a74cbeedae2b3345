//===- VerifyStage.cpp - is the module at its stage? ----------------------===//
//
// The type system lets data movement cut a block (upstream verifies a slice at
// offset 5, a transpose of the last axis); this pass does not.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/BlockRange.h"
#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXVERIFYSTAGEPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

static bool holdsBlockType(Type type) {
  return type.walk([](BlockType) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// Returns the first type of `types` that holds a block type, null where none
/// does.
static Type findBlockType(TypeRange types) {
  auto found = llvm::find_if(types, holdsBlockType);
  return found == types.end() ? Type() : *found;
}

/// Every type that `op` gives or takes: operands, results, block arguments, and
/// a function's signature.
static SmallVector<Type> typesOf(Operation *op) {
  SmallVector<Type> types = llvm::to_vector(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  for (Region &region : op->getRegions())
    for (Block &block : region)
      llvm::append_range(types, block.getArgumentTypes());
  if (auto function = dyn_cast<FunctionOpInterface>(op)) {
    llvm::append_range(types, function.getArgumentTypes());
    llvm::append_range(types, function.getResultTypes());
  }
  return types;
}

static bool isMXOp(Operation *op) {
  return isa_and_nonnull<MXDialect>(op->getDialect());
}

static bool isPartsOp(Operation *op) {
  return isa<QuantizePartsOp, DequantizePartsOp, MatmulPartsOp, PackPartsOp,
             UnpackPartsOp>(op);
}

//===----------------------------------------------------------------------===//
// Stage block
//===----------------------------------------------------------------------===//

/// Checks that [offset, offset + size) of the last axis is all of it, or whole
/// blocks.
static LogicalResult verifyLastAxis(Operation *op, OpFoldResult offset,
                                    OpFoldResult size, OpFoldResult stride,
                                    Value source) {
  int64_t block = getBlockType(source.getType()).getBlockSize();
  std::optional<int64_t> first = getConstantIntValue(offset);
  std::optional<int64_t> count = getConstantIntValue(size);
  if (getConstantIntValue(stride) != 1)
    return op->emitOpError("strides over the blocked axis, expected stride 1");
  if (keepsBlocksWhole(offset, size, source, block))
    return success();
  if (!first || !count)
    return op->emitOpError("slices the blocked axis at a run-time offset or "
                           "size, expected constants, tiles of a loop or all "
                           "of the axis");
  return op->emitOpError("cuts a block: offset ")
         << *first << " and size " << *count
         << " of the last axis, expected multiples of " << block;
}

/// Checks a slice of `whole`; `part` may have fewer axes, not the last.
template <typename Op>
static LogicalResult verifySlice(Op op, RankedTensorType whole,
                                 RankedTensorType part, Value source) {
  if (part.getRank() != whole.getRank()) {
    auto mask = computeRankReductionMask(
        llvm::to_vector(llvm::map_range(
            op.getMixedSizes(),
            [](OpFoldResult size) {
              return getConstantIntValue(size).value_or(ShapedType::kDynamic);
            })),
        part.getShape());
    if (!mask || mask->contains(whole.getRank() - 1))
      return op->emitOpError("drops the blocked axis");
  }
  return verifyLastAxis(op, op.getMixedOffsets().back(),
                        op.getMixedSizes().back(), op.getMixedStrides().back(),
                        source);
}

template <typename Op> static LogicalResult verifyReshape(Op op) {
  SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
  if (groups.empty() || groups.back().size() != 1)
    return op->emitOpError("splits or merges the blocked axis, expected it to "
                           "be kept as it is");
  return success();
}

/// Outputs of a parallel loop leave it in slices; neither an `index` K nor the
/// one outer scale of a whole tensor can.
static LogicalResult verifyForall(scf::ForallOp loop) {
  for (Value output : loop.getOutputs()) {
    auto type = cast<RankedTensorType>(output.getType());
    if (!getBlockType(type))
      continue;
    if (type.isDynamicDim(type.getRank() - 1))
      return loop.emitOpError("has an output of dynamic K, ")
             << type << ", expected a static last axis";
    if (getBlockType(type).getFormat().outer == ::mx::OuterScale::Tensor)
      return loop.emitOpError("has an output with one outer scale, ")
             << type << ", expected none or one a row";
  }
  return success();
}

/// True for ops that may touch blocks, if they do it right.
static bool mayTouchBlocks(Operation *op) {
  StringRef dialect = op->getName().getDialectNamespace();
  return isMXOp(op) || dialect == "func" || dialect == "scf" ||
         dialect == "shard" ||
         isa<tensor::EmptyOp, tensor::DimOp, tensor::CastOp,
             tensor::ExtractSliceOp, tensor::InsertSliceOp,
             tensor::ParallelInsertSliceOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, arith::SelectOp>(op);
}

/// Checks one op that touches `types`, all with blocks.
static LogicalResult verifyBlockOp(Operation *op, ArrayRef<Type> types) {
  if (!mayTouchBlocks(op))
    return op->emitOpError("touches ")
           << types.front()
           << ", which only ops that keep blocks whole may do; move it to the "
              "float side";
  for (Type type : types)
    if (!getBlockType(type))
      return op->emitOpError("has type ")
             << type
             << ", expected blocks only as elements of a ranked tensor with "
                "at least one axis";
  for (Region &region : op->getRegions())
    for (Block &block : llvm::drop_begin(region))
      if (findBlockType(block.getArgumentTypes()))
        return op->emitOpError("passes blocks to a successor block, expected "
                               "structured control flow (scf)");
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case([](tensor::ExtractSliceOp slice) {
        return verifySlice(slice, slice.getSourceType(), slice.getType(),
                           slice.getSource());
      })
      .Case([](tensor::InsertSliceOp slice) {
        return verifySlice(slice, slice.getType(), slice.getSourceType(),
                           slice.getDest());
      })
      .Case([](tensor::ParallelInsertSliceOp slice) {
        return verifySlice(slice, slice.getDestType(), slice.getSourceType(),
                           slice.getDest());
      })
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
          [](auto reshape) { return verifyReshape(reshape); })
      .Case([](tensor::DimOp dim) -> LogicalResult {
        if (!dim.getConstantIndex())
          return dim.emitOpError("asks for a run-time axis of ")
                 << dim.getSource().getType() << ", expected a constant";
        return success();
      })
      .Case([](scf::ForallOp loop) { return verifyForall(loop); })
      .Case([](scf::ExecuteRegionOp region) {
        return region.emitOpError("gives blocks out of a region, expected its "
                                  "body in the place of the op");
      })
      .Case([](arith::SelectOp select) -> LogicalResult {
        if (isa<ShapedType>(select.getCondition().getType()))
          return select.emitOpError("chooses element by element, expected a "
                                    "scalar condition");
        return success();
      })
      .Default([](Operation *) { return success(); });
}

//===----------------------------------------------------------------------===//
// The stages
//===----------------------------------------------------------------------===//

static LogicalResult verifyFloat(Operation *op) {
  if (isMXOp(op))
    return op->emitOpError("is an mx op, expected none at stage float");
  if (Type type = findBlockType(typesOf(op)))
    return op->emitOpError("has type ") << type
                                        << ", expected none at stage "
                                           "float";
  return success();
}

static LogicalResult verifyBlock(Operation *op) {
  if (isPartsOp(op))
    return op->emitOpError("works on parts, expected block tensors at stage "
                           "block");
  SmallVector<Type> types = typesOf(op);
  llvm::erase_if(types, [](Type type) { return !holdsBlockType(type); });
  return types.empty() ? success() : verifyBlockOp(op, types);
}

static LogicalResult verifyParts(Operation *op) {
  if (isMXOp(op) && !isPartsOp(op))
    return op->emitOpError("works on block tensors, expected ops on parts at "
                           "stage parts");
  if (Type type = findBlockType(typesOf(op)))
    return op->emitOpError("has type ") << type
                                        << ", expected codes and "
                                           "scales at stage parts";
  return success();
}

static LogicalResult verifyTarget(Operation *op) {
  StringRef dialect = op->getName().getDialectNamespace();
  if (dialect == "builtin" ? !isa<UnrealizedConversionCastOp>(op)
                           : dialect == "llvm" || dialect == "gpu" ||
                                 dialect == "nvvm" || dialect == "omp")
    return success();
  return op->emitOpError(
      "was not lowered, expected only llvm, omp and gpu ops at "
      "stage target");
}

namespace {

struct VerifyStage final : impl::MXVerifyStagePassBase<VerifyStage> {
  using Base::Base;

  void runOnOperation() override {
    using Check = LogicalResult (*)(Operation *);
    Check check = llvm::StringSwitch<Check>(stage)
                      .Case("float", verifyFloat)
                      .Case("block", verifyBlock)
                      .Case("parts", verifyParts)
                      .Case("target", verifyTarget)
                      .Default(nullptr);
    if (!check) {
      emitError(getOperation().getLoc(), "mx-verify-stage: unknown stage '")
          << stage << "', expected float, block, parts or target";
      return signalPassFailure();
    }
    bool anyFailed = false;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (succeeded(check(op)))
        return WalkResult::advance();
      anyFailed = true;
      // What is wrong in the body of a wrong op follows from that.
      return isa<FunctionOpInterface>(op) ? WalkResult::advance()
                                          : WalkResult::skip();
    });
    if (anyFailed)
      signalPassFailure();
    else
      markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace mlir::mx
