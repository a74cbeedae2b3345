//===- Choose.h - a random contraction --------------------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_DIFFERENTIAL_CHOOSE_H
#define MX_TEST_UNIT_DIFFERENTIAL_CHOOSE_H

#include "Product.h"

namespace mlir::mx::test {

/// Returns a product with everything chosen at random that convert-linalg-to-mx
/// takes: op, ranks, order of axes, extents (odd ones, 1, 0), which are
/// dynamic, element types, where the weight comes from, presets, block sizes,
/// rules.
Product chooseProduct(Generator &generator);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_DIFFERENTIAL_CHOOSE_H
