//===- Check.h - compile a contraction and compare --------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_DIFFERENTIAL_CHECK_H
#define MX_TEST_UNIT_DIFFERENTIAL_CHECK_H

#include "Product.h"

namespace mlir::mx::test {

/// Returns why `product`, quantized and run by mx-reference, does not give what
/// the library computes, bit for bit; empty where it does. An error of the
/// compiler is such a reason. Where `unfolded` is set, constants come in as
/// arguments, and nothing is canonicalized or shared before it is lowered.
std::string check(const Product &product, const Inputs &inputs,
                  bool unfolded = false);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_DIFFERENTIAL_CHECK_H
