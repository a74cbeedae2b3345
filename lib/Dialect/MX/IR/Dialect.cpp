//===- Dialect.cpp - the mx dialect and its type --------------------------===//

#include "mx/Dialect/MX/IR/MX.h"

#include "mx/Numerics/Packing.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::mx;

#include "mx/Dialect/MX/IR/MXDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "mx/Dialect/MX/IR/MXTypes.cpp.inc"

namespace {
/// Every op may move into another function: none has regions or effects but on
/// its own operands. An imported weight is a function that gets inlined.
struct MXInlinerInterface final : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void MXDialect::initialize() {
  addInterfaces<MXInlinerInterface>();
  addTypes<
#define GET_TYPEDEF_LIST
#include "mx/Dialect/MX/IR/MXTypes.cpp.inc"
      >();
  registerAttributes();
  registerBytecode();
  addOperations<
#define GET_OP_LIST
#include "mx/Dialect/MX/IR/MXOps.cpp.inc"
      >();
}

Operation *MXDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                          Type type, Location loc) {
  if (auto blocks = dyn_cast<BlocksAttr>(value))
    return ConstantOp::create(builder, loc, type, blocks);
  // Float results of folders are arith's: the dialect is loaded wherever an op
  // folds to one, as the op's own operand was an arith.constant.
  if (auto *arith = getContext()->getLoadedDialect("arith"))
    return arith->materializeConstant(builder, value, type, loc);
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Block type
//===----------------------------------------------------------------------===//

namespace {
/// A keyword of a closed set, with the value it stands for.
template <typename T> struct Keyword {
  StringRef name;
  T value;
};
} // namespace

/// Parses one of `keywords`; else says which word was found and what would do.
template <typename T, size_t N>
static ParseResult parseOneOf(AsmParser &parser, StringRef what,
                              const Keyword<T> (&keywords)[N], T &value) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef found;
  if (parser.parseKeyword(&found))
    return failure();
  for (const Keyword<T> &keyword : keywords)
    if (keyword.name == found) {
      value = keyword.value;
      return success();
    }
  InFlightDiagnostic diag = parser.emitError(loc)
                            << "unknown " << what << " '" << found
                            << "', expected one of ";
  llvm::interleaveComma(keywords, diag,
                        [&](const Keyword<T> &k) { diag << k.name; });
  return diag;
}

static ParseResult parseElementKind(AsmParser &parser,
                                    ::mx::ElementKind &element) {
  using Kind = ::mx::ElementKind;
  static constexpr Kind kinds[] = {Kind::E2M1, Kind::E2M3, Kind::E3M2,
                                   Kind::E4M3, Kind::E5M2, Kind::Int4,
                                   Kind::Int8};
  Keyword<Kind> names[std::size(kinds)];
  for (auto [name, kind] : llvm::zip(names, kinds))
    name = {::mx::spec(kind).name, kind};
  return parseOneOf(parser, "element", names, element);
}

static ParseResult parseScaleKind(AsmParser &parser, ::mx::ScaleKind &scale) {
  using Kind = ::mx::ScaleKind;
  static constexpr Kind kinds[] = {Kind::E8M0, Kind::E5M2, Kind::E4M3,
                                   Kind::UE5M3, Kind::F16};
  Keyword<Kind> names[std::size(kinds)];
  for (auto [name, kind] : llvm::zip(names, kinds))
    name = {::mx::spec(kind).name, kind};
  return parseOneOf(parser, "scale", names, scale);
}

/// Parses what follows the scale: a scheme, an outer scale, or both in order.
static ParseResult parseFormatFlags(AsmParser &parser,
                                    ::mx::FormatSpec &format) {
  enum class Flag { Asymmetric, Affine, TensorScale, RowScale };
  static constexpr Keyword<Flag> flags[] = {{"asymmetric", Flag::Asymmetric},
                                            {"affine", Flag::Affine},
                                            {"tensor_scale", Flag::TensorScale},
                                            {"row_scale", Flag::RowScale}};
  bool sawScheme = false, sawOuter = false;
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc loc = parser.getCurrentLocation();
    Flag flag;
    if (parseOneOf(parser, "property", flags, flag))
      return failure();
    bool isScheme = flag == Flag::Asymmetric || flag == Flag::Affine;
    if (isScheme ? (sawScheme || sawOuter) : sawOuter)
      return parser.emitError(
          loc, "expected at most one scheme, then at most one outer scale");
    (isScheme ? sawScheme : sawOuter) = true;
    if (isScheme)
      format.scheme = flag == Flag::Affine ? ::mx::Scheme::Affine
                                           : ::mx::Scheme::Asymmetric;
    else
      format.outer = flag == Flag::RowScale ? ::mx::OuterScale::Row
                                            : ::mx::OuterScale::Tensor;
  }
  return success();
}

