//===- ReductionsToVector.cpp - sums and maxima along rows ----------------===//
//
//   for all but the last loop
//     chains = neutral, kChains vectors
//     for k, kChains vectors at a time: chain[i] = combine(chain[i], f(x[k
//     ..])) for the vectors left over: chain[0] = combine(chain[0], f(x[k ..]))
//     result = combine(result, all lanes of all chains)
//     for the elements left over: result = combine(result, f(x[k]))
//
//===----------------------------------------------------------------------===//

#include "mx/Conversion/Passes.h"

#include "../ScalarBuilder.h"

#include "mx/Target/Target.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

#include <limits>

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTREDUCTIONSTOVECTORPASS
#include "mx/Conversion/Passes.h.inc"

/// Partial results that do not wait for each other.
static constexpr int64_t kChains = 4;

namespace {

/// A reduction that vectors take.
struct Reduction {
  linalg::LinalgOp op;
  Operation *combiner; ///< of the accumulator and one other value
  double neutral;      ///< combine(neutral, x) = x
};

} // namespace

/// Returns the neutral element of `op`, none where it is no combiner.
static std::optional<double> neutralOf(Operation *op) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (isa<arith::AddFOp>(op))
    return -0.0;
  if (isa<arith::MulFOp>(op))
    return 1.0;
  // Flags may say that there are no infinities.
  auto hasNoFlags = [](auto op) {
    return op.getFastmath() == arith::FastMathFlags::none;
  };
  if (auto largest = dyn_cast<arith::MaximumFOp>(op))
    return hasNoFlags(largest) ? std::optional(-infinity) : std::nullopt;
  if (auto least = dyn_cast<arith::MinimumFOp>(op))
    return hasNoFlags(least) ? std::optional(infinity) : std::nullopt;
  return std::nullopt;
}

/// Returns the op that combines the accumulator with what the body makes of
/// the inputs, null where the body is another.
static Operation *findCombiner(Block &body) {
  Value accumulator = body.getArguments().back();
  Operation *yield = body.getTerminator();
  Operation *combiner = yield->getOperand(0).getDefiningOp();
  bool isLast = combiner && combiner->getBlock() == &body &&
                combiner->hasOneUse() && accumulator.hasOneUse() &&
                *accumulator.getUsers().begin() == combiner;
  return isLast ? combiner : nullptr;
}

/// True where all of the body is elementwise on f32 and what is made of it.
static bool isElementwise(Block &body) {
  auto isNumber = [](Type type) { return type.isF32() || type.isInteger(1); };
  return llvm::all_of(body.getArgumentTypes(),
                      [](Type type) { return type.isF32(); }) &&
         llvm::all_of(body.without_terminator(), [&](Operation &op) {
           return OpTrait::hasElementwiseMappableTraits(&op) &&
                  op.getNumResults() == 1 &&
                  isNumber(op.getResult(0).getType()) &&
                  llvm::all_of(op.getOperandTypes(), isNumber);
         });
}

/// True where the rows of the operand with this map along loop `last` are
/// contiguous, or one element.
static bool hasRows(Value memref, AffineMap map, unsigned last) {
  if (!map.isProjectedPermutation())
    return false;
  std::optional<unsigned> axis =
      map.getResultPosition(getAffineDimExpr(last, map.getContext()));
  return !axis || (*axis + 1 == map.getNumResults() &&
                   cast<MemRefType>(memref.getType()).isLastDimUnitStride());
}

static std::optional<Reduction> match(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> loops = op.getIteratorTypesArray();
  if (!isa<linalg::GenericOp, linalg::ReduceOp>(op) ||
      !op.hasPureBufferSemantics() || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() != 1 ||
      loops.back() != utils::IteratorType::reduction)
    return std::nullopt;
  unsigned last = loops.size() - 1;
  for (OpOperand &operand : op->getOpOperands())
    if (!isa<MemRefType>(operand.get().getType()) ||
        !hasRows(operand.get(), op.getMatchingIndexingMap(&operand), last))
      return std::nullopt;
  if (op.getIndexingMapsArray().back().isFunctionOfDim(last))
    return std::nullopt;
  Block *body = op.getBlock();
  Operation *combiner = findCombiner(*body);
  std::optional<double> neutral =
      combiner ? neutralOf(combiner) : std::optional<double>();
  if (!neutral || !isElementwise(*body))
    return std::nullopt;
  return Reduction{op, combiner, *neutral};
}

namespace {

/// The loops of one reduction.
class Loops {
public:
  Loops(ScalarBuilder &b, const Reduction &reduction, int64_t lanes)
      : b(b), op(reduction.op), combiner(reduction.combiner),
        neutral(reduction.neutral), lanes(lanes) {}
  void emit();

private:
  SmallVector<Value> extents();
  void reduceRow();
  SmallVector<Value> addVectors(Value begin, Value end, int64_t chains,
                                ValueRange partial);
  Value elementsAt(OpOperand &operand, Value k, Type type);
  Value valueAt(Value k, Type type);
  Value combine(Value x, Value y);
  Value combineLanes(Value vector);
  SmallVector<Value> indicesOf(OpOperand &operand, Value k);

  ScalarBuilder &b;
  linalg::LinalgOp op;
  Operation *combiner;
  const double neutral;
  const int64_t lanes;
  SmallVector<Value> at; ///< of all loops but the last
  Value extent;          ///< of that
};

} // namespace

/// The extents of the loops, from the operands that they run over.
SmallVector<Value> Loops::extents() {
  SmallVector<Value> extents(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands())
    for (auto [axis, result] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      Value &extent = extents[cast<AffineDimExpr>(result).getPosition()];
      if (!extent)
        extent = b.dim(operand.get(), axis);
    }
  return extents;
}

