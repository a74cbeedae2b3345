//===- Recipe.h - what a compiled product is --------------------*- C++ -*-===//
//
// y = c + x * transpose(w), x quantized inside, w given in blocks.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_CPU_RECIPE_H
#define MX_TEST_UNIT_CPU_RECIPE_H

#include "mx/Dialect/MX/IR/OperandFacts.h"
#include "mx/Numerics/Format.h"
#include "mx/Target/Kernel.h"

#include "mlir/Support/LLVM.h"

#include <optional>
#include <string>

namespace mlir::mx::test {

/// Where the weights come from: packed at each call, once by `main_pack`, or
/// when compiled.
enum class WeightSource { Argument, PackFunction, Constant };

/// A lowering config as if written by hand.
struct Config {
  std::string kernel;
  int rows, vectors;
  int64_t kBlock;
};

struct Extents {
  int64_t batch = 1, m = 1, n = 1, k = 1;
};

struct Recipe {
  std::string target; ///< row of the table
  unsigned threads = 1;
  std::optional<Config> config;  ///< none: mx-select-lowering chooses
  std::optional<::mx::Preset> x; ///< none: floats
  ::mx::Preset w = ::mx::presets[0];
  std::string element = "f32"; ///< of x as it comes in
  std::string result = "f32";  ///< element of c and y
  WeightSource source = WeightSource::Argument;
  bool isBatched = false;
  bool isShared = true;    ///< one w for all batches
  bool isFromZero = false; ///< y is x * transpose(w), whatever c is
  /// Of all calls, but for what is dynamic.
  Extents extents;
  bool isDynamicM = false, isDynamicN = false, isDynamicK = false;

  ::mx::OperandFacts factsOfX() const;
  ::mx::OperandFacts factsOfW() const { return operandFacts(w.format); }
};

/// Returns the names of the rows that this machine can run.
SmallVector<std::string> runnableTargets();

/// Returns the module: @main of x, w (not marked where `source` is Argument)
/// and c.
std::string toText(const Recipe &recipe);

/// Returns the passes that compile it.
std::string pipelineOf(const Recipe &recipe);

/// Returns one line that says all of `recipe`.
std::string describe(const Recipe &recipe);
std::string describe(const Extents &extents);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_RECIPE_H
