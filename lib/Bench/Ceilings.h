//===- Ceilings.h - what this machine can do at most ------------*- C++ -*-===//
//
// Measured beside the products, so that each of their figures stands as a
// fraction of a limit, and a run on a machine that was busy is known as such.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_CEILINGS_H
#define MX_LIB_BENCH_CEILINGS_H

#include "Buffer.h"

#include "mx/Target/Target.h"

#include <vector>

namespace mlir::mx {

/// Limits of a number of threads together, by one measurement or medians.
struct Ceilings {
  double clockGHz = 0;
  /// By MacKind, 2 a multiply-accumulate; 0 where the row cannot do it.
  std::array<double, 4> gflops{};
  double dramGBs = 0;

  double peak(::mx::MacKind kind) const {
    return gflops[static_cast<size_t>(kind)];
  }
};

/// Measures again and again.
class CeilingMeter {
public:
  /// `memory` is what DRAM is read from: more than caches hold.
  CeilingMeter(const ::mx::TargetRow &row, unsigned threads,
               const Buffer &memory)
      : row(row), threads(threads), memory(memory) {}

  void measure();
  /// Returns the medians of what was measured, at least once.
  Ceilings medians() const;

private:
  double measureMacs(::mx::MacKind kind) const;
  double measureDram();

  const ::mx::TargetRow &row;
  unsigned threads;
  const Buffer &memory;
  int64_t nextByte = 0; ///< of `memory`, to read at the next measurement
  std::vector<Ceilings> rounds;
};

/// Returns why figures beside `ceilings` mean nothing (a limit that is below
/// 85 % of the row's), empty where they do.
std::string whyVoid(const ::mx::TargetRow &row, unsigned threads,
                    const Ceilings &ceilings);

/// Returns the median of `values`, which are not none.
double median(std::vector<double> values);

} // namespace mlir::mx

#endif // MX_LIB_BENCH_CEILINGS_H
