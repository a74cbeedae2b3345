//===- Limits.cpp - for which formats and data a kernel is exact ----------===//

#include "mx/Target/Kernel.h"
#include "llvm/ADT/Twine.h"

#include <algorithm>

using namespace mx;
using llvm::Twine;

/// A side's significand stays an operand of vpmaddubsw or a byte multiply
/// while the weights of `i16` are folded.
static constexpr int64_t largestSignedByte = 127;
static constexpr int64_t largestInt16 = 32767;
static constexpr int64_t largestInt32 = 2147483647;

/// Returns the largest significand of a scale, as an integer: 7 for E5M2.
/// A single scale stays f32.
static int64_t largestMultiplier(const OperandFacts &facts) {
  return facts.isAsymmetric() ? (int64_t(1) << facts.scaleSignificand) - 1 : 1;
}

/// Returns the largest folded |element| of a block whose scales have the same
/// exponent: 84 for amxfp4, 12 for mxfp4.
static int64_t folded(const OperandFacts &facts) {
  return facts.maxUnits() * largestMultiplier(facts);
}

static bool fitsSignedByte(const OperandFacts &facts) {
  return facts.lowestUnits >= -128 && facts.highestUnits <= 127;
}

/// Returns how often `value` can be doubled without exceeding `limit`, -1
/// where it exceeds it already.
static int doublings(int64_t value, int64_t limit) {
  int count = -1;
  for (; value <= limit; value *= 2)
    ++count;
  return count;
}

int mx::maxDigits(const OperandFacts &activations) {
  return activations.isAsymmetric() ? 2 : 1;
}

static std::string found(const Twine &reason, const OperandFacts &facts) {
  return (reason + ", found " + facts.name).str();
}

/// Returns why the codes of `facts` are no integers times a scale.
static std::string whyNoIntegers(const OperandFacts &facts,
                                 const char *operand) {
  if (!facts.isBlock)
    return found(Twine("an integer kernel needs ") + operand + " in blocks",
                 facts);
  if (facts.isAffine)
    return found(Twine("the minimum of affine ") + operand +
                     " needs sums of the other operand",
                 facts);
  return {};
}

static std::string whyNoSmallWeights(const OperandFacts &weights) {
  std::string reason = whyNoIntegers(weights, "weights");
  if (reason.empty() && weights.elementBits != 4)
    return found("weights are decoded by a table of 16 codes", weights);
  return reason;
}

static std::string whyNotBF16(const OperandFacts &facts, const char *operand) {
  if (!facts.isBlock)
    return found("vdpbf16ps flushes subnormals, which floats may hold", facts);
  if (facts.isAffine)
    return found(Twine("affine ") + operand + " are not exact in bf16", facts);
  int bits = facts.significand + facts.scaleSignificand;
  if (facts.scaleSignificand == 1)
    bits = facts.significand;
  if (bits > 8)
    return found(Twine(operand) + " have " + Twine(bits) +
                     " significant bits, bf16 holds 8",
                 facts);
  return {};
}

/// Returns how far apart the scales of a weight block may lie: a multiplier is
/// a signed byte.
static int weightGap(const OperandFacts &weights) {
  return doublings(largestMultiplier(weights), largestSignedByte);
}

/// Returns how far apart those of an activation block may lie: folded elements
/// fit int16, and the sum of a block's products with the largest folded
/// weights fits int32. Negative where none do.
static int activationGap(const OperandFacts &weights,
                         const OperandFacts &activations) {
  int64_t group = std::min(weights.blockSize, activations.blockSize);
  int64_t largestWeight = folded(weights);
  if (weights.isAsymmetric())
    largestWeight <<= std::max(weightGap(weights), 0);
  int64_t fitsSum = largestInt32 / (group * largestWeight);
  return doublings(folded(activations), std::min(largestInt16, fitsSum));
}

static std::string whyNoGap(const OperandFacts &facts, int limit) {
  // Sides of one exponent are few: a kernel for them alone does not pay.
  if (facts.isAsymmetric() && limit < 1)
    return found("the two sides of a block fold into integers only where their "
                 "scales have one exponent",
                 facts);
  if (facts.knownGap && *facts.knownGap > limit)
    return found("exponents of a block's scales lie " + Twine(*facts.knownGap) +
                     " apart, folding allows " + Twine(limit),
                 facts);
  return {};
}

/// Returns why blocks of both sides are not those that integer kernels sum.
static std::string whyNotBlocks(const OperandFacts &weights,
                                const OperandFacts &activations) {
  if (weights.blockSize != activations.blockSize)
    return found("blocks are not those of the weights, of " +
                     Twine(weights.blockSize),
                 activations);
  bool areBytes =
      activations.elementBits == 8 && activations.highestUnits == 127;
  if (activations.elementBits != 4 && !areBytes)
    return found("activations are read by a table of 16 codes, or are bytes",
                 activations);
  // Vectors hold 16 codes; sums of more than 32 products exceed 16 bits.
  if (weights.blockSize != 16 && weights.blockSize != 32)
    return found("integer kernels sum blocks of 16 and 32", weights);
  return {};
}

