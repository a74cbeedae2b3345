//===- Kernel.h - the CPU kernels: what each computes exactly ---*- C++ -*-===//
//
// A kernel computes y = sum of x * w, within (r+1) * 2^-24 * sum |x * w| +
// ulp(y)/2 of the exact sum, r being the roundings on the longest path to an
// output:
//
//   f32   both sides decoded to f32, FMA                        any formats
//   bf16  both sides decoded to bf16, vdpbf16ps   decoded values of <= 8 bits
//   i16   both sides folded to int16 times 2^e, one integer dot product a block
//   ab    weights as a - b with a, b >= 0 unscaled, activations folded to s8;
//         two byte dot products a block
//
// To fold a block is to write both its sides as integers over one power of two:
// (significand of the scale << gap) * element, gap being how far the exponents
// of its two scales lie apart.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TARGET_KERNEL_H
#define MX_TARGET_KERNEL_H

#include "mx/Target/Target.h"

#include <limits>
#include <optional>
#include <string>

namespace mx {

/// What a kernel needs to know of the numbers of an operand. An element is
/// an integer, its units, times 2^unitExponent times its scale.
struct OperandFacts {
  std::string name;      ///< in reasons: `amxfp4`, `f32`
  bool isBlock = true;   ///< false: plain floats, only `significand` counts
  bool isAffine = false; ///< minimum + step * element
  int elementBits = 0;   ///< as stored
  int64_t lowestUnits = 0, highestUnits = 0;
  int unitExponent = 0;
  int significand = 0;      ///< bits of an element's longest significand
  int scaleSignificand = 0; ///< bits of a scale's, 1 for powers of two
  int minScaleExponent = 0,
      maxScaleExponent = 0; ///< floor(log2) of finite ones
  int scalesPerBlock = 1;
  int blockSize = 32;
  bool hasOuter = false;
  double bitsPerElement = 0; ///< scales included
  /// Of constants: the largest gap between the two scales of a block.
  std::optional<int> knownGap;

  bool isAsymmetric() const { return scalesPerBlock == 2 && !isAffine; }
  int64_t maxUnits() const {
    return lowestUnits < -highestUnits ? -lowestUnits : highestUnits;
  }
};

/// Returns the facts of plain float activations, `name` = f32 or bf16, with
/// `significand` bits.
OperandFacts floatOperand(llvm::StringRef name, int significand);

/// How a kernel works, the same on all machines.
struct KernelInfo {
  KernelKind kind;
  const char *name;
  MacKind mac;
  int passes; ///< products spent on each pair of codes
  /// Decodes each time in registers; otherwise a panel of decoded weights
  /// serves all rows.
  bool inRegisters;
  /// Roundings on the longest path: one for each of K, of the sums of a block,
  /// and once.
  int roundingsPerK, roundingsPerSum, roundingsOnce;
};

llvm::ArrayRef<KernelInfo> kernels();
const KernelInfo &kernelInfo(KernelKind kind);

/// Returns the kernel named `name`, null where there is none.
const KernelInfo *findKernel(llvm::StringRef name);

/// Returns why `kernel` cannot compute these operands exactly on `row`, empty
/// where it can (then `limitsOf` says for which data).
std::string whyNot(const KernelInfo &kernel, const TargetRow &row,
                   const OperandFacts &weights,
                   const OperandFacts &activations);

/// What a kernel needs of the data of an operand, beyond its format: to be
/// checked where the data is known, so of constants when compiled, of
/// activations when quantized. Defaults need no check.
struct DataLimits {
  int maxGap = std::numeric_limits<int>::max(); ///< between a block's scales
  int minScaleExponent = std::numeric_limits<int>::min();
  int maxScaleExponent = std::numeric_limits<int>::max();

  bool any() const;
};

struct KernelLimits {
  DataLimits weights, activations;
};

/// Returns what `kernel` needs of the data of operands that `whyNot` has no
/// objection to.
KernelLimits limitsOf(const KernelInfo &kernel, const OperandFacts &weights,
                      const OperandFacts &activations);

/// Returns how many byte operands of `ab` hold the activations of a block: 1
/// where any block folds into s8 or needs no fold; 2, one a side, at worst
/// otherwise.
int maxDigits(const OperandFacts &activations);

/// Returns r, see above, for an inner extent of `k`. With g the smaller block
/// size and b = ceil(k / g) blocks:
///   f32: k + 1: each FMA rounds; without FMA a product and k additions do.
///   bf16: k: products are exact, vdpbf16ps rounds at most twice a pair.
///   i16: b + 1: the sum of a block is exact in int32, its conversion rounds
///     once, each FMA of a sum once.
///   ab: b * scales of a weight block * maxDigits: sums stay below 2^24, so
///     only the FMA of each rounds.
/// A decoded affine operand adds 1 (minimum + step * code), the product of two
/// outer scales 1. No order of the same additions has a longer path.
int64_t roundings(const KernelInfo &kernel, int64_t k,
                  const OperandFacts &weights, const OperandFacts &activations);

/// Rows and vectors of columns that a kernel accumulates at a time.
struct RegisterTile {
  int rows;
  int vectors;
};

/// Returns how many vector registers a tile needs:
/// rows * vectors * accumulators + vectors * weights + shared. Above those of
/// the machine, accumulators go through the stack.
int registersNeeded(const TileRegisters &registers, RegisterTile tile);

/// Returns the tile that does most work a load, rows * vectors /
/// (rows + vectors), among those that fit; 1, 2 or 4 vectors, so that they
/// divide the packed blocks, 1 where a kernel decodes in registers: its weights
/// come one vector at a time. 1 x 1 where nothing fits.
RegisterTile registerTile(const TargetRow &row, const KernelRow &kernel);

} // namespace mx

#endif // MX_TARGET_KERNEL_H
