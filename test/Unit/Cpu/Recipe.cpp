//===- Recipe.cpp - the module of a product -------------------------------===//

#include "Recipe.h"

#include "Data.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

::mx::OperandFacts Recipe::factsOfX() const {
  return x ? operandFacts(x->format) : ::mx::floatOperand("f32", 24);
}

SmallVector<std::string> mlir::mx::test::runnableTargets() {
  SmallVector<std::string> names;
  for (const ::mx::TargetRow &row : ::mx::targetRows())
    if (::mx::hostCanRun(row))
      names.push_back(row.name);
  return names;
}

static std::string extentText(bool isDynamic, int64_t extent) {
  return isDynamic ? "?" : std::to_string(extent);
}

/// The definition of %qx, a quantized %x, and of the sizes it needs.
static std::string quantizeText(const Recipe &recipe) {
  if (!recipe.x)
    return "";
  std::string text, sizes;
  auto add = [&](bool isDynamic, int axis) {
    if (!isDynamic)
      return;
    std::string at = std::to_string(axis);
    text += "%i" + at + " = arith.constant " + at + " : index\n%d" + at +
            " = tensor.dim %x, %i" + at + " : tensor<{xs}x{xe}>\n";
    sizes += (sizes.empty() ? "%d" : ", %d") + at;
  };
  add(recipe.isDynamicM, recipe.isBatched);
  add(recipe.isDynamicK, recipe.isBatched + 1);
  std::string outer;
  if (recipe.x->format.hasOuterScale()) {
    text += "%o = mx.outer_scale %x : tensor<{xs}x{xe}> for {xt}\n";
    bool isRow = recipe.x->format.outer == ::mx::OuterScale::Row;
    outer =
        isRow ? "outer(%o : tensor<{rows}xf32>) " : "outer(%o : tensor<f32>) ";
  }
  return text + "%e = tensor.empty(" + sizes +
         ") : tensor<{xs}x{xt}>\n"
         "%q = mx.quantize ins(%x : tensor<{xs}x{xe}>) " +
         outer + "outs(%e : tensor<{xs}x{xt}>) using {p}\n";
}

static std::string configText(const Recipe &recipe) {
  if (!recipe.config)
    return "";
  std::string text =
      R"( {lowering_config = #mx.lowering_config<target = "{t}", kernel = "{k}", rows = {r}, vectors = {v}, k_block = {b}{n}>})";
  // What has no parameter has its default.
  std::string threads =
      recipe.threads > 1 ? ", threads = " + std::to_string(recipe.threads) : "";
  return substitute(text, {{"t", recipe.target},
                           {"k", recipe.config->kernel},
                           {"r", std::to_string(recipe.config->rows)},
                           {"v", std::to_string(recipe.config->vectors)},
                           {"b", std::to_string(recipe.config->kBlock)},
                           {"n", threads}});
}

std::string mlir::mx::test::toText(const Recipe &recipe) {
  const Extents &e = recipe.extents;
  std::string m = extentText(recipe.isDynamicM, e.m),
              n = extentText(recipe.isDynamicN, e.n),
              k = extentText(recipe.isDynamicK, e.k);
  std::string batch = recipe.isBatched ? std::to_string(e.batch) + "x" : "";
  std::string text = R"(
    func.func @main(%x: tensor<{xs}x{xe}>, %w: tensor<{ws}x{wt}>{mark},
                    %c: tensor<{ys}x{ye}>) -> tensor<{ys}x{ye}> {
      {quantize}
      {fill}
      %y = mx.matmul ins({lhs}, %w : tensor<{xs}x{lt}>, tensor<{ws}x{wt}>)
             outs({init} : tensor<{ys}x{ye}>){config}
      return %y : tensor<{ys}x{ye}>
    }
  )";
  static constexpr const char *fill = R"(
      %zero = arith.constant 0.0 : {ye}
      %zeros = linalg.fill ins(%zero : {ye}) outs(%c : tensor<{ys}x{ye}>)
        -> tensor<{ys}x{ye}>)";
  bool isMarked = recipe.source == WeightSource::PackFunction;
  return substitute(text, {{"quantize", quantizeText(recipe)},
                           {"config", configText(recipe)},
                           {"fill", recipe.isFromZero ? fill : ""},
                           {"init", recipe.isFromZero ? "%zeros" : "%c"},
                           {"mark", isMarked ? " {mx.weight}" : ""},
                           {"lhs", recipe.x ? "%q" : "%x"},
                           {"lt", recipe.x ? "{xt}" : "{xe}"},
                           {"xt", recipe.x ? typeOf(recipe.x->format) : ""},
                           {"wt", typeOf(recipe.w.format)},
                           {"p", recipe.x ? std::string(recipe.x->name) : ""},
                           {"xe", recipe.element},
                           {"ye", recipe.result},
                           {"rows", batch + m},
                           {"xs", batch + m + "x" + k},
                           {"ws", (recipe.isShared ? "" : batch) + n + "x" + k},
                           {"ys", batch + m + "x" + n}});
}

std::string mlir::mx::test::pipelineOf(const Recipe &recipe) {
  std::string options = "target=" + recipe.target;
  if (recipe.threads > 1)
    options += " threads=" + std::to_string(recipe.threads);
  return "mx-to-llvm{" + options + "}";
}

std::string mlir::mx::test::describe(const Extents &extents) {
  return std::to_string(extents.batch) + " of " + std::to_string(extents.m) +
         " x " + std::to_string(extents.n) + " x " + std::to_string(extents.k);
}

static std::string presetText(const ::mx::Preset &preset) {
  return std::string(preset.name) + ":" +
         std::to_string(preset.format.blockSize);
}

std::string mlir::mx::test::describe(const Recipe &recipe) {
  static constexpr const char *sources[] = {"argument", "pack function",
                                            "constant"};
  std::string text =
      recipe.target + " threads " + std::to_string(recipe.threads) + " ";
  text += recipe.config ? "forced " + recipe.config->kernel + " " +
                              std::to_string(recipe.config->rows) + "x" +
                              std::to_string(recipe.config->vectors) + " " +
                              std::to_string(recipe.config->kBlock)
                        : "chosen";
  text += ", x " + (recipe.x ? presetText(*recipe.x) + " of " : "") +
          recipe.element + ", w " + presetText(recipe.w) + " (" +
          sources[static_cast<int>(recipe.source)] + "), y " + recipe.result +
          (recipe.isFromZero ? " from 0, " : ", ") +
          (recipe.isBatched ? recipe.isShared ? "batch" : "own w" : "");
  for (auto [name, isDynamic] : {std::pair{" ?M", recipe.isDynamicM},
                                 {" ?N", recipe.isDynamicN},
                                 {" ?K", recipe.isDynamicK}})
    text += isDynamic ? name : "";
  return text + " " + describe(recipe.extents);
}
