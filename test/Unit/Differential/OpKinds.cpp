//===- OpKinds.cpp - the ops that sum products ----------------------------===//

#include "OpKinds.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {
/// `LEFT,RIGHT->RESULT` taken apart.
struct Letters {
  explicit Letters(StringRef axes) {
    auto [inputs, result] = axes.split("->");
    std::tie(operands[0], operands[1]) = inputs.split(',');
    operands[2] = result;
  }

  StringRef operands[3];
};
} // namespace

void mlir::mx::test::setWeight(Product &product, unsigned weight) {
  product.weight = weight;
  product.k.clear();
  for (const Axis &axis : product.operands[1 - weight].axes)
    for (const Term &term : axis)
      if (!product.has(2, term.loop))
        product.k.push_back(term.loop);
}

void mlir::mx::test::setTransposed(Product &product) {
  product.isTransposed = true;
  if (!StringRef(product.name).starts_with("conv"))
    std::reverse(product.k.begin(), product.k.end());
}

Product mlir::mx::test::makeProduct(const OpKind &kind,
                                    const std::map<char, int64_t> &extents) {
  Product product;
  product.name = kind.name;
  product.spelling = kind.spelling;
  Letters letters(kind.axes);
  // The loops of named ops: those of the result, then the summed ones.
  std::string order = letters.operands[2].str();
  for (char letter : (letters.operands[0] + letters.operands[1]).str())
    if (order.find(letter) == std::string::npos)
      order += letter;
  for (char letter : order)
    product.loops.push_back({extents.at(letter)});
  for (unsigned i = 0; i < 3; ++i)
    for (char letter : letters.operands[i])
      product.operands[i].axes.push_back({{unsigned(order.find(letter))}});
  bool rightHasOwn = llvm::any_of(letters.operands[1], [&](char letter) {
    return letters.operands[0].find(letter) == StringRef::npos;
  });
  setWeight(product, rightHasOwn ? 1 : 0);
  return product;
}

Product mlir::mx::test::makeConvolution(const OpKind &kind,
                                        const std::map<char, int64_t> &extents,
                                        std::pair<int64_t, int64_t> strides) {
  Product product;
  product.name = kind.name;
  const std::string order = "nijfhwc";
  for (char letter : order)
    product.loops.push_back({extents.at(letter)});
  auto loop = [&](char letter) { return unsigned(order.find(letter)); };
  Letters letters(kind.axes);
  for (char letter : letters.operands[0]) {
    if (letter == 'h')
      product.operands[0].axes.push_back(
          {{loop('i'), strides.first}, {loop('h')}});
    else if (letter == 'w')
      product.operands[0].axes.push_back(
          {{loop('j'), strides.second}, {loop('w')}});
    else
      product.operands[0].axes.push_back({{loop(letter)}});
  }
  for (char letter : letters.operands[1])
    product.operands[1].axes.push_back({{loop(letter)}});
  for (char letter : letters.operands[2])
    product.operands[2].axes.push_back({{loop(letter == 'h'   ? 'i'
                                              : letter == 'w' ? 'j'
                                                              : letter)}});
  setWeight(product, 1);
  product.attributes = substitute(
      "{dilations = dense<1> : tensor<2xi64>, strides = dense<[{h}, {w}]> : "
      "tensor<2xi64>}",
      {{"h", std::to_string(strides.first)},
       {"w", std::to_string(strides.second)}});
  return product;
}
