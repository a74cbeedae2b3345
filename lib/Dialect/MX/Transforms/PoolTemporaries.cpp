//===- PoolTemporaries.cpp - memory that a call gives back ----------------===//

#include "mx/Dialect/MX/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXPOOLTEMPORARIESPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

/// What the C library keeps for itself anyway.
static constexpr int64_t kFewestBytes = int64_t(1) << 16;
/// Bytes that divide each address.
static constexpr int64_t kAlignment = 64;

namespace {

/// Memory that one block takes and gives back.
struct Temporary {
  memref::AllocOp alloc;
  memref::DeallocOp dealloc;
};

} // namespace

/// Bytes of an element in memory, none where they are not its bits alone.
static std::optional<int64_t> bytesOf(Type element) {
  unsigned bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 0;
  if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
    return std::nullopt;
  return bits / 8;
}

static std::optional<Temporary> match(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  std::optional<int64_t> bytes = bytesOf(type.getElementType());
  if (!type.getLayout().isIdentity() || type.getMemorySpace() || !bytes ||
      alloc.getAlignment().value_or(1) > kAlignment)
    return std::nullopt;
  if (type.hasStaticShape() && type.getNumElements() < kFewestBytes / *bytes)
    return std::nullopt;
  for (Operation *user : alloc->getUsers())
    if (auto dealloc = dyn_cast<memref::DeallocOp>(user);
        dealloc && dealloc->getBlock() == alloc->getBlock())
      return Temporary{alloc, dealloc};
  return std::nullopt;
}

/// The function of libmx_runtime, which has C's calling convention; null, with
/// an error, where the name is something else's.
static func::FuncOp declare(ModuleOp module, StringRef name,
                            FunctionType type) {
  if (Operation *other = module.lookupSymbol(name)) {
    auto function = dyn_cast<func::FuncOp>(other);
    if (function && function.isExternal() && function.getFunctionType() == type)
      return function;
    other->emitError("has the name of a function of libmx_runtime");
    return {};
  }
  auto b = OpBuilder::atBlockBegin(module.getBody());
  auto function = func::FuncOp::create(b, module.getLoc(), name, type);
  function.setPrivate();
  function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                    b.getUnitAttr());
  return function;
}

static Value bytesOf(OpBuilder &b, memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  int64_t known = *bytesOf(type.getElementType());
  for (int64_t extent : type.getShape())
    known *= ShapedType::isDynamic(extent) ? 1 : extent;
  Value bytes = arith::ConstantIndexOp::create(b, alloc.getLoc(), known);
  for (Value extent : alloc.getDynamicSizes())
    bytes = arith::MulIOp::create(b, alloc.getLoc(), bytes, extent);
  return bytes;
}

namespace {

struct PoolTemporaries final
    : impl::MXPoolTemporariesPassBase<PoolTemporaries> {
  void runOnOperation() override {
    SmallVector<Temporary> temporaries;
    getOperation().walk([&](memref::AllocOp alloc) {
      if (std::optional<Temporary> temporary = match(alloc))
        temporaries.push_back(*temporary);
    });
    if (temporaries.empty())
      return;
    Builder b(&getContext());
    auto bytes = MemRefType::get(ShapedType::kDynamic, b.getI8Type());
    allocate = declare(getOperation(), "mx_pool_allocate",
                       b.getFunctionType(b.getIndexType(), bytes));
    free = declare(getOperation(), "mx_pool_free",
                   b.getFunctionType(bytes, TypeRange()));
    if (!allocate || !free)
      return signalPassFailure();
    for (const Temporary &temporary : temporaries)
      pool(temporary);
  }

private:
  void pool(const Temporary &temporary) {
    memref::AllocOp alloc = temporary.alloc;
    Location loc = alloc.getLoc();
    OpBuilder b(alloc);
    Value buffer =
        func::CallOp::create(b, loc, allocate, bytesOf(b, alloc)).getResult(0);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value view = memref::ViewOp::create(b, loc, alloc.getType(), buffer, zero,
                                        alloc.getDynamicSizes());
    // Code for vectors is better where it need not ask.
    view = memref::AssumeAlignmentOp::create(b, loc, view, kAlignment);
    b.setInsertionPoint(temporary.dealloc);
    func::CallOp::create(b, loc, free, buffer);
    temporary.dealloc->erase();
    alloc.getResult().replaceAllUsesWith(view);
    alloc->erase();
  }

  func::FuncOp allocate, free;
};

} // namespace
} // namespace mlir::mx
