//===- Body.cpp - what a contraction computes of each element -------------===//

#include "Body.h"

#include "mx/Dialect/MX/Extensions/LayoutChain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/FormatVariadic.h"

#include <limits>

using namespace mlir;
using namespace mlir::mx;

/// Returns true if two inputs of `op` are read along one loop of a sum.
static bool sharesReduction(linalg::GenericOp op) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  return llvm::any_of(reductions, [&](unsigned loop) {
    return llvm::count_if(op.getDpsInputOperands(), [&](OpOperand *input) {
             return op.getMatchingIndexingMap(input).isFunctionOfDim(loop);
           }) >= 2;
  });
}

bool mlir::mx::resemblesContraction(linalg::GenericOp op) {
  bool multiplies = false, adds = false;
  for (Operation &inner : *op.getBody()) {
    multiplies |= isa<arith::MulFOp, arith::MulIOp, math::FmaOp>(inner);
    adds |= isa<arith::AddFOp, arith::AddIOp, arith::SubFOp, arith::SubIOp,
                math::FmaOp>(inner);
  }
  return multiplies && adds && sharesReduction(op);
}

namespace {
/// How many conversions may follow each other in a body.
struct Conversions {
  unsigned ofInput, ofSum;
};
} // namespace

static Value skipConversions(Value value, unsigned most) {
  for (unsigned i = 0; i < most; ++i) {
    Operation *op = value.getDefiningOp();
    if (!op || !isFloatConversion(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// Returns true if `body` adds the product of its first two arguments to the
/// third.
static bool sumsProducts(Block *body, Conversions allowed) {
  Value sum =
      skipConversions(body->getTerminator()->getOperand(0), allowed.ofSum);
  auto add = sum.getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  Value terms[] = {skipConversions(add.getLhs(), allowed.ofSum),
                   skipConversions(add.getRhs(), allowed.ofSum)};
  if (terms[0] != body->getArgument(2))
    std::swap(terms[0], terms[1]);
  auto product = terms[1].getDefiningOp<arith::MulFOp>();
  if (terms[0] != body->getArgument(2) || !product)
    return false;
  Value factors[] = {skipConversions(product.getLhs(), allowed.ofInput),
                     skipConversions(product.getRhs(), allowed.ofInput)};
  if (factors[0] != body->getArgument(0))
    std::swap(factors[0], factors[1]);
  return factors[0] == body->getArgument(0) &&
         factors[1] == body->getArgument(1);
}

std::string mlir::mx::getBodyProblem(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return llvm::formatv("has {0} inputs and {1} results, expected a product "
                         "of two inputs",
                         op.getNumDpsInputs(), op.getNumDpsInits());
  // One conversion leads to the type of the accumulator: none is to a type that
  // could not be an operand.
  if (sumsProducts(op.getBlock(), {/*ofInput=*/1, /*ofSum=*/0}))
    return "";
  constexpr unsigned any = std::numeric_limits<unsigned>::max();
  if (sumsProducts(op.getBlock(), {any, any}))
    return "converts an input twice, or the sum: these roundings would be lost";
  return "computes more than a sum of products";
}
