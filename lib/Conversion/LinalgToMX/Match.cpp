//===- Match.cpp - which contractions become mx.matmul --------------------===//

#include "Match.h"

#include "mx/Dialect/MX/Extensions/ConstantView.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;

std::optional<Recipe> mlir::mx::parseRecipe(StringRef text, bool mse,
                                            std::string &error) {
  std::optional<::mx::Preset> preset = ::mx::parsePreset(text, error);
  if (!preset)
    return std::nullopt;
  preset->quantizer.mse = mse;
  error = ::mx::invalidReason(preset->format, preset->quantizer);
  if (!error.empty())
    return std::nullopt;
  return Recipe{*preset, text.str() + (mse ? " mse" : "")};
}

bool mlir::mx::isContraction(linalg::LinalgOp op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
    return linalg::isaContractionOpInterface(generic) ||
           linalg::isaConvolutionOpInterface(generic);
  // Named ops with zero points, and convolutions, are told by their names.
  StringRef name = op->getName().stripDialect();
  return isa<linalg::ContractionOpInterface>(op.getOperation()) ||
         name.contains("matmul") || name.contains("conv");
}

/// Returns why `type` cannot be an operand or accumulator, empty where it can.
static std::string unsupported(StringRef what, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getEncoding())
    return llvm::formatv(
        "{0} is {1}, expected a ranked tensor without encoding", what, type);
  Type element = tensor.getElementType();
  if (!element.isF32() && !element.isF16() && !element.isBF16())
    return llvm::formatv("{0} is {1}, expected f32, f16 or bf16", what, type);
  return "";
}

/// Returns what `value` is where it is no weight, empty where it is one.
static std::string notWeight(Value value) {
  LayoutChain chain = LayoutChain::behind(value);
  if (chain.getConstant())
    return "";
  auto argument = dyn_cast<BlockArgument>(chain.root);
  if (!argument)
    return llvm::formatv("is computed by '{0}'",
                         chain.root.getDefiningOp()->getName());
  auto function =
      dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function || !argument.getOwner()->isEntryBlock())
    return "changes from one run of a block to the next";
  unsigned index = argument.getArgNumber();
  if (function.getArgAttr(index, MXDialect::kWeightAttr))
    return "";
  return llvm::formatv("is argument {0} without mx.weight", index);
}

/// Returns the input of a transpose of a matrix, null for other values.
static Value transposedBy(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto transpose = dyn_cast_or_null<linalg::TransposeOp>(op))
    return transpose.getPermutation() == ArrayRef<int64_t>({1, 0})
               ? transpose.getInput()
               : Value();
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  if (!generic ||
      linalg::isaTransposeOpInterface(generic) != SmallVector<int64_t>({1, 0}))
    return {};
  return generic.getDpsInputs()[0];
}

/// Sets `operand` for a matrix that `map` reads by a row index and by k; fails
/// where the map is another.
static LogicalResult matchOperand(Value value, AffineMap map, unsigned row,
                                  KLastOperand &operand) {
  constexpr unsigned k = 2;
  MLIRContext *context = map.getContext();
  auto reads = [&](unsigned first, unsigned second) {
    return map ==
           AffineMap::getMultiDimMapWithTargets(3, {first, second}, context);
  };
  operand = {value, /*transpose=*/reads(k, row)};
  if (!operand.transpose)
    return success(reads(row, k));
  // A transpose of a transpose is the matrix as it is stored.
  if (Value stored = transposedBy(value))
    operand = {stored, /*transpose=*/false};
  return success();
}

static LogicalResult matchOperands(linalg::MatmulOp op, Match &match) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  constexpr unsigned m = 0, n = 1;
  return success(
      maps[2] ==
          AffineMap::getMultiDimMapWithTargets(3, {m, n}, op.getContext()) &&
      succeeded(matchOperand(op.getInputs()[0], maps[0], m, match.lhs)) &&
      succeeded(matchOperand(op.getInputs()[1], maps[1], n, match.rhs)));
}

