//===- Match.cpp - which contractions become mx.matmul --------------------===//

#include "Match.h"
#include "Body.h"
#include "Convolution.h"

#include "mx/Dialect/MX/Extensions/LayoutChain.h"

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

bool mlir::mx::isContraction(Operation *op) {
  if (!isa<linalg::LinalgOp>(op))
    return false;
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return linalg::isaContractionOpInterface(cast<linalg::LinalgOp>(op)) ||
           resemblesContraction(generic);
  // Named ops with zero points, and convolutions, are told by their names.
  StringRef name = op->getName().stripDialect();
  return isa<linalg::ContractionOpInterface>(op) || name.contains("matmul") ||
         name.contains("conv");
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

/// Returns which input of `op` is the weight: a constant or marked one, the
/// right one first; else the right one, or the matrix if that is a vector.
/// Nothing, and why, where two activations meet in each batch.
static std::optional<unsigned>
chooseWeight(linalg::LinalgOp op, const linalg::ContractionDimensions &dims,
             bool quantizeAttention, Miss &miss) {
  unsigned first = dims.n.empty() ? 0 : 1;
  std::string reasons[2];
  for (unsigned index : {first, 1 - first}) {
    reasons[index] = notWeight(op->getOperand(index));
    if (reasons[index].empty())
      return index;
  }
  if (dims.batch.empty() || quantizeAttention)
    return first;
  miss = {"Attention",
          llvm::formatv("neither operand is a weight, and each batch has its "
                        "own of both (the lhs {0}, the rhs {1}): quantized "
                        "where quantize-attention is set",
                        reasons[0], reasons[1])};
  return std::nullopt;
}

static std::string isTooSmall(StringRef axis, int64_t extent, int64_t minimum,
                              StringRef option) {
  if (ShapedType::isDynamic(extent) || extent >= minimum)
    return "";
  return llvm::formatv("{0} is {1}, expected at least {2} ({3})", axis, extent,
                       minimum, option);
}

/// Returns the formats that the op's own attribute asks for, if it has one.
static std::optional<Formats> getOwnFormats(linalg::LinalgOp op) {
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

/// Returns why `op` is of a kind that is left alone, empty where it is not.
static std::string getUnsupportedKind(linalg::LinalgOp op) {
  if (isConvolution(op))
    return "";
  std::string found = llvm::formatv("found '{0}', ", op->getName());
  if (isa<linalg::Mmt4DOp, linalg::BatchMmt4DOp>(op.getOperation()))
    return found + "which is packed already: quantize before packing";
  bool isGeneric = isa<linalg::GenericOp>(op.getOperation());
  if (isGeneric ? linalg::isaConvolutionOpInterface(op)
                : !linalg::isaContractionOpInterface(op))
    return found + "expected a contraction of two operands, or "
                   "conv_2d_nhwc_hwcf, conv_2d_nhwc_fhwc or conv_2d_nchw_fchw";
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(op);
  if (succeeded(dims) && dims->m.empty() && dims->n.empty())
    return found + "a product of vectors, expected an axis that one operand "
                   "has alone";
  return "";
}

/// Returns why `op` cannot be quantized whatever the formats are, no text where
/// it can.
static Miss unsuitable(linalg::LinalgOp op) {
  if (op->hasAttr(MXDialect::kSkipAttr))
    return {"Skipped", "mx.skip is set"};
  if (!op.hasPureTensorSemantics())
    return {"BufferSemantics", "works on buffers, expected tensors"};
  if (std::string text = getUnsupportedKind(op); !text.empty())
    return {"UnsupportedOp", text};
  if (op->getNumOperands() != 3)
    return {"UnsupportedBody", getBodyProblem(op)};
  StringRef names[] = {"lhs", "rhs", "accumulator"};
  for (auto [name, type] : llvm::zip_equal(names, op->getOperandTypes()))
    if (std::string text = unsupported(name, type); !text.empty())
      return {"UnsupportedType", text};
  if (!llvm::all_of(op.getIndexingMapsArray(), [&](AffineMap map) {
        return isConvolution(op) || map.isProjectedPermutation();
      }))
    return {"UnsupportedMaps",
            "an operand is read at other indices than those of the loops"};
  return {"UnsupportedBody", getBodyProblem(op)};
}

/// Sets the extents of the contraction of `match`; returns why they cannot be
/// told.
static std::string setExtents(Match &match) {
  const Contraction &c = *match.contraction;
  std::optional<int64_t> m = getExtent(c, c.m), n = getExtent(c, c.n),
                         k = getExtent(c, c.k), batch = getExtent(c, c.batch);
  if (!m || !n || !k || !batch)
    return "the axes of M, N, K or the batch make one of more than 2^63 - 1";
  match.m = *m;
  match.n = *n;
  match.k = *k;
  if (!c.batch.empty())
    match.batch = batch;
  return "";
}

/// Sets the contraction of `match` and its extents.
static Miss setContraction(Match &match, bool quantizeAttention) {
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(match.op);
  if (failed(dims))
    llvm_unreachable("a contraction has two inputs and an accumulator");
  Miss miss;
  std::optional<unsigned> weight =
      chooseWeight(match.op, *dims, quantizeAttention, miss);
  if (!weight)
    return miss;
  match.contraction = getContraction(match.op, *weight);
  if (!match.contraction)
    return {"UnsupportedMaps",
            "an operand is summed along an axis that the other does not have"};
  return {"UnsupportedShape", setExtents(match)};
}

static Miss setConvolution(Match &match) {
  if (std::string text = getIm2ColProblem(match.op); !text.empty())
    return {"UnsupportedConvolution", text};
  Im2ColExtents extents = *getIm2ColExtents(match.op);
  match.m = extents.m;
  match.n = extents.n;
  match.k = extents.k;
  return {};
}

std::optional<Match> mlir::mx::matchContraction(Operation *anyOp,
                                                const Request &request,
                                                Miss &miss) {
  auto op = dyn_cast<linalg::LinalgOp>(anyOp);
  if (!op || !isContraction(op)) {
    miss = {
        "UnsupportedOp",
        llvm::formatv("found '{0}' with mx.quantize, expected a contraction",
                      anyOp->getName())};
    return std::nullopt;
  }
  miss = unsuitable(op);
  if (!miss.text.empty())
    return std::nullopt;
  // What is asked for by name is quantized whatever it is and however small.
  std::optional<Formats> own = getOwnFormats(op);
  Match match{op, own ? *own : request.formats};
  miss = isConvolution(op)
             ? setConvolution(match)
             : setContraction(match, own || request.quantizeAttention);
  if (!miss.text.empty())
    return std::nullopt;
  if (own)
    return match;
  miss = {"SmallK", isTooSmall("K", match.k, request.minK, "min-k")};
  if (!miss.text.empty())
    return std::nullopt;
  miss = {"SmallN", isTooSmall("N", match.n, request.minN, "min-n")};
  if (!miss.text.empty())
    return std::nullopt;
  return match;
}
