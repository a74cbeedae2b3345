//===- Bindings.h - parts of the extension module ---------------*- C++ -*-===//

#ifndef MX_PYTHON_BINDINGS_H
#define MX_PYTHON_BINDINGS_H

#include <nanobind/nanobind.h>

namespace mlir::mx::python {

void bindProgram(nanobind::module_ &module);
void bindFormats(nanobind::module_ &module);
void bindRegister(nanobind::module_ &module);

} // namespace mlir::mx::python

#endif // MX_PYTHON_BINDINGS_H
