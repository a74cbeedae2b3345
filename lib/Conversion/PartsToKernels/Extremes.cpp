//===- Extremes.cpp - the largest magnitudes of many blocks ---------------===//

#include "Extremes.h"

#include "VectorCodec.h"
#include "VectorEncode.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

static Value maxOf(ScalarBuilder &b, Value first, Value second,
                   bool isUnsigned) {
  if (isUnsigned)
    return b.make<arith::MaxUIOp>(first, second);
  return b.make<arith::MaxSIOp>(first, second);
}

/// Halves the lanes that are left to compare: with runs of `run` lanes of
/// different blocks, a's and b's blocks side by side. Shorter runs stay within
/// the 128 bits that cheap shuffles reach.
///
///    a0 a1 a2 a3, b0 b1 b2 b3  ->  max(a0, a2) max(b0, b2) max(a1, a3) ..
static Value halve(ScalarBuilder &b, Value first, Value second, int64_t run,
                   bool isUnsigned) {
  int64_t lanes = cast<VectorType>(first.getType()).getDimSize(0);
  int64_t chunk = run < 4 ? std::min<int64_t>(lanes, 4) : lanes;
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t inChunk = lane % chunk, pair = inChunk / (2 * run);
    bool isSecond = inChunk / run % 2 == 1;
    low.push_back(lane - inChunk + pair * run + lane % run +
                  (isSecond ? lanes : 0));
    high.push_back(low.back() + chunk / 2);
  }
  return maxOf(b, b.make<vector::ShuffleOp>(first, second, low),
               b.make<vector::ShuffleOp>(first, second, high), isUnsigned);
}

/// The maxima of the bits of each block's elements, a lane a block: as signed
/// integers, of a symmetric format without sign, and in an asymmetric one also
/// as unsigned integers. Blocks meet as soon as two are there, so that few
/// vectors are alive.
static SmallVector<Value> largestBits(ScalarBuilder &b,
                                      const FormatSpec &format, Value x,
                                      int64_t lanes) {
  int64_t sides = format.scalesPerBlock();
  Value magnitudes = splatI32(b, std::numeric_limits<int32_t>::max(), lanes);
  std::array<SmallVector<Value>, 2> blocks;
  for (int64_t block = 0; block < lanes; ++block) {
    std::array<Value, 2> largest;
    for (int64_t i = 0; i < format.blockSize; i += lanes) {
      Value at = b.index(block * format.blockSize + i);
      Value bits = vectorBits(b, loadVector(b, x, at, lanes, b.getF32Type()));
      if (sides == 1)
        bits = b.bitAnd(bits, magnitudes);
      for (int64_t side = 0; side < sides; ++side)
        largest[side] =
            i == 0 ? bits : maxOf(b, largest[side], bits, side == 1);
    }
    for (int64_t side = 0; side < sides; ++side) {
      blocks[side].push_back(largest[side]);
      // As carries of a binary counter of blocks.
      for (int64_t run = 1; (block + 1) % (2 * run) == 0; run *= 2) {
        Value second = blocks[side].pop_back_val();
        Value first = blocks[side].pop_back_val();
        blocks[side].push_back(halve(b, first, second, run, side == 1));
      }
    }
  }
  return sides == 1 ? SmallVector<Value>{blocks[0][0]}
                    : SmallVector<Value>{blocks[0][0], blocks[1][0]};
}

SmallVector<Value> mlir::mx::largestMagnitudes(ScalarBuilder &b,
                                               const FormatSpec &format,
                                               Value x, int64_t lanes) {
  SmallVector<Value> largest = largestBits(b, format, x, lanes);
  if (format.scheme == ::mx::Scheme::Symmetric)
    return largest;
  Value zero = splatI32(b, 0, lanes);
  Value magnitude = b.bitAnd(
      largest[1], splatI32(b, std::numeric_limits<int32_t>::max(), lanes));
  return {b.make<arith::MaxSIOp>(largest[0], zero),
          b.select(b.less(largest[1], zero), magnitude, zero)};
}
