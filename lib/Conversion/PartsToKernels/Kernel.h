//===- Kernel.h - what differs between the kernels of a product -*- C++ -*-===//
//
// Matmul.cpp writes the loops that all kernels share, a kernel what is inside:
//
//   for batches
//     packRows                                  x in the form of the kernel
//     for columns n, at most `columns()` at a time
//       multiplyColumns                acc[m, j] = sum of x[m, k] * w[n + j, k]
//       the same again by `f32` where flags say so
//       y[.., n] = fma(acc, outer scales, init)
//
// Members are written to once, while IR is built: one object, one expansion.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_CONVERSION_PARTSTOKERNELS_KERNEL_H
#define MX_LIB_CONVERSION_PARTSTOKERNELS_KERNEL_H

#include "../ScalarBuilder.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Target/Kernel.h"

#include <memory>

namespace mlir::mx {

/// The operands of one matmul_parts on memrefs, and where in its batches the
/// builder is.
struct Product {
  Product(ScalarBuilder &b, MatmulPartsOp op);

  /// `indices` of the last axes of `memref`, which may lack the batch axes.
  SmallVector<Value> at(Value memref, ArrayRef<Value> indices) const;

  const LoweringConfigAttr config;
  const ::mx::TargetRow &row;
  const ::mx::FormatSpec weights;
  const std::optional<::mx::FormatSpec> activations; ///< none: floats
  const SmallVector<Value> lhs, rhs;
  const Value init;
  const bool fromZero; ///< init is not read
  Value m, n;          ///< extents of init
  const Value k;
  SmallVector<Value> batch;
};

/// Buffers that live from where they are allocated to `free`.
class Scratch {
public:
  explicit Scratch(ScalarBuilder &b) : b(b) {}

  /// A row-major buffer, aligned for any vector; `dynamic` are the extents
  /// that `shape` does not tell.
  Value allocate(Type element, ArrayRef<int64_t> shape,
                 ValueRange dynamic = {});
  void free();

private:
  ScalarBuilder &b;
  SmallVector<Value> buffers;
};

class Kernel {
public:
  Kernel(ScalarBuilder &b, const Product &product)
      : b(b), product(product), row(product.row), lanes(product.row.lanes()) {}
  virtual ~Kernel();

  /// Columns that are computed together: threads share out whole units.
  virtual int64_t unit() const { return product.config.getColumns(); }

  /// Columns of a panel, whole units: acc is [M, columns()].
  virtual int64_t columns() const { return unit(); }

  /// Allocates what all threads read: the packed activations.
  virtual void allocateShared(Scratch &scratch) = 0;

  /// Packs the rows `begin` to `end` of the activations of this batch; `begin`
  /// is a multiple of the config's rows.
  virtual void packRows(Value begin, Value end) = 0;

  /// Allocates what each thread writes to.
  virtual void allocateOwn(Scratch &scratch) = 0;

  /// acc[m, j] = sum over k of x[m, k] * w[n + j, k] in f32, without outer
  /// scales, for all rows and n + j < end. `n` is a multiple of unit(), as
  /// `end` is unless it is N, and at most columns() apart. Other columns have
  /// any value. Returns an i1 that says whether the weights exceed
  /// `limitsOf`, so that `f32` has to do it again, null where none can.
  virtual Value multiplyColumns(Value n, Value end, Value acc) = 0;

  /// An i8 for each row, 1 where the activations exceed `limitsOf`, so that
  /// `f32` has to do this row again; null where none can. Set after
  /// allocateShared, all written by packRows.
  virtual Value rowFlags() const { return {}; }

protected:
  /// Columns of a panel of `bytes` an element: as many whole units as take a
  /// quarter of the second-level cache, 256 at most.
  int64_t columnsOfPanel(int64_t bytes) const;

  /// How many panels there are one below the other, one at least: the first
  /// clears acc.
  Value stepsOverK() const;

  /// Writes zeros to `tile` of acc in the first step, that from element 0 of K:
  /// right before it is used, since acc as a whole may not stay in a near
  /// cache.
  void clearAtStart(Value begin, Value tile);

  ScalarBuilder &b;
  const Product &product;
  const ::mx::TargetRow &row;
  const int64_t lanes;
};

/// Most rows whose weights `f32` decodes in registers.
inline constexpr int64_t kFewRows = 4;

/// x[xRow, ..] = row `m` of the activations as f32, without the outer scale,
/// then zeros up to a multiple of 256 elements.
void decodeActivations(ScalarBuilder &b, const Product &product, Value m,
                       Value x, Value xRow);

/// sum + x * w, rounded once where the target can.
Value multiplyAdd(ScalarBuilder &b, const ::mx::TargetRow &row, Value x,
                  Value w, Value sum);

/// acc[m, ..] = what multiplyColumns says, for one row and `columns` columns,
/// by `f32`, whatever the data.
void multiplyRowF32(ScalarBuilder &b, const Product &product, Value m, Value n,
                    int64_t columns, Value acc);

/// Both sides decoded to f32 or bf16, weights by panels of k_block elements.
std::unique_ptr<Kernel> makePanelBF16(ScalarBuilder &b, const Product &product);
std::unique_ptr<Kernel> makePanelF32(ScalarBuilder &b, const Product &product);

/// Bytes decoded in registers, for few rows; both sides in blocks of one size,
/// the weights packed and of 4 bits.
std::unique_ptr<Kernel> makeKernelAB(ScalarBuilder &b, const Product &product);
/// The same for `count` rows, weights in registers.
std::unique_ptr<Kernel> makeRowsF32(ScalarBuilder &b, const Product &product,
                                    int64_t count);

/// Both sides folded to int16, weights by panels of k_block elements; operands
/// as those of makeKernelAB.
std::unique_ptr<Kernel> makeKernelI16(ScalarBuilder &b, const Product &product);

/// The kernel that the config names.
std::unique_ptr<Kernel> makeKernel(ScalarBuilder &b, const Product &product);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_PARTSTOKERNELS_KERNEL_H
