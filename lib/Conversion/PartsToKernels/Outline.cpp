//===- Outline.cpp - equal ops as calls of one function -------------------===//

#include "Outline.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::mx;

/// True for a product with rows of a number that is known when it runs: its
/// code is for any N and K too. Its loops hardly gain from knowing them, and
/// one tile of each height is a lot of code.
static bool isForAnyShape(Operation *op) {
  auto matmul = dyn_cast<MatmulPartsOp>(op);
  return matmul &&
         ShapedType::isDynamic(
             cast<MemRefType>(matmul.getInit().getType()).getShape().end()[-2]);
}

/// `type` with contiguous rows anywhere, unless all of it is contiguous.
static MemRefType forgetLayout(MemRefType type) {
  if (type.getLayout().isIdentity())
    return type;
  SmallVector<int64_t> strides(type.getRank(), ShapedType::kDynamic);
  if (!strides.empty())
    strides.back() = 1;
  auto layout =
      StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides);
  return MemRefType::get(type.getShape(), type.getElementType(), layout,
                         type.getMemorySpace());
}

/// `type` of any extents, but for the bytes of a block or a tile.
static MemRefType forgetExtents(MemRefType type, bool isBytesOfBlocks) {
  SmallVector<int64_t> shape(type.getRank(), ShapedType::kDynamic);
  if (isBytesOfBlocks)
    shape.back() = type.getShape().back();
  return MemRefType::get(shape, type.getElementType(), type.getLayout(),
                         type.getMemorySpace());
}

/// The type that the function of `op` takes `operand` as.
static Type passedType(Operation *op, Value operand) {
  auto type = dyn_cast<MemRefType>(operand.getType());
  if (!type)
    return operand.getType();
  type = forgetLayout(type);
  if (!isForAnyShape(op))
    return type;
  auto matmul = cast<MatmulPartsOp>(op);
  bool isScales = matmul.getLhsFormat() && operand == matmul.getLhs()[1];
  bool isTiles = operand == matmul.getRhs()[0];
  return forgetExtents(type, isScales || isTiles);
}

/// The constant that the function of `op` has for `operand`, null where it is
/// an argument.
static Attribute constantOf(Operation *op, Value operand) {
  Attribute value;
  if (!isForAnyShape(op))
    matchPattern(operand, m_Constant(&value));
  return value;
}

/// The operands of `op` that are no constants, as a function takes them.
static SmallVector<Value> passOperands(OpBuilder &builder, Operation *op) {
  SmallVector<Value> passed;
  for (Value operand : op->getOperands()) {
    if (constantOf(op, operand))
      continue;
    Type type = passedType(op, operand);
    if (type != operand.getType())
      operand = memref::CastOp::create(builder, op->getLoc(), type, operand);
    passed.push_back(operand);
  }
  return passed;
}

/// What makes the function of `op` different from others.
static Attribute keyOf(Operation *op, FunctionType type) {
  Builder builder(op->getContext());
  SmallVector<Attribute> parts{op->getName().getIdentifier(),
                               op->getAttrDictionary(), TypeAttr::get(type)};
  for (Value operand : op->getOperands()) {
    Attribute constant = constantOf(op, operand);
    parts.push_back(constant ? constant : builder.getUnitAttr());
  }
  return builder.getArrayAttr(parts);
}

/// Attributes of LLVM for code of `row` that is shared.
static void setCodeAttributes(func::FuncOp function,
                              const ::mx::TargetRow &row) {
  Builder builder(function.getContext());
  SmallVector<Attribute> attributes{builder.getStringAttr("noinline")};
  auto add = [&](StringRef name, StringRef value) {
    attributes.push_back(builder.getStrArrayAttr({name, value}));
  };
  // The generic row is for any machine, also what is none of x86.
  if (!StringRef(row.features).empty()) {
    add("target-cpu", row.cpu);
    add("tune-cpu", row.tuneCpu);
    add("target-features", row.features);
  }
  function->setAttr("passthrough", builder.getArrayAttr(attributes));
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(function.getContext(), LLVM::Linkage::Internal));
}

func::FuncOp Outliner::createFunction(Operation *op, LoweringConfigAttr config,
                                      StringRef name, FunctionType type) {
  OpBuilder builder(op->getContext());
  auto function = func::FuncOp::create(builder, op->getLoc(), name, type);
  function.setPrivate();
  setCodeAttributes(function, config.getRow());
  symbols.insert(function);
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping mapping;
  unsigned next = 0;
  for (Value operand : op->getOperands()) {
    if (constantOf(op, operand))
      mapping.map(operand,
                  builder.clone(*operand.getDefiningOp())->getResult(0));
    else
      mapping.map(operand, body->getArgument(next++));
  }
  builder.clone(*op, mapping);
  func::ReturnOp::create(builder, op->getLoc());
  return function;
}

Operation *Outliner::outline(Operation *op, LoweringConfigAttr config,
                             StringRef name) {
  OpBuilder builder(op);
  SmallVector<Value> passed = passOperands(builder, op);
  auto type = builder.getFunctionType(ValueRange(passed).getTypes(), {});
  func::FuncOp &function = functions[keyOf(op, type)];
  bool isNew = !function;
  if (isNew)
    function = createFunction(op, config, name, type);
  func::CallOp::create(builder, op->getLoc(), function, passed);
  op->erase();
  return isNew ? function.getBody().front().getTerminator()->getPrevNode()
               : nullptr;
}
