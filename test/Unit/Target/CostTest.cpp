//===- CostTest.cpp - predicted cycles and the choice of kernels ----------===//

#include "mx/Target/Cost.h"
#include "mx/Dialect/MX/IR/OperandFacts.h"

#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>

using namespace mx;
using mlir::mx::operandFacts;

static OperandFacts facts(std::string_view name) {
  return name == "f32" ? floatOperand("f32", 24)
                       : operandFacts(*findFormat(name));
}

static double milliseconds(const TargetRow &row, double cycles) {
  return cycles / row.clockGHz * 1e-6;
}

static double predicted(const char *name, KernelKind kind, int64_t m,
                        const char *weights = "amxfp4",
                        const char *activations = "amxfp4") {
  const TargetRow &row = *findTarget(name);
  return milliseconds(row,
                      predictedCycles(row, kernelInfo(kind), {m, 4096, 4096},
                                      facts(weights), facts(activations)));
}

static std::string chosen(const char *row, int64_t m,
                          const char *weights = "amxfp4",
                          const char *activations = "amxfp4") {
  return chooseKernel(*findTarget(row), {m, 4096, 4096}, facts(weights),
                      facts(activations))
      .front()
      .kernel->name;
}

/// More of anything costs more, also across row tiles and their panels.
TEST(Cost, GrowsWithTheShape) {
  OperandFacts amxfp4 = facts("amxfp4");
  for (const TargetRow &row : targetRows())
    for (const KernelRow &costs : row.kernels) {
      const KernelInfo &kernel = kernelInfo(costs.kind);
      auto cycles = [&](int64_t m, int64_t n, int64_t k) {
        return predictedCycles(row, kernel, {m, n, k}, amxfp4, amxfp4);
      };
      for (int64_t i = 1; i < 100; ++i) {
        SCOPED_TRACE(std::string(row.name) + " " + kernel.name + " " +
                     std::to_string(i));
        EXPECT_GT(cycles(i, 1, 1), 0);
        EXPECT_LT(cycles(i, 4096, 4096), cycles(i + 1, 4096, 4096));
        EXPECT_LE(cycles(5, i, 4096), cycles(5, i + 1, 4096));
        EXPECT_LE(cycles(5, 4096, i), cycles(5, 4096, i + 1));
        EXPECT_LT(cycles(5, 64 * i, 512), cycles(5, 64 * i + 64, 512));
        EXPECT_LT(cycles(5, 512, 64 * i), cycles(5, 512, 64 * i + 64));
      }
    }
}

/// The prototypes' milliseconds (one core, N = K = 4096, best of the rounds
/// where the machine was bimodal) are predicted within a third.
TEST(Cost, PredictsThePrototypes) {
  struct Measured {
    const char *row;
    KernelKind kernel;
    int64_t m;
    double ms;
  } table[] = {
      {"znver4", KernelKind::AB, 1, 0.319},
      {"znver4", KernelKind::BF16, 1, 0.911},
      {"znver4", KernelKind::BF16, 16, 3.12},
      {"znver4", KernelKind::BF16, 64, 10.2},
      {"znver4", KernelKind::BF16, 512, 77.4},
      {"x86-64-v3", KernelKind::AB, 1, 0.559},
      {"x86-64-v3", KernelKind::AB, 4, 1.47},
      {"x86-64-v3", KernelKind::I16, 16, 5.31},
      {"x86-64-v3", KernelKind::I16, 64, 17.0},
      {"x86-64-v3", KernelKind::I16, 512, 135},
      {"x86-64-v3", KernelKind::F32, 16, 8.8},
      {"x86-64-v3", KernelKind::F32, 64, 25.7},
      {"x86-64-v3", KernelKind::F32, 512, 200},
      {"sapphirerapids", KernelKind::BF16, 512, 206},
  };
  for (const Measured &entry : table) {
    double ms = predicted(entry.row, entry.kernel, entry.m);
    EXPECT_LT(std::fabs(std::log(ms / entry.ms)), std::log(4.0 / 3))
        << entry.row << " " << kernelInfo(entry.kernel).name << " M=" << entry.m
        << ": predicted " << ms << ", measured " << entry.ms;
  }
}

/// Blocks of rows cost at most 3 % more than all rows at once, smaller ones
/// more than that.
TEST(RowBlock, CostsThreePercent) {
  OperandFacts amxfp4 = facts("amxfp4");
  for (const TargetRow &row : targetRows())
    for (const KernelRow &costs : row.kernels) {
      const KernelInfo &kernel = kernelInfo(costs.kind);
      SCOPED_TRACE(std::string(row.name) + " " + kernel.name);
      auto overhead = [&](int64_t rows) {
        auto cycles = [&](int64_t m) {
          return predictedCycles(row, kernel, {m, 4096, 4096}, amxfp4, amxfp4);
        };
        return 64 * cycles(rows) / cycles(64 * rows);
      };
      int64_t block = rowBlock(row, kernel, amxfp4, amxfp4);
      int64_t tile = registerTile(row, costs).rows;
      EXPECT_EQ(block % tile, 0);
      EXPECT_GE(block, 64);
      EXPECT_LT(overhead(block), 1.03);
      if (block >= 64 + 2 * tile)
        EXPECT_GT(overhead(block - 2 * tile), 1.029);
    }
}

