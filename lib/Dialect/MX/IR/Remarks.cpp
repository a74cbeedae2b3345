//===- Remarks.cpp - what passes say of each op ---------------------------===//

#include "mx/Dialect/MX/IR/Remarks.h"

using namespace mlir;

remark::RemarkOpts mlir::mx::remarkIn(FunctionOpInterface function,
                                      StringRef category, StringRef id) {
  return remark::RemarkOpts::name(id).category(category).function(
      function ? function.getName() : StringRef());
}

remark::RemarkOpts mlir::mx::remarkAbout(Operation *op, StringRef category,
                                         StringRef id) {
  return remarkIn(op->getParentOfType<FunctionOpInterface>(), category, id);
}
