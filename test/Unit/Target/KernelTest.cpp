//===- KernelTest.cpp - formats, limits and tiles of the kernels ----------===//

#include "mx/Target/Kernel.h"
#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Codec.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mx;
using mlir::mx::operandFacts;

static OperandFacts facts(std::string_view name) {
  return operandFacts(*findFormat(name));
}

static std::string whyNot(KernelKind kernel, const char *row,
                          const OperandFacts &weights,
                          const OperandFacts &activations) {
  return whyNot(kernelInfo(kernel), *findTarget(row), weights, activations);
}

/// Returns the names of the formats that `kernel` takes with amxfp4 on the
/// other side.
static std::string taken(KernelKind kernel, const char *row, bool asWeights) {
  std::string names;
  for (const NamedFormat &entry : formats) {
    OperandFacts other = facts("amxfp4"), mine = operandFacts(entry.format);
    if (whyNot(kernel, row, asWeights ? mine : other, asWeights ? other : mine)
            .empty())
      names += (names.empty() ? "" : " ") + std::string(entry.name);
  }
  return names;
}

TEST(Facts, AreThoseOfTheFormat) {
  OperandFacts amxfp4 = facts("amxfp4");
  EXPECT_EQ(amxfp4.maxUnits(), 12); // halves: 6
  EXPECT_EQ(amxfp4.unitExponent, -1);
  EXPECT_EQ(amxfp4.significand, 2);
  EXPECT_EQ(amxfp4.scaleSignificand, 3);
  EXPECT_EQ(amxfp4.minScaleExponent, -16);
  EXPECT_EQ(amxfp4.maxScaleExponent, 15);
  EXPECT_TRUE(amxfp4.isAsymmetric());
  EXPECT_EQ(amxfp4.bitsPerElement, 4.5);
  EXPECT_EQ(facts("mxint8").lowestUnits, -128);
  EXPECT_EQ(facts("mxint8").highestUnits, 127);
  EXPECT_EQ(facts("mxfp8_e4m3").maxUnits(), 448 * 512);
  EXPECT_FALSE(facts("int4_affine").isAsymmetric());
  FormatSpec odd = *findFormat("amxfp4");
  odd.blockSize = 64;
  EXPECT_EQ(operandFacts(odd).name, "f4E2M1FN x 64 with f8E5M2 scales");
}

/// `significand` bits hold every element, and the odd part of no scale is
/// longer than `scaleSignificand` bits.
TEST(Facts, SignificandsHoldAllCodes) {
  auto oddBits = [](double value) {
    int bits = 0, exponent;
    for (double x = std::fabs(std::frexp(value, &exponent)); x != 0; ++bits)
      x = 2 * x - std::floor(2 * x);
    return bits;
  };
  for (const NamedFormat &entry : formats) {
    OperandFacts it = operandFacts(entry.format);
    if (it.isAffine) // its codes are unsigned: one bit more
      continue;
    for (unsigned code = 0; code < 1u << it.elementBits; ++code)
      EXPECT_LE(oddBits(elementUnits(entry.format, code)), it.significand)
          << entry.name;
    const ScaleSpec &scale = spec(entry.format.scale);
    for (unsigned code = scale.smallest; code <= scale.largest; ++code)
      EXPECT_LE(oddBits(decodeScale(entry.format.scale, code)),
                it.scaleSignificand)
          << entry.name;
  }
}

TEST(Kernel, NamesRoundTrip) {
  for (const KernelInfo &kernel : kernels()) {
    EXPECT_EQ(findKernel(kernel.name), &kernel);
    EXPECT_EQ(&kernelInfo(kernel.kind), &kernel);
  }
  EXPECT_EQ(findKernel("amx"), nullptr);
}

/// The f32 kernel is never refused, on no machine and for no formats.
TEST(WhyNot, F32TakesAll) {
  for (const TargetRow &row : targetRows())
    for (const NamedFormat &w : formats) {
      EXPECT_EQ(whyNot(KernelKind::F32, row.name, operandFacts(w.format),
                       floatOperand("f32", 24)),
                "");
      for (const NamedFormat &x : formats)
        EXPECT_EQ(whyNot(KernelKind::F32, row.name, operandFacts(w.format),
                         operandFacts(x.format)),
                  "");
    }
}

