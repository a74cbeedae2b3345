//===- CeilingsTest.cpp - limits of the machine ---------------------------===//
//
// That loops run and are counted; how fast is no matter of tests.
//
//===----------------------------------------------------------------------===//

#include "Ceilings.h"
#include "MacLoops.h"

#include "gtest/gtest.h"

using namespace mlir::mx;

static constexpr ::mx::MacKind macKinds[] = {
    ::mx::MacKind::F32, ::mx::MacKind::BF16, ::mx::MacKind::Int16,
    ::mx::MacKind::Int8};

TEST(Ceilings, EveryKindOfARowHasALoop) {
  for (const ::mx::TargetRow &row : ::mx::targetRows())
    for (::mx::MacKind kind : macKinds)
      EXPECT_EQ(findMacLoop(row, kind) != nullptr, row.macs(kind) > 0)
          << row.name;
}

TEST(Ceilings, AreMeasuredOnEveryRowThatTheHostCanRun) {
  Buffer memory(1 << 20);
  for (const ::mx::TargetRow &row : ::mx::targetRows()) {
    if (!::mx::hostCanRun(row))
      continue;
    CeilingMeter meter(row, 2, memory);
    for (int i = 0; i < 6; ++i)
      meter.measure();
    Ceilings ceilings = meter.medians();
    EXPECT_GT(ceilings.clockGHz, 0);
    EXPECT_GT(ceilings.dramGBs, 0);
    for (::mx::MacKind kind : macKinds)
      EXPECT_EQ(ceilings.peak(kind) > 0, row.macs(kind) > 0) << row.name;
  }
}

// 4 multiply-accumulates a cycle, 2 operations each.
TEST(Ceilings, BelowTheRowAreVoid) {
  Ceilings ceilings;
  ceilings.clockGHz = 2;
  ceilings.gflops[0] = 0.86 * 2 * 4 * 2;
  EXPECT_EQ(whyVoid(::mx::genericRow(), 1, ceilings), "");
  EXPECT_EQ(whyVoid(::mx::genericRow(), 2, ceilings),
            "f32 peak 13.8 of 32.0 G/s");
}

TEST(Ceilings, MedianOfEvenCountsIsTheMiddle) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 8, 2}), 3);
}
