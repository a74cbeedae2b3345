//===- Ceilings.cpp - what this machine can do at most --------------------===//

#include "Ceilings.h"

#include "MacLoops.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <atomic>
#include <chrono>
#include <thread>

using namespace mlir::mx;

static constexpr ::mx::MacKind macKinds[] = {
    ::mx::MacKind::F32, ::mx::MacKind::BF16, ::mx::MacKind::Int16,
    ::mx::MacKind::Int8};
static constexpr const char *macNames[] = {"f32", "bf16", "int16", "int8"};

/// About a millisecond, or several, of register-only work.
static constexpr double macsPerSample = 2e8;
static constexpr int64_t chainIterations = 1 << 14;

/// Runs `work(0)` .. `work(threads - 1)` at the same time; returns seconds from
/// when all were there to when all were done.
static double timeThreads(unsigned threads,
                          llvm::function_ref<void(unsigned)> work) {
  std::atomic<unsigned> waiting{threads};
  auto workTogether = [&](unsigned index) {
    --waiting;
    while (waiting != 0)
      std::this_thread::yield();
    work(index);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back(workTogether, i);
  --waiting;
  while (waiting != 0)
    std::this_thread::yield();
  auto begin = std::chrono::steady_clock::now();
  work(0);
  for (std::thread &other : others)
    other.join();
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  return time.count();
}

/// Returns G(FL)OP/s, 0 where the row lacks `kind`.
double CeilingMeter::measureMacs(::mx::MacKind kind) const {
  const MacLoop *loop = findMacLoop(row, kind);
  if (!loop)
    return 0;
  auto iterations =
      static_cast<int64_t>(macsPerSample / loop->macsPerIteration);
  double seconds =
      timeThreads(threads, [&](unsigned) { loop->run(iterations); });
  return 2e-9 * threads * iterations * loop->macsPerIteration / seconds;
}

/// Reads the next quarter of the memory: by the time that its turn comes again
/// the caches have forgotten it.
double CeilingMeter::measureDram() {
  const int64_t part = memory.size() / 4 / threads / 256 * 256;
  if (nextByte + part * threads > memory.size())
    nextByte = 0;
  const char *begin = static_cast<const char *>(memory.data()) + nextByte;
  nextByte += part * threads;
  double seconds = timeThreads(
      threads, [&](unsigned index) { readMemory(begin + index * part, part); });
  return 1e-9 * part * threads / seconds;
}

void CeilingMeter::measure() {
  Ceilings round;
  for (::mx::MacKind kind : macKinds)
    round.gflops[static_cast<size_t>(kind)] = measureMacs(kind);
  // At once, since wide vectors may lower the clock for a while.
  double seconds =
      timeThreads(1, [](unsigned) { runMultiplyChain(chainIterations); });
  round.clockGHz = 1e-9 * chainIterations * chainCyclesPerIteration / seconds;
  round.dramGBs = measureDram();
  rounds.push_back(round);
}

double mlir::mx::median(std::vector<double> values) {
  llvm::sort(values);
  const size_t count = values.size();
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

Ceilings CeilingMeter::medians() const {
  auto medianOf = [&](llvm::function_ref<double(const Ceilings &)> get) {
    std::vector<double> values;
    for (const Ceilings &round : rounds)
      values.push_back(get(round));
    return median(values);
  };
  Ceilings result;
  result.clockGHz = medianOf([](const Ceilings &c) { return c.clockGHz; });
  result.dramGBs = medianOf([](const Ceilings &c) { return c.dramGBs; });
  for (::mx::MacKind kind : macKinds)
    result.gflops[static_cast<size_t>(kind)] =
        medianOf([&](const Ceilings &c) { return c.peak(kind); });
  return result;
}

std::string mlir::mx::whyVoid(const ::mx::TargetRow &row, unsigned threads,
                              const Ceilings &ceilings) {
  std::string reasons;
  for (::mx::MacKind kind : macKinds) {
    double expected = 2 * row.macs(kind) * ceilings.clockGHz * threads;
    if (ceilings.peak(kind) >= 0.85 * expected)
      continue;
    reasons += llvm::formatv("{0}{1} peak {2:f1} of {3:f1} G/s",
                             reasons.empty() ? "" : ", ",
                             macNames[static_cast<size_t>(kind)],
                             ceilings.peak(kind), expected)
                   .str();
  }
  return reasons;
}
