//===- FloatProduct.cpp - which contraction, and its batches --------------===//

#include "FloatProduct.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::mx;

int64_t FloatProduct::staticRows() const {
  return cast<MemRefType>(init.getType()).getDimSize(c.first);
}

bool mlir::mx::isFloatContraction(linalg::LinalgOp op) {
  return op.getNumDpsInputs() == 2 && op.getNumDpsInits() == 1 &&
         linalg::isaContractionOpInterface(op) &&
         llvm::all_of(op->getOperandTypes(), [](Type type) {
           return getElementTypeOrSelf(type).isF32();
         });
}

/// The axis of the memref with this map that dimension `dim` runs along.
static int64_t axisOf(AffineMap map, unsigned dim) {
  return *map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
}

static FloatAxes axesOf(AffineMap map, ArrayRef<unsigned> batch, unsigned first,
                        unsigned second) {
  FloatAxes axes;
  for (unsigned dim : batch)
    axes.batch.push_back(axisOf(map, dim));
  axes.first = axisOf(map, first);
  axes.second = axisOf(map, second);
  return axes;
}

static bool hasContiguousRows(Value memref) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  return type && type.isLastDimUnitStride();
}

/// True where the last axis of the operand is none of its batches.
static bool endsInMatrix(const FloatAxes &axes, int64_t rank) {
  return std::max(axes.first, axes.second) == rank - 1;
}

std::optional<FloatProduct> mlir::mx::matchFloatProduct(linalg::LinalgOp op,
                                                        std::string &whyNot) {
  auto dims = linalg::inferContractionDims(op);
  if (failed(dims) || dims->m.size() != 1 || dims->n.size() != 1 ||
      dims->k.size() != 1) {
    whyNot = "it has not one axis each of rows, columns and sums";
    return std::nullopt;
  }
  unsigned m = dims->m[0], n = dims->n[0], k = dims->k[0];
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  FloatProduct product{op.getDpsInputs()[0],
                       op.getDpsInputs()[1],
                       op.getDpsInits()[0],
                       axesOf(maps[0], dims->batch, m, k),
                       axesOf(maps[1], dims->batch, n, k),
                       axesOf(maps[2], dims->batch, m, n)};
  auto rank = [](Value memref) {
    return cast<MemRefType>(memref.getType()).getRank();
  };
  if (!llvm::all_of(op->getOperands(), hasContiguousRows) ||
      product.c.isSwapped() || !endsInMatrix(product.b, rank(product.rhs)) ||
      !endsInMatrix(product.c, rank(product.init))) {
    whyNot = "the elements of its columns do not lie one after the other";
    return std::nullopt;
  }
  return product;
}

Value mlir::mx::takeTile(ScalarBuilder &b, Value source,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> ones(offsets.size(), b.getIndexAttr(1));
  return b.make<memref::SubViewOp>(source, offsets, sizes, ones);
}

/// The matrix of `memref` at the indices `batch`, its axes in their order.
static Value takeMatrix(ScalarBuilder &b, Value memref, const FloatAxes &axes,
                        ValueRange batch) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)), sizes,
      ones(type.getRank(), b.getIndexAttr(1));
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    sizes.push_back(memref::getMixedSize(b, b.getLoc(), memref, axis));
  for (auto [axis, index] : llvm::zip_equal(axes.batch, batch)) {
    offsets[axis] = index;
    sizes[axis] = b.getIndexAttr(1);
  }
  int64_t rows = std::min(axes.first, axes.second),
          columns = std::max(axes.first, axes.second);
  auto reduced = memref::SubViewOp::inferRankReducedResultType(
      {type.getDimSize(rows), type.getDimSize(columns)}, type, offsets, sizes,
      ones);
  return b.make<memref::SubViewOp>(reduced, memref, offsets, sizes, ones);
}

/// The matrix with its axes swapped.
static Value transpose(ScalarBuilder &b, Value matrix) {
  AffineMap swap =
      AffineMap::getPermutationMap(ArrayRef<unsigned>{1, 0}, b.getContext());
  return b.make<memref::TransposeOp>(matrix, AffineMapAttr::get(swap));
}

/// The matrices of the batch `at`.
static FloatMatrices takeMatrices(ScalarBuilder &b, const FloatProduct &product,
                                  ValueRange at) {
  FloatMatrices matrices;
  matrices.a = takeMatrix(b, product.lhs, product.a, at);
  if (product.a.isSwapped())
    matrices.a = transpose(b, matrices.a);
  matrices.b = takeMatrix(b, product.rhs, product.b, at);
  matrices.isRowMajor = product.b.isSwapped();
  matrices.c = takeMatrix(b, product.init, product.c, at);
  matrices.m = b.dim(matrices.c, 0);
  matrices.n = b.dim(matrices.c, 1);
  matrices.k = b.dim(matrices.a, 1);
  return matrices;
}

void mlir::mx::expandFloatProduct(ScalarBuilder &b, const FloatConfig &config,
                                  const FloatProduct &product) {
  int64_t rows = product.staticRows();
  if (rows == 0)
    return;
  bool isFew = !ShapedType::isDynamic(rows) && rows <= kFewRows;
  SmallVector<Value> batches;
  for (int64_t axis : product.c.batch)
    batches.push_back(b.dim(product.init, axis));
  b.nest(batches, [&](ValueRange at) {
    FloatMatrices matrices = takeMatrices(b, product, at);
    if (isFew)
      multiplyFewRows(b, config, matrices, rows);
    else
      multiplyByPanels(b, config, matrices);
  });
}