TEST(WhyNot, FormatsOfEachKernel) {
  EXPECT_EQ(taken(KernelKind::BF16, "znver4", true),
            "mxfp4 mxfp6_e2m3 mxfp6_e3m2 mxfp8_e4m3 mxfp8_e5m2 mxint8 mxint4 "
            "amxfp4 amxfp4_ue5m3 amxfp4_e4m3 amxfp4_pot nvfp4 nvfp4_row "
            "nvfp4_ue5m3");
  EXPECT_EQ(taken(KernelKind::BF16, "znver4", false),
            taken(KernelKind::BF16, "znver4", true));
  EXPECT_EQ(taken(KernelKind::I16, "x86-64-v3", true),
            "mxfp4 mxint4 amxfp4 amxfp4_ue5m3 amxfp4_e4m3 amxfp4_pot int4");
  EXPECT_EQ(taken(KernelKind::I16, "x86-64-v3", false),
            "mxfp4 mxint8 mxint4 amxfp4 amxfp4_ue5m3 amxfp4_e4m3 amxfp4_pot "
            "int4");
  EXPECT_EQ(taken(KernelKind::AB, "x86-64-v3", true),
            "mxfp4 mxint4 amxfp4 amxfp4_ue5m3 amxfp4_e4m3 amxfp4_pot "
            "amxfp4_fp16 int4");
  EXPECT_EQ(taken(KernelKind::AB, "x86-64-v3", false),
            "mxfp4 mxint8 mxint4 amxfp4 amxfp4_ue5m3 amxfp4_e4m3 amxfp4_pot "
            "amxfp4_fp16 int4");
}

TEST(WhyNot, GivesTheReason) {
  OperandFacts amxfp4 = facts("amxfp4"), f32 = floatOperand("f32", 24);
  EXPECT_EQ(whyNot(KernelKind::BF16, "x86-64-v3", amxfp4, amxfp4),
            "x86-64-v3 has no vdpbf16ps");
  EXPECT_EQ(whyNot(KernelKind::BF16, "generic", amxfp4, amxfp4),
            "generic has no vdpbf16ps");
  EXPECT_EQ(whyNot(KernelKind::AB, "znver4", amxfp4, f32),
            "an integer kernel needs activations in blocks, found f32");
  EXPECT_EQ(whyNot(KernelKind::AB, "znver4", facts("mxint8"), amxfp4),
            "weights are decoded by a table of 16 codes, found mxint8");
  EXPECT_EQ(whyNot(KernelKind::AB, "znver4", amxfp4, facts("mxfp6_e3m2")),
            "activation elements up to 448 units are no signed bytes, found "
            "mxfp6_e3m2");
  EXPECT_EQ(whyNot(KernelKind::BF16, "znver4", facts("int4"), amxfp4),
            "weights have 14 significant bits, bf16 holds 8, found int4");
  EXPECT_EQ(whyNot(KernelKind::BF16, "znver4", amxfp4, f32),
            "vdpbf16ps flushes subnormals, which floats may hold, found f32");
  EXPECT_EQ(whyNot(KernelKind::I16, "x86-64-v3", facts("amxfp4_fp16"), amxfp4),
            "a scale of 11 significant bits is no signed byte, found "
            "amxfp4_fp16");
  EXPECT_EQ(whyNot(KernelKind::AB, "x86-64-v3", facts("nvfp4"), amxfp4),
            "blocks are not those of the weights, of 16, found amxfp4");
  EXPECT_EQ(whyNot(KernelKind::I16, "x86-64-v3", amxfp4, facts("mxfp8_e4m3")),
            "folded activations up to 229376 exceed int16, or the sum of a "
            "block int32, found mxfp8_e4m3");
  EXPECT_EQ(whyNot(KernelKind::AB, "znver4", facts("int4_affine"), amxfp4),
            "the minimum of affine weights needs sums of the other operand, "
            "found int4_affine");
}