void Loops::emit() {
  SmallVector<Value> all = extents();
  extent = all.pop_back_val();
  b.nest(all, [&](ValueRange indices) {
    at.assign(indices.begin(), indices.end());
    reduceRow();
  });
}

SmallVector<Value> Loops::indicesOf(OpOperand &operand, Value k) {
  SmallVector<Value> indices;
  for (AffineExpr result : op.getMatchingIndexingMap(&operand).getResults()) {
    unsigned loop = cast<AffineDimExpr>(result).getPosition();
    indices.push_back(loop == at.size() ? k : at[loop]);
  }
  return indices;
}

/// What the body gets of an input: a scalar, a vector from k on, or a scalar
/// in all lanes.
Value Loops::elementsAt(OpOperand &operand, Value k, Type type) {
  SmallVector<Value> indices = indicesOf(operand, k);
  if (!isa<VectorType>(type))
    return b.load(operand.get(), indices);
  if (llvm::is_contained(indices, k))
    return b.make<vector::LoadOp>(cast<VectorType>(type), operand.get(),
                                  indices);
  return b.make<vector::BroadcastOp>(type, b.load(operand.get(), indices));
}

/// What is combined at element k, of `type`: f32, or a vector of it.
Value Loops::valueAt(Value k, Type type) {
  Block *body = op.getBlock();
  IRMapping mapping;
  for (OpOperand *input : op.getDpsInputOperands())
    mapping.map(body->getArgument(input->getOperandNumber()),
                elementsAt(*input, k, type));
  auto vector = dyn_cast<VectorType>(type);
  auto map = [&](Value value) {
    if (!mapping.contains(value))
      mapping.map(value, vector ? b.make<vector::BroadcastOp>(
                                      vector.clone(value.getType()), value)
                                : value);
  };
  for (Operation &inner : body->without_terminator()) {
    if (&inner == combiner)
      break;
    llvm::for_each(inner.getOperands(), map);
    Operation *copy = b.clone(inner, mapping);
    if (vector)
      copy->getResult(0).setType(vector.clone(inner.getResult(0).getType()));
  }
  unsigned other = combiner->getOperand(0) == body->getArguments().back();
  map(combiner->getOperand(other));
  return mapping.lookup(combiner->getOperand(other));
}

/// Sums may be taken in any order, so the combiner of each is its own.
Value Loops::combine(Value x, Value y) {
  Operation *copy = b.clone(*combiner);
  copy->setOperands({x, y});
  copy->getResult(0).setType(x.getType());
  return copy->getResult(0);
}

Value Loops::combineLanes(Value vector) {
  for (int64_t half = lanes / 2; half > 0; half /= 2) {
    auto lower = llvm::to_vector(llvm::seq<int64_t>(0, half));
    auto upper = llvm::to_vector(llvm::seq<int64_t>(half, 2 * half));
    Value x = b.make<vector::ShuffleOp>(vector, vector, lower);
    Value y = b.make<vector::ShuffleOp>(vector, vector, upper);
    vector = combine(x, y);
  }
  return b.make<vector::ExtractOp>(vector, 0);
}

/// The elements of steps `begin` to `end`, each of `chains` vectors.
SmallVector<Value> Loops::addVectors(Value begin, Value end, int64_t chains,
                                     ValueRange partial) {
  return b.loop(begin, end, partial, [&](Value step, ValueRange now) {
    SmallVector<Value> next(now);
    Value k = b.mul(step, b.index(chains * lanes));
    for (int64_t i = 0; i < chains; ++i)
      next[i] = combine(
          now[i], valueAt(b.add(k, b.index(i * lanes)), now[i].getType()));
    return next;
  });
}

void Loops::reduceRow() {
  auto type = VectorType::get(lanes, b.getF32Type());
  Value none = b.make<vector::BroadcastOp>(type, b.f32(neutral));
  Value whole = b.make<arith::DivUIOp>(extent, b.index(kChains * lanes));
  Value vectors = b.make<arith::DivUIOp>(extent, b.index(lanes));
  SmallVector<Value> partial =
      addVectors(b.index(0), whole, kChains, SmallVector<Value>(kChains, none));
  partial[0] =
      addVectors(b.mul(whole, b.index(kChains)), vectors, 1, partial[0])[0];
  for (int64_t i = 1; i < kChains; ++i)
    partial[0] = combine(partial[0], partial[i]);
  OpOperand &init = op.getDpsInitsMutable()[0];
  SmallVector<Value> place = indicesOf(init, {});
  Value start = b.load(init.get(), place);
  Value result = combine(start, combineLanes(partial[0]));
  result = b.loop(b.mul(vectors, b.index(lanes)), extent, result,
                  [&](Value k, ValueRange now) {
                    return SmallVector<Value>{
                        combine(now[0], valueAt(k, b.getF32Type()))};
                  })[0];
  b.store(result, init.get(), place);
}

namespace {

struct ReductionsToVector final
    : impl::ConvertReductionsToVectorPassBase<ReductionsToVector> {
  using ConvertReductionsToVectorPassBase::ConvertReductionsToVectorPassBase;

  void runOnOperation() override {
    const ::mx::TargetRow *row =
        target == "host" ? &::mx::hostTarget() : ::mx::findTarget(target);
    if (!row) {
      getOperation().emitError("unknown target '") << target << "'";
      return signalPassFailure();
    }
    SmallVector<Reduction> reductions;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (std::optional<Reduction> reduction = match(op))
        reductions.push_back(*reduction);
    });
    for (const Reduction &reduction : reductions) {
      Operation *op = reduction.op;
      ScalarBuilder b(op->getLoc(), op);
      Loops(b, reduction, row->lanes()).emit();
      op->erase();
    }
  }
};

} // namespace
} // namespace mlir::mx
