//===- Format.cpp - facts of encodings, names and checks of formats -------===//

#include "mx/Numerics/Format.h"

#include <charconv>

namespace mx {

static constexpr std::array<ElementSpec, 7> elementSpecs{{
    {"f4E2M1FN", 4, 2, 1, 1, 2, 6.0f},
    {"f6E2M3FN", 6, 2, 3, 1, 2, 7.5f},
    {"f6E3M2FN", 6, 3, 2, 3, 4, 28.0f},
    {"f8E4M3FN", 8, 4, 3, 7, 8, 448.0f},
    {"f8E5M2", 8, 5, 2, 15, 15, 57344.0f},
    {"i4", 4, 0, 2, 0, 0, 7.0f},
    {"i8", 8, 0, 6, 0, 0, 127.0f},
}};

static constexpr std::array<ScaleSpec, 5> scaleSpecs{{
    {"f8E8M0FNU", 1, 8, 0, 127, false, 0x1p127f, 127, 0, 254, 0xFF},
    {"f8E5M2", 1, 5, 2, 15, true, 57344.0f, 0x3C, 0x01, 0x7B, 0x7F},
    {"f8E4M3FN", 1, 4, 3, 7, true, 448.0f, 0x38, 0x01, 0x7E, 0x7F},
    {"ue5m3", 1, 5, 3, 15, false, 114688.0f, 0x78, 0x01, 0xFE, 0xFF},
    {"f16", 2, 5, 10, 15, true, 65504.0f, 0x3C00, 0x0001, 0x7BFF, 0x7E00},
}};

const ElementSpec &spec(ElementKind kind) {
  return elementSpecs[static_cast<size_t>(kind)];
}

const ScaleSpec &spec(ScaleKind kind) {
  return scaleSpecs[static_cast<size_t>(kind)];
}

std::string_view nameOf(const FormatSpec &format) {
  for (const NamedFormat &entry : formats)
    if (entry.format == format)
      return entry.name;
  return {};
}

std::optional<FormatSpec> findFormat(std::string_view name) {
  for (const NamedFormat &entry : formats)
    if (entry.name == name)
      return entry.format;
  return std::nullopt;
}

static std::string presetNames() {
  std::string names;
  for (const Preset &preset : presets)
    names += (names.empty() ? "" : ", ") + std::string(preset.name);
  return names;
}

std::optional<Preset> parsePreset(std::string_view text, std::string &error) {
  std::string_view name = text.substr(0, text.find(':'));
  const Preset *found = nullptr;
  for (const Preset &preset : presets)
    if (preset.name == name)
      found = &preset;
  if (!found) {
    error = "unknown preset '" + std::string(name) + "', expected one of " +
            presetNames() + ", or NAME:SIZE for another block size";
    return std::nullopt;
  }
  Preset result = *found;
  if (name.size() == text.size())
    return result;
  std::string_view size = text.substr(name.size() + 1);
  auto [end, code] = std::from_chars(size.data(), size.data() + size.size(),
                                     result.format.blockSize);
  if (code != std::errc() || end != size.data() + size.size()) {
    error = "block size '" + std::string(size) + "' of preset '" +
            std::string(text) +
            "' is not a number in range, expected a power of two from 8 to 256";
    return std::nullopt;
  }
  std::string reason = invalidReason(result.format, result.quantizer);
  if (!reason.empty()) {
    error = "preset '" + std::string(text) + "': " + reason;
    return std::nullopt;
  }
  return result;
}

std::string_view presetNameOf(const FormatSpec &format,
                              const Quantizer &quantizer) {
  for (const Preset &preset : presets) {
    FormatSpec sized = preset.format;
    sized.blockSize = format.blockSize;
    Quantizer plain = quantizer;
    plain.mse = preset.quantizer.mse;
    plain.emulator = preset.quantizer.emulator;
    if (sized == format && plain == preset.quantizer)
      return preset.name;
  }
  return {};
}

static bool isFloat(ElementKind kind) { return spec(kind).exponentBits != 0; }

static std::string scaleFound(const FormatSpec &format) {
  return std::string(", found ") + spec(format.scale).name;
}

std::string invalidReason(const FormatSpec &format) {
  int32_t size = format.blockSize;
  if (size < 8 || size > 256 || (size & (size - 1)) != 0)
    return "block size is " + std::to_string(size) +
           ", expected a power of two from 8 to 256";
  std::string elementFound =
      std::string(", found ") + spec(format.element).name;
  if (format.scheme == Scheme::Asymmetric && !isFloat(format.element))
    return "asymmetric blocks need float elements" + elementFound;
  if (format.scheme == Scheme::Affine) {
    if (isFloat(format.element))
      return "affine blocks need integer elements" + elementFound;
    if (format.scale != ScaleKind::F16)
      return "affine blocks need f16 scales" + scaleFound(format);
    if (format.hasOuterScale())
      return "affine blocks have no outer scale, found one";
  }
  bool floatScale =
      spec(format.scale).bytes == 1 && spec(format.scale).fractionBits != 0;
  if (format.hasOuterScale() && !floatScale)
    return "an outer scale needs block scales of type f8E5M2, f8E4M3FN or "
           "ue5m3" +
           scaleFound(format);
  return {};
}

std::string invalidReason(const FormatSpec &format,
                          const Quantizer &quantizer) {
  std::string reason = invalidReason(format);
  if (!reason.empty())
    return reason;
  bool powersOfTwo = format.scale == ScaleKind::E8M0;
  if (quantizer.scaleRule == ScaleRule::MaxFp && powersOfTwo)
    return "the max_fp scale rule needs scales with a fraction" +
           scaleFound(format);
  if (quantizer.scaleRule != ScaleRule::MaxFp && !powersOfTwo)
    return "a power-of-two scale rule needs f8E8M0FNU scales" +
           scaleFound(format);
  if (quantizer.mse && spec(format.scale).bytes != 1)
    return "the search for the least error needs 8-bit scales" +
           scaleFound(format);
  if (!quantizer.emulator)
    return {};
  if (quantizer.mse)
    return "emulator parity excludes the search for the least error, found "
           "both";
  if (quantizer.scaleRule == ScaleRule::PotCeil ||
      quantizer.scaleRule == ScaleRule::PotFit)
    return std::string("emulator parity needs max_fp, pot_floor or pot_round, "
                       "found ") +
           (quantizer.scaleRule == ScaleRule::PotCeil ? "pot_ceil" : "pot_fit");
  if (format.element != ElementKind::E2M1)
    return std::string("emulator parity needs f4E2M1FN elements, found ") +
           spec(format.element).name;
  if (format.hasOuterScale())
    return "emulator parity needs blocks without an outer scale, found one";
  if (!powersOfTwo && format.scale != ScaleKind::E5M2)
    return "emulator parity needs f8E8M0FNU or f8E5M2 scales" +
           scaleFound(format);
  return {};
}

double bitsPerElement(const FormatSpec &format) {
  int scaleBits = 8 * spec(format.scale).bytes * format.scalesPerBlock();
  return spec(format.element).bits +
         static_cast<double>(scaleBits) / format.blockSize;
}

} // namespace mx
