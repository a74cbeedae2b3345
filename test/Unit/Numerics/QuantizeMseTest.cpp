//===- QuantizeMseTest.cpp - the scale of least squared error -------------===//

#include "QuantizeOracle.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mx;

static std::vector<Preset> msePresets() {
  std::vector<Preset> result;
  for (Preset preset : presets) {
    preset.quantizer.mse = true;
    if (invalidReason(preset.format, preset.quantizer).empty())
      result.push_back(preset);
  }
  return result;
}

/// All candidates by exhaustive search give the same codes and scales.
TEST(QuantizeMse, EqualsTheSearchOverCandidates) {
  std::vector<Preset> tried = msePresets();
  EXPECT_EQ(tried.size(), presets.size() - 3); // not those with f16 scales
  for (const Preset &preset : tried) {
    Generator generator(11);
    int64_t mismatches = 0;
    int64_t tensors = spec(preset.format.element).bits == 8 ? 50 : 400;
    for (int64_t i = 0; i < tensors; ++i) {
      int64_t k = 1 + generator.below(8u * unsigned(preset.format.blockSize));
      Tensor tensor = makeTensor(preset.format, 3, k, generator);
      quantize(tensor, preset.quantizer);
      mismatches += countMismatches(tensor, preset.quantizer);
    }
    EXPECT_EQ(mismatches, 0) << preset.name;
  }
}

/// Returns the squared error of each block of `tensor`, in f64.
static std::vector<double> blockErrors(Tensor tensor,
                                       const Quantizer &quantizer) {
  quantize(tensor, quantizer);
  const FormatSpec &format = tensor.format;
  std::vector<float> y(tensor.x.size());
  dequantizeRows(format, tensor.codes.data(), tensor.scales.data(), nullptr,
                 tensor.rows, tensor.k, y.data());
  std::vector<double> errors(size_t(tensor.rows * numBlocks(format, tensor.k)));
  for (int64_t i = 0; i < int64_t(y.size()); ++i) {
    int64_t row = i / tensor.k, block = i % tensor.k / format.blockSize;
    double difference = double(tensor.x[size_t(i)]) - y[size_t(i)];
    errors[size_t(row * numBlocks(format, tensor.k) + block)] +=
        difference * difference;
  }
  return errors;
}

/// The rule's own scale is a candidate, so that no block gets worse. (A block's
/// error is the sum of its sides': the slack is the rounding of that sum.)
TEST(QuantizeMse, IsNeverWorseThanTheRule) {
  int64_t better = 0;
  for (const Preset &preset : msePresets()) {
    Quantizer rule = preset.quantizer;
    rule.mse = false;
    Generator generator(12);
    int64_t worse = 0;
    FormatSpec format = preset.format;
    format.outer = OuterScale::None; // errors are those of x / outer
    for (int i = 0; i < 100; ++i) {
      Tensor tensor = makeTensor(format, 4, 1000, generator);
      std::vector<double> least = blockErrors(tensor, preset.quantizer);
      std::vector<double> plain = blockErrors(tensor, rule);
      for (size_t block = 0; block < least.size(); ++block) {
        worse += least[block] > plain[block] * (1 + 0x1p-40) ? 1 : 0;
        better += least[block] < plain[block] ? 1 : 0;
      }
    }
    EXPECT_EQ(worse, 0) << preset.name;
  }
  EXPECT_GT(better, 10000); // the comparison is one of unlike blocks
}

/// 1 is 1 x 1 and 2 x 0.5: both exact, and the larger scale is taken.
TEST(QuantizeMse, TiesGoToTheLargerScale) {
  FormatSpec format = *findFormat("mxfp4");
  Quantizer quantizer{Rounding::NearestEven, ScaleRule::PotFloor};
  quantizer.mse = true;
  std::vector<float> x{4.0f, 2.0f};
  uint8_t codes[16], scale = 0;
  quantizeRows(format, quantizer, x.data(), 1, 2, nullptr, codes, &scale);
  EXPECT_EQ(scale, 128);
  EXPECT_EQ(codes[0], 0x24);
}

/// A check with another quantizer must see the difference, and so must one of
/// flipped bits.
TEST(QuantizeMse, SearchSeesCorruption) {
  std::string error;
  Preset preset = *parsePreset("amxfp4", error);
  preset.quantizer.mse = true;
  Generator generator(13);
  Tensor tensor{preset.format, 1, 3200, {}, {}, {}, {}};
  tensor.x.resize(3200);
  fillBlock(0, tensor.x.data(), 3200, generator);
  tensor.codes.resize(size_t(codeBytesPerRow(tensor.format, 3200)));
  tensor.scales.resize(size_t(scaleBytesPerRow(tensor.format, 3200)));
  quantize(tensor, preset.quantizer);
  ASSERT_EQ(countMismatches(tensor, preset.quantizer), 0);
  for (int bit : {0, 3, 7}) { // 3 and 7 select the scale
    Tensor corrupt = tensor;
    corrupt.codes[5] ^= 1 << bit;
    EXPECT_EQ(countMismatches(corrupt, preset.quantizer), 1);
  }
  Tensor corrupt = tensor;
  corrupt.scales[7] ^= 1;
  EXPECT_EQ(countMismatches(corrupt, preset.quantizer), 1);
  Quantizer rule = preset.quantizer;
  rule.mse = false;
  EXPECT_GT(countMismatches(tensor, rule), 10);
}
