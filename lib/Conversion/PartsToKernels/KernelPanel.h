//===- KernelPanel.h - panels of decoded weights ----------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_KERNELPANEL_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_KERNELPANEL_H

#include "Kernel.h"

namespace mlir::mx {

class TileColumns;

/// Every block size and tile divides it.
inline constexpr int64_t kLargestBlock = 256;

/// The kernel `f32`, and what `bf16` shares with it.
class Panel : public Kernel {
public:
  using Kernel::Kernel;
  int64_t unit() const override;
  int64_t columns() const override;
  void allocateShared(Scratch &scratch) override;
  void packRows(Value begin, Value end) override;
  void allocateOwn(Scratch &scratch) override;
  Value multiplyColumns(Value n, Value end, Value acc) override;

protected:
  /// Of x and of the panel, and how many of a column lie side by side.
  virtual Type element() { return b.getF32Type(); }
  virtual int64_t group() const { return 1; }
  /// Stores the decoded weights of elements `k` of the panel and on.
  virtual void storeWeights(ArrayRef<Value> values, Value part, Value k,
                            Value column);
  /// Looks at the scales of a block, a vector each.
  virtual void checkScales(ArrayRef<Value>) {}

  Value x, panel; ///< [M, K], [part, k_block / group, columns * group]

private:
  int64_t depth() const { return product.config.getKBlock(); }
  int64_t width() const { return product.config.getColumns(); }
  void decodePanel(Value n, Value parts, Value begin, Value end);
  void decodeTile(const TileColumns &weights, Value tile, Value begin,
                  Value column);
  void multiplyRows(Value begin, Value depth, Value part, Value acc);
  void multiplyTile(Value m, int64_t height, Value begin, Value depth,
                    Value part, Value acc);
};

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_KERNELPANEL_H
