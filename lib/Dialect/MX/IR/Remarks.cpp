//===- Remarks.cpp - what passes say of each op ---------------------------===//

#include "mx/Dialect/MX/IR/Remarks.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

remark::RemarkOpts mlir::mx::remarkAbout(Operation *op, StringRef category,
                                         StringRef id) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  return remark::RemarkOpts::name(id).category(category).function(
      function ? function.getName() : StringRef());
}
