//===- Source.h - input files and what is run on them -----------*- C++ -*-===//
//
// Reads a module at any stage and lowers it by the text of a pass pipeline.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_SOURCE_H
#define MX_RUNNER_SOURCE_H

#include "mx/Runner/Resources.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace mlir::mx {

/// Adds all that a module may hold: upstream's dialects and extensions, their
/// translations to LLVM IR, and MX.
void registerRunnerDialects(DialectRegistry &registry);

/// Returns a context of all these. It has one thread: of several errors the
/// first in the file is reported.
std::unique_ptr<MLIRContext> makeRunnerContext();

/// Registers upstream's and MX's passes, unless that has been done. Needed once
/// before pipelines are parsed; run() in Run.h calls it.
void registerRunnerPasses();

/// Opens a file (`-` is standard input) in memory aligned for the resources of
/// bytecode.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openModuleFile(StringRef path);

/// Text or bytecode of a module, kept so that it can be parsed again. Must
/// outlive the modules parsed from it, which may use its bytes.
class Source {
public:
  /// Reads a file; `-` is standard input.
  static llvm::Expected<Source> open(StringRef path);
  static Source fromText(StringRef text, StringRef name);

  /// Returns the verified module, whose resources without data get those of
  /// `resources` (see setResources). A resource that is left without (as an
  /// elided print leaves it) or of another size than its type is an error.
  llvm::Expected<OwningOpRef<ModuleOp>>
  parse(MLIRContext &context, ArrayRef<Resource> resources = {}) const;

private:
  explicit Source(std::unique_ptr<llvm::MemoryBuffer> buffer)
      : buffer(std::move(buffer)) {}

  std::unique_ptr<llvm::MemoryBuffer> buffer;
};

/// Returns the first operation of `module` that has no translation to LLVM IR,
/// null where it is lowered.
Operation *findUnlowered(ModuleOp module);

/// Returns the first operation of the mx dialect, or with an mx type.
Operation *findMX(ModuleOp module);

/// Runs a pipeline, written as for mx-opt with or without `builtin.module()`;
/// an empty one does nothing. `watcher`, where there is one, is told of each
/// pass.
llvm::Error runPipeline(ModuleOp module, StringRef pipeline,
                        std::unique_ptr<PassInstrumentation> watcher = nullptr);

/// Returns `pipeline` with the option `threads` added to each `mx-to-llvm` of
/// it that does not say it.
std::string addThreads(StringRef pipeline, unsigned threads);

/// Replaces the first lowering of `pipeline` (`mx-reference`, `mx-to-llvm`,
/// `mx-to-nvvm`, `mx-float-to-llvm`; options included) by `lowering`; false
/// where there is none.
bool replaceLowering(std::string &pipeline, StringRef lowering);

/// Returns what `pipeline` does before its first lowering, all of it where
/// there is none.
std::string getPartBeforeLowering(StringRef pipeline);

} // namespace mlir::mx

#endif // MX_RUNNER_SOURCE_H
