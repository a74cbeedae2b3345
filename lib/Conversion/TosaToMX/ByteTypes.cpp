//===- ByteTypes.cpp - TOSA's narrow tensors as the parts of MX -----------===//

#include "ByteTypes.h"

#include "mx/Dialect/MX/Extensions/ConstantView.h"
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

/// Returns the elements, one a byte, of a splat one.
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

DenseElementsAttr mlir::mx::getBytes(ElementsAttr constant) {
  RankedTensorType type = getByteType(constant.getShapedType());
  ArrayRef<char> data = rawData(constant);
  std::vector<uint8_t> elements(data.begin(), data.end());
  if (constant.isSplat() && !elements.empty())
    elements.resize(constant.getNumElements(), elements.front());
  if (RankedTensorType blocks = getBlockTensorType(constant.getShapedType())) {
    const FormatSpec &format = getBlockType(blocks).getFormat();
    std::vector<uint8_t> codes(type.getNumElements());
    ::mx::packCodes(format, elements.data(), elements.size(), codes.data());
    elements = std::move(codes);
  }
  return DenseElementsAttr::get(type, ArrayRef<uint8_t>(elements));
}
