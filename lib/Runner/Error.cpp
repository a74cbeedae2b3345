//===- Error.cpp - errors of the runner -----------------------------------===//

#include "mx/Runner/Error.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mx;

char RunError::ID = 0;

void RunError::log(llvm::raw_ostream &os) const {
  if (!place.empty())
    os << place << ": ";
  os << "error: " << text;
}

std::error_code RunError::convertToErrorCode() const {
  return llvm::inconvertibleErrorCode();
}

static std::string onOneLine(const Twine &message) {
  std::string text = message.str();
  StringRef trimmed = StringRef(text).trim();
  std::string line;
  for (StringRef part : llvm::split(trimmed, '\n'))
    line += (line.empty() ? "" : " ") + part.trim().str();
  return line;
}

std::string mlir::mx::printPlace(Location loc) {
  std::string place;
  loc->walk([&](Location inner) {
    auto file = dyn_cast<FileLineColLoc>(inner);
    if (!file)
      return WalkResult::advance();
    place = file.getFilename().str();
    if (file.getLine()) // a module without a keyword stands nowhere
      place +=
          (":" + Twine(file.getLine()) + ":" + Twine(file.getColumn())).str();
    return WalkResult::interrupt();
  });
  return place;
}

llvm::Error mlir::mx::makeError(const Twine &message) {
  return llvm::make_error<RunError>(onOneLine(message), "");
}

llvm::Error mlir::mx::makeError(Location loc, const Twine &message) {
  return llvm::make_error<RunError>(onOneLine(message), printPlace(loc));
}

llvm::Error mlir::mx::addContext(const Twine &prefix, llvm::Error error) {
  std::string message, place;
  llvm::handleAllErrors(
      std::move(error),
      [&](const RunError &inner) {
        message = inner.getMessage().str();
        place = inner.getPlace().str();
      },
      [&](const llvm::ErrorInfoBase &inner) { message = inner.message(); });
  return llvm::make_error<RunError>(onOneLine(prefix + message), place);
}

FirstError::FirstError(MLIRContext *context)
    : ScopedDiagnosticHandler(context) {
  setHandler([this](Diagnostic &diagnostic) -> LogicalResult {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return failure();
    if (!seen) {
      message = diagnostic.str();
      place = printPlace(diagnostic.getLocation());
    }
    seen = true;
    return success();
  });
}

llvm::Error FirstError::take(const Twine &otherwise) {
  if (!seen)
    return makeError(otherwise);
  seen = false;
  return llvm::make_error<RunError>(onOneLine(message), place);
}
