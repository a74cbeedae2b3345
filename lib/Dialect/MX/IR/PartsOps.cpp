//===- PartsOps.cpp - verifiers and effects of ops on parts ---------------===//

#include "mx/Dialect/MX/IR/MX.h"

using namespace mlir;
using namespace mlir::mx;

/// Checks that there is an `outer` exactly where `format` has an outer scale.
static LogicalResult verifyOuterPart(Operation *op, Type format, Value outer) {
  bool wanted = cast<BlockType>(format).hasOuterScale();
  if (wanted == (outer != nullptr))
    return success();
  return op->emitOpError(wanted ? "has no outer scale, expected one for "
                                : "has an outer scale, expected none for ")
         << format;
}

/// Checks that `part` has `rank` axes of i8, or of floats.
static LogicalResult verifyPart(Operation *op, StringRef name, Value part,
                                int64_t rank, bool isBytes) {
  auto type = cast<ShapedType>(part.getType());
  Type element = type.getElementType();
  bool fits = isBytes ? element.isInteger(8)
                      : element.isF32() || element.isF16() || element.isBF16();
  if (!fits)
    return op->emitOpError(name) << " is " << type << ", expected "
                                 << (isBytes ? "i8" : "f32, f16 or bf16");
  if (!type.hasRank() || type.getRank() != rank)
    return op->emitOpError(name)
           << " is " << type << ", expected " << rank << " axes";
  return success();
}

/// Checks codes of `rank` axes and scales of one more.
static LogicalResult verifyBytes(Operation *op, Value codes, Value scales,
                                 int64_t rank) {
  return success(
      succeeded(verifyPart(op, "codes", codes, rank, /*isBytes=*/true)) &&
      succeeded(verifyPart(op, "scales", scales, rank + 1, /*isBytes=*/true)));
}

/// Number of axes of a float operand; 0, which nothing fits, where that is
/// unknown.
static int64_t rankOf(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return type.hasRank() ? type.getRank() : 0;
}

LogicalResult QuantizePartsOp::verify() {
  if (failed(verifyOuterPart(*this, getFormat(), getOuter()))) // C1
    return failure();
  std::string reason =
      ::mx::invalidReason(getFormatSpec(), getQuantizer().getQuantizer());
  if (!reason.empty()) // C2
    return emitOpError(reason);
  int64_t rank = std::max<int64_t>(rankOf(getSource()), 1);
  if (failed(verifyPart(*this, "source", getSource(), rank, false))) // C3
    return failure();
  reason = LoweringConfigAttr::whyNotQuantize(
      getLoweringConfigAttr(), getFormatSpec(), getQuantizer().getQuantizer());
  if (!reason.empty()) // C4
    return emitOpError("lowering_config: ") << reason;
  return verifyBytes(*this, getCodes(), getScales(), rank); // C3
}

LogicalResult DequantizePartsOp::verify() {
  if (failed(verifyOuterPart(*this, getFormat(), getOuter()))) // C1
    return failure();
  int64_t rank = std::max<int64_t>(rankOf(getInit()), 1);
  if (failed(verifyPart(*this, "init", getInit(), rank, false))) // C2
    return failure();
  return verifyBytes(*this, getCodes(), getScales(), rank); // C2
}

/// Checks the operands of one side of a product with results of `rank` axes:
/// their number and, by kind, their axes.
static LogicalResult verifySide(MatmulPartsOp op, StringRef name,
                                OperandRange parts, std::optional<Type> format,
                                int64_t rank, bool isPacked = false) {
  size_t wanted = isPacked || !format ? 1 : 2;
  if (format && cast<BlockType>(*format).hasOuterScale())
    ++wanted;
  if (parts.size() != wanted) { // C1
    InFlightDiagnostic diag = op.emitOpError(name)
                              << " has " << parts.size()
                              << " operands, expected " << wanted;
    return format ? diag << " of " << *format : diag << " without a format";
  }
  if (!format)
    return verifyPart(op, name, parts[0], rank, /*isBytes=*/false); // C2
  if (isPacked)
    return verifyPart(op, "tiles", parts[0], rank + 1, /*isBytes=*/true); // C2
  return verifyBytes(op, parts[0], parts[1], rank);                       // C2
}

