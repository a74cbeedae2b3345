//===- FormatBindings.cpp - Numerics for Python ---------------------------===//

#include "Bindings.h"
#include "Failure.h"

#include "mx/Numerics/Block.h"
#include "mx/Numerics/Packing.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <optional>

namespace nb = nanobind;
using namespace mlir::mx::python;

namespace {
template <typename T, size_t Rank>
using Array =
    nb::ndarray<T, nb::ndim<Rank>, nb::c_contig, nb::device::cpu, nb::numpy>;
} // namespace

static mx::Preset getPreset(const std::string &name, const std::string &rule) {
  std::string error;
  std::optional<mx::Preset> preset = mx::parsePreset(name, error);
  if (!preset)
    throw Failure("error: " + error);
  if (rule != "preset" && rule != "mse")
    throw Failure("error: scale rule '" + rule + "', wanted preset or mse");
  preset->quantizer.mse = rule == "mse";
  error = mx::invalidReason(preset->format, preset->quantizer);
  if (!error.empty())
    throw Failure("error: " + error);
  return *preset;
}

/// Fills `codes` and `scales`, and `outer` where the format has it; all but x
/// have the shapes that `rowBytes` and `outer` of `describe` ask for.
static void quantize(const std::string &name, const std::string &rule,
                     Array<const float, 2> x, Array<float, 1> outer,
                     Array<uint8_t, 2> codes, Array<uint8_t, 2> scales) {
  const mx::Preset preset = getPreset(name, rule);
  const auto rows = static_cast<int64_t>(x.shape(0));
  const auto k = static_cast<int64_t>(x.shape(1));
  nb::gil_scoped_release released;
  const bool hasOuter = preset.format.hasOuterScale();
  if (hasOuter)
    mx::outerScales(preset.format, x.data(), rows, k, outer.data());
  mx::quantizeRows(preset.format, preset.quantizer, x.data(), rows, k,
                   hasOuter ? outer.data() : nullptr, codes.data(),
                   scales.data());
}

static void dequantize(const std::string &name, Array<const uint8_t, 2> codes,
                       Array<const uint8_t, 2> scales,
                       Array<const float, 1> outer, Array<float, 2> x) {
  const mx::Preset preset = getPreset(name, "preset");
  nb::gil_scoped_release released;
  mx::dequantizeRows(preset.format, codes.data(), scales.data(),
                     preset.format.hasOuterScale() ? outer.data() : nullptr,
                     static_cast<int64_t>(x.shape(0)),
                     static_cast<int64_t>(x.shape(1)), x.data());
}

static std::pair<int64_t, int64_t> getRowBytes(const std::string &name,
                                               int64_t k) {
  const mx::FormatSpec format = getPreset(name, "preset").format;
  return {mx::codeBytesPerRow(format, k), mx::scaleBytesPerRow(format, k)};
}

static nb::dict describe(const std::string &name) {
  static constexpr const char *schemes[] = {"symmetric", "asymmetric",
                                            "affine"};
  static constexpr const char *outers[] = {"none", "tensor", "row"};
  static constexpr const char *roundings[] = {"nearest_even", "nearest_away",
                                              "toward_zero"};
  static constexpr const char *rules[] = {"max_fp", "pot_floor", "pot_ceil",
                                          "pot_round", "pot_fit"};
  const mx::Preset preset = getPreset(name, "preset");
  const mx::FormatSpec &format = preset.format;
  const mx::Quantizer &quantizer = preset.quantizer;
  nb::dict facts;
  facts["name"] = name;
  facts["element"] = mx::spec(format.element).name;
  facts["block_size"] = format.blockSize;
  facts["scale"] = mx::spec(format.scale).name;
  facts["scheme"] = schemes[static_cast<int>(format.scheme)];
  facts["outer_scale"] = outers[static_cast<int>(format.outer)];
  facts["bits"] = mx::bitsPerElement(format);
  facts["rounding"] = roundings[static_cast<int>(quantizer.rounding)];
  facts["scale_rule"] = rules[static_cast<int>(quantizer.scaleRule)];
  facts["scale_rounding"] =
      roundings[static_cast<int>(quantizer.scaleRounding)];
  return facts;
}

static nb::list getPresets() {
  nb::list names;
  for (const mx::Preset &preset : mx::presets)
    names.append(std::string(preset.name));
  return names;
}

void mlir::mx::python::bindFormats(nb::module_ &module) {
  module.def("presets", getPresets);
  module.def("describe_preset", describe, nb::arg("preset"));
  module.def("row_bytes", getRowBytes, nb::arg("preset"), nb::arg("k"));
  module.def("quantize", quantize, nb::arg("preset"), nb::arg("scale_rule"),
             nb::arg("x"), nb::arg("outer"), nb::arg("codes"),
             nb::arg("scales"));
  module.def("dequantize", dequantize, nb::arg("preset"), nb::arg("codes"),
             nb::arg("scales"), nb::arg("outer"), nb::arg("x"));
}
