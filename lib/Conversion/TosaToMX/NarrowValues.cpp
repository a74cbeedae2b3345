//===- NarrowValues.cpp - which narrow tensors can become bytes -----------===//

#include "NarrowValues.h"

#include "ByteTypes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::mx;

bool mlir::mx::isBlockScaledOp(Operation *op) {
  return isa<tosa::CastToBlockScaledOp, tosa::CastFromBlockScaledOp,
             tosa::MatmulTBlockScaledOp>(op);
}

static std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// Operands and results of `op` that are narrow.
static SmallVector<Value> narrowValuesOf(Operation *op) {
  SmallVector<Value> values;
  for (Value value : op->getOperands())
    if (isNarrowTensor(value.getType()))
      values.push_back(value);
  for (Value value : op->getResults())
    if (isNarrowTensor(value.getType()))
      values.push_back(value);
  return values;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// Values that are not narrow join nothing: `join` takes pairs as they come.
void NarrowValues::join(Value a, Value b) {
  if (isNarrowTensor(a.getType()) && isNarrowTensor(b.getType()))
    groups.unionSets(a, b);
}

void NarrowValues::fix(Value value, StringRef id, const Twine &text) {
  groups.insert(value);
  fixed.push_back({value, {id, text.str()}});
}

void NarrowValues::fixNarrow(Operation *op, StringRef id, const Twine &text) {
  for (Value value : narrowValuesOf(op))
    fix(value, id, text);
}

/// Once all groups are known: what is said of a value is said of its group. The
/// first obstacle in the module is the one that is reported.
void NarrowValues::settle() {
  for (const auto &entry : groups)
    if (!getByteType(entry->getData().getType()))
      fix(entry->getData(), "UnsupportedType",
          "found " + textOf(entry->getData().getType()) +
              ", expected a ranked tensor whose last axis holds whole blocks "
              "of 32");
  for (auto &[value, obstacle] : fixed)
    obstacles.try_emplace(groups.getLeaderValue(value), std::move(obstacle));
  for (Operation *op : blockScaledOps)
    touched.insert(groups.getLeaderValue(narrowValuesOf(op).front()));
}

const Obstacle *NarrowValues::getObstacle(Operation *op) const {
  Value leader = groups.getLeaderValue(narrowValuesOf(op).front());
  auto found = obstacles.find(leader);
  return found == obstacles.end() ? nullptr : &found->second;
}

bool NarrowValues::isConvertible(Value value) const {
  if (!isNarrowTensor(value.getType()) ||
      groups.findLeader(value) == groups.member_end())
    return false;
  Value leader = groups.getLeaderValue(value);
  return touched.contains(leader) && !obstacles.contains(leader);
}

//===----------------------------------------------------------------------===//
// What each op does with narrow values
//===----------------------------------------------------------------------===//

/// Returns why `op` has no block form whatever its values flow to.
static Obstacle unsupported(Operation *op) {
  Type floats = isa<tosa::CastToBlockScaledOp>(op) ? op->getOperand(0).getType()
                                                   : op->getResult(0).getType();
  if (!isa<RankedTensorType>(floats) ||
      !isa<Float32Type, Float16Type, BFloat16Type>(
          getElementTypeOrSelf(floats)))
    return {"UnsupportedType", "found " + textOf(floats) +
                                   ", expected a ranked tensor of f32, f16 or "
                                   "bf16"};
  auto matmul = dyn_cast<tosa::MatmulTBlockScaledOp>(op);
  if (!matmul)
    return {};
  auto a = dyn_cast<RankedTensorType>(matmul.getAData().getType());
  auto b = dyn_cast<RankedTensorType>(matmul.getBData().getType());
  if (a && b && b.isDynamicDim(0) && a.getDimSize(0) != 1)
    return {"UnsupportedShape",
            "b_data is " + textOf(b) +
                ", expected a static batch: whether it is repeated must be "
                "known"};
  return {};
}

void NarrowValues::visitCall(func::CallOp call) {
  auto callee =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
  if (!callee || callee.isDeclaration())
    return fixNarrow(call, "UnsupportedUse",
                     "passes to '" + call.getCallee() +
                         "', which has no body here");
  for (auto [operand, argument] :
       llvm::zip(call.getOperands(), callee.getArguments()))
    join(operand, argument);
  bool returns = false;
  callee.walk([&](func::ReturnOp op) {
    returns = true;
    for (auto [result, returned] :
         llvm::zip(call.getResults(), op.getOperands()))
      join(result, returned);
  });
  if (!returns)
    fixNarrow(call, "UnsupportedUse", "calls a function that does not return");
}

/// All returns of one function give the same types.
void NarrowValues::visitFunction(func::FuncOp function) {
  if (function.isDeclaration())
    return;
  functions.push_back(function);
  func::ReturnOp first;
  function.walk([&](func::ReturnOp op) {
    if (first)
      for (auto [a, b] : llvm::zip(first.getOperands(), op.getOperands()))
        join(a, b);
    first = op;
  });
}

void NarrowValues::visitRegionBranch(RegionBranchOpInterface op) {
  RegionBranchSuccessorMapping mapping;
  op.getSuccessorOperandInputMapping(mapping);
  for (auto &[operand, inputs] : mapping)
    for (Value input : inputs)
      join(operand->get(), input);
}

/// Block arguments change their type with a function's or a loop's operands;
/// no other op's do.
void NarrowValues::visitBlocks(Operation *op) {
  bool known = isa<func::FuncOp, scf::IfOp, scf::ForOp, scf::WhileOp>(op);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Value argument : block.getArguments())
        if (isNarrowTensor(argument.getType()) &&
            !(known && block.isEntryBlock()))
          fix(argument, "UnsupportedUse",
              "a block of '" + op->getName().getStringRef() + "' takes " +
                  textOf(argument.getType()));
}

