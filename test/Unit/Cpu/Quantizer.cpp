//===- Quantizer.cpp - compiled quantizers against the library ------------===//

#include "Quantizer.h"

#include "Program.h"

#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

/// @main of x: codes and scales, and what else mx.split gives.
static std::string moduleText(const ::mx::Preset &preset, StringRef element,
                              std::optional<int64_t> k) {
  bool hasOuter = preset.format.hasOuterScale();
  bool isRow = preset.format.outer == ::mx::OuterScale::Row;
  std::string codes = "?", blocks = "?";
  if (k) {
    codes = std::to_string(::mx::codeBytesPerRow(preset.format, *k));
    blocks = std::to_string(::mx::numBlocks(preset.format, *k));
  }
  return substitute(
      R"(
    func.func @main(%x: tensor<?x{k}x{e}>) -> (tensor<?x{c}xi8>, tensor<?x{b}x{s}xi8>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %x, %c0 : tensor<?x{k}x{e}>
      %k = tensor.dim %x, %c1 : tensor<?x{k}x{e}>
      {outer}
      %e = tensor.empty({sizes}) : tensor<?x{k}x{t}>
      %q = mx.quantize ins(%x : tensor<?x{k}x{e}>) {of}outs(%e : tensor<?x{k}x{t}>) using {p}
      %p:{count} = mx.split %q : tensor<?x{k}x{t}>
      return %p#0, %p#1 : tensor<?x{c}xi8>, tensor<?x{b}x{s}xi8>
    }
  )",
      {{"outer",
        hasOuter ? "%o = mx.outer_scale %x : tensor<?x{k}x{e}> for {t}" : ""},
       {"of", !hasOuter ? ""
              : isRow   ? "outer(%o : tensor<?xf32>) "
                        : "outer(%o : tensor<f32>) "},
       {"sizes", k ? "%m" : "%m, %k"},
       {"count", std::to_string(2 + hasOuter + !k)},
       {"k", k ? std::to_string(*k) : "?"},
       {"e", element.str()},
       {"t", typeOf(preset.format)},
       {"p", std::string(preset.name)},
       {"c", codes},
       {"b", blocks},
       {"s", std::to_string(::mx::scaleBytesPerBlock(preset.format))}});
}

static llvm::Expected<std::vector<Executable>>
compile(const std::string &text, StringRef target, unsigned threads) {
  registerRunnerPasses();
  DialectRegistry registry;
  registerRunnerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  Source source = Source::fromText(text, "quantizer");
  auto module = source.parse(context);
  if (!module)
    return module.takeError();
  Recipe options;
  options.target = target.str();
  options.threads = threads;
  if (llvm::Error error = runPipeline(**module, pipelineOf(options)))
    return error;
  return compileGuarded(**module, {"main"});
}

/// Compares `rows` x `k` values of `kind`.
static std::string checkValues(const Executable &executable,
                               const ::mx::Preset &preset, Kind kind,
                               StringRef element, int64_t rows, int64_t k,
                               Edge edge, Generator &generator) {
  static constexpr int exponents[] = {0, 0, 0, -125, -60, 60, 110};
  int exponent = generator.pick(exponents);
  std::vector<float> x = makeValues(kind, preset, rows, k, exponent, generator);
  if (element == "bf16")
    roundToBF16(x);
  auto results =
      callGuarded(executable, {elementArray(element, {rows, k}, x)}, edge);
  if (!results)
    return llvm::toString(results.takeError());
  Matrix wanted(preset, x, rows, k);
  int64_t codes = mismatches((*results)[0].bytes, wanted.codes);
  int64_t scales = mismatches((*results)[1].bytes, wanted.scales);
  if (codes + scales == 0)
    return "";
  return llvm::formatv("{0} times 2^{1}, {2} x {3}: {4} bytes of codes and {5} "
                       "of scales differ",
                       nameOf(kind), exponent, rows, k, codes, scales);
}

std::string mlir::mx::test::checkQuantizer(Generator &generator,
                                           StringRef target,
                                           const ::mx::Preset &preset,
                                           unsigned threads, bool onHeap) {
  std::optional<int64_t> fixed;
  if (generator.chance(40))
    fixed = 1 + generator.below(300);
  StringRef element = generator.chance(25) ? "bf16" : "f32";
  auto executables =
      compile(moduleText(preset, element, fixed), target, threads);
  std::string shape = fixed ? "K " + std::to_string(*fixed) : "dynamic K";
  std::string where = shape + " of " + element.str() + ", ";
  if (!executables)
    return where + llvm::toString(executables.takeError());
  for (Kind kind : kinds) {
    int64_t k = fixed ? *fixed : 1 + generator.below(300);
    Edge edge = onHeap ? Edge::Heap : k % 2 ? Edge::Begin : Edge::End;
    std::string reason =
        checkValues((*executables)[0], preset, kind, element,
                    1 + generator.below(20), k, edge, generator);
    if (!reason.empty())
      return where + reason;
  }
  return "";
}
