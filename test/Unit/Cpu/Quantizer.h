//===- Quantizer.h - compiled quantizers against the library ----*- C++ -*-===//

#ifndef MX_TEST_UNIT_CPU_QUANTIZER_H
#define MX_TEST_UNIT_CPU_QUANTIZER_H

#include "Data.h"

namespace mlir::mx::test {

/// Compiles the quantizer of a preset for the row `target`, static or not, and
/// compares its codes and scales for rows of every kind with the library's;
/// returns what differs first, empty where nothing does. `onHeap`: without
/// guard pages.
std::string checkQuantizer(Generator &generator, StringRef target,
                           const ::mx::Preset &preset, unsigned threads,
                           bool onHeap);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_QUANTIZER_H
