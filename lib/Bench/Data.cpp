//===- Data.cpp - the operands of a product -------------------------------===//

#include "Data.h"

#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::mx;

/// More would only be needed for matrices that no cache forgets anyway.
static constexpr int64_t maxCopies = 4096;

/// Returns `distinct` rows repeated up to `count`.
static std::vector<uint8_t> repeatRows(const uint8_t *rows, int64_t rowBytes,
                                       int64_t distinct, int64_t count) {
  std::vector<uint8_t> bytes(rowBytes * count);
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(&bytes[i * rowBytes], rows + i % distinct * rowBytes, rowBytes);
  return bytes;
}

void WeightData::quantize(const ::mx::Preset &preset, int64_t distinct) {
  const ::mx::FormatSpec &format = preset.format;
  const bool hasOuter = format.hasOuterScale();
  std::vector<float> outer(format.outer == ::mx::OuterScale::Row ? distinct
                                                                 : 1);
  if (hasOuter)
    ::mx::outerScales(format, rows.data(), distinct, shape.k, outer.data());
  const int64_t codeBytes = ::mx::codeBytesPerRow(format, shape.k);
  const int64_t scaleBytes = ::mx::scaleBytesPerRow(format, shape.k);
  std::vector<uint8_t> codes(codeBytes * distinct);
  std::vector<uint8_t> scales(scaleBytes * distinct);
  ::mx::quantizeRows(format, preset.quantizer, rows.data(), distinct, shape.k,
                     hasOuter ? outer.data() : nullptr, codes.data(),
                     scales.data());
  parts.push_back(repeatRows(codes.data(), codeBytes, distinct, shape.n));
  parts.push_back(repeatRows(scales.data(), scaleBytes, distinct, shape.n));
  if (hasOuter)
    parts.push_back(repeatRows(
        reinterpret_cast<const uint8_t *>(outer.data()), sizeof(float),
        outer.size(), format.outer == ::mx::OuterScale::Row ? shape.n : 1));
}

llvm::Expected<WeightData> WeightData::create(MatrixShape shape,
                                              const ::mx::Preset &preset) {
  const int64_t distinct = std::min(shape.n, maxDistinctRows);
  auto values =
      generate(llvm::formatv("{0}x{1}xf32=normal:1", distinct, shape.k).str());
  if (!values)
    return values.takeError();
  WeightData data(shape);
  data.rows = toFloats(*values);
  for (float &value : data.rows)
    value /= std::sqrt(static_cast<float>(shape.k));
  data.quantize(preset, distinct);
  return data;
}

int64_t WeightData::partBytes() const {
  int64_t bytes = 0;
  for (const std::vector<uint8_t> &part : parts)
    bytes += part.size();
  return bytes;
}

llvm::Expected<Array> mlir::mx::makeActivations(int64_t m, int64_t k,
                                                BenchData data, uint64_t seed) {
  auto array =
      generate(llvm::formatv("{0}x{1}xf32=normal:{2}", m, k, seed).str());
  if (!array || data == BenchData::Gaussian)
    return array;
  auto chances =
      generate(llvm::formatv("{0}x{1}xf32=uniform:{2}", m, k, ~seed).str());
  if (!chances)
    return chances.takeError();
  std::vector<float> values = toFloats(*array), draws = toFloats(*chances);
  for (auto [value, draw] : llvm::zip_equal(values, draws))
    if (draw >= 0.98f) // of [-1, 1)
      value *= 20;
  std::memcpy(array->bytes.data(), values.data(), array->bytes.size());
  return array;
}

int64_t Problem::copies(int64_t bytes) const {
  return std::clamp<int64_t>(llvm::divideCeil(rotatedBytes, bytes), 1,
                             maxCopies);
}