/// Sets the extents, from whichever operand knows them.
static void setExtents(Match &match) {
  auto sizeOf = [](const KLastOperand &operand, bool isK) {
    auto type = cast<RankedTensorType>(operand.value.getType());
    return type.getDimSize(isK != operand.transpose ? 1 : 0);
  };
  auto known = [](int64_t a, int64_t b) {
    return ShapedType::isDynamic(a) ? b : a;
  };
  auto init = cast<RankedTensorType>(match.op.getOutputs()[0].getType());
  match.m = known(sizeOf(match.lhs, false), init.getDimSize(0));
  match.n = known(sizeOf(match.rhs, false), init.getDimSize(1));
  match.k = known(sizeOf(match.lhs, true), sizeOf(match.rhs, true));
}

static std::string isTooSmall(StringRef axis, int64_t extent, int64_t minimum) {
  if (ShapedType::isDynamic(extent) || extent >= minimum)
    return "";
  return llvm::formatv("{0} is {1}, expected at least {2}", axis, extent,
                       minimum);
}

/// Returns the formats that the op's own attribute asks for, if it has one.
static std::optional<Formats> getOwnFormats(linalg::MatmulOp op) {
  auto policy = op->getAttrOfType<PolicyAttr>(MXDialect::kPolicyAttr);
  if (!policy)
    return std::nullopt;
  std::string error;
  std::optional<Recipe> weights =
      parseRecipe(policy.getWeights(), policy.getWeightsMse(), error);
  if (!weights)
    llvm_unreachable("the attribute's verifier has parsed it");
  Formats formats{*weights, std::nullopt};
  if (policy.getActivations() != "none")
    formats.activations =
        parseRecipe(policy.getActivations(), policy.getActivationsMse(), error);
  return formats;
}

/// Returns why `op` cannot be quantized whatever the formats are, no text where
/// it can.
static Miss unsuitable(linalg::LinalgOp op) {
  if (op->hasAttr(MXDialect::kSkipAttr))
    return {"Skipped", "mx.skip is set"};
  if (!op.hasPureTensorSemantics())
    return {"BufferSemantics", "works on buffers, expected tensors"};
  auto matmul = dyn_cast<linalg::MatmulOp>(op.getOperation());
  if (!matmul)
    return {
        "UnsupportedOp",
        llvm::formatv("found '{0}', expected linalg.matmul", op->getName())};
  StringRef names[] = {"lhs", "rhs", "accumulator"};
  for (auto [name, type] : llvm::zip_equal(names, op->getOperandTypes()))
    if (std::string text = unsupported(name, type); !text.empty())
      return {"UnsupportedType", text};
  return {};
}

std::optional<Match> mlir::mx::matchContraction(linalg::LinalgOp op,
                                                const Request &request,
                                                Miss &miss) {
  auto fail = [&](Miss why) {
    miss = std::move(why);
    return std::nullopt;
  };
  if (Miss why = unsuitable(op); !why.text.empty())
    return fail(why);
  Match match{cast<linalg::MatmulOp>(op.getOperation()),
              {},
              {},
              request.formats,
              0,
              0,
              0};
  if (failed(matchOperands(match.op, match)))
    return fail({"UnsupportedMaps", "indexing maps broadcast or permute more "
                                    "than a transpose of an operand does"});
  std::string found = notWeight(match.rhs.value);
  if (!found.empty())
    return fail({"NoWeight",
                 "the rhs " + found +
                     ", expected a constant or an argument with mx.weight" +
                     (notWeight(match.lhs.value).empty()
                          ? " (the lhs is one, but the weight must be the rhs)"
                          : "")});
  setExtents(match);
  if (std::optional<Formats> own = getOwnFormats(match.op)) {
    match.formats = *own;
    return match; // asked for by name: no size is too small
  }
  if (std::string text = isTooSmall("K", match.k, request.minK); !text.empty())
    return fail({"SmallK", text + " (min-k)"});
  if (std::string text = isTooSmall("N", match.n, request.minN); !text.empty())
    return fail({"SmallN", text + " (min-n)"});
  return match;
}