/// True for a tensor.dim of an axis that is the same in bytes.
static bool asksOuterAxis(tensor::DimOp dim) {
  std::optional<int64_t> axis = dim.getConstantIndex();
  auto type = dyn_cast<RankedTensorType>(dim.getSource().getType());
  return axis && type && *axis + 1 < type.getRank();
}

/// True for ops that hand narrow values on as they are.
static bool handsOn(Operation *op) {
  if (auto dim = dyn_cast<tensor::DimOp>(op))
    return asksOuterAxis(dim);
  if (auto yield = dyn_cast<scf::YieldOp>(op))
    return isa<scf::IfOp, scf::ForOp, scf::WhileOp>(yield->getParentOp());
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return select.getCondition().getType().isInteger(1);
  return isa<func::ReturnOp, scf::ConditionOp, tosa::IdentityOp,
             tensor::CastOp>(op);
}

/// Returns why the elements of `op`, a constant, cannot become bytes.
static std::string unreadableConstant(Operation *op, Attribute value) {
  if (!isa<tosa::ConstOp, arith::ConstantOp>(op))
    return ("'" + op->getName().getStringRef() + "' is no known constant")
        .str();
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements ? unreadable(elements) : "holds no elements";
}

/// A block-scaled op, or one that hands its values on: all are of one group.
void NarrowValues::visitGroup(Operation *op, ArrayRef<Value> values) {
  if (isa<func::ReturnOp, scf::YieldOp, scf::ConditionOp>(op))
    return; // joined with what they leave
  for (Value value : values)
    join(values.front(), value);
  if (!isBlockScaledOp(op))
    return;
  blockScaledOps.push_back(op);
  if (Obstacle obstacle = unsupported(op); !obstacle.id.empty())
    fix(values.front(), obstacle.id, obstacle.text);
}

void NarrowValues::visit(Operation *op) {
  visitBlocks(op);
  if (auto function = dyn_cast<func::FuncOp>(op))
    return visitFunction(function);
  SmallVector<Value> values = narrowValuesOf(op);
  if (values.empty())
    return;
  for (Value value : values)
    groups.insert(value);
  if (isBlockScaledOp(op) || handsOn(op))
    return visitGroup(op, values);
  if (auto call = dyn_cast<func::CallOp>(op))
    return visitCall(call);
  if (isa<scf::IfOp, scf::ForOp, scf::WhileOp>(op))
    return visitRegionBranch(cast<RegionBranchOpInterface>(op));
  Attribute constant;
  if (!matchPattern(op, m_Constant(&constant)))
    return fixNarrow(op, "UnsupportedUse",
                     "'" + op->getName().getStringRef() + "' holds " +
                         textOf(values.front().getType()) +
                         ", which only block-scaled ops, constants, functions "
                         "and scf may do");
  if (std::string why = unreadableConstant(op, constant); !why.empty())
    fix(values.front(), "UnreadableConstant", why);
}

/// A function whose symbol is used in another way than by a call may have
/// callers that nobody here knows.
void NarrowValues::fixEscaping(ModuleOp module) {
  std::optional<SymbolTable::UseRange> uses =
      SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return;
  for (SymbolTable::SymbolUse use : *uses) {
    auto function = symbols.lookupNearestSymbolFrom<func::FuncOp>(
        use.getUser(), use.getSymbolRef());
    if (!function || isa<func::CallOp>(use.getUser()))
      continue;
    std::string text = ("'" + function.getName() + "' is used by '" +
                        use.getUser()->getName().getStringRef() + "'")
                           .str();
    for (Value argument : function.getArguments())
      if (isNarrowTensor(argument.getType()))
        fix(argument, "UnsupportedUse", text);
    function.walk(
        [&](func::ReturnOp op) { fixNarrow(op, "UnsupportedUse", text); });
  }
}

NarrowValues::NarrowValues(ModuleOp module) {
  WalkResult found = module.walk([](Operation *op) {
    return isBlockScaledOp(op) ? WalkResult::interrupt()
                               : WalkResult::advance();
  });
  if (!found.wasInterrupted())
    return; // the way of most modules
  module.walk([&](Operation *op) { visit(op); });
  fixEscaping(module);
  settle();
}

//===----------------------------------------------------------------------===//
// The change
//===----------------------------------------------------------------------===//

void NarrowValues::convertToBytes() {
  SmallVector<Value> values;
  for (const auto &entry : groups)
    if (isConvertible(entry->getData()))
      values.push_back(entry->getData());
  for (Value value : values) {
    Operation *op = value.getDefiningOp();
    Attribute constant;
    if (op && matchPattern(op, m_Constant(&constant))) {
      ElementsAttr bytes = getBytes(cast<ElementsAttr>(constant));
      llvm::TypeSwitch<Operation *>(op)
          .Case([&](tosa::ConstOp c) { c.setValuesAttr(bytes); })
          .Case([&](arith::ConstantOp c) {
            c.setValueAttr(cast<TypedAttr>(bytes));
          });
    }
    value.setType(getByteType(value.getType()));
  }
  for (func::FuncOp function : functions) {
    SmallVector<Type> results(function.getResultTypes());
    function.walk([&](func::ReturnOp op) {
      results = llvm::to_vector(op.getOperandTypes());
    });
    function.setFunctionType(FunctionType::get(
        function.getContext(), function.getBody().getArgumentTypes(), results));
  }
}
