//===- ConstantBytes.cpp - constants as memory holds them -----------------===//

#include "mx/Dialect/MX/IR/ConstantBytes.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/Alignment.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mx;

static constexpr StringLiteral kBufferName("constant");

/// Returns the bytes of one element, 0 where they are none of their own.
static unsigned elementSize(Type element) {
  if (element.isInteger(1))
    return 1;
  if (element.isIndex())
    return 8;
  if (!element.isIntOrFloat())
    return 0;
  unsigned bits = element.getIntOrFloatBitWidth();
  return bits == 8 || bits == 16 || bits == 32 || bits == 64 ? bits / 8 : 0;
}

std::optional<uint64_t> mlir::mx::getConstantSize(ShapedType type) {
  uint64_t size = elementSize(type.getElementType());
  if (!size || !type.hasStaticShape())
    return std::nullopt;
  for (int64_t extent : type.getShape())
    size *= extent;
  return size;
}

static std::unique_ptr<llvm::WritableMemoryBuffer>
makeBuffer(uint64_t size, llvm::Align align) {
  return llvm::WritableMemoryBuffer::getNewUninitMemBuffer(size, kBufferName,
                                                           align);
}

static ConstantBytes keep(std::unique_ptr<llvm::WritableMemoryBuffer> buffer) {
  ArrayRef<char> bytes(buffer->getBufferStart(), buffer->getBufferSize());
  return {bytes, std::move(buffer)};
}

/// Repeats one element; `first` is it.
static ConstantBytes repeat(ArrayRef<char> first, uint64_t size,
                            llvm::Align align) {
  auto buffer = makeBuffer(size, align);
  char *to = buffer->getBufferStart();
  for (uint64_t done = 0; done < size; done += first.size())
    std::memcpy(to + done, first.data(), first.size());
  return keep(std::move(buffer));
}

static ConstantBytes expandBits(DenseElementsAttr dense, uint64_t size,
                                llvm::Align align) {
  auto buffer = makeBuffer(size, align);
  char *to = buffer->getBufferStart();
  for (bool bit : dense.getValues<bool>())
    *to++ = static_cast<char>(bit);
  return keep(std::move(buffer));
}

/// Returns `bytes` themselves where they lie well, else a copy.
static ConstantBytes placed(ArrayRef<char> bytes, llvm::Align align) {
  if (llvm::isAddrAligned(align, bytes.data()))
    return {bytes, nullptr};
  auto buffer = makeBuffer(bytes.size(), align);
  std::memcpy(buffer->getBufferStart(), bytes.data(), bytes.size());
  return keep(std::move(buffer));
}

std::optional<ConstantBytes> mlir::mx::getConstantBytes(ElementsAttr value,
                                                        llvm::Align align) {
  const uint64_t size = *getConstantSize(value.getShapedType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != size)
      return std::nullopt;
    return placed(blob->getData(), align);
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return std::nullopt;
  if (dense.getElementType().isInteger(1))
    return expandBits(dense, size, align);
  if (dense.isSplat())
    return repeat(dense.getRawData(), size, align);
  return placed(dense.getRawData(), align);
}
