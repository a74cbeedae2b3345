//===- Outline.cpp - equal ops as calls of one function -------------------===//

#include "Outline.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::mx;

/// `type` with contiguous rows anywhere, unless all of it is contiguous.
static Type forgetLayout(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref || memref.getLayout().isIdentity())
    return type;
  SmallVector<int64_t> strides(memref.getRank(), ShapedType::kDynamic);
  if (!strides.empty())
    strides.back() = 1;
  auto layout =
      StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides);
  return MemRefType::get(memref.getShape(), memref.getElementType(), layout,
                         memref.getMemorySpace());
}

static Attribute constantOf(Value operand) {
  Attribute value;
  matchPattern(operand, m_Constant(&value));
  return value;
}

/// The operands of `op` that are no constants, as a function takes them.
static SmallVector<Value> passOperands(OpBuilder &builder, Operation *op) {
  SmallVector<Value> passed;
  for (Value operand : op->getOperands()) {
    if (constantOf(operand))
      continue;
    Type type = forgetLayout(operand.getType());
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
    Attribute constant = constantOf(operand);
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
    if (constantOf(operand))
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
