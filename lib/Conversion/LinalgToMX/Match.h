//===- Match.h - which contractions become mx.matmul ------------*- C++ -*-===//
//
// All decisions of convert-linalg-to-mx, before anything is changed.
//
//===----------------------------------------------------------------------===//

#ifndef MX_CONVERSION_LINALGTOMX_MATCH_H
#define MX_CONVERSION_LINALGTOMX_MATCH_H

#include "Contraction.h"

#include "mx/Dialect/MX/IR/MX.h"

#include <string>

namespace mlir::mx {

/// How one operand is quantized. `text` is what the user wrote.
struct Recipe {
  ::mx::Preset preset;
  std::string text;
};

/// How a contraction is quantized; no activations: weight-only.
struct Formats {
  Recipe weights;
  std::optional<Recipe> activations;
};

/// What the pass was asked to do.
struct Request {
  Formats formats;
  int64_t minK = 0, minN = 0;
  bool quantizeAttention = false;
};

/// Returns the preset `text` with `mse` or its own scale rule; on failure
/// `error` says what was found and what was wanted.
std::optional<Recipe> parseRecipe(StringRef text, bool mse, std::string &error);

/// Why a contraction is left alone: an id of docs/Remarks.md, and the case.
struct Miss {
  StringRef id;
  std::string text;
};

/// A contraction that can be quantized.
struct Match {
  linalg::LinalgOp op;
  Formats formats;
  /// Nothing for a convolution: im2col has to rewrite it first.
  std::optional<Contraction> contraction = std::nullopt;
  int64_t m = 0, n = 0, k = 0; ///< dynamic where no type says it
  std::optional<int64_t> batch = std::nullopt;
};

/// Returns true for a linalg op that sums products of two operands, or looks
/// like one.
bool isContraction(Operation *op);

/// Matches a contraction; on failure, which all other ops are, `miss` says why.
std::optional<Match> matchContraction(Operation *op, const Request &request,
                                      Miss &miss);

} // namespace mlir::mx

#endif // MX_CONVERSION_LINALGTOMX_MATCH_H
