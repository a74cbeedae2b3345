//===- MacLoops.cpp - loops that do nothing but multiply and add ----------===//
//
// Assembly, since a compiler moves what does not change out of a loop, and adds
// up what it may reassociate. The loops work on zeros, so that no operand is a
// subnormal, in enough registers to hide the latency of one addition.
//
//===----------------------------------------------------------------------===//

#include "MacLoops.h"

#include "llvm/ADT/SmallVector.h"

using namespace mlir::mx;

#if defined(__x86_64__)

// Compilers use registers 16 to 31 only where AVX-512 is on, which it is not
// here.
#define MX_CLOBBERS                                                            \
  "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",        \
      "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#define MX_12 "0,1,2,3,4,5,6,7,8,9,10,11"
#define MX_16 MX_12 ",12,13,14,15"
#define MX_24 MX_16 ",16,17,18,19,20,21,22,23"
#define MX_32 MX_24 ",24,25,26,27,28,29,30,31"

/// Repeats `text`, where \r stands for each of `registers`.
#define MX_EACH(registers, text) ".irp r," registers "\n" text "\n.endr\n"

#define MX_LOOP(name, clear, body, finish)                                     \
  static void name(int64_t iterations) {                                       \
    asm volatile(clear "1:\n" body "dec %0\n jnz 1b\n" finish                  \
                 : "+r"(iterations)                                            \
                 :                                                             \
                 : MX_CLOBBERS);                                               \
  }

#define MX_CLEAR_XMM MX_EACH(MX_16, "xorps %%xmm\\r, %%xmm\\r")
#define MX_CLEAR_YMM MX_EACH(MX_16, "vxorps %%ymm\\r, %%ymm\\r, %%ymm\\r")
#define MX_CLEAR_ZMM MX_EACH(MX_32, "vpxord %%zmm\\r, %%zmm\\r, %%zmm\\r")

// 128 bits, 4 products an instruction: no FMA.
MX_LOOP(multiplyAddXmm, MX_CLEAR_XMM,
        MX_EACH(MX_12, "movaps %%xmm14, %%xmm13\n"
                       "mulps %%xmm15, %%xmm13\n"
                       "addps %%xmm13, %%xmm\\r"),
        "")

// 256 bits: 8 products of f32, 16 of int16.
MX_LOOP(fmaYmm, MX_CLEAR_YMM,
        MX_EACH(MX_12, "vfmadd231ps %%ymm14, %%ymm15, %%ymm\\r"),
        "vzeroupper\n")
MX_LOOP(maddWordYmm, MX_CLEAR_YMM,
        MX_EACH(MX_12, "vpmaddwd %%ymm14, %%ymm15, %%ymm13\n"
                       "vpaddd %%ymm13, %%ymm\\r, %%ymm\\r"),
        "vzeroupper\n")

// 4 x 8 x 32 products of bytes: sums of 8 fit 16 bits, then go to 32.
MX_LOOP(maddByteYmm, MX_CLEAR_YMM,
        MX_EACH("0,1,2,3", ".rept 8\n"
                           "vpmaddubsw %%ymm14, %%ymm15, %%ymm4\n"
                           "vpaddw %%ymm4, %%ymm1\\r, %%ymm1\\r\n"
                           ".endr\n"
                           "vpmaddwd %%ymm5, %%ymm1\\r, %%ymm6\n"
                           "vpaddd %%ymm6, %%ymm\\r, %%ymm\\r"),
        "vzeroupper\n")

// 512 bits: 16, 32, 32, 64 products an instruction.
MX_LOOP(fmaZmm, MX_CLEAR_ZMM,
        MX_EACH(MX_24, "vfmadd231ps %%zmm30, %%zmm31, %%zmm\\r"),
        "vzeroupper\n")
MX_LOOP(dotBF16Zmm, MX_CLEAR_ZMM,
        MX_EACH(MX_24, "vdpbf16ps %%zmm30, %%zmm31, %%zmm\\r"), "vzeroupper\n")
MX_LOOP(dotWordZmm, MX_CLEAR_ZMM,
        MX_EACH(MX_24, "vpdpwssd %%zmm30, %%zmm31, %%zmm\\r"), "vzeroupper\n")
MX_LOOP(dotByteZmm, MX_CLEAR_ZMM,
        MX_EACH(MX_24, "vpdpbusd %%zmm30, %%zmm31, %%zmm\\r"), "vzeroupper\n")

namespace {
struct LoopOfFeature {
  ::mx::MacKind kind;
  const char *feature; ///< empty: all machines
  MacLoop loop;
};
} // namespace

// The first whose feature a row has is its best.
static constexpr LoopOfFeature loops[] = {
    {::mx::MacKind::F32, "+avx512f", {fmaZmm, 24 * 16}},
    {::mx::MacKind::F32, "+fma", {fmaYmm, 12 * 8}},
    {::mx::MacKind::F32, "", {multiplyAddXmm, 12 * 4}},
    {::mx::MacKind::BF16, "+avx512bf16", {dotBF16Zmm, 24 * 32}},
    {::mx::MacKind::Int16, "+avx512vnni", {dotWordZmm, 24 * 32}},
    {::mx::MacKind::Int16, "+avx2", {maddWordYmm, 12 * 16}},
    {::mx::MacKind::Int8, "+avx512vnni", {dotByteZmm, 24 * 64}},
    {::mx::MacKind::Int8, "+avx2", {maddByteYmm, 4 * 8 * 32}},
};

const MacLoop *mlir::mx::findMacLoop(const ::mx::TargetRow &row,
                                     ::mx::MacKind kind) {
  llvm::SmallVector<llvm::StringRef> features;
  llvm::StringRef(row.features).split(features, ',');
  if (row.macs(kind) == 0)
    return nullptr;
  for (const LoopOfFeature &entry : loops)
    if (entry.kind == kind &&
        (!*entry.feature || llvm::is_contained(features, entry.feature)))
      return &entry.loop;
  return nullptr;
}

void mlir::mx::runMultiplyChain(int64_t iterations) {
  int64_t value = 1;
  asm volatile("1:\n"
               ".rept 16\n"
               "imul %1, %1\n"
               ".endr\n"
               "dec %0\n"
               "jnz 1b\n"
               : "+r"(iterations), "+r"(value)
               :
               : "cc");
}

void mlir::mx::readMemory(const void *data, int64_t bytes) {
  const void *end = static_cast<const char *>(data) + bytes;
  asm volatile("cmp %1, %0\n"
               "jae 2f\n"
               "1:\n"
               ".irp r," MX_16 "\n"
               "movaps 16*\\r(%0), %%xmm\\r\n"
               ".endr\n"
               "add $256, %0\n"
               "cmp %1, %0\n"
               "jb 1b\n"
               "2:\n"
               : "+r"(data)
               : "r"(end)
               : MX_CLOBBERS, "memory");
}

#else
#error "mx-bench measures x86-64 only"
#endif
