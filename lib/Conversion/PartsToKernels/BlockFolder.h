//===- BlockFolder.h - activations as integers ------------------*- C++ -*-===//
//
// A block of activations as integers times one f32 scale. In a symmetric block
// those are its elements in units. In an asymmetric one each scale is an odd
// integer times a power of two, and the block is folded over the smaller power:
//
//     x[i] = units[i] * (odd(sign) << gap(sign)) * 2^exponent
//
// All scales here include the units of both operands of the product, so that
// x * w = integers * scale of x * scale of w.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_BLOCKFOLDER_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_BLOCKFOLDER_H

#include "Kernel.h"

namespace mlir::mx {

/// Integers, vector<blockSize x i8 or i16>, and their f32 scale.
struct Digits {
  Value integers;
  Value scale;
};

class BlockFolder {
public:
  BlockFolder(ScalarBuilder &b, const Product &product);

  /// The most digits that `bytesOf` gives.
  int64_t maxDigits() const { return isFolded ? 2 : 1; }

  /// Loads block `block` of row `m`, of which the other members tell.
  void load(Value m, Value block);

  /// An i1: the scales exceed `limits`; null where none can.
  Value exceeds(const ::mx::DataLimits &limits);

  /// The block as bytes: one digit where `fits`, an i1, else the first of two,
  /// the positive side. `fits` is null where one digit is enough for all.
  Digits firstBytes(Value &fits);
  /// The other of two digits, the negative side.
  Digits secondBytes();

  /// The block as int16, right where it does not exceed the limits of `i16`.
  Digits words();

private:
  Value loadUnits(Value m, Value block);
  /// units * the multiplier of their sign, at most `largest` each.
  Value multiplySides(Value positive, Value negative);
  Value multiplier(Value side, Value exponent, int64_t maxShift);
  Value foldedScale();
  Value scaled(Value scale);
  Value narrow(Value words);

  ScalarBuilder &b;
  const Product &product;
  const ::mx::FormatSpec format;
  const bool isFolded;
  const int unitExponent; ///< of a product of two units

  Value units;                      ///< vector<blockSize x i16>
  SmallVector<Value> scales;        ///< f32
  SmallVector<Value> odd, exponent; ///< i32, of asymmetric blocks
  Value least;                      ///< the smaller exponent
};

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_BLOCKFOLDER_H
