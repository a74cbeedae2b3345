//===- Save.cpp - compiled programs as files ------------------------------===//

#include "mx/Runner/Save.h"

#include "mx/Dialect/MX/Transforms/WeightWriter.h"
#include "mx/Runner/Abi.h"
#include "mx/Runner/Constants.h"
#include "mx/Runner/Error.h"

#include "Machine.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::mx;

/// A page of x86-64: the file is mapped over the room.
static constexpr uint64_t kPageSize = 4096;

/// Code reaches its data by 32-bit offsets.
static constexpr uint64_t kMaxSize = uint64_t(1) << 30;

namespace {
/// The large constants of a module, in the order of its globals.
struct Weights {
  ConstantStore store;
  SmallVector<ArrayRef<char>> data;
  ::mx::WeightHead head;
};
} // namespace

/// Fills in all but the store.
static llvm::Error collect(ModuleOp module, Weights &weights) {
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    auto found = weights.store.addresses.find(global.getSymName());
    if (found == weights.store.addresses.end())
      continue;
    uint64_t size = DataLayout::closest(global).getTypeSize(global.getType());
    weights.data.push_back({static_cast<const char *>(found->second), size});
    weights.head.entries.emplace_back().symbol = global.getSymName().str();
  }
  placeWeights(weights.data, weights.head);
  if (weights.head.fileSize > kMaxSize)
    return makeError(module.getLoc(),
                     "has " + Twine(weights.head.fileSize) +
                         " bytes of constants, a saved program at most " +
                         Twine(kMaxSize));
  return llvm::Error::success();
}

/// Replaces the declared constants by places in one room.
static void addRoom(llvm::Module &code, const ::mx::WeightHead &head) {
  llvm::LLVMContext &context = code.getContext();
  auto *byte = llvm::Type::getInt8Ty(context);
  auto *word = llvm::Type::getInt64Ty(context);
  uint64_t size = llvm::alignTo(head.fileSize, kPageSize);
  auto *type = llvm::ArrayType::get(byte, size);
  auto *room = new llvm::GlobalVariable(
      code, type, /*isConstant=*/false, llvm::GlobalValue::ExternalLinkage,
      llvm::ConstantAggregateZero::get(type), "mx_weights_room");
  room->setVisibility(llvm::GlobalValue::HiddenVisibility);
  // It is not the zeros that it begins with.
  room->setExternallyInitialized(true);
  room->setAlignment(llvm::Align(kPageSize));
  for (const ::mx::WeightEntry &entry : head.entries) {
    llvm::GlobalVariable *global = code.getNamedGlobal(entry.symbol);
    if (!global)
      continue;
    auto *offset = llvm::ConstantInt::get(word, entry.offset);
    global->replaceAllUsesWith(
        llvm::ConstantExpr::getGetElementPtr(byte, room, offset));
    global->eraseFromParent();
  }
  auto *region = llvm::ConstantStruct::getAnon(
      {room, llvm::ConstantInt::get(word, size),
       llvm::ConstantInt::get(word, head.id), llvm::ConstantInt::get(word, 0)});
  new llvm::GlobalVariable(code, region->getType(), /*isConstant=*/false,
                           llvm::GlobalValue::ExternalLinkage, region,
                           weightsRegionName);
}

/// Hides all but the C interfaces: a function of the module may be named like
/// one of the process, `main` for instance.
static void hideRest(llvm::Module &code, ArrayRef<std::string> entries) {
  llvm::StringSet<> kept;
  for (const std::string &entry : entries)
    kept.insert("_mlir_ciface_" + entry);
  for (llvm::Function &function : code)
    if (!function.isDeclaration() && !kept.contains(function.getName()))
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
}

static llvm::Error writeCode(llvm::Module &code, llvm::TargetMachine &machine,
                             StringRef path) {
  ExecutionEngine::setupTargetTripleAndDataLayout(&code, &machine);
  code.setPICLevel(llvm::PICLevel::BigPIC);
  auto optimize =
      makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, &machine);
  if (llvm::Error error = optimize(&code))
    return error;
  SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream os(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return makeError("this machine's target writes no object files");
  passes.run(code);
  return writeWholeFile(path,
                        [&](llvm::raw_ostream &file) { file << os.str(); });
}

static llvm::Error translateAndWrite(ModuleOp module, const Weights &weights,
                                     StringRef object) {
  auto machine = makeHostMachine(/*isForFiles=*/true);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  FirstError first(module.getContext());
  std::unique_ptr<llvm::Module> code = translateModuleToLLVMIR(module, context);
  if (!code)
    return first.take("the module has no translation to LLVM IR");
  hideRest(*code, getEntries(module));
  if (!weights.data.empty())
    addRoom(*code, weights.head);
  return writeCode(*code, **machine, object);
}

llvm::Expected<bool> mlir::mx::writeObject(ModuleOp module, StringRef object,
                                           StringRef file) {
  if (llvm::Error error = checkLowered(module))
    return error;
  ConstantsApart apart(module);
  Weights weights;
  weights.store = apart.takeStore();
  if (llvm::Error error = addWeightFile(module, "", weights.store))
    return error;
  if (llvm::Error error = collect(module, weights))
    return error;
  std::vector<uint8_t> bytes = ::mx::writeWeightHead(weights.head);
  if (llvm::Error error = translateAndWrite(module, weights, object))
    return error;
  if (weights.data.empty())
    return false;
  llvm::Error error = writeWholeFile(file, [&](llvm::raw_ostream &os) {
    printWeights(weights.data, weights.head, bytes, os);
  });
  if (error)
    return error;
  return true;
}
