//===- KernelOps.cpp - register tiles of integer kernels ------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Target/Target.h"

using namespace mlir;
using namespace mlir::mx;

LogicalResult ScaledMicrokernelOp::verify() {
  const ::mx::TargetRow *row = ::mx::findTarget(getTarget());
  if (!row)
    return emitOpError("unknown target '") << getTarget() << "'";
  MemRefType a = getA().getType(), b = getB().getType(), c = getC().getType();
  MemRefType ofA = getAScales().getType(), ofB = getBScales().getType();
  bool fits = c.hasStaticShape() && a.getDimSize(0) == c.getDimSize(0) &&
              ofA.getDimSize(0) == c.getDimSize(0) &&
              ofB.getDimSize(1) == c.getDimSize(1) &&
              b.getDimSize(1) == 2 * c.getDimSize(1);
  if (!fits) // C1
    return emitOpError("found ")
           << a << ", " << b << ", " << ofA << ", " << ofB << " and " << c
           << ", expected static extents of c, its rows in a and a_scales, its "
              "columns in b_scales and twice as many in b";
  for (MemRefType type : {a, b, ofA, ofB, c})
    if (!type.isLastDimUnitStride()) // C2
      return emitOpError("found ") << type << ", expected contiguous rows";
  if (c.getDimSize(1) % row->lanes() != 0) // C3
    return emitOpError("c has ")
           << c.getDimSize(1) << " columns, expected a multiple of the "
           << row->lanes() << " lanes of " << getTarget();
  if (row->macs(::mx::MacKind::Int16) == 0) // C3
    return emitOpError("target '") << getTarget() << "' has no vpmaddwd";
  if (getBlock() <= 0 || getBlock() % 2 != 0) // C4
    return emitOpError("block is ")
           << getBlock() << ", expected a positive even number";
  return success();
}

void ScaledMicrokernelOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand *operand :
       {&getAMutable(), &getBMutable(), &getAScalesMutable(),
        &getBScalesMutable(), &getCMutable()})
    effects.emplace_back(MemoryEffects::Read::get(), operand);
  effects.emplace_back(MemoryEffects::Write::get(), &getCMutable());
}
