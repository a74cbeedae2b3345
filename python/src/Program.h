//===- Program.h - compiled modules -----------------------------*- C++ -*-===//

#ifndef MX_PYTHON_PROGRAM_H
#define MX_PYTHON_PROGRAM_H

#include "Remarks.h"

#include "mx/Runner/Jit.h"
#include "mx/Runner/Source.h"

#include <optional>

namespace mlir::mx::python {

/// What a module is made of. Touches nothing of Python, but for the owners of
/// resources.
struct Input {
  /// Text or bytecode; else the file `path`.
  std::optional<std::string> bytes;
  std::string path;
  std::string pipeline;
  std::vector<Resource> resources;
};

/// A module after its pipeline. It must go before its context, and that before
/// the bytes it was read from.
struct Lowered {
  explicit Lowered(const Input &input);

  Source source;
  std::unique_ptr<MLIRContext> context;
  std::shared_ptr<std::vector<Remark>> remarks;
  OwningOpRef<ModuleOp> module;
};

/// Compiled code, with what it lies in.
class Program {
public:
  /// `threads`: of each `mx-to-llvm` in the pipeline that does not say it.
  Program(Input input, unsigned threads);

  /// Returns the entries as JSON: a list of objects of name, arguments,
  /// results (dtype, shape with null for what a call decides; a scalar has no
  /// shape) and in_place (Signature::inPlace).
  std::string describe() const;
  /// Returns the addresses of the C interfaces, in the same order.
  std::vector<uintptr_t> getAddresses() const;
  const std::vector<Remark> &getRemarks() const { return *lowered->remarks; }
  /// Writes an object file and a weight file (see writeObject).
  bool save(const std::string &object, const std::string &weights) const;

private:
  std::unique_ptr<Lowered> lowered;
  SmallVector<std::string> names;
  std::vector<Executable> executables;
};

/// Runs the pipeline and writes the module as bytecode.
void writeBytecode(const Input &input, const std::string &path);

} // namespace mlir::mx::python

#endif // MX_PYTHON_PROGRAM_H
