//===- Product.cpp - a contraction as a module ----------------------------===//

#include "Product.h"

#include "mx/Numerics/Codec.h"

#include "llvm/ADT/StringExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

int64_t Product::getExtent(const Axis &axis) const {
  int64_t extent = 1;
  for (const Term &term : axis) {
    if (loops[term.loop].extent == 0)
      return 0;
    extent += (loops[term.loop].extent - 1) * term.step;
  }
  return extent;
}

SmallVector<int64_t> Product::getShape(unsigned operand) const {
  SmallVector<int64_t> shape;
  for (const Axis &axis : operands[operand].axes)
    shape.push_back(getExtent(axis));
  return shape;
}

bool Product::has(unsigned operand, unsigned loop) const {
  return llvm::any_of(operands[operand].axes, [&](const Axis &axis) {
    return llvm::any_of(axis,
                        [&](const Term &term) { return term.loop == loop; });
  });
}

SmallVector<unsigned> Product::getLoops(bool activation, bool weightHas,
                                        bool result) const {
  SmallVector<unsigned> found;
  for (unsigned loop = 0; loop < loops.size(); ++loop)
    if (has(1 - weight, loop) == activation && has(weight, loop) == weightHas &&
        has(2, loop) == result)
      found.push_back(loop);
  return found;
}

::mx::Preset mlir::mx::test::presetOf(StringRef text) {
  bool mse = text.consume_back(" mse");
  std::string error;
  std::optional<::mx::Preset> preset = ::mx::parsePreset(text, error);
  if (!preset)
    llvm::report_fatal_error(StringRef(error));
  preset->quantizer.mse = mse;
  return *preset;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static bool isConstant(const Product &product, unsigned operand) {
  return operand < 2 && product.sources[operand] == Source::Constant;
}

static bool isDynamic(const Product &product, unsigned operand,
                      const Axis &axis) {
  return !isConstant(product, operand) &&
         llvm::any_of(axis, [&](const Term &term) {
           return product.loops[term.loop].isDynamic;
         });
}

/// The type of an operand of the op, or of what it is the transpose of.
static std::string typeText(const Product &product, unsigned operand,
                            bool isReversed = false) {
  SmallVector<Axis> axes = product.operands[operand].axes;
  if (isReversed)
    std::reverse(axes.begin(), axes.end());
  std::string text = "tensor<";
  for (const Axis &axis : axes)
    text += (isDynamic(product, operand, axis)
                 ? "?"
                 : std::to_string(product.getExtent(axis))) +
            "x";
  return text + product.operands[operand].element + ">";
}

/// True where an op stands between the value and the product.
static bool isReversed(const Product &product, unsigned operand) {
  return operand < 2 && product.isTransposed &&
         product.operands[operand].axes.size() > 1;
}

/// The transpose of the value %xNUMBERr as %xNUMBER.
static std::string transposeText(const Product &product, unsigned operand) {
  std::string number = std::to_string(operand), text;
  SmallVector<std::string> sizes, permutation;
  const SmallVector<Axis> &axes = product.operands[operand].axes;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    std::string from = std::to_string(axes.size() - 1 - i);
    permutation.push_back(from);
    if (!isDynamic(product, operand, axis))
      continue;
    sizes.push_back("%d" + number + "_" + from);
    text += substitute(
        "  %c{n}_{f} = arith.constant {f} : index\n"
        "  %d{n}_{f} = tensor.dim %x{n}r, %c{n}_{f} : {t}\n",
        {{"n", number}, {"f", from}, {"t", typeText(product, operand, true)}});
  }
  return text + substitute("  %e{n} = tensor.empty({sizes}) : {t}\n"
                           "  %x{n} = linalg.transpose ins(%x{n}r : {s}) "
                           "outs(%e{n} : {t}) permutation = [{p}]\n",
                           {{"n", number},
                            {"sizes", llvm::join(sizes, ", ")},
                            {"s", typeText(product, operand, true)},
                            {"t", typeText(product, operand)},
                            {"p", llvm::join(permutation, ", ")}});
}

static std::string mapText(const Product &product, unsigned operand) {
  SmallVector<std::string> loops, axes;
  for (unsigned loop = 0; loop < product.loops.size(); ++loop)
    loops.push_back("d" + std::to_string(loop));
  for (const Axis &axis : product.operands[operand].axes)
    axes.push_back("d" + std::to_string(axis[0].loop));
  return "affine_map<(" + llvm::join(loops, ", ") + ") -> (" +
         llvm::join(axes, ", ") + ")>";
}

static std::string mapsText(const Product &product) {
  return "indexing_maps = [" + mapText(product, 0) + ", " +
         mapText(product, 1) + ", " + mapText(product, 2) + "]";
}

static std::string iteratorsText(const Product &product) {
  SmallVector<std::string> kinds;
  for (unsigned loop = 0; loop < product.loops.size(); ++loop)
    kinds.push_back(product.has(2, loop) ? "\"parallel\"" : "\"reduction\"");
  return "iterator_types = [" + llvm::join(kinds, ", ") + "]";
}

/// The body of a generic: multiplies and adds in the accumulator's type.
static std::string bodyText(const Product &product) {
  auto element = [&](unsigned i) { return product.operands[i].element; };
  std::string text =
      substitute(" {\n  ^bb0(%p: {0}, %q: {1}, %s: {2}):\n",
                 {{"0", element(0)}, {"1", element(1)}, {"2", element(2)}});
  std::string names[] = {"p", "q"};
  for (unsigned i = 0; i < 2; ++i) {
    if (element(i) == element(2))
      continue;
    text += "    %" + names[i] + "w = arith.extf %" + names[i] + " : " +
            element(i) + " to " + element(2) + "\n";
    names[i] += "w";
  }
  return text +
         substitute("    %x = arith.mulf %{p}, %{q} : {t}\n"
                    "    %y = arith.addf %s, %x : {t}\n"
                    "    linalg.yield %y : {t}\n  }",
                    {{"p", names[0]}, {"q", names[1]}, {"t", element(2)}});
}

