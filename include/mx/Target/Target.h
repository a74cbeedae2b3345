//===- Target.h - what each class of machine can do, as data ----*- C++ -*-===//
//
// One plain struct a machine class. Kernels are chosen, sized and priced from
// these numbers alone (Kernel.h, Cost.h), so a new class of machine is a new
// row in X86.cpp. Throughput and not presence: Zen 4 runs vdpbf16ps at twice
// the rate of f32 FMA, Sapphire Rapids at half of it.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TARGET_TARGET_H
#define MX_TARGET_TARGET_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <array>
#include <cstdint>
#include <string>

namespace mx {

/// Kinds of multiply-accumulate. F32: FMA (generic: multiply, then add). BF16:
/// vdpbf16ps. Int16: vpdpwssd, or vpmaddwd and vpaddd. Int8: unsigned times
/// signed, vpdpbusd, or vpmaddubsw summed in 16 bits before one vpmaddwd.
enum class MacKind : uint8_t { F32, BF16, Int16, Int8 };

/// The kernels; Kernel.h says what each does.
enum class KernelKind : uint8_t { F32, BF16, I16, AB };

/// Vector registers that the innermost loop of a kernel holds.
struct TileRegisters {
  int accumulators; ///< for each row and vector of columns
  int weights;      ///< for each vector of columns: decoded weights
  int shared;       ///< broadcasts, products, tables and masks
};

/// The registers and cycles of a kernel on one machine class. Cycles are of
/// one core at `TargetRow::clockGHz`.
struct KernelRow {
  KernelKind kind;
  TileRegisters registers;
  double decodeCycles; ///< to decode 64 weights in registers
  double panelCycles;  ///< to write 64 decoded weights and to refill caches
  double scaleCycles;  ///< to scale a vector of block sums (one row, one block)
  double efficiency;   ///< share reached of the counted rates, <= 1
};

/// Bytes that one core may call its own.
struct CacheSizes {
  int64_t l1d;
  int64_t l2;
  int64_t l3; ///< the shared last level, divided by the cores that share it
};

struct TargetRow {
  const char *name;
  const char *cpu;      ///< LLVM CPU whose instructions are allowed
  const char *tuneCpu;  ///< LLVM CPU whose costs the scheduler uses
  const char *features; ///< LLVM features, "+a,+b": what a host must have
  int vectorBits;
  int vectorRegisters;
  double clockGHz; ///< of the machine measured: turns GB/s into bytes a cycle
  CacheSizes caches;
  std::array<double, 4> macsPerCycle; ///< by MacKind; 0 where it cannot run
  double dramGBs;     ///< read by one core from one stream; planning figure
  double quantizeGBs; ///< of f32 that one core quantizes and packs
  llvm::ArrayRef<KernelRow> kernels;

  double macs(MacKind kind) const {
    return macsPerCycle[static_cast<size_t>(kind)];
  }
  /// Returns the f32 lanes, hence columns, of a vector.
  int lanes() const { return vectorBits / 32; }
  /// Returns what the row says of `kind`, null where it lacks that kernel.
  const KernelRow *find(KernelKind kind) const;
};

/// All rows: `generic` first, later ones better.
llvm::ArrayRef<TargetRow> targetRows();

/// Returns the row that runs wherever LLVM does.
const TargetRow &genericRow();

/// Returns the row named `name`, null where there is none.
const TargetRow *findTarget(llvm::StringRef name);

/// Returns true where `hasFeature` says yes to each of `row.features`.
bool canRun(const TargetRow &row,
            llvm::function_ref<bool(llvm::StringRef)> hasFeature);

/// Returns the row of a machine that LLVM calls `cpu`: the row of that name if
/// the machine has its features (a guest may hide some), else the best row
/// whose features it has, in the end `generic`.
const TargetRow &
pickTarget(llvm::StringRef cpu,
           llvm::function_ref<bool(llvm::StringRef)> hasFeature);

/// Returns the row of the machine this runs on. Nothing else looks at it.
const TargetRow &hostTarget();

/// Returns the first of the LLVM features that "+a,+b" asks for and this
/// machine lacks, empty where it has all.
std::string missingHostFeature(llvm::StringRef features);

/// Returns true where this machine has the features of `row`.
bool hostCanRun(const TargetRow &row);

/// What reports say of this machine.
struct HostFacts {
  std::string name;           ///< of the processor, `unknown` where not told
  int64_t lastLevelCache = 0; ///< bytes of all of it, 0 where not told
};
HostFacts hostFacts();

} // namespace mx

#endif // MX_TARGET_TARGET_H
