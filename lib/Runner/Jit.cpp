//===- Jit.cpp - lowered modules as callable code -------------------------===//

#include "mx/Runner/Jit.h"

#include "mx/Runner/Constants.h"
#include "mx/Runner/Error.h"
#include "mx/Runner/Source.h"
#include "mx/Runtime/Weights.h"
#include "mx/Target/Target.h"

#include "Machine.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

#include <chrono>
#include <dlfcn.h>

using namespace mlir;
using namespace mlir::mx;

static bool usesOpenMP(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
        bool isOpenMP = op->getName().getDialectNamespace() == "omp" ||
                        (function && function.getName().starts_with("__kmpc_"));
        return isOpenMP ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

std::string mlir::mx::getOpenMPLibrary() {
  // Where MX was built, else beside the library that this code is in, as in a
  // bundle.
  static constexpr char name[] = "libomp.so";
  llvm::SmallString<128> path(MX_LLVM_LIBRARY_DIR);
  llvm::sys::path::append(path, name);
  Dl_info self;
  if (!llvm::sys::fs::exists(path) &&
      dladdr(reinterpret_cast<const void *>(&getOpenMPLibrary), &self)) {
    path = llvm::sys::path::parent_path(self.dli_fname);
    llvm::sys::path::append(path, name);
  }
  return path.str().str();
}

/// Returns the libraries that compiled code may call beside those of this
/// process (libmx_runtime is one of them): OpenMP's, where it is there.
static SmallVector<std::string> findLibraries(ModuleOp module) {
  if (!usesOpenMP(module))
    return {};
  std::string path = getOpenMPLibrary();
  return llvm::sys::fs::exists(path) ? SmallVector<std::string>{path}
                                     : SmallVector<std::string>{};
}

/// Lets compiled code see libmx_runtime. Where a plugin brought it, Python's
/// for instance, it is in this process but for the plugin alone.
static void showRuntime() {
  Dl_info runtime;
  if (dladdr(reinterpret_cast<const void *>(&mx_weights_open), &runtime))
    dlopen(runtime.dli_fname, RTLD_LAZY | RTLD_GLOBAL | RTLD_NOLOAD);
}

/// Loads `libraries` and looks for what `module` declares, so that an unknown
/// function is an error with a place instead of a failure of the linker.
static llvm::Error checkSymbols(ModuleOp module,
                                ArrayRef<std::string> libraries) {
  std::string message;
  showRuntime();
  llvm::sys::DynamicLibrary::LoadLibraryPermanently(nullptr); // this process
  for (const std::string &library : libraries)
    if (llvm::sys::DynamicLibrary::LoadLibraryPermanently(library.c_str(),
                                                          &message))
      return makeError("cannot load '" + library + "': " + message);
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    std::string name = function.getName().str();
    if (!function.isExternal() ||
        SymbolTable::symbolKnownUseEmpty(function, module.getOperation()))
      continue;
    if (!StringRef(name).starts_with("llvm.") &&
        !llvm::sys::DynamicLibrary::SearchForAddressOfSymbol(name))
      return makeError(function.getLoc(),
                       "function '@" + name + "' is called but not defined");
  }
  return llvm::Error::success();
}

/// Returns the features of LLVM that the code of `function` may use, "+a,+b".
static StringRef featuresOf(LLVM::LLVMFuncOp function) {
  for (Attribute attribute : function.getPassthroughAttr().getValue())
    if (auto pair = dyn_cast<ArrayAttr>(attribute))
      if (auto strings = llvm::to_vector(pair.getAsValueRange<StringAttr>());
          strings.size() == 2 && strings[0] == "target-features")
        return strings[1];
  return "";
}

/// Code for other machines is an error with a place instead of a signal.
static llvm::Error checkFeatures(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (!function.getPassthroughAttr())
      continue;
    std::string missing = ::mx::missingHostFeature(featuresOf(function));
    if (!missing.empty())
      return makeError(function.getLoc(), "'@" + function.getName() +
                                              "' is code for machines "
                                              "with '" +
                                              missing +
                                              "', which this one lacks");
  }
  return llvm::Error::success();
}

/// What the entries of one module share.
struct Executable::Code {
  ConstantStore constants;
  std::unique_ptr<ExecutionEngine> engine;
};

Executable::Executable() = default;
Executable::~Executable() = default;
Executable::Executable(Executable &&) = default;