/// Reverses the order of the axes of `values`, shaped `shape`.
static std::vector<float> reverseAxes(const std::vector<float> &values,
                                      ArrayRef<int64_t> shape) {
  std::vector<float> reversed(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    int64_t rest = int64_t(i), offset = 0, step = int64_t(values.size());
    // The first axis is the slowest of `values` and the fastest of the result.
    for (int64_t extent : llvm::reverse(shape)) {
      step /= extent;
      offset += rest % extent * step;
      rest /= extent;
    }
    reversed[size_t(offset)] = values[i];
  }
  return reversed;
}

/// The numbers of an operand as they come in.
static Array toArray(const Product &product, unsigned operand,
                     const Inputs &inputs) {
  StringRef element = product.operands[operand].element;
  SmallVector<int64_t> shape = product.getShape(operand);
  std::vector<float> values = inputs.values[operand];
  if (isReversed(product, operand)) {
    values = reverseAxes(values, shape);
    std::reverse(shape.begin(), shape.end());
  }
  Array array = floatArray(shape, values);
  if (element == "f32")
    return array;
  array.dtype = element == "f16" ? DType::F16 : DType::BF16;
  array.bytes.clear();
  for (float value : values) {
    uint16_t bits =
        element == "f16" ? ::mx::f32ToF16(value) : ::mx::f32ToBF16(value);
    array.bytes.push_back(bits & 0xFF);
    array.bytes.push_back(bits >> 8);
  }
  return array;
}

static std::string valueName(const Product &product, unsigned operand) {
  return "%x" + std::to_string(operand) +
         (isReversed(product, operand) ? "r" : "");
}

static std::string constantText(const Product &product, unsigned operand,
                                const Inputs &inputs) {
  Array array = toArray(product, operand, inputs);
  std::string bytes =
      array.bytes.empty() ? "" : "\"0x" + llvm::toHex(array.bytes) + "\"";
  return "  " + valueName(product, operand) + " = arith.constant dense<" +
         bytes +
         "> : " + typeText(product, operand, isReversed(product, operand)) +
         "\n";
}

/// The product of %x0 and %x1, added to %x2.
static std::string opText(const Product &product) {
  std::string attributes = product.attributes, body, text;
  if (product.spelling == Spelling::WithMaps)
    attributes = mapsText(product);
  if (product.spelling == Spelling::Generic) {
    attributes = "{" + mapsText(product) + ", " + iteratorsText(product) + "}";
    body = bodyText(product);
  }
  if (product.spelling == Spelling::Tosa)
    text = "tosa.matmul %x0, %x1, %zero, %zero : ({a}, {b}, tensor<1x{e}>, "
           "tensor<1x{e}>) -> {c}";
  else
    text = "linalg.{name} {attributes}\n"
           "    ins(%x0, %x1 : {a}, {b}) outs(%x2 : {c}){body} -> {c}";
  return substitute(text, {{"name", product.name},
                           {"attributes", attributes},
                           {"body", body},
                           {"a", typeText(product, 0)},
                           {"b", typeText(product, 1)},
                           {"c", typeText(product, 2)},
                           {"e", product.operands[0].element}});
}

std::string mlir::mx::test::toText(const Product &product,
                                   const Inputs &inputs) {
  SmallVector<std::string> arguments;
  std::string before;
  if (product.spelling == Spelling::Tosa)
    before = substitute("  %zero = \"tosa.const\"() <{values = dense<0.0> : "
                        "tensor<1x{e}>}> : () -> tensor<1x{e}>\n",
                        {{"e", product.operands[0].element}});
  for (unsigned i = 0; i < (product.hasAccumulator() ? 3 : 2); ++i) {
    Source source = i < 2 ? product.sources[i] : Source::Argument;
    if (source == Source::Constant)
      before += constantText(product, i, inputs);
    else
      arguments.push_back(
          valueName(product, i) + ": " +
          typeText(product, i, isReversed(product, i)) +
          (source == Source::MarkedArgument ? " {mx.weight}" : ""));
    if (isReversed(product, i))
      before += transposeText(product, i);
  }
  return substitute("func.func @main({arguments}) -> {c} {\n{before}"
                    "  %r = {op}\n  return %r : {c}\n}\n",
                    {{"arguments", llvm::join(arguments, ", ")},
                     {"before", before},
                     {"op", opText(product)},
                     {"c", typeText(product, 2)}});
}

std::string mlir::mx::test::getPipeline(const Product &product) {
  StringRef weights = product.weights, activations = product.activations;
  std::string rules;
  if (weights.consume_back(" mse"))
    rules += " weights-scale-rule=mse";
  if (activations.consume_back(" mse"))
    rules += " activations-scale-rule=mse";
  return ("{weights=" + weights + " activations=" + activations + rules +
          " min-k=0 min-n=0 quantize-attention=true strict=true}")
      .str();
}

SmallVector<Array> mlir::mx::test::getArguments(const Product &product,
                                                const Inputs &inputs) {
  SmallVector<Array> arguments;
  for (unsigned i = 0; i < 3; ++i)
    if (i == 2 ? product.hasAccumulator()
               : product.sources[i] != Source::Constant)
      arguments.push_back(toArray(product, i, inputs));
  return arguments;
}
