//===- PrepackWeights.cpp - weights in the layout of kernels --------------===//

#include "ResourceUses.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Numerics/Packing.h"
#include "mx/Numerics/Tiles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXPREPACKWEIGHTSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

/// Axes of a matrix of weights, after the batch axes.
static constexpr int64_t kMatrixAxes = 2;

/// The tiles of all matrices of `blocks`, one after the other.
static AsmResourceBlob packBlocks(BlocksAttr blocks) {
  auto type = cast<RankedTensorType>(blocks.getType());
  ::mx::FormatSpec format = getBlockType(type).getFormat();
  ArrayRef<int64_t> shape = type.getShape();
  int64_t n = shape[shape.size() - 2], k = shape.back();
  int64_t matrices = ShapedType::getNumElements(shape.drop_back(kMatrixAxes));
  int64_t bytes = ::mx::tiledBytes(format, n, k);
  AsmResourceBlob blob = BlocksAttr::allocateBlob(matrices * bytes);
  auto *tiles = reinterpret_cast<uint8_t *>(blob.getMutableData().data());
  const uint8_t *codes = blocks.codeBytes().data();
  const uint8_t *scales = blocks.scaleBytes().data();
  for (int64_t i = 0; i < matrices; ++i)
    ::mx::packTiles(
        format, n, k, codes + i * n * ::mx::codeBytesPerRow(format, k),
        scales + i * n * ::mx::scaleBytesPerRow(format, k), tiles + i * bytes);
  return blob;
}

/// mx.unpack of `parts`, with the dynamic ones of the last two extents of
/// `source`.
static Value unpack(OpBuilder &b, Location loc, Value source,
                    ValueRange parts) {
  auto type = cast<RankedTensorType>(source.getType());
  SmallVector<Value> sizes;
  for (int64_t axis = type.getRank() - kMatrixAxes; axis < type.getRank();
       ++axis)
    if (type.isDynamicDim(axis))
      sizes.push_back(tensor::DimOp::create(b, loc, source, axis));
  return UnpackOp::create(b, loc, type, parts[0],
                          parts.size() == 2 ? parts[1] : Value(), sizes);
}

namespace {

class PrepackWeights final
    : public impl::MXPrepackWeightsPassBase<PrepackWeights> {
public:
  using MXPrepackWeightsPassBase::MXPrepackWeightsPassBase;
  void runOnOperation() override;

private:
  LogicalResult packConstant(ConstantOp weights, ArrayRef<OpOperand *> uses);
  void packWhereMade(Value weights, ArrayRef<OpOperand *> uses);
  LogicalResult packFunction(func::FuncOp function);
};

} // namespace

/// The rhs of `op` where a kernel will read it.
static OpOperand *weightsOf(Operation *op) {
  auto matmul = dyn_cast<MatmulOp>(op);
  if (!matmul || !matmul.getLoweringConfig() ||
      matmul.getRhs().getDefiningOp<UnpackOp>())
    return nullptr;
  return &matmul.getRhsMutable();
}

//===----------------------------------------------------------------------===//
// Packed arguments
//===----------------------------------------------------------------------===//

static bool isPackable(func::FuncOp function, unsigned index) {
  BlockArgument argument = function.getArgument(index);
  return getBlockType(argument.getType()) &&
         function.getArgAttr(index, MXDialect::kWeightAttr) &&
         !argument.use_empty() &&
         llvm::all_of(argument.getUses(), [](OpOperand &use) {
           return weightsOf(use.getOwner()) == &use;
         });
}

/// Adds the arguments that `weights` is made of after `index` and puts the
/// mx.unpack of them in its place.
static void replaceArgument(func::FuncOp function, unsigned index) {
  BlockArgument weights = function.getArgument(index);
  auto type = cast<RankedTensorType>(weights.getType());
  Location loc = weights.getLoc();
  SmallVector<Type> types{getTilesType(type)};
  if (Type outer = getOuterType(type, getBlockType(type).getFormat()))
    types.push_back(outer);
  int64_t tensors = types.size();
  for (int64_t extent : type.getShape().take_back(kMatrixAxes))
    if (ShapedType::isDynamic(extent))
      types.push_back(IndexType::get(type.getContext()));
  SmallVector<Value> parts;
  for (auto [i, part] : llvm::enumerate(types)) {
    unsigned at = index + 1 + i;
    (void)function.insertArgument(at, part, DictionaryAttr(), loc);
    parts.push_back(function.getArgument(at));
  }
  auto b = OpBuilder::atBlockBegin(&function.getBody().front());
  Value unpacked = UnpackOp::create(b, loc, type, parts[0],
                                    tensors == 2 ? parts[1] : Value(),
                                    ValueRange(parts).drop_front(tensors));
  weights.replaceAllUsesWith(unpacked);
  (void)function.eraseArgument(index);
}

