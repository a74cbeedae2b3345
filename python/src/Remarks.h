//===- Remarks.h - remarks of a compilation ---------------------*- C++ -*-===//

#ifndef MX_PYTHON_REMARKS_H
#define MX_PYTHON_REMARKS_H

#include "mlir/IR/MLIRContext.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir::mx::python {

/// One remark, in the words of docs/Remarks.md.
struct Remark {
  std::string kind; ///< passed, missed, failed or analysis
  std::string category;
  std::string name;
  std::string function;
  std::string message;
  std::string place;
};

/// Returns where all remarks of `context` in categories of MX go from now on.
std::shared_ptr<std::vector<Remark>> collectRemarks(MLIRContext &context);

} // namespace mlir::mx::python

#endif // MX_PYTHON_REMARKS_H
