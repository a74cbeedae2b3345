//===- ByteTypes.cpp - TOSA's narrow tensors as the parts of MX -----------===//

#include "ByteTypes.h"

#include "mx/Numerics/Packing.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;
using ::mx::FormatSpec;

/// Returns the preset's format of TOSA's code type, nothing for other types.
static std::optional<FormatSpec> formatOf(Type codes) {
  StringRef name = llvm::TypeSwitch<Type, StringRef>(codes)
                       .Case([](Float4E2M1FNType) { return "mxfp4"; })
                       .Case([](Float6E2M3FNType) { return "mxfp6_e2m3"; })
                       .Case([](Float6E3M2FNType) { return "mxfp6_e3m2"; })
                       .Case([](Float8E4M3FNType) { return "mxfp8_e4m3"; })
                       .Case([](Float8E5M2Type) { return "mxfp8_e5m2"; })
                       .Case([](tosa::mxint8Type) { return "mxint8"; })
                       .Default([](Type) { return ""; });
  return ::mx::findFormat(std::string_view(name));
}

static bool isScale(Type element) { return isa<Float8E8M0FNUType>(element); }

bool mlir::mx::isNarrowTensor(Type type) {
  auto tensor = dyn_cast<TensorType>(type);
  return tensor && (formatOf(tensor.getElementType()) ||
                    isScale(tensor.getElementType()));
}

RankedTensorType mlir::mx::getBlockTensorType(Type codes) {
  auto tensor = dyn_cast<RankedTensorType>(codes);
  if (!tensor || tensor.getRank() == 0)
    return {};
  std::optional<FormatSpec> format = formatOf(tensor.getElementType());
  int64_t k = tensor.getShape().back();
  if (!format || (!ShapedType::isDynamic(k) && k % format->blockSize != 0))
    return {};
  return RankedTensorType::get(tensor.getShape(),
                               BlockType::get(codes.getContext(), *format));
}

RankedTensorType mlir::mx::getByteType(Type narrow) {
  if (RankedTensorType blocks = getBlockTensorType(narrow))
    return getCodesType(blocks);
  auto tensor = dyn_cast<RankedTensorType>(narrow);
  if (!tensor || tensor.getRank() == 0 || !isScale(tensor.getElementType()))
    return {};
  SmallVector<int64_t> shape(tensor.getShape());
  shape.push_back(1);
  return RankedTensorType::get(shape, IntegerType::get(narrow.getContext(), 8));
}

/// Returns the elements, one a byte; of a splat one of them.
static ArrayRef<char> rawData(ElementsAttr constant) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant)) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  return cast<DenseElementsAttr>(constant).getRawData();
}

std::string mlir::mx::unreadable(ElementsAttr constant) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant);
  if (!resource)
    return isa<DenseElementsAttr>(constant)
               ? ""
               : "holds elements that are neither dense nor a resource";
  int64_t found = rawData(constant).size(), wanted = constant.getNumElements();
  if (found == wanted)
    return "";
  return llvm::formatv("resource '{0}' has {1} bytes, expected {2}",
                       resource.getRawHandle().getKey(), found, wanted);
}

/// Returns codes, one a byte in `elements`, as `count` bytes.
static std::vector<uint8_t> pack(const FormatSpec &format,
                                 ArrayRef<uint8_t> elements, int64_t count) {
  std::vector<uint8_t> bytes(count);
  ::mx::packCodes(format, elements.data(), elements.size(), bytes.data());
  return bytes;
}

ElementsAttr mlir::mx::getBytes(ElementsAttr constant) {
  RankedTensorType type = getByteType(constant.getShapedType());
  ArrayRef<char> data = rawData(constant);
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant);
  RankedTensorType blocks = getBlockTensorType(constant.getShapedType());
  bool isByte = type.getNumElements() == constant.getNumElements();
  if (resource && isByte)
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  std::vector<uint8_t> bytes(data.begin(), data.end());
  if (constant.isSplat() && !bytes.empty())
    bytes.resize(constant.getNumElements(), bytes.front());
  if (!isByte)
    bytes =
        pack(getBlockType(blocks).getFormat(), bytes, type.getNumElements());
  if (!resource)
    return DenseElementsAttr::get(type, ArrayRef<uint8_t>(bytes));
  ArrayRef<char> chars(reinterpret_cast<const char *>(bytes.data()),
                       bytes.size());
  return DenseResourceElementsAttr::get(
      type, resource.getRawHandle().getKey(),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(chars, /*align=*/64,
                                                    /*dataIsMutable=*/false));
}
