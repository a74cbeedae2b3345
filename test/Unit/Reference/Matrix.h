//===- Matrix.h - quantized rows that the library reads ---------*- C++ -*-===//

#ifndef MX_TEST_UNIT_REFERENCE_MATRIX_H
#define MX_TEST_UNIT_REFERENCE_MATRIX_H

#include "mx/Numerics/Block.h"
#include "mx/Numerics/Matmul.h"
#include "mx/Numerics/Packing.h"

#include <cstdint>
#include <vector>

namespace mlir::mx::test {

/// `rows` x `k` floats, quantized by the library, with one outer scale for all
/// of them where the format has one a tensor.
struct Matrix {
  Matrix(const ::mx::Preset &preset, const std::vector<float> &x, int64_t rows,
         int64_t k)
      : k(k), outer(rows + 1),
        codes(rows * ::mx::codeBytesPerRow(preset.format, k)),
        scales(rows * ::mx::scaleBytesPerRow(preset.format, k)),
        format(preset.format) {
    ::mx::outerScales(format, x.data(), rows, k, outer.data());
    ::mx::quantizeRows(format, preset.quantizer, x.data(), rows, k,
                       outer.data(), codes.data(), scales.data());
  }

  /// The rows from `first` on.
  ::mx::BlockMatrix view(int64_t first = 0) const {
    int64_t step = format.outer == ::mx::OuterScale::Row ? first : 0;
    return {format, codes.data() + first * ::mx::codeBytesPerRow(format, k),
            scales.data() + first * ::mx::scaleBytesPerRow(format, k),
            format.hasOuterScale() ? outer.data() + step : nullptr};
  }

  int64_t k;
  std::vector<float> outer;
  std::vector<uint8_t> codes, scales;
  ::mx::FormatSpec format;
};

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_REFERENCE_MATRIX_H
