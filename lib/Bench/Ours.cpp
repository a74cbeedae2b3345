//===- Ours.cpp - compiled block-scaled products --------------------------===//

#include "Ours.h"

#include "mx/Runner/Error.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>

using namespace mlir;
using namespace mlir::mx;

static constexpr StringRef entryName = "main", packName = "main_pack";

llvm::Expected<std::unique_ptr<Ours>> Ours::create(const Problem &problem,
                                                   const Recipe &recipe) {
  std::unique_ptr<Ours> ours(new Ours);
  if (llvm::Error error = ours->compile(problem, recipe))
    return error;
  if (llvm::Error error = ours->pack(problem))
    return error;
  if (llvm::Error error = ours->checkSignature(problem))
    return error;
  ours->addFrames(problem);
  return ours;
}

llvm::Error Ours::compile(const Problem &problem, const Recipe &recipe) {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  auto lowered = lowerProduct(*context, problem, recipe);
  if (!lowered)
    return lowered.takeError();
  kernel = lowered->kernel;
  buildSeconds = lowered->buildSeconds;
  lowerSeconds = lowered->lowerSeconds;
  if (problem.threads > 1)
    if (llvm::Error error = setOpenMPThreads(problem.threads))
      return error;
  SmallVector<StringRef> names{entryName};
  if (lowered->module->lookupSymbol(packName))
    names.push_back(packName);
  auto begin = std::chrono::steady_clock::now();
  auto executables = Executable::create(*lowered->module, names);
  if (!executables)
    return executables.takeError();
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  compileSeconds = time.count();
  entries = std::move(*executables);
  return llvm::Error::success();
}

/// Returns the parts of the weights as the last arguments of `signature`.
static llvm::Expected<std::vector<Array>>
bindParts(const Signature &signature, ArrayRef<std::vector<uint8_t>> parts) {
  if (signature.arguments.size() < parts.size())
    return makeError("the lowered function takes no weights");
  std::vector<Array> arrays;
  for (auto [type, bytes] : llvm::zip_equal(
           ArrayRef(signature.arguments).take_back(parts.size()), parts)) {
    auto array = makeArray(type.dtype, type.shape);
    if (!array)
      return array.takeError();
    if (array->bytes.size() != bytes.size())
      return makeError("the lowered function takes " + toString(type) +
                       " for a part of the weights of " + Twine(bytes.size()) +
                       " bytes");
    array->bytes = bytes;
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

llvm::Error Ours::pack(const Problem &problem) {
  auto parts =
      bindParts(entries.back().getSignature(), problem.weights.getParts());
  if (!parts)
    return parts.takeError();
  packed = std::move(*parts);
  if (entries.size() == 2) {
    if (llvm::Error error = bindArguments(entries[1].getSignature(), packed))
      return addContext("@" + packName + ": ", std::move(error));
    auto results = entries[1].call(packed);
    if (!results)
      return results.takeError();
    packed.assign(results->begin(), results->end());
  }
  for (const Array &array : packed)
    weightBytes += array.bytes.size();
  return llvm::Error::success();
}

llvm::Error Ours::checkSignature(const Problem &problem) {
  const Signature &signature = entries[0].getSignature();
  std::vector<Array> arguments{problem.activations.front()};
  arguments.insert(arguments.end(), packed.begin(), packed.end());
  if (llvm::Error error = bindArguments(signature, arguments))
    return addContext("@" + entryName + ": ", std::move(error));
  if (signature.results.size() == 1 && signature.results[0].isTensor &&
      signature.results[0].dtype == DType::F32)
    return llvm::Error::success();
  return makeError("@" + entryName + " does not return one tensor of f32");
}

static Buffer copyOf(const Array &array) {
  Buffer buffer(array.bytes.size());
  std::memcpy(buffer.data(), array.bytes.data(), array.bytes.size());
  return buffer;
}

/// A frame for each pair of X and W that meet.
void Ours::addFrames(const Problem &problem) {
  const int64_t copies = problem.copies(weightBytes);
  const int64_t xCount = problem.activations.size();
  auto add = [&](const Array &array) {
    memory.push_back(copyOf(array));
    return ArrayView{memory.back().data(), array.shape};
  };
  SmallVector<ArrayView> xs;
  for (const Array &array : problem.activations)
    xs.push_back(add(array));
  std::vector<SmallVector<ArrayView>> weights(copies);
  for (SmallVector<ArrayView> &views : weights)
    for (const Array &array : packed)
      views.push_back(add(array));
  for (int64_t i = 0; i < std::max(copies, xCount); ++i) {
    SmallVector<ArrayView> views{xs[i % xCount]};
    llvm::append_range(views, weights[i % copies]);
    frames.push_back(std::make_unique<CallFrame>(entries[0].getSignature(),
                                                 ArrayRef<ArrayView>(views)));
  }
}

double Ours::run(int64_t call) {
  CallFrame &frame = *frames[call % frames.size()];
  double time = entries[0].run(frame);
  frame.freeResults();
  return time;
}

llvm::Expected<std::vector<float>> Ours::getResult() {
  entries[0].run(*frames.front());
  auto results = frames.front()->takeResults();
  if (!results)
    return results.takeError();
  return toFloats(results->front());
}

std::string Ours::describeStages() const {
  return llvm::formatv("build {0:f3} s, lower {1:f3} s, compile {2:f3} s",
                       buildSeconds, lowerSeconds, compileSeconds)
      .str();
}