static llvm::Expected<std::unique_ptr<ExecutionEngine>>
createEngine(ModuleOp module, ArrayRef<std::string> libraries) {
  auto machine = makeHostMachine();
  if (!machine)
    return machine.takeError();
  ExecutionEngineOptions options;
  auto optimize = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0,
                                            machine->get());
  options.transformer = optimize;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Aggressive;
  SmallVector<StringRef> paths(libraries.begin(), libraries.end());
  options.sharedLibPaths = paths;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  // The engine takes a machine of its own: the transformer uses ours while the
  // engine is built.
  FirstError first(module.getContext());
  auto engine = ExecutionEngine::create(module, options);
  if (engine)
    return engine;
  std::string message = llvm::toString(engine.takeError());
  return first.take("cannot compile the module: " + message);
}

/// Tells `engine` where the constants lie that its code declares.
static void addConstants(ExecutionEngine &engine,
                         const ConstantStore &constants) {
  engine.registerSymbols([&](llvm::orc::MangleAndInterner intern) {
    llvm::orc::SymbolMap symbols;
    for (const auto &constant : constants.addresses)
      symbols[intern(constant.getKey())] = {
          llvm::orc::ExecutorAddr::fromPtr(constant.getValue()),
          llvm::JITSymbolFlags::Exported};
    return symbols;
  });
}

llvm::Expected<Executable> Executable::create(ModuleOp module, StringRef entry,
                                              StringRef weights) {
  auto executables = create(module, ArrayRef<StringRef>(entry), weights);
  if (!executables)
    return executables.takeError();
  return std::move(executables->front());
}

llvm::Expected<std::vector<Executable>>
Executable::create(ModuleOp module, ArrayRef<StringRef> entries,
                   StringRef weights) {
  if (llvm::Error error = checkLowered(module))
    return error;
  if (llvm::Error error = checkFeatures(module))
    return error;
  std::vector<Executable> executables;
  for (StringRef entry : entries) {
    auto signature = readSignature(module, entry);
    if (!signature)
      return signature.takeError();
    executables.push_back(Executable());
    executables.back().signature =
        std::make_unique<Signature>(std::move(*signature));
  }
  SmallVector<std::string> libraries = findLibraries(module);
  if (llvm::Error error = checkSymbols(module, libraries))
    return error;
  auto code = std::make_shared<Code>();
  {
    ConstantsApart apart(module);
    auto engine = createEngine(module, libraries);
    if (!engine)
      return engine.takeError();
    code->engine = std::move(*engine);
    code->constants = apart.takeStore();
  }
  if (llvm::Error error = addWeightFile(module, weights, code->constants))
    return error;
  addConstants(*code->engine, code->constants);
  code->engine->initialize();
  for (auto [executable, entry] : llvm::zip_equal(executables, entries)) {
    const std::string name = ("_mlir_ciface_" + entry).str();
    auto function = code->engine->lookupPacked(name);
    if (!function)
      return addContext("cannot compile the module: ", function.takeError());
    auto address = code->engine->lookup(name);
    if (!address)
      return addContext("cannot compile the module: ", address.takeError());
    executable.code = code;
    executable.function = *function;
    executable.address = *address;
  }
  return executables;
}

llvm::Expected<SmallVector<Array>>
Executable::call(ArrayRef<Array> arguments, double *milliseconds) const {
  CallFrame frame(*signature, arguments);
  double time = run(frame);
  if (milliseconds)
    *milliseconds = time;
  return frame.takeResults();
}

double Executable::run(CallFrame &frame) const {
  auto begin = std::chrono::steady_clock::now();
  function(frame.getPacked());
  std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now() - begin;
  return time.count();
}

llvm::Error mlir::mx::setOpenMPThreads(unsigned count) {
  // By its path: the process may hold another OpenMP with the same names.
  std::string message;
  auto library = llvm::sys::DynamicLibrary::getPermanentLibrary(
      getOpenMPLibrary().c_str(), &message);
  void *function = library.getAddressOfSymbol("omp_set_num_threads");
  if (!function)
    return makeError("cannot set the number of threads: " + message);
  reinterpret_cast<void (*)(int)>(function)(static_cast<int>(count));
  return llvm::Error::success();
}

llvm::Expected<std::string> mlir::mx::emitAssembly(ModuleOp module) {
  if (llvm::Error error = checkLowered(module))
    return error;
  auto machine = makeHostMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  FirstError first(module.getContext());
  ConstantsApart apart(module);
  std::unique_ptr<llvm::Module> code = translateModuleToLLVMIR(module, context);
  if (!code)
    return first.take("the module has no translation to LLVM IR");
  ExecutionEngine::setupTargetTripleAndDataLayout(code.get(), machine->get());
  auto optimize = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0,
                                            machine->get());
  if (llvm::Error error = optimize(code.get()))
    return error;
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream os(text);
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, os, nullptr,
                                      llvm::CodeGenFileType::AssemblyFile))
    return makeError("this machine's target prints no assembly");
  passes.run(*code);
  return text.str().str();
}