Type BlockType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  ::mx::FormatSpec format;
  if (parser.parseLess() || parseElementKind(parser, format.element) ||
      parser.parseXInDimensionList() || parser.parseInteger(format.blockSize) ||
      parser.parseComma() || parseScaleKind(parser, format.scale) ||
      parseFormatFlags(parser, format) || parser.parseGreater())
    return {};
  return parser.getChecked<BlockType>(loc, parser.getContext(), format);
}

void BlockType::print(AsmPrinter &printer) const {
  const ::mx::FormatSpec &format = getFormat();
  printer << "<" << ::mx::spec(format.element).name << " x " << format.blockSize
          << ", " << ::mx::spec(format.scale).name;
  if (format.scheme != ::mx::Scheme::Symmetric)
    printer << (format.scheme == ::mx::Scheme::Affine ? ", affine"
                                                      : ", asymmetric");
  if (format.hasOuterScale())
    printer << (format.outer == ::mx::OuterScale::Row ? ", row_scale"
                                                      : ", tensor_scale");
  printer << ">";
}

LogicalResult
BlockType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                  ::mx::FormatSpec format) {
  std::string reason = ::mx::invalidReason(format);
  if (!reason.empty())
    return emitError() << reason;
  return success();
}

Type MXDialect::parseType(DialectAsmParser &parser) const {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return {};
  if (keyword == BlockType::getMnemonic())
    return BlockType::parse(parser);
  if (std::optional<::mx::FormatSpec> format = ::mx::findFormat(keyword))
    return BlockType::get(getContext(), *format);
  InFlightDiagnostic diag = parser.emitError(loc)
                            << "unknown mx type '" << keyword
                            << "', expected block<...> or one of ";
  llvm::interleaveComma(::mx::formats, diag, [&](const auto &named) {
    diag << StringRef(named.name);
  });
  return {};
}

void MXDialect::printType(Type type, DialectAsmPrinter &printer) const {
  auto block = cast<BlockType>(type);
  if (StringRef name = ::mx::nameOf(block.getFormat()); !name.empty()) {
    printer << name;
    return;
  }
  printer << BlockType::getMnemonic();
  block.print(printer);
}

//===----------------------------------------------------------------------===//
// Discardable attributes
//===----------------------------------------------------------------------===//

LogicalResult MXDialect::verifyOperationAttribute(Operation *op,
                                                  NamedAttribute attr) {
  if (attr.getName() == kSkipAttr && !isa<UnitAttr>(attr.getValue()))
    return op->emitOpError("attribute 'mx.skip' is ")
           << attr.getValue() << ", expected a unit attribute";
  if (attr.getName() == kPolicyAttr && !isa<PolicyAttr>(attr.getValue()))
    return op->emitOpError("attribute 'mx.quantize' is ")
           << attr.getValue() << ", expected #mx.policy<...>";
  if (attr.getName() == kSignatureAttr) {
    auto type = dyn_cast<TypeAttr>(attr.getValue());
    if (!type || !isa<FunctionType>(type.getValue()))
      return op->emitOpError("attribute 'mx.signature' is ")
             << attr.getValue() << ", expected a function type";
  }
  if (attr.getName() == kWeightsAttr) {
    auto weights = dyn_cast<DictionaryAttr>(attr.getValue());
    for (StringRef key : {"file", "id", "symbol"})
      if (!weights || !weights.getAs<StringAttr>(key))
        return op->emitOpError("attribute 'mx.weights' is ")
               << attr.getValue()
               << ", expected strings 'file', 'id' and 'symbol'";
  }
  if (attr.getName() == kInPlaceAttr &&
      !isa<DenseI64ArrayAttr>(attr.getValue()))
    return op->emitOpError("attribute 'mx.in_place' is ")
           << attr.getValue() << ", expected array<i64: ...> on a function, or "
           << "an i64 on an argument";
  if (attr.getName() == kWeightAttr)
    return op->emitOpError("attribute 'mx.weight' belongs on a function "
                           "argument, found it on the op");
  return success();
}