/// Constants whose scales lie too far apart are refused by what is known.
TEST(WhyNot, KnownGapOfConstants) {
  OperandFacts weights = facts("amxfp4");
  weights.knownGap = 4;
  EXPECT_EQ(whyNot(KernelKind::I16, "x86-64-v3", weights, facts("amxfp4")), "");
  weights.knownGap = 5;
  EXPECT_EQ(whyNot(KernelKind::I16, "x86-64-v3", weights, facts("amxfp4")),
            "exponents of a block's scales lie 5 apart, folding allows 4, "
            "found amxfp4");
  EXPECT_EQ(whyNot(KernelKind::AB, "x86-64-v3", weights, facts("amxfp4")), "");
}

/// Folded blocks at their limits fit the integers they are computed in, and
/// one step further they do not.
TEST(Limits, FoldedBlocksFit) {
  const KernelInfo &i16 = kernelInfo(KernelKind::I16);
  KernelLimits paper = limitsOf(i16, facts("amxfp4"), facts("amxfp4"));
  EXPECT_EQ(paper.weights.maxGap, 4);
  EXPECT_EQ(paper.activations.maxGap, 8);
  EXPECT_EQ(
      limitsOf(i16, facts("amxfp4_ue5m3"), facts("amxfp4")).weights.maxGap, 3);
  for (const NamedFormat &w : formats)
    for (const NamedFormat &x : formats) {
      OperandFacts a = operandFacts(w.format), b = operandFacts(x.format);
      if (!whyNot(i16, *findTarget("x86-64-v3"), a, b).empty())
        continue;
      KernelLimits limits = limitsOf(i16, a, b);
      auto largest = [](const OperandFacts &it, int gap) {
        if (!it.isAsymmetric()) // its scale stays f32
          return it.maxUnits();
        return it.maxUnits() * ((int64_t(1) << it.scaleSignificand) - 1) << gap;
      };
      int64_t weight = largest(a, limits.weights.maxGap);
      int64_t activation = largest(b, limits.activations.maxGap);
      int64_t group = std::min(a.blockSize, b.blockSize);
      EXPECT_LE(std::max(weight, activation), 32767) << w.name << x.name;
      EXPECT_LT(weight * activation * group, int64_t(1) << 31);
      if (b.isAsymmetric())
        EXPECT_TRUE(2 * activation > 32767 ||
                    2 * weight * activation * group >= int64_t(1) << 31);
    }
}

/// Sums of a block stay exact in f32 in `ab`, and 16-bit sums of 32 products
/// (8 of vpmaddubsw) do not saturate.
TEST(Limits, ByteSumsFit) {
  for (const NamedFormat &w : formats)
    for (const NamedFormat &x : formats) {
      OperandFacts a = operandFacts(w.format), b = operandFacts(x.format);
      if (!whyNot(KernelKind::AB, "x86-64-v3", a, b).empty())
        continue;
      EXPECT_LT(a.maxUnits() * b.maxUnits() * 256, 1 << 24);
      EXPECT_LE(a.maxUnits() * b.maxUnits() * 2 * 8, 32767);
      EXPECT_LE(a.scaleSignificand + b.scaleSignificand, 24);
    }
}

/// Only power-of-two scales leave the range in which products are normal.
TEST(Limits, ScaleRange) {
  for (const NamedFormat &entry : formats) {
    OperandFacts it = operandFacts(entry.format);
    KernelLimits limits = limitsOf(kernelInfo(KernelKind::AB), it, it);
    EXPECT_EQ(limits.weights.any(), entry.format.scale == ScaleKind::E8M0)
        << entry.name;
  }
  OperandFacts mxfp4 = facts("mxfp4");
  DataLimits ab = limitsOf(kernelInfo(KernelKind::AB), mxfp4, mxfp4).weights;
  // 1/2 * 2^-62 = 2^-63; 4 * 2^60 = 2^62.
  EXPECT_EQ(ab.minScaleExponent, -62);
  EXPECT_EQ(ab.maxScaleExponent, 60);
  DataLimits f32 = limitsOf(kernelInfo(KernelKind::F32), mxfp4, mxfp4).weights;
  EXPECT_EQ(f32.maxScaleExponent, 125);
  EXPECT_FALSE(
      limitsOf(kernelInfo(KernelKind::F32), mxfp4, floatOperand("f32", 24))
          .activations.any());
}

