//===- Program.cpp - compiled modules -------------------------------------===//

#include "Program.h"
#include "Failure.h"

#include "mx/Dialect/MX/Transforms/WeightWriter.h"
#include "mx/Runner/Error.h"
#include "mx/Runner/Save.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::python;

static Source openSource(const Input &input) {
  if (input.bytes)
    return Source::fromText(*input.bytes, "<source>");
  return check(Source::open(input.path));
}

Lowered::Lowered(const Input &input)
    : source(openSource(input)), context(makeRunnerContext()),
      remarks(collectRemarks(*context)) {
  registerRunnerPasses();
  module = check(source.parse(*context, input.resources));
  check(runPipeline(*module, input.pipeline));
}

Program::Program(Input input, unsigned threads) {
  input.pipeline = addThreads(input.pipeline, threads);
  if (threads > 1)
    check(setOpenMPThreads(threads));
  lowered = std::make_unique<Lowered>(input);
  names = getEntries(*lowered->module);
  SmallVector<StringRef> entries(names.begin(), names.end());
  executables = check(Executable::create(*lowered->module, entries));
  if (entries.empty())
    check(makeError(lowered->module->getLoc(),
                    "the module has no public function to call"));
}

static llvm::json::Array describeTypes(ArrayRef<ValueType> types) {
  llvm::json::Array values;
  for (const ValueType &type : types) {
    llvm::json::Object value{{"dtype", getName(type.dtype)}};
    llvm::json::Array shape;
    for (int64_t extent : type.shape)
      shape.push_back(ShapedType::isDynamic(extent) ? llvm::json::Value(nullptr)
                                                    : extent);
    if (type.isTensor)
      value["shape"] = std::move(shape);
    values.push_back(std::move(value));
  }
  return values;
}

std::string Program::describe() const {
  llvm::json::Array entries;
  for (auto [name, executable] : llvm::zip_equal(names, executables)) {
    const Signature &signature = executable.getSignature();
    entries.push_back(
        llvm::json::Object{{"name", name},
                           {"arguments", describeTypes(signature.arguments)},
                           {"results", describeTypes(signature.results)},
                           {"in_place", llvm::json::Array(signature.inPlace)}});
  }
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(entries));
  return text;
}

std::vector<uintptr_t> Program::getAddresses() const {
  std::vector<uintptr_t> addresses;
  for (const Executable &executable : executables)
    addresses.push_back(reinterpret_cast<uintptr_t>(executable.getAddress()));
  return addresses;
}

bool Program::save(const std::string &object,
                   const std::string &weights) const {
  return check(writeObject(*lowered->module, object, weights));
}

void mlir::mx::python::writeBytecode(const Input &input,
                                     const std::string &path) {
  Lowered lowered(input);
  check(writeWholeFile(path, [&](llvm::raw_ostream &os) {
    if (failed(writeBytecodeToFile(*lowered.module, os)))
      throw Failure("error: the module has no form in bytecode");
  }));
}
