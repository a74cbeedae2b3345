//===- Failure.h - errors on their way to Python ----------------*- C++ -*-===//

#ifndef MX_PYTHON_FAILURE_H
#define MX_PYTHON_FAILURE_H

#include "llvm/Support/Error.h"

#include <stdexcept>

namespace mlir::mx::python {

/// Becomes `mx_mlir.Error`.
class Failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

inline void check(llvm::Error error) {
  if (error)
    throw Failure(llvm::toString(std::move(error)));
}

template <typename T> T check(llvm::Expected<T> value) {
  if (!value)
    throw Failure(llvm::toString(value.takeError()));
  return std::move(*value);
}

} // namespace mlir::mx::python

#endif // MX_PYTHON_FAILURE_H