static std::string whyNotI16(const OperandFacts &weights,
                             const OperandFacts &activations) {
  std::string reason = whyNoSmallWeights(weights);
  if (reason.empty())
    reason = whyNoIntegers(activations, "activations");
  if (!reason.empty())
    return reason;
  int maxGap = weightGap(weights);
  if (maxGap < 0)
    return found("a scale of " + Twine(weights.scaleSignificand) +
                     " significant bits is no signed byte",
                 weights);
  reason = whyNoGap(weights, maxGap);
  if (!reason.empty())
    return reason;
  maxGap = activationGap(weights, activations);
  if (maxGap < 0)
    return found("folded activations up to " + Twine(folded(activations)) +
                     " exceed int16, or the sum of a block int32",
                 activations);
  reason = whyNoGap(activations, maxGap);
  return reason.empty() ? whyNotBlocks(weights, activations) : reason;
}

static std::string whyNotAB(const OperandFacts &weights,
                            const OperandFacts &activations) {
  std::string reason = whyNoSmallWeights(weights);
  if (reason.empty())
    reason = whyNoIntegers(activations, "activations");
  if (reason.empty() && !fitsSignedByte(activations))
    return found("activation elements up to " + Twine(activations.maxUnits()) +
                     " units are no signed bytes",
                 activations);
  return reason.empty() ? whyNotBlocks(weights, activations) : reason;
}

static const char *instructions(MacKind kind) {
  switch (kind) {
  case MacKind::F32:
    return "f32 arithmetic";
  case MacKind::BF16:
    return "vdpbf16ps";
  case MacKind::Int16:
    return "vpmaddwd";
  case MacKind::Int8:
    return "vpmaddubsw";
  }
  return "such instruction";
}

std::string mx::whyNot(const KernelInfo &kernel, const TargetRow &row,
                       const OperandFacts &weights,
                       const OperandFacts &activations) {
  if (row.macs(kernel.mac) == 0)
    return std::string(row.name) + " has no " + instructions(kernel.mac);
  if (!row.find(kernel.kind))
    return std::string("the row of ") + row.name + " has no such kernel";
  switch (kernel.kind) {
  case KernelKind::F32:
    return {};
  case KernelKind::BF16: {
    std::string reason = whyNotBF16(weights, "weights");
    return reason.empty() ? whyNotBF16(activations, "activations") : reason;
  }
  case KernelKind::I16:
    return whyNotI16(weights, activations);
  case KernelKind::AB:
    return whyNotAB(weights, activations);
  }
  return "unknown kernel";
}

bool DataLimits::any() const {
  DataLimits none;
  return maxGap != none.maxGap || minScaleExponent != none.minScaleExponent ||
         maxScaleExponent != none.maxScaleExponent;
}

/// Returns floor(log2) of the largest |element|, in units of its scale.
static int largestElementExponent(const OperandFacts &facts) {
  return doublings(1, facts.maxUnits()) + facts.unitExponent;
}

/// Keeps the decoded elements of `facts` finite in f32.
static DataLimits finiteElements(const OperandFacts &facts) {
  DataLimits limits;
  int largest = 127 - largestElementExponent(facts);
  if (facts.isBlock && facts.maxScaleExponent > largest)
    limits.maxScaleExponent = largest;
  return limits;
}

/// Keeps all units within 2^-63 and all elements below 2^64, so that a product,
/// and a sum of products, each a multiple of two units, is a normal f32 or 0.
static DataLimits normalProducts(const OperandFacts &facts) {
  DataLimits limits;
  // A significand of s bits ends s - 1 exponents below its first bit.
  int smallest = -63 - facts.unitExponent + facts.scaleSignificand - 1;
  int largest = 63 - largestElementExponent(facts) - 1;
  if (facts.minScaleExponent < smallest)
    limits.minScaleExponent = smallest;
  if (facts.maxScaleExponent > largest)
    limits.maxScaleExponent = largest;
  return limits;
}

KernelLimits mx::limitsOf(const KernelInfo &kernel, const OperandFacts &weights,
                          const OperandFacts &activations) {
  if (kernel.kind == KernelKind::F32)
    return {finiteElements(weights), finiteElements(activations)};
  KernelLimits limits{normalProducts(weights), normalProducts(activations)};
  if (kernel.kind != KernelKind::I16)
    return limits;
  if (weights.isAsymmetric())
    limits.weights.maxGap = weightGap(weights);
  if (activations.isAsymmetric())
    limits.activations.maxGap = activationGap(weights, activations);
  return limits;
}
