//===- Operand.h - one side of a product, as numbers ------------*- C++ -*-===//
//
// Rows of each kind, quantized by the library and decoded exactly, in f64.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_CPU_OPERAND_H
#define MX_TEST_UNIT_CPU_OPERAND_H

#include "Data.h"
#include "Matrix.h"

#include "mx/Target/Kernel.h"

#include "mlir/Support/LLVM.h"

#include <optional>

namespace mlir::mx::test {

/// Distributions. Outliers: 1 % of elements, 20 times as large. OneSided: each
/// block has one sign. ZeroBlocks: every other one, with -0. SmallScales: at
/// the smallest codes, so subnormal ones. WideExponents: of each element.
/// FarSides: one sign of a block is larger by up to 2^12. FarRange: all of one
/// side is tiny, of the other huge. NotFinite: NaN and infinities now and then.
enum class Kind {
  Gaussian,
  HeavyTailed,
  Outliers,
  OneSided,
  ZeroBlocks,
  SmallScales,
  WideExponents,
  FarSides,
  FarRange,
  NotFinite
};
inline constexpr Kind kinds[] = {
    Kind::Gaussian,   Kind::HeavyTailed, Kind::Outliers,      Kind::OneSided,
    Kind::ZeroBlocks, Kind::SmallScales, Kind::WideExponents, Kind::FarSides,
    Kind::FarRange,   Kind::NotFinite};
StringRef nameOf(Kind kind);

/// The exponent that the values of one side are multiplied by, and the other's
/// divided: products stay where f32 has all its bits.
int exponentOf(Kind kind, const std::optional<::mx::Preset> &x,
               const ::mx::Preset &w, Generator &generator);

/// Returns `rows` x `k` values of `kind` to be quantized by `preset` (none:
/// floats), times 2^exponent.
std::vector<float> makeValues(Kind kind,
                              const std::optional<::mx::Preset> &preset,
                              int64_t rows, int64_t k, int exponent,
                              Generator &generator);

/// Rounds floats to what bf16 holds.
void roundToBF16(std::vector<float> &values);

struct Operand {
  /// Of floats, or quantized by the library.
  Operand(const std::optional<::mx::Preset> &preset, std::vector<float> x,
          int64_t rows, int64_t k);

  /// Computes `values` and `lowestBits` from the codes and scales.
  void decode();

  /// True where the scales of some block exceed `limits`.
  bool exceeds(const ::mx::DataLimits &limits) const;

  int64_t rows, k;
  std::vector<float> floats;
  std::optional<Matrix> blocks;
  /// Elements without outer scales.
  std::vector<double> values;
  /// Of each row.
  std::vector<double> outer;
  /// Exponent of the lowest bit that is set in any number of a row.
  std::vector<int> lowestBits;
};

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_OPERAND_H
