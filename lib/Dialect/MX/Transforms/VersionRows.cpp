//===- VersionRows.cpp - versions of ops for few and many rows ------------===//

#include "VersionRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;

/// Up to here the choices are asked for row by row; above, no machine of the
/// table changes its mind.
static constexpr int64_t kMostRows = 64;

int64_t RowClass::typical() const {
  if (last == kUnbounded)
    return std::max(first, kMostRows);
  return std::llround(std::sqrt(double(first) * double(last)));
}

std::string RowClass::text() const {
  if (first == last)
    return std::to_string(first);
  return std::to_string(first) + "-" +
         (last == kUnbounded ? "" : std::to_string(last));
}

llvm::iota_range<int64_t> mlir::mx::rowAxes(MatmulOp op) {
  int64_t rank = op.getType().getRank();
  bool isShared = op.getRhs().getType().getRank() == 2;
  return llvm::seq<int64_t>(isShared ? 0 : rank - 2, rank - 1);
}

bool mlir::mx::hasDynamicRows(MatmulOp op) {
  return llvm::any_of(rowAxes(op), [&](int64_t axis) {
    return op.getType().isDynamicDim(axis);
  });
}

//===----------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------===//

/// One of all ops with the same types: the choices for them are the same.
static SmallVector<MatmulOp> differentOf(ArrayRef<MatmulOp> ops) {
  SmallVector<MatmulOp> different;
  llvm::DenseSet<std::pair<Type, std::pair<Type, Type>>> seen;
  for (MatmulOp op : ops)
    if (seen.insert(
                {op.getLhs().getType(), {op.getRhs().getType(), op.getType()}})
            .second)
      different.push_back(op);
  return different;
}

SmallVector<RowClass> mlir::mx::rowClassesOf(ArrayRef<MatmulOp> ops,
                                             ChooseConfig choose) {
  SmallVector<MatmulOp> different = differentOf(ops);
  auto choicesAt = [&](int64_t rows) {
    return llvm::map_to_vector(different, [&](MatmulOp op) {
      return choose(op, RowClass{rows, rows});
    });
  };
  SmallVector<RowClass> classes{RowClass()};
  auto before = choicesAt(1);
  for (int64_t rows = 2; rows <= kMostRows; ++rows) {
    auto choices = choicesAt(rows);
    // Where ops change close to each other, their kernels cost about the same.
    if (choices != before && 2 * rows >= 3 * classes.back().first) {
      classes.back().last = rows - 1;
      classes.push_back({rows, RowClass::kUnbounded});
    }
    before = std::move(choices);
  }
  SmallVector<RowClass> merged{classes.front()};
  for (RowClass next : ArrayRef(classes).drop_front()) {
    if (choicesAt(merged.back().typical()) == choicesAt(next.typical()))
      merged.back().last = next.last;
    else
      merged.push_back(next);
  }
  return merged;
}

//===----------------------------------------------------------------------===//
// Where extents come from
//===----------------------------------------------------------------------===//

namespace {

/// A product of extents: of axes of tensors, of index values (axis -1), and of
/// what is static.
struct Extent {
  SmallVector<std::pair<Value, int64_t>> factors;
  int64_t constant = 1;

  void addAxis(Value tensor, int64_t axis);
  void addIndex(Value index);
  Value build(OpBuilder &b, Location loc) const;
  bool operator==(const Extent &other) const {
    return factors == other.factors && constant == other.constant;
  }
};

/// Products whose rows are the same extent.
struct Group {
  Extent rows;
  SmallVector<MatmulOp> products;
};

} // namespace

void Extent::addIndex(Value index) {
  APInt value;
  if (matchPattern(index, m_ConstantInt(&value))) {
    constant *= value.getSExtValue();
  } else if (auto product = index.getDefiningOp<arith::MulIOp>()) {
    addIndex(product.getLhs());
    addIndex(product.getRhs());
  } else if (auto dim = index.getDefiningOp<tensor::DimOp>();
             dim && dim.getConstantIndex()) {
    addAxis(dim.getSource(), *dim.getConstantIndex());
  } else {
    factors.emplace_back(index, -1);
  }
}

