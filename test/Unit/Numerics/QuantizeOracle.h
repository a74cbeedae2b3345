//===- QuantizeOracle.h - blocks by exhaustive search -----------*- C++ -*-===//
//
// The canonical codes of a symmetric or asymmetric block, found by comparing
// all codes in exact integers.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_NUMERICS_QUANTIZEORACLE_H
#define MX_TEST_UNIT_NUMERICS_QUANTIZEORACLE_H

#include "Generator.h"
#include "Oracle.h"

#include <vector>

namespace mx {

/// Rows of floats with their packed blocks.
struct Tensor {
  FormatSpec format;
  int64_t rows = 0, k = 0;
  std::vector<float> x, outer;
  std::vector<uint8_t> codes, scales;
};

/// Returns a tensor of `rows` x `k` with inputs of all the kinds below, its
/// outer scales where the format has them, and room for its blocks.
Tensor makeTensor(const FormatSpec &format, int64_t rows, int64_t k,
                  Generator &generator);

/// Kinds of blocks: near normal, heavy-tailed, with outliers, one-sided, zero,
/// subnormal, any float, ties, sparse, tiny, huge, not finite.
constexpr unsigned blockKinds = 14;
void fillBlock(unsigned kind, float *x, int64_t count, Generator &generator);

/// Calls quantizeRows on `tensor`.
void quantize(Tensor &tensor, const Quantizer &quantizer);

/// Codes (one each) and scales of one block.
struct Block {
  std::vector<unsigned> codes, scales;
};

/// Returns the code nearest to x / scale by search over all codes of x's sign.
unsigned searchElement(const FormatSpec &format, Rounding rounding, float x,
                       Dyadic scale);
/// Returns the scale code of largest magnitude `m` > 0.
unsigned searchScale(const FormatSpec &format, const Quantizer &quantizer,
                     float m);
/// Returns the block of `x`, zeros after `count`; with quantizer.mse by trying
/// all candidates.
Block searchBlock(const FormatSpec &format, const Quantizer &quantizer,
                  const float *x, int64_t count);

/// Returns block `block` of `row` as stored.
Block storedBlock(const Tensor &tensor, int64_t row, int64_t block);

/// Returns the number of blocks of `tensor` whose codes or scales are not those
/// of searchBlock.
int64_t countMismatches(const Tensor &tensor, const Quantizer &quantizer);

} // namespace mx

#endif // MX_TEST_UNIT_NUMERICS_QUANTIZEORACLE_H
