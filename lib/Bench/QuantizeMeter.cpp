//===- QuantizeMeter.cpp - the quantizer of activations alone -------------===//

#include "QuantizeMeter.h"

#include "Ceilings.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Block.h"
#include "mx/Runner/Source.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;
using namespace mlir::mx;

/// What a round spends, as far as these many calls go.
static constexpr double roundMilliseconds = 2;
static constexpr size_t minCalls = 3;

static OwningOpRef<ModuleOp> buildModule(MLIRContext &context,
                                         const Problem &problem,
                                         const ::mx::Preset &preset) {
  ImplicitLocOpBuilder builder(UnknownLoc::get(&context), &context);
  auto format = BlockType::get(&context, preset.format);
  SmallVector<int64_t> shape{problem.m, problem.k};
  auto blocks = RankedTensorType::get(shape, format);
  SmallVector<Type> parts = getPartTypes(blocks);
  SmallVector<Type> inputs{RankedTensorType::get(shape, builder.getF32Type())};
  if (format.getFormat().hasOuterScale())
    inputs.push_back(parts.back());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  auto type = builder.getFunctionType(inputs, {parts[0], parts[1]});
  auto function = func::FuncOp::create(builder, "main", type);
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  Value init = tensor::EmptyOp::create(builder, shape, format);
  Value outer = inputs.size() == 2 ? body->getArgument(1) : Value();
  Value quantized =
      QuantizeOp::create(builder, blocks, body->getArgument(0), init, outer,
                         QuantizerAttr::get(&context, preset.quantizer),
                         /*lowering_config=*/LoweringConfigAttr());
  auto split = SplitOp::create(builder, parts, quantized);
  func::ReturnOp::create(builder, split.getParts().take_front(2));
  return module;
}

llvm::Expected<std::unique_ptr<QuantizeMeter>>
QuantizeMeter::create(const Problem &problem, const ::mx::Preset &preset,
                      StringRef pipeline) {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> module = buildModule(context, problem, preset);
  if (llvm::Error error = runPipeline(*module, pipeline))
    return error;
  auto executable = Executable::create(*module, "main");
  if (!executable)
    return executable.takeError();
  std::unique_ptr<QuantizeMeter> meter(
      new QuantizeMeter(std::move(*executable)));
  meter->addFrames(problem, preset);
  return meter;
}

/// A frame for each X, with its outer scales.
void QuantizeMeter::addFrames(const Problem &problem,
                              const ::mx::Preset &preset) {
  for (const Array &x : problem.activations) {
    bytes = x.bytes.size();
    memory.emplace_back(bytes);
    std::memcpy(memory.back().data(), x.bytes.data(), bytes);
    const auto *values = static_cast<const float *>(memory.back().data());
    SmallVector<ArrayView> views{{memory.back().data(), x.shape}};
    bool perRow = preset.format.outer == ::mx::OuterScale::Row;
    SmallVector<int64_t> outerShape;
    if (perRow)
      outerShape.push_back(problem.m);
    if (preset.format.hasOuterScale()) {
      memory.emplace_back((perRow ? problem.m : 1) * sizeof(float));
      auto *outer = static_cast<float *>(memory.back().data());
      ::mx::outerScales(preset.format, values, problem.m, problem.k, outer);
      views.push_back({outer, outerShape});
    }
    frames.push_back(std::make_unique<CallFrame>(executable.getSignature(),
                                                 ArrayRef<ArrayView>(views)));
  }
}

void QuantizeMeter::measure() {
  std::vector<double> times;
  double total = 0;
  while (total < roundMilliseconds || times.size() < minCalls) {
    CallFrame &frame = *frames[times.size() % frames.size()];
    times.push_back(executable.run(frame));
    frame.freeResults();
    total += times.back();
  }
  rounds.push_back(1e-6 * bytes / median(times));
}

double QuantizeMeter::getGBs() const { return median(rounds); }