static std::string packNameOf(func::FuncOp function) {
  return (function.getName() + "_pack").str();
}

/// Returns `NAME_pack`: what replaceArgument's new arguments take, of values of
/// the old types.
static func::FuncOp makePackFunction(func::FuncOp function,
                                     ArrayRef<Type> weights) {
  OpBuilder b(function);
  Location loc = function.getLoc();
  auto pack = func::FuncOp::create(b, loc, packNameOf(function),
                                   b.getFunctionType(weights, TypeRange()));
  Block *body = pack.addEntryBlock();
  b.setInsertionPointToStart(body);
  SmallVector<Value> results;
  for (Value source : body->getArguments()) {
    auto parts = PackOp::create(b, loc, source);
    llvm::append_range(results, parts.getResults());
    auto type = cast<RankedTensorType>(source.getType());
    for (int64_t axis = type.getRank() - kMatrixAxes; axis < type.getRank();
         ++axis)
      if (type.isDynamicDim(axis))
        results.push_back(tensor::DimOp::create(b, loc, source, axis));
  }
  func::ReturnOp::create(b, loc, results);
  pack.setFunctionType(
      b.getFunctionType(weights, ValueRange(results).getTypes()));
  return pack;
}

LogicalResult PrepackWeights::packFunction(func::FuncOp function) {
  if (!function.isPublic() || function.isExternal() ||
      !SymbolTable::symbolKnownUseEmpty(function, getOperation()))
    return success();
  SmallVector<Type> weights;
  SmallVector<unsigned> indices;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (isPackable(function, i)) {
      weights.push_back(function.getArgument(i).getType());
      indices.push_back(i);
    }
  if (weights.empty())
    return success();
  std::string name = packNameOf(function);
  if (SymbolTable::lookupSymbolIn(getOperation(), name))
    return function.emitOpError("has weights to pack, but the name '")
           << name << "' is taken";
  makePackFunction(function, weights);
  for (unsigned index : llvm::reverse(indices))
    replaceArgument(function, index);
  return success();
}

//===----------------------------------------------------------------------===//
// Constants and values
//===----------------------------------------------------------------------===//

LogicalResult PrepackWeights::packConstant(ConstantOp weights,
                                           ArrayRef<OpOperand *> uses) {
  BlocksAttr blocks = weights.getValue();
  if (std::string reason = blocks.missingBytes(); !reason.empty())
    return weights.emitOpError(reason);
  OpBuilder b(weights);
  b.setInsertionPointAfter(weights);
  Location loc = weights.getLoc();
  auto type = cast<RankedTensorType>(weights.getType());
  SmallVector<Value> parts{arith::ConstantOp::create(
      b, loc, internBlob(getTilesType(type), packBlocks(blocks)))};
  // Not a resource: see ConvertConstant of convert-mx-to-parts.
  if (blocks.getOuter())
    parts.push_back(arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(blocks.getOuter().getType(),
                               blocks.outerValues())));
  Value unpacked = unpack(b, loc, weights, parts);
  for (OpOperand *use : uses)
    use->set(unpacked);
  return success();
}

void PrepackWeights::packWhereMade(Value weights, ArrayRef<OpOperand *> uses) {
  OpBuilder b(weights.getContext());
  b.setInsertionPointAfterValue(weights);
  auto pack = PackOp::create(b, weights.getLoc(), weights);
  Value unpacked = unpack(b, weights.getLoc(), weights, pack.getResults());
  for (OpOperand *use : uses)
    use->set(unpacked);
}

void PrepackWeights::runOnOperation() {
  if (packFunctions) {
    SmallVector<func::FuncOp> functions(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (failed(packFunction(function)))
        return signalPassFailure();
  }
  // Resources belong to the context; an outer module may use them too.
  bool isTop = !getOperation()->getParentOp();
  ResourceUses resources(getOperation());
  llvm::MapVector<Value, SmallVector<OpOperand *>> usesOf;
  getOperation().walk([&](Operation *op) {
    if (OpOperand *use = weightsOf(op))
      usesOf[use->get()].push_back(use);
  });
  for (auto &[weights, uses] : usesOf) {
    auto constant = weights.getDefiningOp<ConstantOp>();
    if (!constant) {
      packWhereMade(weights, uses);
      continue;
    }
    if (failed(packConstant(constant, uses)))
      return signalPassFailure();
    if (!constant->use_empty())
      continue;
    for (BlobEntry *entry : resources.remove(constant))
      if (isTop)
        entry->setBlob(AsmResourceBlob());
    constant.erase();
  }
}

} // namespace mlir::mx
