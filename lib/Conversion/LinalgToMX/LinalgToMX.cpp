//===- LinalgToMX.cpp - quantize linalg contractions ----------------------===//

#include "Rewrite.h"

#include "mx/Conversion/Passes.h"
#include "mx/Dialect/MX/IR/Remarks.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::mx {

#define GEN_PASS_DEF_CONVERTLINALGTOMXPASS
#include "mx/Conversion/Passes.h.inc"

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

static std::string extentText(int64_t extent) {
  return ShapedType::isDynamic(extent) ? "?" : std::to_string(extent);
}

static void remarkQuantized(const Match &match) {
  using Arg = remark::detail::Remark::Arg;
  const std::optional<Recipe> &activations = match.formats.activations;
  Operation *op = match.op;
  auto note =
      remark::passed(op->getLoc(), remarkAbout(op, "mx-quantize", "Quantized"));
  note << Arg("Weights", match.formats.weights.text)
       << Arg("Activations", activations ? activations->text : "none")
       << Arg("M", extentText(match.m)) << Arg("N", extentText(match.n))
       << Arg("K", extentText(match.k));
  if (match.batch)
    note << Arg("Batch", extentText(*match.batch));
  if (activations &&
      activations->preset.format.outer == ::mx::OuterScale::Tensor)
    note << Arg("Note", "the scale of the whole activation needs a pass over "
                        "it first, a row scale does not");
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct ConvertLinalgToMX final
    : impl::ConvertLinalgToMXPassBase<ConvertLinalgToMX> {
  using ConvertLinalgToMXPassBase::ConvertLinalgToMXPassBase;

  void runOnOperation() override {
    std::optional<Request> request = readOptions();
    if (!request)
      return signalPassFailure();
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isContraction(op) || op->hasAttr(MXDialect::kPolicyAttr))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : ops)
      if (failed(convert(rewriter, op, *request)))
        signalPassFailure();
  }

private:
  /// Reads one operand's options; nothing, and an error, where they are wrong.
  std::optional<Recipe> readRecipe(StringRef option, StringRef text,
                                   StringRef rule) {
    if (rule != "preset" && rule != "mse") {
      emitError(getOperation().getLoc())
          << "option '" << option << "-scale-rule': found '" << rule
          << "', expected preset or mse";
      return std::nullopt;
    }
    std::string error;
    std::optional<Recipe> recipe = parseRecipe(text, rule == "mse", error);
    if (!recipe)
      emitError(getOperation().getLoc())
          << "option '" << option << "': " << error;
    return recipe;
  }

  std::optional<Request> readOptions() {
    std::optional<Recipe> ofWeights =
        readRecipe("weights", weights, weightsScaleRule);
    if (!ofWeights)
      return std::nullopt;
    Request request{{*ofWeights, std::nullopt}, minK, minN, quantizeAttention};
    if (activations == "none") {
      if (activationsScaleRule == "preset")
        return request;
      emitError(getOperation().getLoc())
          << "option 'activations-scale-rule': found '" << activationsScaleRule
          << "', expected preset, since activations=none has no scale";
      return std::nullopt;
    }
    request.formats.activations =
        readRecipe("activations", activations, activationsScaleRule);
    if (!request.formats.activations)
      return std::nullopt;
    return request;
  }

  LogicalResult convert(RewriterBase &rewriter, Operation *op,
                        const Request &request) {
    Miss miss;
    if (std::optional<Match> match = matchContraction(op, request, miss)) {
      remarkQuantized(*match);
      rewriteAsMatmul(rewriter, *match);
      return success();
    }
    remark::missed(op->getLoc(), remarkAbout(op, "mx-quantize", miss.id))
        << remark::detail::Remark::Arg("Reason", miss.text);
    // What the user left out is as asked.
    if (!strict || miss.id == "Skipped")
      return success();
    return op->emitOpError("is not quantized (")
           << miss.id << "): " << miss.text;
  }
};

} // namespace
} // namespace mlir::mx
