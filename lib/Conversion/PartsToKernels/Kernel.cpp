//===- Kernel.cpp - operands, scratch and choice of kernels ---------------===//

#include "Kernel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::mx;

static constexpr int64_t kAlignment = 64;

Product::Product(ScalarBuilder &b, MatmulPartsOp op)
    : config(op.getLoweringConfigAttr()), row(config.getRow()),
      weights(op.getRhsSpec()), activations(op.getLhsSpec()), lhs(op.getLhs()),
      rhs(op.getRhs()), init(op.getInit()), k(op.getK()) {
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

std::unique_ptr<Kernel> mlir::mx::makeKernel(ScalarBuilder &b,
                                             const Product &product) {
  switch (::mx::findKernel(product.config.getKernel())->kind) {
  case ::mx::KernelKind::F32:
    return makePanelF32(b, product);
  case ::mx::KernelKind::AB:
    return makeKernelAB(b, product);
  case ::mx::KernelKind::I16:
    return makeKernelI16(b, product);
  case ::mx::KernelKind::BF16:
    return nullptr;
  }
  return nullptr;
}
