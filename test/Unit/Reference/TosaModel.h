//===- TosaModel.h - TOSA's block-scaled casts in double --------*- C++ -*-===//
//
// The arithmetic of the TOSA specification's pseudo code (block scale, rounding
// to the data type, and back), written from it alone and in its words: base-2
// logarithms in double, the nearest value by search. Shares nothing with
// lib/Numerics.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_REFERENCE_TOSAMODEL_H
#define MX_TEST_UNIT_REFERENCE_TOSAMODEL_H

#include <cstdint>
#include <vector>

namespace mlir::mx::test {

/// A data type of TOSA's MXFP extension.
struct TosaType {
  const char *name; ///< in MLIR
  int bits, exponentBits, fractionBits, bias;
  double normalMax;
};

inline constexpr TosaType kTosaTypes[] = {
    {"f4E2M1FN", 4, 2, 1, 1, 6},    {"f6E2M3FN", 6, 2, 3, 1, 7.5},
    {"f6E3M2FN", 6, 3, 2, 3, 28},   {"f8E4M3FN", 8, 4, 3, 7, 448},
    {"f8E5M2", 8, 5, 2, 15, 57344}, {"!tosa.mxint8", 8, 0, 6, 0, 127.0 / 64},
};

/// Value of `code`, which is finite.
double tosaValue(const TosaType &type, unsigned code);

/// A tensor of whole blocks of 32, as TOSA has it.
struct TosaBlocks {
  std::vector<unsigned> codes;
  std::vector<uint8_t> scales; ///< E8M0, a block
};

/// cast_to_block_scaled. Codes of a block with scale NaN are 0: the
/// specification lets them be anything.
TosaBlocks castToBlockScaled(const TosaType &type, const std::vector<float> &x);

/// cast_from_block_scaled, exact.
std::vector<double> castFromBlockScaled(const TosaType &type,
                                        const TosaBlocks &blocks);

/// Bytes of the codes as mx.split has them, a bit at a time.
std::vector<uint8_t> packBits(const TosaType &type,
                              const std::vector<unsigned> &codes);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_REFERENCE_TOSAMODEL_H
