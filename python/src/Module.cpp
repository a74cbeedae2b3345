//===- Module.cpp - the extension mx_mlir._mx -----------------------------===//
//
// What Python cannot do itself: compile, quantize, register. Calls, checks of
// arguments and loading are Python's, so that loading needs none of this.
//
//===----------------------------------------------------------------------===//

#include "Bindings.h"
#include "Failure.h"

#include <cstring>

namespace nb = nanobind;
using namespace mlir::mx::python;

/// Raises `type`. A message may quote bytes of a file that are no UTF-8.
static void translate(const std::exception_ptr &failure, void *type) {
  try {
    std::rethrow_exception(failure);
  } catch (const Failure &e) {
    PyObject *message = PyUnicode_DecodeUTF8(
        e.what(), static_cast<Py_ssize_t>(std::strlen(e.what())), "replace");
    if (message)
      PyErr_SetObject(static_cast<PyObject *>(type), message);
    Py_XDECREF(message);
  }
}

NB_MODULE(_mx, module) {
  nb::object error = nb::module_::import_("mx_mlir._error").attr("Error");
  nb::register_exception_translator(translate, error.release().ptr());
  bindProgram(module);
  bindFormats(module);
  bindRegister(module);
}
