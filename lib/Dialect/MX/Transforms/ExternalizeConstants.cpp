//===- ExternalizeConstants.cpp - large constants out of the code ---------===//
//
// ORC takes six times the memory of a constant and llc eleven times; a file
// that is mapped takes none of either.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/ConstantBytes.h"
#include "mx/Dialect/MX/Transforms/Passes.h"
#include "mx/Dialect/MX/Transforms/WeightWriter.h"
#include "mx/Numerics/WeightFile.h"

#include "WeightAssembly.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/Path.h"

namespace mlir::mx {

#define GEN_PASS_DEF_MXEXTERNALIZECONSTANTSPASS
#include "mx/Dialect/MX/Transforms/Passes.h.inc"

namespace {

/// A constant that leaves the code.
struct Constant {
  memref::GlobalOp global;
  ConstantBytes content;
};

struct ExternalizeConstants final
    : impl::MXExternalizeConstantsPassBase<ExternalizeConstants> {
  using MXExternalizeConstantsPassBase::MXExternalizeConstantsPassBase;

  void runOnOperation() override;

private:
  bool isLarge(memref::GlobalOp global) const;
  LogicalResult collect(SmallVectorImpl<Constant> &constants);
  LogicalResult write(ArrayRef<ArrayRef<char>> data,
                      const ::mx::WeightHead &head, ArrayRef<uint8_t> bytes,
                      StringRef stem);
  LogicalResult writeTo(StringRef path,
                        function_ref<void(llvm::raw_ostream &)> print);
  void declare(ArrayRef<Constant> constants, const ::mx::WeightHead &head,
               StringRef stem);
};

} // namespace

bool ExternalizeConstants::isLarge(memref::GlobalOp global) const {
  MemRefType type = global.getType();
  if (!global.getConstant() || global.isExternal() || global.isUninitialized())
    return false;
  std::optional<uint64_t> size = getConstantSize(type);
  return size && *size > threshold && type.getLayout().isIdentity();
}

LogicalResult
ExternalizeConstants::collect(SmallVectorImpl<Constant> &constants) {
  for (auto global : getOperation().getOps<memref::GlobalOp>()) {
    if (!isLarge(global))
      continue;
    if (uint64_t align = global.getAlignment().value_or(1);
        align > ::mx::weightAlignment)
      return global.emitOpError("has alignment ")
             << align << ", expected at most " << ::mx::weightAlignment;
    auto value = cast<ElementsAttr>(*global.getInitialValue());
    auto content = getConstantBytes(value, llvm::Align(1));
    if (!content)
      return global.emitOpError("has no data, or not the ")
             << *getConstantSize(global.getType())
             << " bytes expected of its type";
    constants.push_back({global, std::move(*content)});
  }
  return success();
}

/// Returns the name of the file without its folder and ending, as a C
/// identifier.
static std::string getStem(StringRef file) {
  std::string stem = llvm::sys::path::stem(file).str();
  for (char &c : stem)
    if (!llvm::isAlnum(c))
      c = '_';
  return stem.empty() || llvm::isDigit(stem[0]) ? "_" + stem : stem;
}

/// Gives each constant a symbol that is free in `module`.
static void nameEntries(ModuleOp module, StringRef stem,
                        std::vector<::mx::WeightEntry> &entries) {
  SymbolTable table(module);
  for (auto [i, entry] : llvm::enumerate(entries)) {
    entry.symbol = (stem + "_w" + Twine(i)).str();
    while (table.lookup(entry.symbol))
      entry.symbol += "_";
  }
}

LogicalResult
ExternalizeConstants::writeTo(StringRef path,
                              function_ref<void(llvm::raw_ostream &)> print) {
  llvm::Error error = writeWholeFile(path, print);
  if (!error)
    return success();
  return getOperation().emitError(llvm::toString(std::move(error)));
}

LogicalResult ExternalizeConstants::write(ArrayRef<ArrayRef<char>> data,
                                          const ::mx::WeightHead &head,
                                          ArrayRef<uint8_t> bytes,
                                          StringRef stem) {
  auto printFile = [&](llvm::raw_ostream &os) {
    printWeights(data, head, bytes, os);
  };
  if (failed(writeTo(file, printFile)))
    return failure();
  return writeTo(file + ".S", [&](llvm::raw_ostream &os) {
    printWeightAssembly(head, llvm::sys::path::filename(file), stem, os);
  });
}

/// Leaves declarations under the names of `head` and says where the file is.
void ExternalizeConstants::declare(ArrayRef<Constant> constants,
                                   const ::mx::WeightHead &head,
                                   StringRef stem) {
  ModuleOp module = getOperation();
  Builder builder(module.getContext());
  llvm::DenseMap<StringAttr, FlatSymbolRefAttr> renamed;
  for (auto [constant, entry] : llvm::zip_equal(constants, head.entries)) {
    memref::GlobalOp global = constant.global;
    StringAttr name = builder.getStringAttr(entry.symbol);
    renamed[global.getSymNameAttr()] = FlatSymbolRefAttr::get(name);
    global.setSymNameAttr(name);
    global.removeSymVisibilityAttr();
    global.removeInitialValueAttr();
    global.setAlignment(::mx::weightAlignment);
  }
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](SymbolRefAttr symbol) -> std::pair<Attribute, WalkResult> {
        auto found = renamed.find(symbol.getRootReference());
        bool isRenamed =
            found != renamed.end() && symbol.getNestedReferences().empty();
        return {isRenamed ? Attribute(found->second) : symbol,
                WalkResult::skip()};
      });
  if (!renamed.empty())
    replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true);
  std::string id = llvm::utohexstr(head.id, /*LowerCase=*/true, /*Width=*/16);
  auto named = [&](StringRef key, StringRef value) {
    return builder.getNamedAttr(key, builder.getStringAttr(value));
  };
  module->setAttr(
      MXDialect::kWeightsAttr,
      builder.getDictionaryAttr({named("file", file), named("id", id),
                                 named("symbol", (stem + "_weights").str())}));
}

void ExternalizeConstants::runOnOperation() {
  ModuleOp module = getOperation();
  if (llvm::sys::path::filename(file).empty()) {
    module.emitError("option 'file' is '")
        << file << "', expected the name of the weight file to write";
    return signalPassFailure();
  }
  if (module->hasAttr(MXDialect::kWeightsAttr)) {
    module.emitError("has large constants in a file already, expected a module "
                     "without 'mx.weights'");
    return signalPassFailure();
  }
  SmallVector<Constant> constants;
  if (failed(collect(constants)))
    return signalPassFailure();
  ::mx::WeightHead head;
  head.entries.resize(constants.size());
  const std::string stem = getStem(file);
  nameEntries(module, stem, head.entries);
  auto data = llvm::map_to_vector(constants, [](const Constant &constant) {
    return constant.content.bytes;
  });
  placeWeights(data, head);
  std::vector<uint8_t> bytes = ::mx::writeWeightHead(head);
  if (failed(write(data, head, bytes, stem)))
    return signalPassFailure();
  declare(constants, head, stem);
}

} // namespace mlir::mx
