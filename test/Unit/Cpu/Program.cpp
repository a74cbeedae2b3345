//===- Program.cpp - a recipe, compiled -----------------------------------===//

#include "Program.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Numerics/Codec.h"
#include "mx/Runner/Error.h"
#include "mx/Runner/Source.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/Pass.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Words of the descriptor of a tensor.
static size_t descriptorWords(const ValueType &type) {
  return 3 + 2 * type.shape.size();
}

/// Takes the buffers of the results out of their descriptors (Abi.h): the frame
/// would give them to the C library.
static SmallVector<void *> takeBuffers(const Signature &signature,
                                       CallFrame &frame) {
  llvm::SetVector<void *> buffers;
  auto **words = *static_cast<void ***>(frame.getPacked()[0]);
  for (const ValueType &type : signature.results) {
    if (type.isTensor) {
      buffers.insert(*words);
      *words = nullptr;
    }
    words += type.isTensor ? descriptorWords(type) : 1;
  }
  return buffers.takeVector();
}

llvm::Expected<SmallVector<Array>>
mlir::mx::test::callGuarded(const Executable &executable,
                            ArrayRef<Array> arguments, Edge edge) {
  const Signature &signature = executable.getSignature();
  SmallVector<Array> bound(arguments);
  if (llvm::Error error = bindArguments(signature, bound))
    return error;
  setEdge(edge);
  SmallVector<ArrayView> views;
  for (const Array &array : bound) {
    views.push_back({allocateGuarded(array.bytes.size()), array.shape});
    std::memcpy(views.back().data, array.bytes.data(), array.bytes.size());
  }
  CallFrame frame(signature, views);
  executable.run(frame);
  SmallVector<void *> buffers = takeBuffers(signature, frame);
  auto results = frame.takeResults();
  for (const ArrayView &view : views)
    freeGuarded(view.data);
  for (void *buffer : buffers)
    freeGuarded(buffer);
  if (!results)
    return results.takeError();
  if (size_t left = countGuarded())
    return makeError(Twine(left) + " blocks of memory are not freed");
  return results;
}

Array mlir::mx::test::elementArray(StringRef element, ArrayRef<int64_t> shape,
                                   const std::vector<float> &values) {
  if (element == "f32")
    return floatArray(shape, values);
  Array array{DType::BF16, SmallVector<int64_t>(shape),
              std::vector<uint8_t>(2 * values.size())};
  for (auto [i, value] : llvm::enumerate(values)) {
    uint16_t bits = ::mx::f32ToBF16(value);
    std::memcpy(&array.bytes[2 * i], &bits, sizeof(bits));
  }
  return array;
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

namespace {
/// Reads the kernels from `lowering_config` while there is one.
class KernelWatcher final : public PassInstrumentation {
public:
  explicit KernelWatcher(std::set<std::string> &kernels) : kernels(kernels) {}

  void runAfterPass(Pass *, Operation *op) override {
    op->walk([&](MatmulOp matmul) {
      if (LoweringConfigAttr config = matmul.getLoweringConfigAttr())
        kernels.insert(config.getKernel().str());
    });
  }

private:
  std::set<std::string> &kernels;
};
} // namespace

/// Puts a constant in the place of the argument %w.
static void makeConstant(ModuleOp module, const Matrix &weights) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  BlockArgument argument = function.getArgument(1);
  auto bytes = [](const auto &values) {
    return ArrayRef(reinterpret_cast<const char *>(values.data()),
                    values.size() * sizeof(values[0]));
  };
  auto type = cast<RankedTensorType>(argument.getType());
  int64_t outer = 0;
  if (weights.format.outer == ::mx::OuterScale::Tensor)
    outer = 1;
  else if (weights.format.outer == ::mx::OuterScale::Row)
    outer = ShapedType::getNumElements(type.getShape().drop_back());
  auto b = OpBuilder::atBlockBegin(&function.getBody().front());
  argument.replaceAllUsesWith(ConstantOp::create(
      b, argument.getLoc(),
      BlocksAttr::getFromBytes(
          type, bytes(weights.codes), bytes(weights.scales),
          bytes(weights.outer).take_front(outer * sizeof(float)))));
  (void)function.eraseArgument(1);
}