TEST(Roundings, FollowTheFormulas) {
  OperandFacts amxfp4 = facts("amxfp4"), mxint8 = facts("mxint8");
  auto r = [](KernelKind kind, const OperandFacts &w, const OperandFacts &x) {
    return roundings(kernelInfo(kind), 4096, w, x);
  };
  EXPECT_EQ(r(KernelKind::F32, amxfp4, amxfp4), 4097);
  EXPECT_EQ(r(KernelKind::BF16, amxfp4, amxfp4), 4096);
  EXPECT_EQ(r(KernelKind::I16, amxfp4, amxfp4), 129);
  EXPECT_EQ(r(KernelKind::AB, amxfp4, amxfp4), 512); // two sides, two digits
  EXPECT_EQ(r(KernelKind::AB, amxfp4, mxint8), 256);
  EXPECT_EQ(r(KernelKind::AB, facts("mxfp4"), mxint8), 128);
  EXPECT_EQ(r(KernelKind::AB, facts("nvfp4"), mxint8), 256); // blocks of 16
  EXPECT_EQ(r(KernelKind::F32, facts("int4_affine"), amxfp4), 4098);
  EXPECT_EQ(r(KernelKind::I16, facts("nvfp4"), facts("nvfp4")), 258);
  EXPECT_EQ(roundings(kernelInfo(KernelKind::I16), 33, amxfp4, amxfp4), 3);
}

/// What was counted on a prototype of vpmaddubsw with two vectors and 16
/// registers: 5 rows do not spill, 6 do a little, 8 much.
TEST(Tile, CountsWhatSpilled) {
  TileRegisters bytes{1, 1, 3}; // broadcast, product, ones
  EXPECT_LE(registersNeeded(bytes, {5, 2}), 16);
  EXPECT_EQ(registersNeeded(bytes, {6, 2}), 17);
  EXPECT_EQ(registersNeeded(bytes, {8, 2}), 21);
}

TEST(Tile, FitsAndCannotGrow) {
  for (const TargetRow &row : targetRows())
    for (const KernelRow &kernel : row.kernels) {
      RegisterTile tile = registerTile(row, kernel);
      EXPECT_GE(tile.rows, 1);
      EXPECT_LE(registersNeeded(kernel.registers, tile), row.vectorRegisters)
          << row.name << " " << kernelInfo(kernel.kind).name;
      EXPECT_GT(
          registersNeeded(kernel.registers, {tile.rows + 1, tile.vectors}),
          row.vectorRegisters);
    }
}

/// The tiles of the hand-written kernels.
TEST(Tile, IsTheHandWrittenOne) {
  auto tile = [](const char *row, KernelKind kind) {
    const TargetRow &target = *findTarget(row);
    RegisterTile found = registerTile(target, *target.find(kind));
    return std::to_string(found.rows) + "x" + std::to_string(found.vectors);
  };
  EXPECT_EQ(tile("x86-64-v3", KernelKind::F32), "6x2");
  EXPECT_EQ(tile("x86-64-v3", KernelKind::I16), "6x2");
  EXPECT_EQ(tile("znver4", KernelKind::I16), "6x4");
  EXPECT_EQ(tile("x86-64-v3", KernelKind::AB), "4x1");
  EXPECT_EQ(tile("znver4", KernelKind::AB), "8x1");
  EXPECT_EQ(tile("znver4", KernelKind::BF16), "6x4");
  EXPECT_EQ(tile("generic", KernelKind::F32), "6x2");
}
