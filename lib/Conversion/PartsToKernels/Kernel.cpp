//===- Kernel.cpp - operands, scratch and choice of kernels ---------------===//

#include "Kernel.h"

#include "../ScalarCodec.h"
#include "VectorCodec.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::mx;

static constexpr int64_t kAlignment = 64;
/// Every block size divides it.
static constexpr int64_t kLargestBlock = 256;
/// Columns of a panel at most.
static constexpr int64_t kPanelColumns = 256;

Product::Product(ScalarBuilder &b, MatmulPartsOp op)
    : config(op.getLoweringConfigAttr()), row(config.getRow()),
      weights(op.getRhsSpec()), activations(op.getLhsSpec()), lhs(op.getLhs()),
      rhs(op.getRhs()), init(op.getInit()), fromZero(op.getFromZero()),
      k(op.getK()) {
  int64_t rank = cast<MemRefType>(init.getType()).getRank();
  m = b.dim(init, rank - 2);
  n = b.dim(init, rank - 1);
}

SmallVector<Value> Product::at(Value memref, ArrayRef<Value> indices) const {
  SmallVector<Value> all;
  int64_t rank = cast<MemRefType>(memref.getType()).getRank();
  if (rank > int64_t(indices.size()))
    all = batch;
  all.append(indices.begin(), indices.end());
  return all;
}

Value Scratch::allocate(Type element, ArrayRef<int64_t> shape,
                        ValueRange dynamic) {
  buffers.push_back(b.make<memref::AllocOp>(MemRefType::get(shape, element),
                                            dynamic,
                                            b.getI64IntegerAttr(kAlignment)));
  return buffers.back();
}

void Scratch::free() {
  for (Value buffer : buffers)
    memref::DeallocOp::create(b, buffer);
  buffers.clear();
}

Kernel::~Kernel() = default;

int64_t Kernel::columnsOfPanel(int64_t bytes) const {
  int64_t fit = row.caches.l2 / 4 / (product.config.getKBlock() * bytes);
  return std::max(std::min(fit, kPanelColumns) / unit(), int64_t(1)) * unit();
}

Value Kernel::stepsOverK() const {
  return b.max(blocksOf(b, product.k, product.config.getKBlock()), b.index(1));
}

void Kernel::clearAtStart(Value begin, Value tile) {
  ArrayRef<int64_t> shape = cast<MemRefType>(tile.getType()).getShape();
  auto clear = [&] {
    Value zeros = splat(b, b.f32(0), lanes);
    for (int64_t i = 0; i < shape[0]; ++i)
      for (int64_t column = 0; column < shape[1]; column += lanes)
        storeVector(b, zeros, tile, {b.index(i), b.index(column)});
    return SmallVector<Value>();
  };
  b.conditional(TypeRange{}, b.equal(begin, b.index(0)), clear,
                [] { return SmallVector<Value>(); });
}

Value mlir::mx::multiplyAdd(ScalarBuilder &b, const ::mx::TargetRow &row,
                            Value x, Value w, Value sum) {
  // Without the instruction a fused multiply-add would be a call.
  if (StringRef(row.features).contains("+fma"))
    return b.make<vector::FMAOp>(x, w, sum);
  return b.add(sum, b.mul(x, w));
}

/// Row `m` of floats.
static void copyRow(ScalarBuilder &b, const Product &product, Value m, Value x,
                    Value xRow) {
  b.nest(product.k, [&](ValueRange k) {
    Value source = product.lhs[0];
    Value value = b.load(source, product.at(source, {m, k[0]}));
    b.store(b.toF32(value), x, {xRow, k[0]});
  });
}

void mlir::mx::decodeActivations(ScalarBuilder &b, const Product &product,
                                 Value m, Value x, Value xRow) {
  if (product.activations) {
    SmallVector<Value> at = product.batch;
    at.push_back(m);
    decodeRow(b, product.row, *product.activations, product.lhs[0],
              product.lhs[1], at, product.k, x, xRow);
  } else {
    copyRow(b, product, m, x, xRow);
  }
  Value blocks = blocksOf(b, product.k, kLargestBlock);
  b.loop(product.k, b.mul(blocks, b.index(kLargestBlock)), {},
         [&](Value k, ValueRange) {
           b.store(b.f32(0), x, {xRow, k});
           return SmallVector<Value>();
         });
}

std::unique_ptr<Kernel> mlir::mx::makeKernel(ScalarBuilder &b,
                                             const Product &product) {
  switch (::mx::findKernel(product.config.getKernel())->kind) {
  case ::mx::KernelKind::F32: {
    int64_t rows =
        cast<MemRefType>(product.init.getType()).getShape().end()[-2];
    if (!ShapedType::isDynamic(rows) && rows <= kFewRows)
      return makeRowsF32(b, product, rows);
    return makePanelF32(b, product);
  }
  case ::mx::KernelKind::AB:
    return makeKernelAB(b, product);
  case ::mx::KernelKind::I16:
    return makeKernelI16(b, product);
  case ::mx::KernelKind::BF16:
    return makePanelBF16(b, product);
  }
  llvm_unreachable("all kinds are there");
}
