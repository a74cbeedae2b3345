//===- Constants.cpp - large constants of compiled modules ----------------===//

#include "mx/Runner/Constants.h"

#include "mx/Dialect/MX/IR/ConstantBytes.h"
#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Runner/Error.h"
#include "mx/Runtime/Weights.h"

#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "llvm/Support/DynamicLibrary.h"

using namespace mlir;
using namespace mlir::mx;

llvm::Expected<std::optional<WeightsRecord>>
mlir::mx::readWeightsRecord(ModuleOp module) {
  Attribute attr = module->getAttr(MXDialect::kWeightsAttr);
  if (!attr)
    return std::nullopt;
  auto fields = dyn_cast<DictionaryAttr>(attr);
  auto get = [&](StringRef key) {
    return fields ? fields.getAs<StringAttr>(key) : StringAttr();
  };
  // The dialect's verifier need not have seen it: bytecode loads no dialect for
  // an attribute.
  if (!get("file") || !get("id") || !get("symbol"))
    return makeError(module.getLoc(), "attribute 'mx.weights' has to hold "
                                      "strings 'file', 'id' and 'symbol'");
  return WeightsRecord{get("file").getValue(), get("id").getValue(),
                       get("symbol").getValue()};
}

/// Returns the alignment that code may count on.
static llvm::Align getAlign(LLVM::GlobalOp global) {
  return llvm::Align(std::max<uint64_t>(64, global.getAlignment().value_or(1)));
}

/// Returns the bytes that `global` takes in memory.
static uint64_t getSize(LLVM::GlobalOp global) {
  return DataLayout::closest(global).getTypeSize(global.getType());
}

/// Returns the bytes of a large constant, none of other globals. What has not
/// the data of its type is left to the translation, which says so.
static std::optional<ConstantBytes> getLargeBytes(LLVM::GlobalOp global) {
  auto value = dyn_cast_or_null<ElementsAttr>(global.getValueOrNull());
  if (!value || !global.getConstant())
    return std::nullopt;
  std::optional<uint64_t> size = getConstantSize(value.getShapedType());
  if (!size || *size <= ConstantsApart::threshold || *size != getSize(global))
    return std::nullopt;
  return getConstantBytes(value, getAlign(global));
}

ConstantsApart::ConstantsApart(ModuleOp module) {
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    std::optional<ConstantBytes> content = getLargeBytes(global);
    if (!content)
      continue;
    store.addresses[global.getSymName()] = content->bytes.data();
    if (content->owner)
      store.owners.push_back(std::move(content->owner));
    taken.push_back({global, global.getValueOrNull(), global.getLinkageAttr()});
    global.removeValueAttr();
    global.setLinkage(LLVM::Linkage::External);
  }
}

ConstantsApart::~ConstantsApart() {
  for (Taken &one : taken) {
    one.global.setValueAttr(one.value);
    one.global.setLinkageAttr(one.linkage);
  }
}

/// Maps the file and checks that it is the one that was written with `module`.
static llvm::Expected<std::shared_ptr<mx_weights>>
openWeights(ModuleOp module, StringRef file, StringRef id) {
  char message[512] = "";
  std::shared_ptr<mx_weights> weights(
      mx_weights_open(file.str().c_str(), message, sizeof(message)),
      mx_weights_close);
  if (!weights)
    return makeError(module.getLoc(), message);
  uint64_t wanted = 0;
  if (id.getAsInteger(16, wanted) || mx_weights_id(weights.get()) != wanted)
    return makeError(module.getLoc(),
                     "weight file '" + file +
                         "' is not the one that was written with this module");
  return weights;
}

static llvm::Error addConstant(LLVM::GlobalOp global, mx_weights *weights,
                               StringRef file, ConstantStore &store) {
  const std::string name = global.getSymName().str();
  uint64_t size = 0;
  const void *address =
      weights ? mx_weights_symbol(weights, name.c_str(), &size) : nullptr;
  if (address && size != getSize(global))
    return makeError(global.getLoc(), "constant '@" + name + "' has " +
                                          Twine(size) + " bytes in '" + file +
                                          "', expected " +
                                          Twine(getSize(global)));
  if (address) {
    store.addresses[name] = address;
    return llvm::Error::success();
  }
  if (llvm::sys::DynamicLibrary::SearchForAddressOfSymbol(name))
    return llvm::Error::success();
  return makeError(global.getLoc(),
                   "constant '@" + name + "' is used but not defined" +
                       (weights ? " in '" + file + "'" : Twine()));
}

llvm::Error mlir::mx::addWeightFile(ModuleOp module, StringRef file,
                                    ConstantStore &store) {
  auto record = readWeightsRecord(module);
  if (!record)
    return record.takeError();
  if (!*record && !file.empty())
    return makeError(module.getLoc(),
                     "the module has no constants in a weight file, found '" +
                         file + "'");
  std::shared_ptr<mx_weights> weights;
  if (*record) {
    file = file.empty() ? (*record)->file : file;
    auto opened = openWeights(module, file, (*record)->id);
    if (!opened)
      return opened.takeError();
    weights = std::move(*opened);
    store.owners.push_back(weights);
  }
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    bool isDeclared =
        !global.getValueOrNull() && global.getInitializer().empty();
    if (!isDeclared || store.addresses.contains(global.getSymName()) ||
        SymbolTable::symbolKnownUseEmpty(global, module.getOperation()))
      continue;
    if (llvm::Error error = addConstant(global, weights.get(), file, store))
      return error;
  }
  return llvm::Error::success();
}