/// Results have the extents of what they are written over.
void Extent::addAxis(Value tensor, int64_t axis) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Operation *op = tensor.getDefiningOp();
  if (!type.isDynamicDim(axis)) {
    constant *= type.getDimSize(axis);
  } else if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(op)) {
    addIndex(empty.getDynamicSize(axis));
  } else if (auto cast = dyn_cast_or_null<tensor::CastOp>(op);
             cast && isa<RankedTensorType>(cast.getSource().getType())) {
    addAxis(cast.getSource(), axis);
  } else if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op)) {
    for (int64_t part : collapse.getReassociationIndices()[axis])
      addAxis(collapse.getSrc(), part);
  } else if (auto styled = dyn_cast_or_null<DestinationStyleOpInterface>(op)) {
    addAxis(styled.getTiedOpOperand(mlir::cast<OpResult>(tensor))->get(), axis);
  } else {
    factors.emplace_back(tensor, axis);
  }
}

Value Extent::build(OpBuilder &b, Location loc) const {
  Value product;
  for (auto [value, axis] : factors) {
    Value factor = axis < 0
                       ? value
                       : tensor::DimOp::create(b, loc, value, axis).getResult();
    product = product ? arith::MulIOp::create(b, loc, product, factor) : factor;
  }
  if (constant == 1)
    return product;
  Value factor = arith::ConstantIndexOp::create(b, loc, constant);
  return arith::MulIOp::create(b, loc, product, factor);
}

static Extent rowsOf(MatmulOp op, Value tensor) {
  Extent rows;
  for (int64_t axis : rowAxes(op))
    rows.addAxis(tensor, axis);
  return rows;
}

//===----------------------------------------------------------------------===//
// The switch
//===----------------------------------------------------------------------===//

/// Ops of which none can tell whether they are reordered, but for the last.
using Segment = SmallVector<Operation *>;

static bool endsSegment(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>() || !isMemoryEffectFree(op))
    return true;
  // Products in its regions get versions of their own.
  return op->getNumRegions() != 0 && op->walk([](MatmulOp) {
                                         return WalkResult::interrupt();
                                       }).wasInterrupted();
}

static SmallVector<Segment> segmentsOf(Block &block) {
  SmallVector<Segment> segments(1);
  for (Operation &op : block) {
    segments.back().push_back(&op);
    if (endsSegment(&op))
      segments.emplace_back();
  }
  // What has no terminator holds no products.
  segments.pop_back();
  return segments;
}

/// The largest group of products of a segment that have a choice.
static Group groupOf(const Segment &segment) {
  SmallVector<Group> groups;
  for (Operation *op : segment) {
    auto product = dyn_cast<MatmulOp>(op);
    if (!product || product.getLoweringConfig() || !hasDynamicRows(product) ||
        product.getAccumulate() == Accumulate::InOrder)
      continue;
    Extent rows = rowsOf(product, product.getInit());
    auto group = llvm::find_if(
        groups, [&](const Group &other) { return other.rows == rows; });
    if (group == groups.end())
      group = groups.insert(groups.end(), Group{rows, {}});
    group->products.push_back(product);
  }
  auto largest = llvm::max_element(groups, [](const Group &a, const Group &b) {
    return a.products.size() < b.products.size();
  });
  return largest == groups.end() ? Group() : *largest;
}

/// Ops of `segment`, but for its last, that use the rows of `group` or what
/// these make.
static llvm::SetVector<Operation *> dependentsOf(const Segment &segment,
                                                 const Group &group) {
  llvm::DenseSet<Value> values;
  for (MatmulOp product : group.products)
    for (Value tensor : {Value(product.getInit()), Value(product.getLhs())}) {
      Extent rows = rowsOf(product, tensor);
      for (auto [value, axis] : rows.factors) {
        values.insert(value);
        // Asked for in an earlier segment.
        for (Operation *user : value.getUsers())
          if (auto dim = dyn_cast<tensor::DimOp>(user);
              dim && dim.getConstantIndex() == axis)
            values.insert(dim.getResult());
      }
    }
  llvm::SetVector<Operation *> dependents;
  for (Operation *op : ArrayRef(segment).drop_back()) {
    bool depends = op->walk([&](Operation *nested) {
                       return llvm::any_of(nested->getOperands(),
                                           [&](Value operand) {
                                             return values.contains(operand);
                                           })
                                  ? WalkResult::interrupt()
                                  : WalkResult::advance();
                     }).wasInterrupted();
    if (!depends)
      continue;
    dependents.insert(op);
    values.insert_range(op->getResults());
  }
  return dependents;
}

