//===- Steering.cpp - mx attributes on ops of TOSA ------------------------===//

#include "Steering.h"

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;
using namespace mlir::mx;

static DictionaryAttr getSteeringAttrs(Operation *op) {
  SmallVector<NamedAttribute> attrs;
  for (StringRef name : {MXDialect::kSkipAttr, MXDialect::kPolicyAttr})
    if (Attribute value = op->getDiscardableAttr(name))
      attrs.emplace_back(StringAttr::get(op->getContext(), name), value);
  return DictionaryAttr::get(op->getContext(), attrs);
}

/// A distinct attribute is the op's alone: ops at one place stay apart.
Steering Steering::carry(ModuleOp module) {
  Steering steering(module.getContext());
  module.walk([&](Operation *op) {
    if (!isa_and_nonnull<tosa::TosaDialect>(op->getDialect()))
      return;
    DictionaryAttr attrs = getSteeringAttrs(op);
    if (attrs.empty())
      return;
    LocationAttr own = op->getLoc();
    auto mark = cast<FusedLoc>(FusedLoc::get(steering.context, Location(own),
                                             DistinctAttr::create(attrs)));
    steering.marks.insert(
        {mark, {own, attrs, op->getParentOfType<FunctionOpInterface>()}});
    op->setLoc(mark);
  });
  return steering;
}

/// Returns true for a linalg op that sums, and for an op of TOSA that was left;
/// not for the shapes that a pattern made beside it.
static bool keepsAttrs(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return linalgOp.getNumReductionLoops() > 0;
  return isa_and_nonnull<tosa::TosaDialect>(op->getDialect()) &&
         !isa<tosa::ConstShapeOp>(op);
}

/// Returns the mark in the location of `op`, null where there is none.
FusedLoc Steering::findMark(Operation *op) const {
  FusedLoc mark;
  op->getLoc()->walk([&](Location loc) {
    auto fused = dyn_cast<FusedLoc>(loc);
    if (!fused || !marks.contains(fused))
      return WalkResult::advance();
    mark = fused;
    return WalkResult::interrupt();
  });
  return mark;
}

SmallVector<Steered> Steering::restore(ModuleOp module) {
  SmallVector<Steered> lost;
  if (marks.empty())
    return lost;
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](FusedLoc loc) -> std::optional<Attribute> {
    auto found = marks.find(loc);
    if (found == marks.end())
      return std::nullopt;
    return found->second.loc;
  });
  DenseSet<FusedLoc> kept;
  module.walk([&](Operation *op) {
    FusedLoc mark = keepsAttrs(op) ? findMark(op) : FusedLoc();
    if (mark) {
      kept.insert(mark);
      for (NamedAttribute attr : marks.find(mark)->second.attrs)
        op->setDiscardableAttr(attr.getName(), attr.getValue());
    }
    replacer.replaceElementsIn(op, /*replaceAttrs=*/false,
                               /*replaceLocs=*/true);
  });
  for (auto &[mark, own] : marks)
    if (!kept.contains(mark) && own.attrs.contains(MXDialect::kPolicyAttr))
      lost.push_back(own);
  return lost;
}
