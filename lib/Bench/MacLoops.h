//===- MacLoops.h - loops that do nothing but multiply and add --*- C++ -*-===//
//
// The most a core can do of each kind of multiply-accumulate, and the clock
// that it does it at.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_MACLOOPS_H
#define MX_LIB_BENCH_MACLOOPS_H

#include "mx/Target/Target.h"

namespace mlir::mx {

/// A loop over registers alone. `run` may be called on machines that have the
/// features of the row that it was found for.
struct MacLoop {
  void (*run)(int64_t iterations);
  int macsPerIteration;
};

/// Returns the loop of `kind` by the instructions that `row` has, null where it
/// has none.
const MacLoop *findMacLoop(const ::mx::TargetRow &row, ::mx::MacKind kind);

/// Runs a chain of `iterations` x 16 multiplications, each of which waits for
/// the one before; x86-64 cores of all makers take 3 cycles for one.
void runMultiplyChain(int64_t iterations);
inline constexpr int chainCyclesPerIteration = 16 * 3;

/// Reads `bytes`, a multiple of 256, from `data`, 64-byte aligned.
void readMemory(const void *data, int64_t bytes);

} // namespace mlir::mx

#endif // MX_LIB_BENCH_MACLOOPS_H
