//===- X86.cpp - the CPU rows of the target table -------------------------===//
//
// Measured on one core: `x86-64-v3` on Zen 3 at 3.2 GHz, `znver4` at 3.66 GHz,
// `sapphirerapids` on Emerald Rapids at 2.75 GHz (32 FMA a cycle gave 176
// GF/s). A figure marked "count" counts vector instructions instead and one
// marked "plan" is a cautious guess; efficiencies are those of prototypes at
// M = 512 against this model.
//
//===----------------------------------------------------------------------===//

#include "Rows.h"

using namespace mx;

static constexpr int64_t KiB = 1024;

// Registers {accumulators, weights, shared}. With 16 registers `i16` keeps its
// f32 sums in memory; with 32 beside the integers. `ab` has two integer sums a
// row, and with 32 registers one f32 sum (else in memory); its shared registers
// are the broadcast, the product of vpmaddubsw, two tables, and codes.

// Products are rounded before they are added. Costs are counts for 4 lanes: 10
// operations a vector of decoded weights, a store and a reload.
static constexpr KernelRow genericKernels[] = {
    {KernelKind::F32, {1, 1, 2}, 160, 32, 0, 0.5}, // plan
};

// The vector units sustain 3 operations a cycle in mixes with additions, so
// costs are operations / 3. f32: count of 4 a decoded vector; its panelCycles
// and those of i16 are the rest of M = 16 after M * slope, the slope being that
// between M = 16 and 64. i16 scales by conversion, addition of exponents and
// FMA.
static constexpr KernelRow v3Kernels[] = {
    {KernelKind::F32, {1, 1, 1}, 10.7, 25, 0, 0.83},
    {KernelKind::I16, {1, 1, 2}, 6, 10, 1, 0.9},      // 72 / 256 weights
    {KernelKind::AB, {2, 2, 5}, 2.33, 0, 1.67, 0.85}, // 28 / 256 weights
};

// One 512-bit operation a cycle on the pipes that multiply. f32: 10 cycles for
// 64 weights and one row, the products among them. bf16: the count (11.5) is
// what M = 16 and 64 give, stores included.
static constexpr KernelRow znver4Kernels[] = {
    {KernelKind::F32, {1, 1, 1}, 6, 14, 0, 0.85}, // count, plan
    {KernelKind::BF16, {1, 1, 1}, 11.5, 0, 0, 0.96},
    {KernelKind::I16, {1, 1, 2}, 6, 4, 3, 0.85},  // count, plan
    {KernelKind::AB, {3, 2, 4}, 2.5, 0, 3, 0.95}, // 2 vpermb + 1/2 shift
};

// Shuffles run at half the rate of the rest, so decoding costs what it does on
// Zen 4. i16: half of AVX2's operations a weight, none shared. bf16 was
// measured at M = 512 (206 ms at N = K = 4096), `ab` at M = 1.
static constexpr KernelRow sapphireRapidsKernels[] = {
    {KernelKind::F32, {1, 1, 1}, 8, 12, 0, 0.85}, // count, plan
    {KernelKind::BF16, {1, 1, 1}, 11.5, 2, 0, 0.95},
    {KernelKind::I16, {1, 1, 2}, 9, 4, 1.5, 0.7}, // count
    {KernelKind::AB, {3, 2, 4}, 2.5, 0, 3, 0.85},
};

static constexpr const char *v3Features =
    "+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe";
static constexpr const char *znver4Features =
    "+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,"
    "+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl,"
    "+avx512vbmi,+avx512vnni,+avx512bf16";
// Not AMX, which guests hide often and no kernel uses.
static constexpr const char *sapphireRapidsFeatures =
    "+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,"
    "+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl,"
    "+avx512vbmi,+avx512vnni,+avx512bf16,+avx512fp16";

// In order: name, CPU, CPU to tune for, features; vector bits, registers, GHz;
// cache bytes; MACs a cycle: f32, bf16, int16, int8; GB/s of DRAM and of the
// quantizer; kernels. The instructions allowed are those of the psABI level and
// the features named, never all that `tuneCpu` has: guests and other makers'
// machines lack some. The quantizer is that of amxfp4; `generic` is its 97
// cycles a block on an Intel core. Zen 3 int8: 8 vpmaddubsw, 8 vpaddw, 1
// vpmaddwd, 1 vpaddd; int16: vpmaddwd + vpaddd, 22-26.
static constexpr TargetRow rows[] = {
    {"generic",
     "generic",
     "generic",
     "",
     128,
     16,
     3.0,
     {32 * KiB, 256 * KiB, 1024 * KiB},
     {4, 0, 0, 0},
     10,
     4,
     genericKernels},
    {"x86-64-v3",
     "x86-64-v3",
     "znver3",
     v3Features,
     256,
     16,
     3.2,
     {32 * KiB, 512 * KiB, 4096 * KiB},
     {16, 0, 24, 45},
     18.5,
     8,
     v3Kernels},
    {"znver4",
     "x86-64-v4",
     "znver4",
     znver4Features,
     512,
     32,
     3.66,
     {32 * KiB, 1024 * KiB, 4096 * KiB},
     {16, 32, 32, 64},
     30,
     11,
     znver4Kernels},
    {"sapphirerapids",
     "x86-64-v4",
     "sapphirerapids",
     sapphireRapidsFeatures,
     512,
     32,
     2.75,
     {48 * KiB, 2048 * KiB, 1920 * KiB},
     {32, 16, 64, 128},
     14.6,
     11,
     sapphireRapidsKernels},
};

llvm::ArrayRef<TargetRow> mx::cpuRows() { return rows; }
