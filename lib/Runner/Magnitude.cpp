//===- Magnitude.cpp - sum |x * w| of a contraction -----------------------===//
//
// The error of a sum of products is bounded by the sum of their magnitudes. For
// a module whose entry returns its only contraction,
//
//   %y = mx.matmul ins(%a, %b) outs(%c)             return %y
//
// becomes
//
//   %s = linalg.generic ins(|decode(%a)|, |decode(%b)|) outs(|%c|) in f32
//   return %s, K
//
// and runs on the same arguments, in any lowering.
//
//===----------------------------------------------------------------------===//

#include "mx/Dialect/MX/IR/MX.h"
#include "mx/Runner/Compare.h"
#include "mx/Runner/Error.h"
#include "mx/Runner/Jit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/MLIRContext.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;

namespace {
/// A contraction `out = init + sum of lhs * rhs` and how it is computed.
struct Contraction {
  Operation *op = nullptr;
  Value lhs, rhs, init;
  SmallVector<AffineMap> maps;
  SmallVector<utils::IteratorType> iterators;
  /// Elements of a block whose sum is rounded once; 0 where every product is.
  int64_t blockSize = 0;
  double unit = 0x1p-24;
};
} // namespace

static bool isContraction(Operation *op) {
  if (isa<MatmulOp>(op))
    return true;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || op->getName().stripDialect().contains("pooling"))
    return false; // a pool has the loops of a convolution, but no products
  return linalg::isaContractionOpInterface(linalgOp) ||
         linalg::isaConvolutionOpInterface(linalgOp);
}

static Contraction describe(MatmulOp op) {
  Contraction c{op, op.getLhs(), op.getRhs(), op.getInit(), {}, {}};
  MLIRContext *context = op.getContext();
  const unsigned batches =
      cast<RankedTensorType>(c.lhs.getType()).getRank() - 2;
  SmallVector<AffineExpr> dims;
  for (unsigned i = 0; i < batches + 3; ++i)
    dims.push_back(getAffineDimExpr(i, context));
  auto getMap = [&](bool isBatched, unsigned row, unsigned column) {
    SmallVector<AffineExpr> results(dims.begin(),
                                    dims.begin() + (isBatched ? batches : 0));
    results.append({dims[batches + row], dims[batches + column]});
    return AffineMap::get(dims.size(), 0, results, context);
  };
  bool isBatched = cast<RankedTensorType>(c.rhs.getType()).getRank() > 2;
  c.maps = {getMap(true, 0, 2), getMap(isBatched, 1, 2), getMap(true, 0, 1)};
  c.iterators.assign(dims.size(), utils::IteratorType::parallel);
  c.iterators.back() = utils::IteratorType::reduction;
  BlockType lhs = getBlockType(c.lhs.getType());
  BlockType rhs = getBlockType(c.rhs.getType());
  if (lhs)
    c.blockSize = std::min(lhs.getBlockSize(), rhs.getBlockSize());
  return c;
}

/// Describes a contraction of floats; none where its body is not the plain
/// product in the type of its result.
static std::optional<Contraction> describe(linalg::LinalgOp op) {
  if (!linalg::isaContractionOpInterface(op) || !op.hasPureTensorSemantics())
    return std::nullopt;
  Contraction c{op,
                op.getDpsInputOperand(0)->get(),
                op.getDpsInputOperand(1)->get(),
                op.getDpsInitOperand(0)->get(),
                op.getIndexingMapsArray(),
                op.getIteratorTypesArray()};
  for (Value value : {c.lhs, c.rhs, c.init}) {
    Type element = getElementTypeOrSelf(value.getType());
    if (!element.isF64() && !element.isF32() && !element.isF16() &&
        !element.isBF16())
      return std::nullopt;
  }
  Type result = getElementTypeOrSelf(c.init.getType());
  c.unit = result.isBF16() ? 0x1p-8 : result.isF16() ? 0x1p-11 : 0x1p-24;
  return c;
}

/// Counts the contractions of `module`; returns the only one in `last`.
static unsigned countContractions(ModuleOp module, Operation *&last) {
  unsigned count = 0;
  module.walk([&](Operation *op) {
    if (!isContraction(op))
      return;
    last = op;
    ++count;
  });
  return count;
}

