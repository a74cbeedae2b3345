//===- Blocks.cpp - the bytes of constant block tensors -------------------===//
//
// Blobs live in the builtin dialect's resource manager. Those made here are
// named by a hash of their content, so that equal constants share one blob.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Packing.h"

#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mlir::mx;

using Handle = DenseResourceElementsHandle;

static constexpr size_t kBlobAlignment = 64;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// Parses `name = KEY`.
static ParseResult parseBlob(AsmParser &parser, StringRef name, ShapedType type,
                             DenseResourceElementsAttr &attr) {
  if (parser.parseKeyword(name) || parser.parseEqual())
    return failure();
  FailureOr<Handle> handle = parser.parseResourceHandle<Handle>();
  if (failed(handle))
    return failure();
  attr = DenseResourceElementsAttr::get(type, *handle);
  return success();
}

Attribute BlocksAttr::parse(AsmParser &parser, Type type) {
  SMLoc loc = parser.getCurrentLocation();
  auto tensor = dyn_cast_or_null<RankedTensorType>(type);
  if (!tensor || !getBlockType(tensor) || !tensor.hasStaticShape()) {
    parser.emitError(loc, "expected the static block tensor type of the "
                          "constant after it");
    return {};
  }
  DenseResourceElementsAttr codes, scales, outer;
  if (parser.parseLess() ||
      parseBlob(parser, "codes", getCodesType(tensor), codes) ||
      parser.parseComma() ||
      parseBlob(parser, "scales", getScalesType(tensor), scales))
    return {};
  if (auto outerType = getOuterType(tensor, getBlockType(tensor).getFormat()))
    if (parser.parseComma() || parseBlob(parser, "outer", outerType, outer))
      return {};
  if (parser.parseGreater())
    return {};
  return BlocksAttr::get(parser.getContext(), tensor, codes, scales, outer);
}

void BlocksAttr::print(AsmPrinter &printer) const {
  printer << "<codes = ";
  printer.printResourceHandle(getCodes().getRawHandle());
  printer << ", scales = ";
  printer.printResourceHandle(getScales().getRawHandle());
  if (getOuter()) {
    printer << ", outer = ";
    printer.printResourceHandle(getOuter().getRawHandle());
  }
  printer << ">";
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

bool BlocksAttr::fits(RankedTensorType type, DenseResourceElementsAttr codes,
                      DenseResourceElementsAttr scales,
                      DenseResourceElementsAttr outer) {
  if (!type || !getBlockType(type) || !type.hasStaticShape())
    return false;
  RankedTensorType outerType =
      getOuterType(type, getBlockType(type).getFormat());
  return codes.getType() == getCodesType(type) &&
         scales.getType() == getScalesType(type) &&
         (outerType ? outer && outer.getType() == outerType : !outer);
}

/// Returns why `attr`'s blob does not hold its type, empty where it does.
static std::string missing(StringRef name, DenseResourceElementsAttr attr) {
  Handle handle = attr.getRawHandle();
  int64_t wanted = attr.getType().getNumElements() *
                   (attr.getType().getElementTypeBitWidth() / 8);
  const AsmResourceBlob *blob = handle.getBlob();
  if (!blob)
    return llvm::formatv("{0}: resource '{1}' is missing, expected {2} bytes",
                         name, handle.getKey(), wanted);
  if (static_cast<int64_t>(blob->getData().size()) != wanted)
    return llvm::formatv("{0}: resource '{1}' has {2} bytes, expected {3}",
                         name, handle.getKey(), blob->getData().size(), wanted);
  return "";
}

std::string BlocksAttr::missingBytes() const {
  std::string reason = missing("codes", getCodes());
  if (reason.empty())
    reason = missing("scales", getScales());
  if (reason.empty() && getOuter())
    reason = missing("outer", getOuter());
  return reason;
}

static ArrayRef<char> dataOf(DenseResourceElementsAttr attr) {
  return attr.getRawHandle().getBlob()->getData();
}

ArrayRef<uint8_t> BlocksAttr::codeBytes() const {
  ArrayRef<char> data = dataOf(getCodes());
  return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
}

ArrayRef<uint8_t> BlocksAttr::scaleBytes() const {
  ArrayRef<char> data = dataOf(getScales());
  return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
}

ArrayRef<float> BlocksAttr::outerValues() const {
  if (!getOuter())
    return {};
  ArrayRef<char> data = dataOf(getOuter());
  return {reinterpret_cast<const float *>(data.data()),
          data.size() / sizeof(float)};
}

DenseResourceElementsAttr mlir::mx::internBlob(ShapedType type,
                                               AsmResourceBlob blob) {
  auto *dialect = type.getContext()->getLoadedDialect<BuiltinDialect>();
  auto &interface = Handle::getManagerInterface(type.getContext());
  ArrayRef<char> data = blob.getData();
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t *>(data.data()), data.size()));
  std::string name =
      llvm::formatv("mx_{0:x-16}{1:x-16}", hash.high64, hash.low64);
  auto *entry = interface.getBlobManager().lookup(name);
  if (entry && entry->getBlob() && entry->getBlob()->getData() == data)
    return DenseResourceElementsAttr::get(type, Handle(entry, dialect));
  return DenseResourceElementsAttr::get(
      type, interface.getBlobManager().insert<Handle>(dialect, name,
                                                      std::move(blob)));
}

BlocksAttr BlocksAttr::getFromBlobs(RankedTensorType type,
                                    AsmResourceBlob codes,
                                    AsmResourceBlob scales,
                                    std::optional<AsmResourceBlob> outer) {
  DenseResourceElementsAttr outerAttr;
  if (outer)
    outerAttr = internBlob(getOuterType(type, getBlockType(type).getFormat()),
                           std::move(*outer));
  return BlocksAttr::get(
      type.getContext(), type, internBlob(getCodesType(type), std::move(codes)),
      internBlob(getScalesType(type), std::move(scales)), outerAttr);
}

BlocksAttr BlocksAttr::getFromBytes(RankedTensorType type, ArrayRef<char> codes,
                                    ArrayRef<char> scales,
                                    ArrayRef<char> outer) {
  auto copy = [](ArrayRef<char> bytes) {
    return HeapAsmResourceBlob::allocateAndCopyWithAlign(
        bytes, kBlobAlignment, /*dataIsMutable=*/false);
  };
  std::optional<AsmResourceBlob> outerBlob;
  if (getBlockType(type).hasOuterScale())
    outerBlob = copy(outer);
  return getFromBlobs(type, copy(codes), copy(scales), std::move(outerBlob));
}

AsmResourceBlob BlocksAttr::allocateBlob(int64_t bytes) {
  return HeapAsmResourceBlob::allocate(bytes, kBlobAlignment,
                                       /*dataIsMutable=*/true);
}
