//===- ProgramBindings.cpp - compiled modules for Python ------------------===//

#include "Bindings.h"
#include "Program.h"

#include "mx/Runner/Jit.h"

#include <dlfcn.h>
#include <link.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace mlir::mx;
using namespace mlir::mx::python;

namespace {
/// Key, address and size of the data, and the object that they belong to.
using ResourceTuple = std::tuple<std::string, uintptr_t, size_t, nb::object>;
} // namespace

/// Keeps `object` until the last copy goes, on whatever thread that is.
static std::shared_ptr<void> share(nb::object object) {
  return std::shared_ptr<void>(object.release().ptr(), [](void *owned) {
    if (!nb::is_alive()) // the interpreter is gone, and what it owned
      return;
    nb::gil_scoped_acquire gil;
    Py_DECREF(static_cast<PyObject *>(owned));
  });
}

static Input makeInput(std::optional<nb::bytes> bytes, std::string path,
                       std::string pipeline,
                       const std::vector<ResourceTuple> &resources) {
  Input input;
  if (bytes)
    input.bytes = std::string(bytes->c_str(), bytes->size());
  input.path = std::move(path);
  input.pipeline = std::move(pipeline);
  for (const auto &[key, address, size, owner] : resources)
    input.resources.push_back({key,
                               {reinterpret_cast<const char *>(address), size},
                               share(nb::borrow(owner))});
  return input;
}

static std::unique_ptr<Program>
compile(std::optional<nb::bytes> bytes, std::string path, std::string pipeline,
        unsigned threads, const std::vector<ResourceTuple> &resources) {
  Input input = makeInput(std::move(bytes), std::move(path),
                          std::move(pipeline), resources);
  nb::gil_scoped_release released;
  return std::make_unique<Program>(std::move(input), threads);
}

static void writeBytecodeTo(std::optional<nb::bytes> bytes, std::string path,
                            std::string pipeline,
                            const std::vector<ResourceTuple> &resources,
                            const std::string &to) {
  Input input = makeInput(std::move(bytes), std::move(path),
                          std::move(pipeline), resources);
  nb::gil_scoped_release released;
  writeBytecode(input, to);
}

/// Returns the files of the libraries that compiled code may need, as this
/// process has them: mathematics, C, the compiler's own.
static std::vector<std::string> getSystemLibraries() {
  std::vector<std::string> paths;
  for (const char *name : {"libm.so.6", "libc.so.6", "libgcc_s.so.1"}) {
    void *library = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    link_map *map = nullptr;
    if (library && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0)
      paths.emplace_back(map->l_name);
    if (library)
      dlclose(library);
  }
  return paths;
}

void mlir::mx::python::bindProgram(nb::module_ &module) {
  nb::class_<Remark>(module, "Remark")
      .def_ro("kind", &Remark::kind)
      .def_ro("category", &Remark::category)
      .def_ro("name", &Remark::name)
      .def_ro("function", &Remark::function)
      .def_ro("message", &Remark::message)
      .def_ro("place", &Remark::place);
  nb::class_<Program>(module, "Program")
      .def("describe", &Program::describe)
      .def("addresses", &Program::getAddresses)
      .def("remarks", &Program::getRemarks)
      .def("save", &Program::save, nb::arg("object"), nb::arg("weights"),
           nb::call_guard<nb::gil_scoped_release>());
  module.def("compile", compile, nb::arg("source").none(), nb::arg("path"),
             nb::arg("pipeline"), nb::arg("threads"), nb::arg("resources"));
  module.def("write_bytecode", writeBytecodeTo, nb::arg("source").none(),
             nb::arg("path"), nb::arg("pipeline"), nb::arg("resources"),
             nb::arg("to"));
  module.def("openmp_library", getOpenMPLibrary);
  module.def("system_libraries", getSystemLibraries);
}
