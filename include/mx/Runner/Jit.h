//===- Jit.h - lowered modules as callable code -----------------*- C++ -*-===//
//
// Compiles a module in the LLVM dialect for this machine's processor at O3.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_JIT_H
#define MX_RUNNER_JIT_H

#include "mx/Runner/Abi.h"

#include <memory>

namespace mlir::mx {

/// One entry of a compiled module.
class Executable {
public:
  /// Compiles `module`, which need not live longer; its context has to, where
  /// the module holds large constants (see ConstantsApart): they are used where
  /// they lie. Those in a weight file are mapped from `weights`, or from where
  /// the module says (see addWeightFile). Operations above the LLVM dialect,
  /// functions that nobody defines and an entry that cannot be called (see
  /// readSignature) are errors. OpenMP code runs on as many threads as
  /// OMP_NUM_THREADS says when the first such module is compiled.
  static llvm::Expected<Executable> create(ModuleOp module, StringRef entry,
                                           StringRef weights = "");
  /// The same of several entries, which share one compilation.
  static llvm::Expected<std::vector<Executable>>
  create(ModuleOp module, ArrayRef<StringRef> entries, StringRef weights = "");
  ~Executable();
  Executable(Executable &&);

  const Signature &getSignature() const { return *signature; }

  /// Returns the address of the entry's C interface.
  void *getAddress() const { return address; }

  /// Calls the entry on copies of `arguments`, which bindArguments has
  /// accepted. Where `milliseconds` is given it receives the time of the call
  /// alone, without the copies.
  llvm::Expected<SmallVector<Array>> call(ArrayRef<Array> arguments,
                                          double *milliseconds = nullptr) const;

  /// Calls the entry on `frame`, made for its signature; returns milliseconds.
  double run(CallFrame &frame) const;

private:
  struct Code;
  Executable();

  std::unique_ptr<Signature> signature;
  std::shared_ptr<Code> code;
  void (*function)(void **) = nullptr;
  void *address = nullptr;
};

/// Sets the number of threads that OpenMP code runs on from now on. An error
/// where LLVM's OpenMP is not installed.
llvm::Error setOpenMPThreads(unsigned count);

/// Returns the path of the OpenMP library that compiled code runs on; it may
/// not be there.
std::string getOpenMPLibrary();

/// Returns the assembly that `module` compiles to on this machine, large
/// constants as symbols that somebody else defines.
llvm::Expected<std::string> emitAssembly(ModuleOp module);

} // namespace mlir::mx

#endif // MX_RUNNER_JIT_H
