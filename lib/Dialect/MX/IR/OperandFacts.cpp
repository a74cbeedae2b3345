//===- OperandFacts.cpp - a format as the target table sees it ------------===//

#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Numerics/Codec.h"

#include <algorithm>
#include <cmath>

using namespace mx;

/// Returns a name for diagnostics, also of formats without one.
static std::string describe(const FormatSpec &format) {
  std::string_view name = nameOf(format);
  if (!name.empty())
    return std::string(name);
  return std::string(spec(format.element).name) + " x " +
         std::to_string(format.blockSize) + " with " + spec(format.scale).name +
         " scales";
}

OperandFacts mlir::mx::operandFacts(const FormatSpec &format) {
  const ElementSpec &element = spec(format.element);
  const ScaleSpec &scale = spec(format.scale);
  OperandFacts facts;
  facts.name = describe(format);
  facts.isAffine = format.scheme == Scheme::Affine;
  facts.elementBits = element.bits;
  for (unsigned code = 0; code < 1u << element.bits; ++code) {
    int64_t units = elementUnits(format, code);
    facts.lowestUnits = std::min(facts.lowestUnits, units);
    facts.highestUnits = std::max(facts.highestUnits, units);
  }
  facts.unitExponent = elementUnitExponent(format);
  facts.significand = element.fractionBits + 1;
  facts.scaleSignificand = scale.fractionBits + 1;
  facts.minScaleExponent =
      std::ilogb(decodeScale(format.scale, scale.smallest));
  facts.maxScaleExponent = std::ilogb(scale.max);
  facts.scalesPerBlock = format.scalesPerBlock();
  facts.blockSize = format.blockSize;
  facts.hasOuter = format.hasOuterScale();
  facts.bitsPerElement = bitsPerElement(format);
  return facts;
}
