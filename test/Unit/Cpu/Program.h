//===- Program.h - a recipe, compiled ---------------------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_CPU_PROGRAM_H
#define MX_TEST_UNIT_CPU_PROGRAM_H

#include "Guard.h"
#include "Operand.h"
#include "Recipe.h"

#include "mx/Runner/Jit.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <set>

namespace mlir::mx::test {

/// Calls `executable` with each argument, each result and all that the code
/// allocates in guarded memory, at `edge`. Memory that is not freed is an
/// error.
llvm::Expected<SmallVector<Array>>
callGuarded(const Executable &executable, ArrayRef<Array> arguments, Edge edge);

/// Compiles `module`, its allocations guarded.
llvm::Expected<std::vector<Executable>>
compileGuarded(ModuleOp module, ArrayRef<StringRef> entries);

/// Returns an array of floats, or of bf16, which `values` fit.
Array elementArray(StringRef element, ArrayRef<int64_t> shape,
                   const std::vector<float> &values);

class Program {
public:
  /// `weights` are those of WeightSource::Constant, else unused.
  static llvm::Expected<Program> compile(const Recipe &recipe,
                                         const Operand &weights);

  /// Returns what the product takes for weights: their parts, or what
  /// `main_pack` makes of them; nothing where they are constants.
  llvm::Expected<SmallVector<Array>>
  packWeights(const Operand &weights, const Extents &extents, Edge edge) const;

  llvm::Expected<std::vector<float>>
  multiply(const Extents &extents, const Operand &x, ArrayRef<Array> weights,
           const std::vector<float> &c, Edge edge) const;

  /// Names of the kernels of the product: one, or one for each version.
  const std::set<std::string> &getKernels() const { return kernels; }
  bool hasPackFunction() const { return executables.size() == 2; }

private:
  Program() = default;

  Recipe recipe;
  /// Large constants of the code lie here.
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::vector<Executable> executables; ///< main, and main_pack if there is one
  std::set<std::string> kernels;
};

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_PROGRAM_H