/// Checks `mx.in_place = attr` of argument `index` of a function.
static LogicalResult verifyInPlace(Operation *op, unsigned index,
                                   Attribute attr) {
  auto refuse = [&]() {
    return op->emitOpError("attribute 'mx.in_place' of argument ")
           << index << " is " << attr << ", expected ";
  };
  auto number = dyn_cast<IntegerAttr>(attr);
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!number || !number.getType().isInteger(64) || !function)
    return refuse() << "an i64, the number of a result of the function";
  ArrayRef<Type> results = function.getResultTypes();
  int64_t result = number.getInt();
  if (result < 0 || result >= int64_t(results.size()))
    return refuse() << "the number of one of " << results.size() << " results";
  Type type = function.getArgumentTypes()[index];
  if (!isa<RankedTensorType>(type) || type != results[result])
    return refuse() << "the number of a result of the argument's type " << type
                    << ", a tensor, found " << results[result];
  if (llvm::any_of(results, [](Type type) { return bool(getBlockType(type)); }))
    return refuse() << "no block tensors among the results";
  for (unsigned other = 0; other < index; ++other)
    if (function.getArgAttr(other, MXDialect::kInPlaceAttr) == attr)
      return refuse() << "a result of its own, found that of argument "
                      << other;
  return success();
}

LogicalResult MXDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                  unsigned argument,
                                                  NamedAttribute attr) {
  if (attr.getName() == kWeightAttr && !isa<UnitAttr>(attr.getValue()))
    return op->emitOpError("attribute 'mx.weight' of argument ")
           << argument << " is " << attr.getValue()
           << ", expected a unit attribute";
  if (attr.getName() == kInPlaceAttr)
    return verifyInPlace(op, argument, attr.getValue());
  return success();
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

BlockType mlir::mx::getBlockType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() == 0)
    return {};
  return dyn_cast<BlockType>(tensor.getElementType());
}

/// The shape of `tensor` with its last axis replaced by `perBlock` bytes for
/// each block of it.
static SmallVector<int64_t> blockShape(RankedTensorType tensor,
                                       int64_t perBlock) {
  int64_t blockSize = getBlockType(tensor).getBlockSize();
  SmallVector<int64_t> shape(tensor.getShape());
  if (!ShapedType::isDynamic(shape.back()))
    shape.back() = llvm::divideCeil(shape.back(), blockSize) * perBlock;
  return shape;
}

RankedTensorType mlir::mx::getCodesType(RankedTensorType tensor) {
  const ::mx::FormatSpec &format = getBlockType(tensor).getFormat();
  return RankedTensorType::get(
      blockShape(tensor, ::mx::codeBytesPerBlock(format)),
      IntegerType::get(tensor.getContext(), 8));
}

RankedTensorType mlir::mx::getScalesType(RankedTensorType tensor) {
  const ::mx::FormatSpec &format = getBlockType(tensor).getFormat();
  SmallVector<int64_t> shape = blockShape(tensor, 1);
  shape.push_back(::mx::scaleBytesPerBlock(format));
  return RankedTensorType::get(shape, IntegerType::get(tensor.getContext(), 8));
}

RankedTensorType mlir::mx::getOuterType(RankedTensorType tensor,
                                        const ::mx::FormatSpec &format) {
  if (!format.hasOuterScale())
    return {};
  ArrayRef<int64_t> shape;
  if (format.outer == ::mx::OuterScale::Row)
    shape = tensor.getShape().drop_back();
  return RankedTensorType::get(shape, Float32Type::get(tensor.getContext()));
}

SmallVector<Type> mlir::mx::getPartTypes(RankedTensorType tensor) {
  SmallVector<Type> types = {getCodesType(tensor), getScalesType(tensor)};
  if (Type outer = getOuterType(tensor, getBlockType(tensor).getFormat()))
    types.push_back(outer);
  if (tensor.isDynamicDim(tensor.getRank() - 1))
    types.push_back(IndexType::get(tensor.getContext()));
  return types;
}