/// Returns the contraction that `function` returns directly, if it does.
static std::optional<Contraction> findReturned(func::FuncOp function,
                                               Operation *only) {
  if (!function || function.isExternal() ||
      !llvm::hasSingleElement(function.getBody()))
    return std::nullopt;
  // A caller would not take the magnitudes' type.
  if (!SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
    return std::nullopt;
  auto end = dyn_cast<func::ReturnOp>(function.front().getTerminator());
  if (!end || end.getNumOperands() != 1 ||
      end.getOperand(0).getDefiningOp() != only)
    return std::nullopt;
  if (auto matmul = dyn_cast<MatmulOp>(only))
    return describe(matmul);
  return describe(cast<linalg::LinalgOp>(only));
}

/// Returns |value| in f32; block tensors are decoded.
static Value buildMagnitude(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  auto single = type.clone(builder.getF32Type());
  if (getBlockType(type))
    value = DequantizeOp::create(builder, loc, single, value);
  else if (type.getElementTypeBitWidth() > 32)
    value = arith::TruncFOp::create(builder, loc, single, value);
  else if (type.getElementTypeBitWidth() < 32)
    value = arith::ExtFOp::create(builder, loc, single, value);
  return math::AbsFOp::create(builder, loc, value);
}

static Value buildSum(OpBuilder &builder, const Contraction &c) {
  Location loc = c.op->getLoc();
  Value lhs = buildMagnitude(builder, loc, c.lhs);
  Value rhs = buildMagnitude(builder, loc, c.rhs);
  Value init = buildMagnitude(builder, loc, c.init);
  auto sum = linalg::GenericOp::create(
      builder, loc, init.getType(), ValueRange{lhs, rhs}, init, c.maps,
      c.iterators, [](OpBuilder &inner, Location loc, ValueRange values) {
        Value product = arith::MulFOp::create(inner, loc, values[0], values[1]);
        Value next = arith::AddFOp::create(inner, loc, values[2], product);
        linalg::YieldOp::create(inner, loc, next);
      });
  return sum.getResult(0);
}

/// Returns the product of the extents that are summed over.
static Value buildDepth(OpBuilder &builder, const Contraction &c) {
  Location loc = c.op->getLoc();
  Value depth = arith::ConstantIndexOp::create(builder, loc, 1);
  for (auto [i, iterator] : llvm::enumerate(c.iterators)) {
    if (iterator != utils::IteratorType::reduction)
      continue;
    auto at =
        c.maps[1].getResultPosition(getAffineDimExpr(i, builder.getContext()));
    if (!at)
      continue;
    Value extent = tensor::DimOp::create(builder, loc, c.rhs, *at);
    depth = arith::MulIOp::create(builder, loc, depth, extent);
  }
  return depth;
}

/// Makes `function` return the magnitude of `c` and its depth.
static void rewriteToMagnitude(func::FuncOp function, const Contraction &c) {
  Operation *end = function.front().getTerminator();
  OpBuilder builder(end);
  SmallVector<Value> values = {buildSum(builder, c), buildDepth(builder, c)};
  end->setOperands(values);
  function.setFunctionType(builder.getFunctionType(
      function.getArgumentTypes(), ValueRange(values).getTypes()));
  function.removeResAttrsAttr();
}

static llvm::Expected<std::optional<Magnitude>>
runMagnitude(ModuleOp module, const Contraction &c, StringRef entry,
             ArrayRef<Array> arguments) {
  const double block = c.blockSize;
  Magnitude magnitude;
  magnitude.unit = c.unit;
  rewriteToMagnitude(module.lookupSymbol<func::FuncOp>(entry), c);
  bool isFloat = !findMX(module);
  if (llvm::Error error =
          runPipeline(module, isFloat ? "mx-float-to-llvm" : "mx-reference"))
    return error;
  auto executable = Executable::create(module, entry);
  if (!executable)
    return executable.takeError();
  auto results = executable->call(arguments);
  if (!results)
    return results.takeError();
  magnitude.sums = toDoubles((*results)[0]);
  const double depth = toDoubles((*results)[1])[0];
  // Block products: a rounding and an addition each, then the final fma. Float
  // products: each is rounded and added.
  magnitude.roundings = block ? 2 * std::ceil(depth / block) + 1 : 2 * depth;
  return std::optional(std::move(magnitude));
}

llvm::Expected<Analysis> mlir::mx::analyze(const Source &source,
                                           StringRef pipeline, StringRef entry,
                                           ArrayRef<Array> arguments) {
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadDialect<MXDialect, arith::ArithDialect, linalg::LinalgDialect,
                      math::MathDialect, tensor::TensorDialect>();
  auto module = source.parse(context);
  if (!module)
    return module.takeError();
  if (llvm::Error error =
          runPipeline(**module, getPartBeforeLowering(pipeline)))
    return error;
  Analysis analysis;
  analysis.isQuantized = findMX(**module);
  Operation *only = nullptr;
  analysis.contractions = countContractions(**module, only);
  if (analysis.contractions != 1)
    return analysis;
  auto function = (*module)->lookupSymbol<func::FuncOp>(entry);
  std::optional<Contraction> returned = findReturned(function, only);
  if (!returned)
    return analysis;
  auto magnitude = runMagnitude(**module, *returned, entry, arguments);
  if (!magnitude)
    return magnitude.takeError();
  analysis.magnitude = std::move(*magnitude);
  return analysis;
}
