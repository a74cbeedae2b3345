//===- Error.h - errors of the runner ---------------------------*- C++ -*-===//
//
// Every failure of the runner is an llvm::Error of one line: what was found,
// what was wanted, and the place in the user's file where there is one.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_ERROR_H
#define MX_RUNNER_ERROR_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

#include <string>

namespace mlir::mx {

/// A message and, where known, the place that it is about ("FILE:LINE:COL").
/// llvm::toString gives "PLACE: error: MESSAGE" or "error: MESSAGE".
class RunError : public llvm::ErrorInfo<RunError> {
public:
  static char ID;

  RunError(std::string message, std::string place)
      : text(std::move(message)), place(std::move(place)) {}

  StringRef getMessage() const { return text; }
  StringRef getPlace() const { return place; }
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string text;
  std::string place;
};

/// Returns "FILE:LINE:COL" (or "FILE") of the first file position in `loc`,
/// else
/// "".
std::string printPlace(Location loc);

/// Returns an error without a place; newlines in `message` become spaces.
llvm::Error makeError(const Twine &message);

/// Returns an error at `loc` (the innermost file position in it, if any).
llvm::Error makeError(Location loc, const Twine &message);

/// Returns `error` as a RunError whose message starts with `prefix`.
llvm::Error addContext(const Twine &prefix, llvm::Error error);

/// Keeps the first error that `context` reports while this object lives, and
/// keeps all errors from being printed.
class FirstError : public ScopedDiagnosticHandler {
public:
  explicit FirstError(MLIRContext *context);

  /// Returns the error kept, or one that says `otherwise`.
  llvm::Error take(const Twine &otherwise);

private:
  std::string message;
  std::string place;
  bool seen = false;
};

} // namespace mlir::mx

#endif // MX_RUNNER_ERROR_H
