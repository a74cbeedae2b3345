//===- RowTest.cpp - the rows of the target table, and the host's ---------===//

#include "mx/Target/Target.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include <gtest/gtest.h>

using namespace mx;

/// Returns the features in "+a,+b".
static llvm::StringSet<> namesIn(llvm::StringRef features) {
  llvm::SmallVector<llvm::StringRef> parts;
  features.split(parts, ',', -1, /*KeepEmpty=*/false);
  llvm::StringSet<> names;
  for (llvm::StringRef part : parts) {
    EXPECT_TRUE(part.consume_front("+")) << part.str();
    names.insert(part);
  }
  return names;
}

static const TargetRow &pick(llvm::StringRef cpu, llvm::StringRef features) {
  llvm::StringSet<> names = namesIn(features);
  return pickTarget(cpu,
                    [&](llvm::StringRef name) { return names.contains(name); });
}

TEST(Row, FiguresArePositive) {
  for (const TargetRow &row : targetRows()) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(findTarget(row.name), &row);
    EXPECT_GT(row.caches.l1d, 0);
    EXPECT_GT(row.caches.l2, row.caches.l1d);
    EXPECT_GT(row.caches.l3, row.caches.l1d);
    EXPECT_EQ(row.vectorBits % 128, 0);
    EXPECT_GE(row.vectorRegisters, 16);
    EXPECT_GT(row.clockGHz, 0);
    EXPECT_GT(row.dramGBs, 0);
    EXPECT_GT(row.quantizeGBs, 0);
    EXPECT_FALSE(row.kernels.empty());
    EXPECT_NE(row.find(KernelKind::F32), nullptr);
    EXPECT_GT(row.macs(MacKind::F32), 0);
  }
  EXPECT_EQ(findTarget("host"), nullptr);
  EXPECT_EQ(findTarget(""), nullptr);
}

/// A host that has the features of a row has all that code for its CPU may use.
TEST(Row, FeaturesCoverTheCpu) {
  llvm::SmallVector<llvm::StringRef> base;
  llvm::X86::getFeaturesForCPU("x86-64-v2", base);
  llvm::StringSet<> known;
  for (llvm::StringRef feature : base)
    known.insert(feature);
  for (const TargetRow &row : targetRows().drop_front()) {
    llvm::StringSet<> named = namesIn(row.features);
    llvm::SmallVector<llvm::StringRef> implied;
    llvm::X86::getFeaturesForCPU(row.cpu, implied);
    ASSERT_FALSE(implied.empty()) << row.cpu;
    for (llvm::StringRef feature : implied)
      EXPECT_TRUE(known.contains(feature) || named.contains(feature) ||
                  feature == "xsave")
          << row.name << ": " << feature.str();
  }
}

/// The machine that a row is tuned for has what the row needs.
TEST(Row, TunedMachineHasTheFeatures) {
  for (const TargetRow &row : targetRows().drop_front()) {
    llvm::SmallVector<llvm::StringRef> has;
    llvm::X86::getFeaturesForCPU(row.tuneCpu, has);
    EXPECT_TRUE(canRun(row, [&](llvm::StringRef feature) {
      return llvm::is_contained(has, feature);
    })) << row.name;
  }
}

TEST(Pick, TakesTheBestRowOfAnUnknownMachine) {
  const TargetRow &v3 = *findTarget("x86-64-v3");
  const TargetRow &zen4 = *findTarget("znver4");
  const TargetRow &spr = *findTarget("sapphirerapids");
  EXPECT_EQ(&pick("", ""), &genericRow());
  EXPECT_EQ(&pick("apple-m1", "+neon"), &genericRow());
  EXPECT_EQ(&pick("haswell", v3.features), &v3);
  EXPECT_EQ(&pick("znver5", zen4.features), &zen4);
  EXPECT_EQ(&pick("graniterapids", spr.features), &spr);
}

/// A name is believed only as far as the features are there.
TEST(Pick, TakesTheRowOfTheName) {
  const TargetRow &v3 = *findTarget("x86-64-v3");
  const TargetRow &zen4 = *findTarget("znver4");
  const TargetRow &spr = *findTarget("sapphirerapids");
  EXPECT_EQ(&pick("znver4", spr.features), &zen4);
  EXPECT_EQ(&pick("znver4", v3.features), &v3);
  EXPECT_EQ(&pick("sapphirerapids", "+avx"), &genericRow());
}

/// Every row is found again from its features alone.
TEST(Pick, FindsEachRow) {
  for (const TargetRow &row : targetRows())
    EXPECT_EQ(&pick("unheard-of", row.features), &row) << row.name;
}

TEST(Host, IsARowOfTheTable) {
  EXPECT_EQ(findTarget(hostTarget().name), &hostTarget());
}
