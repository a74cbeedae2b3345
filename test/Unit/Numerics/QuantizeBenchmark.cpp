//===- QuantizeBenchmark.cpp - elements per second of one core ------------===//

#include "Generator.h"
#include "mx/Numerics/Block.h"
#include "mx/Numerics/Matmul.h"
#include "mx/Numerics/Packing.h"

#include <benchmark/benchmark.h>
#include <vector>

using namespace mx;

namespace {
constexpr int64_t rows = 64, k = 4096;

/// A matrix of bell-shaped floats and room for its blocks.
struct Matrix {
  explicit Matrix(const FormatSpec &format)
      : format(format), x(static_cast<size_t>(rows * k)),
        codes(static_cast<size_t>(rows * codeBytesPerRow(format, k))),
        scales(static_cast<size_t>(rows * scaleBytesPerRow(format, k))),
        outer(static_cast<size_t>(rows), 1.0f) {
    Generator generator(1);
    for (float &value : x)
      value = bell(generator);
    outerScales(format, x.data(), rows, k, outer.data());
  }

  void quantize(const Quantizer &quantizer) {
    quantizeRows(format, quantizer, x.data(), rows, k, outer.data(),
                 codes.data(), scales.data());
  }
  BlockMatrix blocks() const {
    return {format, codes.data(), scales.data(), outer.data()};
  }

  FormatSpec format;
  std::vector<float> x;
  std::vector<uint8_t> codes, scales;
  std::vector<float> outer;
};
} // namespace

static void countElements(benchmark::State &state) {
  state.SetItemsProcessed(int64_t(state.iterations()) * rows * k);
}

static void quantizePreset(benchmark::State &state, Preset preset, bool mse) {
  Matrix matrix(preset.format);
  preset.quantizer.mse = mse;
  for (auto _ : state) {
    matrix.quantize(preset.quantizer);
    benchmark::ClobberMemory();
  }
  countElements(state);
}

static void dequantizePreset(benchmark::State &state, Preset preset) {
  Matrix matrix(preset.format);
  matrix.quantize(preset.quantizer);
  for (auto _ : state) {
    dequantizeRows(preset.format, matrix.codes.data(), matrix.scales.data(),
                   matrix.outer.data(), rows, k, matrix.x.data());
    benchmark::ClobberMemory();
  }
  countElements(state);
}

/// Items are products.
static void multiplyPreset(benchmark::State &state, Preset preset) {
  Matrix matrix(preset.format);
  matrix.quantize(preset.quantizer);
  std::vector<float> y(16 * 16);
  for (auto _ : state) {
    matmul(matrix.blocks(), matrix.blocks(), 16, 16, k, nullptr, y.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(int64_t(state.iterations()) * 16 * 16 * k);
}

int main(int argc, char **argv) {
  for (const Preset &preset : presets) {
    std::string name(preset.name);
    benchmark::RegisterBenchmark(("quantize/" + name).c_str(), quantizePreset,
                                 preset, false);
    Quantizer mse = preset.quantizer;
    mse.mse = true;
    if (invalidReason(preset.format, mse).empty())
      benchmark::RegisterBenchmark(("quantize_mse/" + name).c_str(),
                                   quantizePreset, preset, true);
    benchmark::RegisterBenchmark(("dequantize/" + name).c_str(),
                                 dequantizePreset, preset);
    benchmark::RegisterBenchmark(("matmul/" + name).c_str(), multiplyPreset,
                                 preset);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
