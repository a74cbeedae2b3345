//===- Constants.h - large constants of compiled modules --------*- C++ -*-===//
//
// Bytes that go through LLVM and a JIT cost six times their size. So the large
// constants of a module become declarations while it is compiled, and the code
// is given their addresses: in the module's own resources, or in the weight
// file that `mx-externalize-constants` wrote.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_CONSTANTS_H
#define MX_RUNNER_CONSTANTS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <optional>
#include <vector>

namespace mlir::mx {

/// What `mx.weights` says of the large constants of a module.
struct WeightsRecord {
  StringRef file;   ///< as it was given to the pass
  StringRef id;     ///< of its content, hexadecimal
  StringRef symbol; ///< of its mx_weights_region
};

/// Returns the record of `module`, none where it has no constants in a file, an
/// error where something else stands in its place.
llvm::Expected<std::optional<WeightsRecord>> readWeightsRecord(ModuleOp module);

/// Where the constants of one module lie, by symbol, and what owns those that
/// do not lie in its context. Code that uses them must not outlive either.
struct ConstantStore {
  llvm::StringMap<const void *> addresses;
  std::vector<std::shared_ptr<void>> owners;
};

/// Takes the values of the large constants out of the globals of a module in
/// the LLVM dialect, for as long as this object lives.
class ConstantsApart {
public:
  /// Constants of more bytes leave the code.
  static constexpr uint64_t threshold = 65536;

  explicit ConstantsApart(ModuleOp module);
  ~ConstantsApart();
  ConstantsApart(const ConstantsApart &) = delete;
  ConstantsApart &operator=(const ConstantsApart &) = delete;

  /// Returns where they lie, once.
  ConstantStore takeStore() { return std::move(store); }

private:
  struct Taken {
    LLVM::GlobalOp global;
    Attribute value;
    LLVM::LinkageAttr linkage;
  };

  SmallVector<Taken> taken;
  ConstantStore store;
};

/// Adds to `store` the constants that `module` declares and its weight file
/// holds: `file`, or where that is empty the one that `mx.weights` names. An
/// error where the file cannot be mapped or is not that of the module, and
/// where a constant is declared that is neither there nor in this process.
llvm::Error addWeightFile(ModuleOp module, StringRef file,
                          ConstantStore &store);

} // namespace mlir::mx

#endif // MX_RUNNER_CONSTANTS_H
