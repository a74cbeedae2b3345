//===- Signature.cpp - the entry of a lowered module ----------------------===//

#include "mx/Runner/Abi.h"
#include "mx/Runner/Error.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mx;

static constexpr StringLiteral interfacePrefix("_mlir_ciface_");

static FunctionType getSignatureAttr(LLVM::LLVMFuncOp function) {
  auto attr = function->getAttrOfType<TypeAttr>(signatureAttrName);
  return attr ? dyn_cast<FunctionType>(attr.getValue()) : FunctionType();
}

static bool isPrivate(LLVM::LLVMFuncOp function) {
  return function.getLinkage() != LLVM::Linkage::External ||
         SymbolTable::getSymbolVisibility(function) !=
             SymbolTable::Visibility::Public;
}

SmallVector<std::string> mlir::mx::getEntries(ModuleOp module) {
  SmallVector<std::string> names;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (getSignatureAttr(function) && !isPrivate(function) &&
        !function.isExternal() &&
        !function.getName().starts_with(interfacePrefix))
      names.push_back(function.getName().str());
  return names;
}

/// Returns "; entries: @f, @g".
static std::string listEntries(ModuleOp module) {
  SmallVector<std::string> names = getEntries(module);
  return names.empty() ? "; the file has no entries"
                       : "; entries: @" + llvm::join(names, ", @");
}

static llvm::Expected<SmallVector<ValueType>>
readTypes(TypeRange types, const Twine &role, Location loc) {
  SmallVector<ValueType> values;
  for (auto [i, type] : llvm::enumerate(types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::optional<DType> dtype =
        isa<ShapedType>(type) && !tensor
            ? std::nullopt
            : getDType(tensor ? tensor.getElementType() : type);
    if (!dtype) {
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return makeError(loc, role + " " + Twine(i) + " of the entry is " + text +
                                ", which the runner cannot pass (tensors and "
                                "scalars of f64 f32 f16 bf16 i64 i32 i16 i8 i1 "
                                "index)");
    }
    ValueType &value = values.emplace_back();
    value.dtype = *dtype;
    value.isTensor = static_cast<bool>(tensor);
    if (tensor)
      value.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
  }
  return values;
}

/// True where `type` is what a value of `wanted` is passed as.
static bool isPassedAs(const ValueType &wanted, Type type) {
  if (wanted.isTensor)
    return isa<LLVM::LLVMPointerType>(type);
  if (wanted.dtype == DType::Index)
    return type.isSignlessInteger(64);
  return getDType(type) == wanted.dtype;
}

std::optional<size_t> Signature::holderOf(size_t index) const {
  const int64_t *holder = llvm::find(inPlace, int64_t(index));
  if (holder == inPlace.end())
    return std::nullopt;
  return holder - inPlace.begin();
}

SmallVector<ValueType> Signature::returned() const {
  SmallVector<ValueType> types;
  for (auto [i, type] : llvm::enumerate(results))
    if (!holderOf(i))
      types.push_back(type);
  return types;
}

/// Reads which results arguments hold. Like the signature itself, bytecode may
/// have any attribute here.
static llvm::Expected<SmallVector<int64_t>>
readInPlace(LLVM::LLVMFuncOp function, const Signature &signature) {
  SmallVector<int64_t> inPlace(signature.arguments.size(), -1);
  Attribute attr = function->getAttr(inPlaceAttrName);
  if (!attr)
    return inPlace;
  auto numbers = dyn_cast<DenseI64ArrayAttr>(attr);
  auto fits = [&](size_t argument) {
    int64_t result = numbers[argument];
    if (result == -1)
      return true;
    return result >= 0 && result < int64_t(signature.results.size()) &&
           signature.arguments[argument].isTensor &&
           toString(signature.arguments[argument]) ==
               toString(signature.results[result]) &&
           llvm::count(numbers.asArrayRef(), result) == 1;
  };
  if (!numbers || numbers.size() != int64_t(inPlace.size()) ||
      !llvm::all_of(llvm::seq<size_t>(0, inPlace.size()), fits))
    return makeError(function.getLoc(),
                     "'mx.in_place' of '@" + function.getName() +
                         "' does not fit its 'mx.signature'");
  return SmallVector<int64_t>(numbers.asArrayRef());
}

/// A file may claim a signature that its code has not; calling it would crash.
static bool fits(LLVM::LLVMFunctionType type, const Signature &signature) {
  ArrayRef<Type> parameters = type.getParams();
  SmallVector<ValueType> results = signature.returned();
  bool byPointer =
      results.size() > 1 || (results.size() == 1 && results[0].isTensor);
  if (byPointer &&
      (parameters.empty() || !isa<LLVM::LLVMPointerType>(parameters.front())))
    return false;
  parameters = parameters.drop_front(byPointer);
  bool returnsIt = byPointer || results.empty()
                       ? isa<LLVM::LLVMVoidType>(type.getReturnType())
                       : isPassedAs(results[0], type.getReturnType());
  return returnsIt && !type.isVarArg() &&
         parameters.size() == signature.arguments.size() &&
         llvm::all_of(llvm::zip(signature.arguments, parameters), [](auto it) {
           return isPassedAs(std::get<0>(it), std::get<1>(it));
         });
}

llvm::Expected<Signature> mlir::mx::readSignature(ModuleOp module,
                                                  StringRef entry) {
  auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(entry);
  auto interface =
      module.lookupSymbol<LLVM::LLVMFuncOp>((interfacePrefix + entry).str());
  if (!function)
    return makeError(module.getLoc(),
                     "no function '@" + entry + "'" + listEntries(module));
  Location loc = function.getLoc();
  const char *reason = function.isExternal()         ? "has no body"
                       : isPrivate(function)         ? "is private"
                       : !getSignatureAttr(function) ? "has no 'mx.signature'"
                       : !interface                  ? "has no C interface"
                                                     : nullptr;
  if (reason)
    return makeError(loc, "'@" + entry + "' cannot be called: it " + reason +
                              listEntries(module));
  FunctionType type = getSignatureAttr(function);
  Signature signature;
  auto arguments = readTypes(type.getInputs(), "argument", loc);
  if (!arguments)
    return arguments.takeError();
  auto results = readTypes(type.getResults(), "result", loc);
  if (!results)
    return results.takeError();
  signature.arguments = std::move(*arguments);
  signature.results = std::move(*results);
  auto inPlace = readInPlace(function, signature);
  if (!inPlace)
    return inPlace.takeError();
  signature.inPlace = std::move(*inPlace);
  if (!fits(interface.getFunctionType(), signature))
    return makeError(loc, "'@" + entry +
                              "' cannot be called: its C interface "
                              "does not fit its 'mx.signature'");
  return signature;
}
