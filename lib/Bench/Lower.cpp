//===- Lower.cpp - the module of a product, lowered -----------------------===//

#include "Ours.h"

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Runner/Source.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

#include <chrono>

using namespace mlir;
using namespace mlir::mx;

static double secondsSince(std::chrono::steady_clock::time_point begin) {
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  return time.count();
}

static Value quantize(OpBuilder &builder, Location loc, Value source,
                      const ::mx::Preset &preset) {
  auto format = BlockType::get(builder.getContext(), preset.format);
  Value outer;
  if (format.hasOuterScale())
    outer = OuterScaleOp::create(builder, loc, source, format);
  Value init = tensor::EmptyOp::create(
      builder, loc, cast<RankedTensorType>(source.getType()).getShape(),
      format);
  return QuantizeOp::create(
      builder, loc, init.getType(), source, init, outer,
      QuantizerAttr::get(builder.getContext(), preset.quantizer),
      /*lowering_config=*/LoweringConfigAttr());
}

/// y = mx.matmul(quantize(x), w) from 0
static Value buildProduct(OpBuilder &builder, Location loc, Value x, Value w,
                          RankedTensorType resultType, const Recipe &recipe) {
  if (recipe.activations)
    x = quantize(builder, loc, x, *recipe.activations);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0));
  Value empty = tensor::EmptyOp::create(builder, loc, resultType.getShape(),
                                        resultType.getElementType());
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  return MatmulOp::create(builder, loc, resultType, x, w, init,
                          /*accumulate=*/AccumulateAttr(),
                          /*lowering_config=*/LoweringConfigAttr());
}

static OwningOpRef<ModuleOp> buildModule(MLIRContext &context,
                                         const Problem &problem,
                                         const Recipe &recipe) {
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  Type f32 = builder.getF32Type();
  auto xType = RankedTensorType::get({problem.m, problem.k}, f32);
  auto yType = RankedTensorType::get({problem.m, problem.n}, f32);
  auto wType = RankedTensorType::get(
      {problem.n, problem.k}, BlockType::get(&context, recipe.weights.format));
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(
      builder, loc, "main", builder.getFunctionType({xType, wType}, {yType}));
  function.setArgAttr(1, MXDialect::kWeightAttr, builder.getUnitAttr());
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  Value y = buildProduct(builder, loc, body->getArgument(0),
                         body->getArgument(1), yType, recipe);
  func::ReturnOp::create(builder, loc, y);
  return module;
}

namespace {
/// Reads the kernel from `lowering_config` while there is one.
class KernelWatcher final : public PassInstrumentation {
public:
  explicit KernelWatcher(std::string &kernel) : kernel(kernel) {}

  void runAfterPass(Pass *, Operation *op) override {
    op->walk([&](MatmulOp matmul) {
      if (LoweringConfigAttr config = matmul.getLoweringConfigAttr())
        kernel = config.getKernel().str();
    });
  }

private:
  std::string &kernel;
};
} // namespace

llvm::Expected<LoweredProduct> mlir::mx::lowerProduct(MLIRContext &context,
                                                      const Problem &problem,
                                                      const Recipe &recipe) {
  LoweredProduct product;
  product.kernel = StringRef(recipe.pipeline).contains("mx-reference")
                       ? "reference"
                       : "unknown";
  auto begin = std::chrono::steady_clock::now();
  product.module = buildModule(context, problem, recipe);
  product.buildSeconds = secondsSince(begin);
  begin = std::chrono::steady_clock::now();
  if (llvm::Error error =
          runPipeline(*product.module, recipe.pipeline,
                      std::make_unique<KernelWatcher>(product.kernel)))
    return error;
  product.lowerSeconds = secondsSince(begin);
  return product;
}
