//===- Array.cpp - tensors and scalars outside of the compiler ------------===//

#include "mx/Runner/Array.h"

#include "mx/Numerics/Codec.h"
#include "mx/Runner/Error.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>
#include <unistd.h>

using namespace mlir;
using namespace mlir::mx;

namespace {
struct DTypeInfo {
  DType type;
  unsigned bytes;
  const char *name;
};
} // namespace

static constexpr DTypeInfo infos[] = {
    {DType::F64, 8, "f64"},  {DType::F32, 4, "f32"},
    {DType::F16, 2, "f16"},  {DType::BF16, 2, "bf16"},
    {DType::I64, 8, "i64"},  {DType::I32, 4, "i32"},
    {DType::I16, 2, "i16"},  {DType::I8, 1, "i8"},
    {DType::I1, 1, "i1"},    {DType::Index, 8, "index"},
    {DType::U64, 8, "ui64"}, {DType::U32, 4, "ui32"},
    {DType::U16, 2, "ui16"}, {DType::U8, 1, "ui8"}};

unsigned mlir::mx::byteSize(DType type) {
  return infos[static_cast<unsigned>(type)].bytes;
}

StringRef mlir::mx::getName(DType type) {
  return infos[static_cast<unsigned>(type)].name;
}

bool mlir::mx::isFloat(DType type) {
  return type == DType::F64 || type == DType::F32 || type == DType::F16 ||
         type == DType::BF16;
}

std::optional<DType> mlir::mx::getDType(Type type) {
  if (type.isF64())
    return DType::F64;
  if (type.isF32())
    return DType::F32;
  if (type.isF16())
    return DType::F16;
  if (type.isBF16())
    return DType::BF16;
  if (type.isIndex())
    return DType::Index;
  if (!type.isSignlessInteger())
    return std::nullopt;
  switch (type.getIntOrFloatBitWidth()) {
  case 64:
    return DType::I64;
  case 32:
    return DType::I32;
  case 16:
    return DType::I16;
  case 8:
    return DType::I8;
  case 1:
    return DType::I1;
  default:
    return std::nullopt;
  }
}

llvm::Expected<int64_t> mlir::mx::checkedCount(ArrayRef<int64_t> shape,
                                               DType type) {
  // A zero extent makes the array empty whatever the others are.
  bool isEmpty = llvm::is_contained(shape, 0);
  int64_t bytes = byteSize(type);
  for (int64_t extent : shape) {
    if (extent < 0)
      return makeError("negative extent " + Twine(extent));
    if (!isEmpty && llvm::MulOverflow(bytes, extent, bytes))
      bytes = INT64_MAX;
  }
  if (isEmpty)
    return 0;
  int64_t pages = sysconf(_SC_PHYS_PAGES), pageSize = sysconf(_SC_PAGESIZE);
  if (bytes / pageSize >= pages)
    return makeError(
        toString(ValueType{type, true, SmallVector<int64_t>(shape)}) +
        " does not fit in the memory of this machine");
  return bytes / byteSize(type);
}

llvm::Expected<Array> mlir::mx::makeArray(DType type, ArrayRef<int64_t> shape) {
  llvm::Expected<int64_t> count = checkedCount(shape, type);
  if (!count)
    return count.takeError();
  return Array{type, SmallVector<int64_t>(shape),
               std::vector<uint8_t>(*count * byteSize(type))};
}

std::string mlir::mx::toString(const ValueType &type) {
  std::string text;
  for (int64_t extent : type.shape)
    text +=
        (ShapedType::isDynamic(extent) ? "?" : std::to_string(extent)) + "x";
  return text + getName(type.dtype).str();
}

std::string mlir::mx::toString(const Array &array) {
  return toString(ValueType{array.dtype, true, array.shape});
}

static bool passesFor(DType found, DType wanted) {
  switch (wanted) {
  case DType::BF16:
  case DType::I16:
    return found == wanted || found == DType::U16;
  case DType::Index:
  case DType::I64:
    return found == wanted || found == DType::I64 || found == DType::U64;
  case DType::I32:
    return found == wanted || found == DType::U32;
  case DType::I8:
    return found == wanted || found == DType::U8;
  default:
    return found == wanted;
  }
}

llvm::Error mlir::mx::bindTo(Array &array, const ValueType &wanted) {
  bool shapesAgree = array.shape.size() == wanted.shape.size();
  for (size_t i = 0; shapesAgree && i < wanted.shape.size(); ++i)
    shapesAgree = ShapedType::isDynamic(wanted.shape[i]) ||
                  array.shape[i] == wanted.shape[i];
  if (!shapesAgree || !passesFor(array.dtype, wanted.dtype))
    return makeError("found " + toString(array) + ", wanted " +
                     toString(wanted));
  array.dtype = wanted.dtype;
  return llvm::Error::success();
}

template <typename T> static T load(const uint8_t *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

static double loadAsDouble(DType type, const uint8_t *p) {
  switch (type) {
  case DType::F64:
    return load<double>(p);
  case DType::F32:
    return load<float>(p);
  case DType::F16:
    return ::mx::f16ToF32(load<uint16_t>(p));
  case DType::BF16:
    return ::mx::bf16ToF32(load<uint16_t>(p));
  case DType::I64:
  case DType::Index:
    return load<int64_t>(p);
  case DType::I32:
    return load<int32_t>(p);
  case DType::I16:
    return load<int16_t>(p);
  case DType::I8:
    return load<int8_t>(p);
  case DType::U64:
    return load<uint64_t>(p);
  case DType::U32:
    return load<uint32_t>(p);
  case DType::U16:
    return load<uint16_t>(p);
  case DType::U8:
  case DType::I1:
    return *p;
  }
  llvm_unreachable("all element types are listed");
}

template <typename T> static std::vector<T> convert(const Array &array) {
  std::vector<T> values(array.count());
  const unsigned size = byteSize(array.dtype);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = loadAsDouble(array.dtype, array.bytes.data() + i * size);
  return values;
}

std::vector<double> mlir::mx::toDoubles(const Array &array) {
  return convert<double>(array);
}

std::vector<float> mlir::mx::toFloats(const Array &array) {
  return convert<float>(array);
}
