//===- Rewrite.cpp - a matched contraction as mx.matmul -------------------===//

#include "Rewrite.h"
#include "Convolution.h"
#include "Layout.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::mx;

namespace {
/// The axes of the operands of mx.matmul.
struct MatmulAxes {
  AxisGroups lhs, rhs, init;
};
} // namespace

/// A weight without batches takes any number of rows: the outer loops of M stay
/// axes. With batches M is one axis.
static MatmulAxes getAxes(const Contraction &c) {
  AxisGroups rows(c.batch.size(), 1);
  if (c.batch.empty() && !c.m.empty())
    rows.assign(c.m.size(), 1);
  else
    rows.push_back(c.m.size());
  MatmulAxes axes{rows, AxisGroups(c.batch.size(), 1), rows};
  axes.lhs.push_back(c.k.size());
  axes.rhs.append({c.n.size(), c.k.size()});
  axes.init.push_back(c.n.size());
  return axes;
}

/// Repeats `lhs` along the loops of M that it lacks.
static IndexedTensor repeatLhs(OpBuilder &builder, Location loc,
                               const Contraction &c) {
  SmallVector<OpFoldResult> sizes;
  SmallVector<int64_t> added;
  IndexedTensor result{c.lhs.value, {}};
  for (auto [axis, loop] : llvm::enumerate(c.init.loops)) {
    if (!llvm::is_contained(c.m, loop) || llvm::is_contained(c.lhs.loops, loop))
      continue;
    added.push_back(added.size());
    sizes.push_back(tensor::getMixedSize(builder, loc, c.init.value, axis));
    result.loops.push_back(loop);
  }
  if (added.empty())
    return c.lhs;
  llvm::append_range(sizes, tensor::getMixedSizes(builder, loc, c.lhs.value));
  llvm::append_range(result.loops, c.lhs.loops);
  Value init = tensor::EmptyOp::create(builder, loc, sizes,
                                       getElementTypeOrSelf(c.lhs.value));
  result.value =
      linalg::BroadcastOp::create(builder, loc, c.lhs.value, init, added)
          ->getResult(0);
  return result;
}

static Value quantize(OpBuilder &builder, Location loc, Value source,
                      const Recipe &recipe) {
  auto format = BlockType::get(builder.getContext(), recipe.preset.format);
  Value outer;
  if (format.hasOuterScale())
    outer = OuterScaleOp::create(builder, loc, source, format);
  Value init = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, source), format);
  return QuantizeOp::create(
      builder, loc, init.getType(), source, init, outer,
      QuantizerAttr::get(builder.getContext(), recipe.preset.quantizer),
      LoweringConfigAttr());
}

/// Returns the loops of `outer`, `middle` and `inner` one after the other.
static SmallVector<unsigned> concat(ArrayRef<unsigned> outer,
                                    ArrayRef<unsigned> middle,
                                    ArrayRef<unsigned> inner) {
  SmallVector<unsigned> loops(outer);
  llvm::append_range(loops, middle);
  llvm::append_range(loops, inner);
  return loops;
}

/// Creates the product; returns the value of `c.init`'s type, and the op.
static std::pair<Value, MatmulOp> createMatmul(OpBuilder &builder, Location loc,
                                               Contraction c,
                                               const Formats &formats) {
  c.lhs = collapseAxes(builder, loc, c.lhs);
  c.rhs = collapseAxes(builder, loc, c.rhs);
  MatmulAxes axes = getAxes(c);
  auto bring = [&](const IndexedTensor &tensor, ArrayRef<unsigned> loops,
                   const AxisGroups &groups) {
    Value permuted = permuteAxes(builder, loc, tensor, loops);
    return groupAxes(builder, loc, permuted, groups);
  };
  Value lhs =
      bring(repeatLhs(builder, loc, c), concat(c.batch, c.m, c.k), axes.lhs);
  if (formats.activations)
    lhs = quantize(builder, loc, lhs, *formats.activations);
  Value rhs = bring(c.rhs, concat(c.batch, c.n, c.k), axes.rhs);
  rhs = quantize(builder, loc, rhs, formats.weights);

  SmallVector<unsigned> loops = concat(c.batch, c.m, c.n);
  Value permuted = permuteAxes(builder, loc, c.init, loops);
  Value init = groupAxes(builder, loc, permuted, axes.init);
  auto matmul =
      MatmulOp::create(builder, loc, init.getType(), lhs, rhs, init,
                       /*accumulate=*/AccumulateAttr(), LoweringConfigAttr());
  Value result =
      ungroupAxes(builder, loc, matmul.getResult(), axes.init, permuted);
  return {permuteAxes(builder, loc, {result, loops}, c.init.loops), matmul};
}

/// Returns true for a discardable attribute that `matmul` keeps: not what has
/// been obeyed, and none that would be one of its own where it is printed.
static bool isKept(MatmulOp matmul, StringAttr name) {
  return name != MXDialect::kPolicyAttr &&
         name != linalg::LinalgDialect::kMemoizedIndexingMapsAttrName &&
         !llvm::is_contained(matmul->getName().getAttributeNames(), name);
}

/// contract(a, b) outs(c)  ->  mx.matmul(quantize(a), quantize(b)) outs(c),
/// each brought to the axes that mx.matmul wants, and the result back
void mlir::mx::rewriteAsMatmul(RewriterBase &rewriter, const Match &match) {
  linalg::LinalgOp op = match.op;
  SmallVector<NamedAttribute> attributes(op->getDiscardableAttrs());
  std::optional<Contraction> contraction = match.contraction;
  if (!contraction) {
    Im2Col im2col = rewriteAsContraction(rewriter, op);
    op = im2col.op;
    contraction = getContraction(op, im2col.filter);
  }
  rewriter.setInsertionPoint(op);
  auto [result, matmul] =
      createMatmul(rewriter, op.getLoc(), *contraction, match.formats);
  for (NamedAttribute attr : attributes)
    if (isKept(matmul, attr.getName()))
      matmul->setDiscardableAttr(attr.getName(), attr.getValue());
  rewriter.replaceOp(op, result);
}
