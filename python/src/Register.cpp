//===- Register.cpp - the dialect for somebody else's context -------------===//
//
// A context of upstream's Python package is made by a C interface of MLIR. To
// ours it is a foreign object if that stands on another copy of MLIR: then
// nothing of it may be touched by ours. But the copy's own C interface may, and
// its dialects tell by their virtual tables where they were made.
//
//===----------------------------------------------------------------------===//

#include "Bindings.h"
#include "Failure.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/InitAll.h"

#include "mlir-c/IR.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassRegistry.h"

#include <dlfcn.h>
#include <link.h>
#include <set>

namespace nb = nanobind;
using namespace mlir;
using namespace mlir::mx::python;

static constexpr char capsuleName[] = "mlir.ir.Context._CAPIPtr";
static constexpr char getDialectName[] = "mlirContextGetOrLoadDialect";

using GetDialect = decltype(&mlirContextGetOrLoadDialect);

/// Adds the function of one loaded library, where it defines it, to a set.
static int addFunction(dl_phdr_info *info, size_t, void *set) {
  void *library = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  if (!library)
    return 0;
  if (void *function = dlsym(library, getDialectName))
    static_cast<std::set<void *> *>(set)->insert(function);
  dlclose(library);
  return 0;
}

/// Returns the one C interface of MLIR in this process.
static GetDialect findInterface() {
  std::set<void *> functions;
  dl_iterate_phdr(addFunction, &functions);
  if (functions.size() == 1)
    return reinterpret_cast<GetDialect>(*functions.begin());
  throw Failure(functions.empty()
                    ? "error: the context is not of this process: no library "
                      "in it has MLIR's C interface"
                    : "error: several libraries of this process have MLIR's C "
                      "interface; which one made the context is unknown");
}

static void *getVirtualTable(const void *object) {
  return *static_cast<void *const *>(object);
}

static std::string fileOf(const void *address) {
  Dl_info info;
  return dladdr(address, &info) && info.dli_fname ? info.dli_fname : "unknown";
}

static void checkIsOurs(MlirContext context) {
  static constexpr char name[] = "builtin";
  MlirDialect theirs =
      findInterface()(context, MlirStringRef{name, sizeof(name) - 1});
  MLIRContext mine(MLIRContext::Threading::DISABLED);
  void *ourTable = getVirtualTable(mine.getLoadedDialect<BuiltinDialect>());
  if (theirs.ptr && getVirtualTable(theirs.ptr) == ourTable)
    return;
  throw Failure("error: the context is of another copy of MLIR, '" +
                (theirs.ptr ? fileOf(getVirtualTable(theirs.ptr)) : "unknown") +
                "', than this package, '" + fileOf(ourTable) + "'");
}

static void registerInto(const nb::capsule &capsule) {
  if (!capsule.name() || StringRef(capsule.name()) != capsuleName)
    throw Failure(std::string("error: found a capsule '") +
                  (capsule.name() ? capsule.name() : "") + "', wanted '" +
                  capsuleName + "'");
  checkIsOurs(MlirContext{capsule.data()});
  auto *context = static_cast<MLIRContext *>(capsule.data());
  DialectRegistry registry;
  mlir::mx::registerAllDialects(registry);
  context->appendDialectRegistry(registry);
  context->getOrLoadDialect<mlir::mx::MXDialect>();
  // A pipeline that is registered twice ends the process.
  if (!PassPipelineInfo::lookup("mx-reference"))
    mlir::mx::registerAllPasses();
}

void mlir::mx::python::bindRegister(nb::module_ &module) {
  module.def("register", registerInto, nb::arg("capsule"));
}