LogicalResult MatmulPartsOp::verify() {
  int64_t rank = std::max<int64_t>(rankOf(getInit()), 2);
  if (failed(verifyPart(*this, "init", getInit(), rank, false))) // C2
    return failure();
  if (failed(verifySide(*this, "lhs", getLhs(), getLhsFormat(), rank)))
    return failure();
  std::string reason = LoweringConfigAttr::whyNotMatmul(
      getLoweringConfigAttr(), getLhsSpec(), getRhsSpec(),
      getAccumulate() == Accumulate::InOrder);
  if (!reason.empty()) // C3
    return emitOpError("lowering_config: ") << reason;
  return verifySide(*this, "rhs", getRhs(), getRhsFormat(),
                    isRhsShared() ? 2 : rank, getPacked());
}

bool MatmulPartsOp::isRhsShared() {
  return !getRhs().empty() && rankOf(getRhs().front()) == (getPacked() ? 3 : 2);
}

LogicalResult PackPartsOp::verify() {
  int64_t rank = std::max<int64_t>(rankOf(getCodes()), 2);
  if (failed(verifyPart(*this, "tiles", getTiles(), rank + 1, true))) // C1
    return failure();
  return verifyBytes(*this, getCodes(), getScales(), rank); // C1
}

LogicalResult UnpackPartsOp::verify() {
  int64_t rank = std::max<int64_t>(rankOf(getCodes()), 2);
  if (failed(verifyPart(*this, "tiles", getTiles(), rank + 1, true))) // C1
    return failure();
  return verifyBytes(*this, getCodes(), getScales(), rank); // C1
}

LogicalResult MicrokernelOp::verify() {
  const ::mx::TargetRow *row = ::mx::findTarget(getTarget());
  if (!row)
    return emitOpError("unknown target '") << getTarget() << "'";
  MemRefType a = getA().getType(), b = getB().getType(), c = getC().getType();
  if (a.getElementType() != b.getElementType()) // C4
    return emitOpError("found elements ")
           << a.getElementType() << " and " << b.getElementType()
           << ", expected the same";
  const int64_t group = b.getElementType().isBF16() ? 2 : 1;
  if (!c.hasStaticShape() || a.getDimSize(0) != c.getDimSize(0) ||
      b.getDimSize(1) != c.getDimSize(1) * group) // C1
    return emitOpError("found ")
           << a << ", " << b << " and " << c
           << ", expected static extents of c, its rows in a and its columns "
              "in b";
  for (MemRefType type : {a, b, c})
    if (!type.isLastDimUnitStride()) // C2
      return emitOpError("found ") << type << ", expected contiguous rows";
  if (c.getDimSize(1) % row->lanes() != 0) // C3
    return emitOpError("c has ")
           << c.getDimSize(1) << " columns, expected a multiple of the "
           << row->lanes() << " lanes of " << getTarget();
  return success();
}

//===----------------------------------------------------------------------===//
// Effects of ops on parts
//===----------------------------------------------------------------------===//

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

/// Reads every memref operand but the inits that are only written; writes the
/// inits. On tensors there is no effect.
static void partsEffects(DestinationStyleOpInterface op, bool readsInits,
                         Effects &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<BaseMemRefType>(operand.get().getType()))
      continue;
    if (!op.isDpsInit(&operand) || readsInits)
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
  }
}

void QuantizePartsOp::getEffects(Effects &effects) {
  partsEffects(*this, /*readsInits=*/false, effects);
}

void DequantizePartsOp::getEffects(Effects &effects) {
  partsEffects(*this, /*readsInits=*/false, effects);
}

void PackPartsOp::getEffects(Effects &effects) {
  partsEffects(*this, /*readsInits=*/false, effects);
}

void UnpackPartsOp::getEffects(Effects &effects) {
  partsEffects(*this, /*readsInits=*/false, effects);
}

void MatmulPartsOp::getEffects(Effects &effects) {
  partsEffects(*this, /*readsInits=*/!getFromZero(), effects);
}

void MicrokernelOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), &getAMutable());
  effects.emplace_back(MemoryEffects::Read::get(), &getBMutable());
  effects.emplace_back(MemoryEffects::Read::get(), &getCMutable());
  effects.emplace_back(MemoryEffects::Write::get(), &getCMutable());
}
