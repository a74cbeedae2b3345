//===- PipelineText.cpp - pass pipelines as text --------------------------===//

#include "mx/Runner/Error.h"
#include "mx/Runner/Source.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

#include <optional>

using namespace mlir;
using namespace mlir::mx;

static constexpr StringLiteral anchor("builtin.module(");

static StringRef stripAnchor(StringRef pipeline) {
  pipeline = pipeline.trim();
  if (pipeline.starts_with(anchor) && pipeline.ends_with(")"))
    return pipeline.drop_front(anchor.size()).drop_back().trim();
  return pipeline;
}

/// Returns the first line of what the pipeline parser printed, without the
/// position that it puts in front of the message.
static std::string firstMessage(StringRef printed) {
  StringRef line = printed.split('\n').first;
  size_t at = line.rfind("error: ");
  return line.drop_front(at == StringRef::npos ? 0 : at + strlen("error: "))
      .str();
}

llvm::Error
mlir::mx::runPipeline(ModuleOp module, StringRef pipeline,
                      std::unique_ptr<PassInstrumentation> watcher) {
  FirstError first(module.getContext());
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  std::string printed;
  llvm::raw_string_ostream os(printed);
  if (failed(parsePassPipeline(stripAnchor(pipeline), pm, os)))
    return addContext("pipeline '" + pipeline + "': ",
                      first.take(firstMessage(printed)));
  if (watcher)
    pm.addInstrumentation(std::move(watcher));
  if (failed(pm.run(module)))
    return first.take("pipeline '" + pipeline + "' failed without a message");
  return llvm::Error::success();
}

/// Returns the elements of a pipeline: commas within brackets do not count.
static SmallVector<StringRef> splitElements(StringRef pipeline) {
  SmallVector<StringRef> elements;
  size_t begin = 0;
  int depth = 0;
  for (auto [i, c] : llvm::enumerate(pipeline)) {
    depth += StringRef("({[<").contains(c);
    depth -= StringRef(")}]>").contains(c);
    if (c != ',' || depth != 0)
      continue;
    elements.push_back(pipeline.slice(begin, i).trim());
    begin = i + 1;
  }
  elements.push_back(pipeline.substr(begin).trim());
  return elements;
}

static StringRef getName(StringRef element) {
  return element.take_until([](char c) { return c == '{'; }).rtrim();
}

static bool isLowering(StringRef element) {
  StringRef name = getName(element);
  return name == "mx-reference" || name == "mx-to-llvm" ||
         name == "mx-to-nvvm" || name == "mx-float-to-llvm";
}

/// Returns the text between the braces of an element, which may have none.
static StringRef getOptions(StringRef element) {
  return element.split('{').second.rsplit('}').first.trim();
}

std::string mlir::mx::addThreads(StringRef pipeline, unsigned threads) {
  SmallVector<std::string> elements;
  for (StringRef element : splitElements(stripAnchor(pipeline))) {
    StringRef options = getOptions(element);
    bool isSaid =
        options.starts_with("threads=") || options.contains(" threads=");
    // Braces that do not match are left to the parser.
    bool isWhole = element.contains('{') == element.ends_with("}");
    if (getName(element) != "mx-to-llvm" || isSaid || !isWhole) {
      elements.push_back(element.str());
      continue;
    }
    std::string added = "threads=" + std::to_string(threads);
    elements.push_back("mx-to-llvm{" +
                       (options.empty() ? added : added + " " + options.str()) +
                       "}");
  }
  return llvm::join(elements, ",");
}

bool mlir::mx::replaceLowering(std::string &pipeline, StringRef lowering) {
  SmallVector<StringRef> elements = splitElements(stripAnchor(pipeline));
  auto *at = llvm::find_if(elements, isLowering);
  if (at == elements.end())
    return false;
  *at = lowering;
  pipeline = llvm::join(elements, ",");
  return true;
}

std::string mlir::mx::getPartBeforeLowering(StringRef pipeline) {
  SmallVector<StringRef> elements = splitElements(stripAnchor(pipeline));
  return llvm::join(elements.begin(), llvm::find_if(elements, isLowering), ",");
}