/// 0 for the first class, and so on.
static Value indexOfClass(OpBuilder &b, Location loc, Value rows,
                          ArrayRef<RowClass> classes) {
  Value index =
      arith::ConstantIndexOp::create(b, loc, classes.size() - 1).getResult();
  for (int64_t i = classes.size() - 2; i >= 0; --i) {
    Value last = arith::ConstantIndexOp::create(b, loc, classes[i].last);
    Value fits =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, rows, last);
    Value here = arith::ConstantIndexOp::create(b, loc, i);
    index = arith::SelectOp::create(b, loc, fits, here, index);
  }
  return index;
}

/// Values of `ops` that others use.
static SmallVector<Value> resultsOf(const llvm::SetVector<Operation *> &ops) {
  SmallVector<Value> results;
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !ops.contains(op->getBlock()->findAncestorOpInBlock(*user));
          }))
        results.push_back(result);
  return results;
}

static scf::IndexSwitchOp
createSwitch(OpBuilder &b, const Group &group,
             const llvm::SetVector<Operation *> &ops,
             ArrayRef<RowClass> classes,
             llvm::DenseMap<Operation *, RowClass> &classOf) {
  Location loc = ops.back()->getLoc();
  SmallVector<Value> results = resultsOf(ops);
  Value index = indexOfClass(b, loc, group.rows.build(b, loc), classes);
  auto cases = llvm::to_vector(llvm::seq<int64_t>(0, classes.size() - 1));
  auto choice = scf::IndexSwitchOp::create(
      b, loc, ValueRange(results).getTypes(), index, cases, cases.size());
  for (auto [i, rows] : llvm::enumerate(classes)) {
    bool isLast = i == cases.size();
    Region &arm =
        isLast ? choice.getDefaultRegion() : choice.getCaseRegions()[i];
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&arm.emplaceBlock());
    IRMapping mapping;
    for (Operation *op : ops)
      b.clone(*op, mapping);
    for (MatmulOp product : group.products)
      classOf[mapping.lookup(product.getResult()).getDefiningOp()] = rows;
    SmallVector<Value> yielded = llvm::map_to_vector(
        results, [&](Value result) { return mapping.lookup(result); });
    scf::YieldOp::create(b, loc, yielded);
  }
  for (auto [from, to] : llvm::zip_equal(results, choice.getResults()))
    from.replaceUsesWithIf(to, [&](OpOperand &use) {
      Operation *user =
          choice->getBlock()->findAncestorOpInBlock(*use.getOwner());
      return user != choice && !ops.contains(user);
    });
  return choice;
}

static void versionSegment(const Segment &segment, ChooseConfig choose,
                           llvm::DenseMap<Operation *, RowClass> &classOf) {
  Group group = groupOf(segment);
  if (group.products.empty())
    return;
  SmallVector<RowClass> classes = rowClassesOf(group.products, choose);
  llvm::SetVector<Operation *> ops = dependentsOf(segment, group);
  // The rows are known only after some of what they decide.
  bool isCircular = llvm::any_of(group.rows.factors, [&](const auto &factor) {
    return ops.contains(factor.first.getDefiningOp());
  });
  // Their rows come another way than the extents of what they read.
  bool isElsewhere = llvm::any_of(
      group.products, [&](MatmulOp product) { return !ops.contains(product); });
  if (classes.size() == 1 || isCircular || isElsewhere)
    return;
  OpBuilder b(segment.back());
  createSwitch(b, group, ops, classes, classOf);
  for (Operation *op : llvm::reverse(ops))
    op->erase();
}

llvm::DenseMap<Operation *, RowClass>
mlir::mx::versionRows(FunctionOpInterface function, ChooseConfig choose) {
  SmallVector<Block *> blocks;
  function.walk([&](Operation *op) {
    // A tile has few rows, and most as many as the last.
    if (isa<scf::ForallOp>(op) || op->getParentOfType<scf::ForallOp>())
      return;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        blocks.push_back(&block);
  });
  llvm::DenseMap<Operation *, RowClass> classOf;
  for (Block *block : blocks)
    for (const Segment &segment : segmentsOf(*block))
      versionSegment(segment, choose, classOf);
  return classOf;
}
