//===- Choose.h - random recipes --------------------------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_CPU_CHOOSE_H
#define MX_TEST_UNIT_CPU_CHOOSE_H

#include "Data.h"
#include "Recipe.h"

namespace mlir::mx::test {

/// A kernel of a row of the target table.
struct RowKernel {
  const ::mx::TargetRow *row;
  const ::mx::KernelInfo *kernel;
};

/// Returns all of the rows that this machine can run, `target` empty, or of
/// that row.
SmallVector<RowKernel> runnableKernels(StringRef target);

/// Returns a recipe with a config that names the kernel; or one without, for
/// which the kernel would be chosen, none if that is not found.
std::optional<Recipe> chooseRecipe(Generator &generator, const RowKernel &which,
                                   bool isForced, bool isLarge);

/// Returns 1 for most.
unsigned chooseThreads(Generator &generator);

/// Returns those of a call: the dynamic ones of `recipe` are new.
Extents chooseExtents(Generator &generator, const Recipe &recipe, bool isLarge);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_CHOOSE_H
