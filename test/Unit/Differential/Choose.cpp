//===- Choose.cpp - a random contraction ----------------------------------===//

#include "Choose.h"
#include "OpKinds.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

template <typename Container>
static void shuffle(Generator &generator, Container &values) {
  for (int64_t i = int64_t(values.size()) - 1; i > 0; --i)
    std::swap(values[size_t(i)], values[size_t(generator.below(i + 1))]);
}

/// An extent of an axis along K, or of another one.
static int64_t chooseExtent(Generator &generator, bool isSummed, bool isOnly) {
  if (generator.chance(2))
    return 0;
  static constexpr int64_t summed[] = {1, 7, 16, 31, 32, 33, 48, 64, 65, 96};
  static constexpr int64_t factors[] = {1, 2, 3, 5, 8, 11, 16};
  static constexpr int64_t others[] = {1, 2, 3, 5, 8, 9};
  if (isSummed)
    return isOnly ? generator.pick(summed) : generator.pick(factors);
  return generator.pick(others);
}

/// A contract or generic: loops of each kind, each operand's axes in any order.
static std::string chooseAxes(Generator &generator) {
  std::string batch = StringRef("bc").take_front(generator.below(3)).str();
  std::string m = StringRef("mo").take_front(generator.below(3)).str();
  std::string n = StringRef("np").take_front(generator.below(3)).str();
  std::string k = StringRef("kl").take_front(1 + generator.below(2)).str();
  if (m.empty() && n.empty())
    n = "n";
  std::string operands[] = {batch + m + k, batch + n + k, batch + m + n};
  for (std::string &letters : operands)
    shuffle(generator, letters);
  return operands[0] + "," + operands[1] + "->" + operands[2];
}

static Product chooseContraction(Generator &generator) {
  OpKind kind = generator.pick(opKinds);
  std::string axes;
  if (kind.name == "contract" || kind.name == "generic") {
    axes = chooseAxes(generator);
    kind.axes = axes;
  }
  auto [inputs, result] = kind.axes.split("->");
  std::map<char, int64_t> extents;
  std::string summed;
  for (char letter : inputs)
    if (letter != ',' && result.find(letter) == StringRef::npos &&
        summed.find(letter) == std::string::npos)
      summed += letter;
  for (char letter : (inputs + result).str())
    if (!extents.count(letter))
      extents[letter] =
          chooseExtent(generator, summed.find(letter) != std::string::npos,
                       summed.size() == 1);
  if (kind.spelling == Spelling::Tosa) // whose verifier refuses empty tensors
    for (auto &[letter, extent] : extents)
      extent = std::max<int64_t>(extent, 1);
  Product product = makeProduct(kind, extents);
  for (Loop &loop : product.loops)
    loop.isDynamic = generator.chance(40);
  return product;
}

static Product chooseConvolution(Generator &generator) {
  std::map<char, int64_t> extents;
  for (char letter : StringRef("nijfhwc"))
    extents[letter] = 1 + generator.below(letter == 'c' ? 12 : 4);
  if (generator.chance(5))
    extents[generator.chance(50) ? 'n' : 'f'] = 0;
  return makeConvolution(generator.pick(convolutionKinds), extents,
                         {1 + generator.below(2), 1 + generator.below(2)});
}

/// One preset, now and then with another block size, or the search for the best
/// scale.
static std::string choosePreset(Generator &generator) {
  const ::mx::Preset &named = generator.pick(::mx::presets);
  std::string text(named.name);
  std::string error;
  if (generator.chance(20)) {
    static constexpr StringRef sizes[] = {":16", ":32", ":64"};
    std::string sized = text + generator.pick(sizes).str();
    if (::mx::parsePreset(sized, error))
      text = sized;
  }
  if (generator.chance(20)) {
    ::mx::Preset preset = presetOf(text + " mse");
    if (::mx::invalidReason(preset.format, preset.quantizer).empty())
      text += " mse";
  }
  return text;
}

/// Which input is the weight, and where both come from.
static void chooseSources(Generator &generator, Product &product) {
  bool isConvolution = StringRef(product.name).starts_with("conv");
  unsigned constant = isConvolution ? 1 : unsigned(generator.below(2));
  static constexpr Source sources[] = {Source::Argument, Source::MarkedArgument,
                                       Source::Constant, Source::Constant};
  product.sources[constant] = generator.pick(sources);
  if (product.sources[constant] != Source::Argument)
    setWeight(product, constant);
}

/// Types that are converted in front of the products, if at all to a wider one.
static void chooseElements(Generator &generator, Product &product) {
  static constexpr StringRef elements[] = {"f32", "f32", "f32", "f16", "bf16"};
  StringRef element = generator.pick(elements);
  for (Operand &operand : product.operands)
    operand.element = element;
  if (product.spelling == Spelling::Tosa || generator.chance(50))
    return;
  product.operands[2].element = "f32";
  if (!StringRef(product.name).starts_with("conv"))
    product.operands[1].element = generator.pick(elements);
}

Product mlir::mx::test::chooseProduct(Generator &generator) {
  Product product = generator.chance(10) ? chooseConvolution(generator)
                                         : chooseContraction(generator);
  chooseElements(generator, product);
  chooseSources(generator, product);
  if (generator.chance(25))
    setTransposed(product);
  product.weights = choosePreset(generator);
  product.activations = generator.chance(20) ? "none" : choosePreset(generator);
  return product;
}