/// Prints the table of choices, for who tunes a row.
TEST(Choice, IsPrinted) {
  for (const TargetRow &row : targetRows()) {
    std::printf("%s\n", row.name);
    for (int64_t m : {1, 2, 4, 8, 16, 32, 64, 512}) {
      std::printf("  M=%-4lld", static_cast<long long>(m));
      for (const KernelCandidate &it :
           chooseKernel(row, {m, 4096, 4096}, facts("amxfp4"), facts("amxfp4")))
        if (it.cycles)
          std::printf(" %s%s %.3f ms", it.refusal.empty() ? "" : "(refused) ",
                      it.kernel->name, milliseconds(row, *it.cycles));
      std::printf("\n");
    }
  }
}

/// The choices that were measured as best among these kernels.
TEST(Choice, IsTheMeasuredBest) {
  EXPECT_EQ(chosen("znver4", 1), "ab");
  EXPECT_EQ(chosen("znver4", 4), "ab");
  EXPECT_EQ(chosen("znver4", 64), "bf16");
  EXPECT_EQ(chosen("znver4", 512), "bf16");
  EXPECT_EQ(chosen("x86-64-v3", 1), "ab");
  EXPECT_EQ(chosen("x86-64-v3", 4), "ab");
  EXPECT_EQ(chosen("x86-64-v3", 8), "ab"); // 4.04 ms, i16 4.77
  EXPECT_EQ(chosen("x86-64-v3", 64), "i16");
  EXPECT_EQ(chosen("x86-64-v3", 512), "i16");
  EXPECT_EQ(chosen("sapphirerapids", 1), "ab");
  EXPECT_NE(chosen("sapphirerapids", 512), "bf16");
  EXPECT_EQ(chosen("generic", 1), "f32");
  EXPECT_EQ(chosen("generic", 512), "f32");
}

TEST(Choice, FollowsTheFormats) {
  // No fold for weights of f16 scales, no bytes in float activations.
  EXPECT_EQ(chosen("x86-64-v3", 512, "int4_affine"), "f32");
  EXPECT_EQ(chosen("znver4", 1, "amxfp4", "f32"), "f32");
  EXPECT_EQ(chosen("znver4", 1, "amxfp4", "mxint8"), "ab");
  EXPECT_EQ(chosen("x86-64-v3", 512, "amxfp4", "mxint8"), "i16");
  EXPECT_EQ(chosen("znver4", 512, "amxfp4_ue5m3", "amxfp4_ue5m3"), "bf16");
}

/// Activations of 8 bits cost no more than those of 4.
TEST(Choice, EightBitActivationsAreFree) {
  for (const TargetRow &row : targetRows())
    for (const KernelRow &kernel : row.kernels)
      for (int64_t m : {1, 4, 16, 512})
        EXPECT_LE(predicted(row.name, kernel.kind, m, "amxfp4", "mxint8"),
                  predicted(row.name, kernel.kind, m));
}

/// All kernels are listed: the usable ones by cycles, then the refused ones.
TEST(Choice, ListsTheRefused) {
  std::vector<KernelCandidate> all =
      chooseKernel(*findTarget("x86-64-v3"), {1, 4096, 4096},
                   facts("amxfp4_fp16"), facts("amxfp4_fp16"));
  ASSERT_EQ(all.size(), kernels().size());
  EXPECT_STREQ(all[0].kernel->name, "ab");
  EXPECT_STREQ(all[1].kernel->name, "f32");
  EXPECT_LT(*all[0].cycles, *all[1].cycles);
  EXPECT_STREQ(all[2].kernel->name, "i16"); // predicted, not exact
  EXPECT_TRUE(all[2].cycles.has_value());
  EXPECT_NE(all[2].refusal, "");
  EXPECT_STREQ(all[3].kernel->name, "bf16"); // not on this machine
  EXPECT_FALSE(all[3].cycles.has_value());
  EXPECT_EQ(all[3].refusal, "x86-64-v3 has no vdpbf16ps");
}

/// `f32` is usable everywhere, so there always is a choice.
TEST(Choice, AlwaysExists) {
  for (const TargetRow &row : targetRows())
    for (const NamedFormat &w : formats)
      for (const NamedFormat &x : formats)
        EXPECT_EQ(chooseKernel(row, {3, 5, 7}, operandFacts(w.format),
                               operandFacts(x.format))
                      .front()
                      .refusal,
                  "")
            << row.name;
}