llvm::Expected<std::vector<Executable>>
mlir::mx::test::compileGuarded(ModuleOp module, ArrayRef<StringRef> entries) {
  guardAllocations(module);
  return Executable::create(module, entries);
}

llvm::Expected<Program> Program::compile(const Recipe &recipe,
                                         const Operand &weights) {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  Source source = Source::fromText(toText(recipe), "product");
  auto module = source.parse(*context);
  if (!module)
    return module.takeError();
  if (recipe.source == WeightSource::Constant)
    makeConstant(**module, *weights.blocks);
  Program program;
  program.recipe = recipe;
  if (llvm::Error error =
          runPipeline(**module, pipelineOf(recipe),
                      std::make_unique<KernelWatcher>(program.kernels)))
    return error;
  SmallVector<StringRef> entries{"main"};
  if ((*module)->lookupSymbol("main_pack"))
    entries.push_back("main_pack");
  auto executables = compileGuarded(**module, entries);
  if (!executables)
    return executables.takeError();
  program.executables = std::move(*executables);
  program.module = std::move(*module);
  program.context = std::move(context);
  return program;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static Array bytesArray(ArrayRef<int64_t> shape,
                        const std::vector<uint8_t> &bytes) {
  return {DType::I8, SmallVector<int64_t>(shape), bytes};
}

llvm::Expected<SmallVector<Array>> Program::packWeights(const Operand &weights,
                                                        const Extents &extents,
                                                        Edge edge) const {
  SmallVector<Array> parts;
  if (recipe.source == WeightSource::Constant)
    return parts;
  const Matrix &matrix = *weights.blocks;
  const ::mx::FormatSpec &format = matrix.format;
  SmallVector<int64_t> shape;
  if (!recipe.isShared)
    shape.push_back(extents.batch);
  shape.push_back(extents.n);
  auto with = [&](ArrayRef<int64_t> more) {
    SmallVector<int64_t> all(shape);
    all.append(more.begin(), more.end());
    return all;
  };
  parts.push_back(
      bytesArray(with(::mx::codeBytesPerRow(format, matrix.k)), matrix.codes));
  parts.push_back(bytesArray(with({::mx::numBlocks(format, matrix.k),
                                   ::mx::scaleBytesPerBlock(format)}),
                             matrix.scales));
  if (format.outer == ::mx::OuterScale::Row)
    parts.push_back(floatArray(
        shape, {matrix.outer.begin(), matrix.outer.begin() + weights.rows}));
  if (format.outer == ::mx::OuterScale::Tensor)
    parts.push_back(floatArray({}, {matrix.outer[0]}));
  if (recipe.isDynamicK) {
    parts.push_back({DType::Index, {}, std::vector<uint8_t>(sizeof(int64_t))});
    std::memcpy(parts.back().bytes.data(), &extents.k, sizeof(extents.k));
  }
  if (!hasPackFunction())
    return parts;
  return callGuarded(executables[1], parts, edge);
}

llvm::Expected<std::vector<float>>
Program::multiply(const Extents &extents, const Operand &x,
                  ArrayRef<Array> weights, const std::vector<float> &c,
                  Edge edge) const {
  SmallVector<int64_t> xShape{extents.m, extents.k},
      yShape{extents.m, extents.n};
  if (recipe.isBatched) {
    xShape.insert(xShape.begin(), extents.batch);
    yShape.insert(yShape.begin(), extents.batch);
  }
  SmallVector<Array> arguments{elementArray(recipe.element, xShape, x.floats)};
  arguments.append(weights.begin(), weights.end());
  arguments.push_back(elementArray(recipe.result, yShape, c));
  auto results = callGuarded(executables[0], arguments, edge);
  if (!results)
    return results.takeError();
  return toFloats((*results)[0]);
}
