//===- Format.h - what a block format means, and the presets ----*- C++ -*-===//
//
// Two constexpr tables are the only place where formats are named. `formats`
// says what a type means (all that is needed to decode); `presets` says in
// addition how codes and scales are chosen. Types, verifiers, quantizers,
// lowerings and tests read these tables; there is no third one.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_FORMAT_H
#define MX_NUMERICS_FORMAT_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mx {

/// Element encodings. The floats are sign-magnitude; the integers are two's
/// complement, or unsigned under `Scheme::Affine`.
enum class ElementKind : uint8_t { E2M1, E2M3, E3M2, E4M3, E5M2, Int4, Int8 };

/// Scale encodings. UE5M3 is unsigned: 5 exponent bits (bias 15), 3 fraction
/// bits, subnormals, no infinity, 0xFF = NaN, largest 1.75 * 2^16.
enum class ScaleKind : uint8_t { E8M0, E5M2, E4M3, UE5M3, F16 };

/// Symmetric: one scale a block. Asymmetric: two, chosen by the sign bit of the
/// code (positive first). Affine: a step and a minimum, `min + step * code`.
enum class Scheme : uint8_t { Symmetric, Asymmetric, Affine };

/// Second-level f32 scale: none, one a tensor, or one an index of all axes but
/// the last.
enum class OuterScale : uint8_t { None, Tensor, Row };

/// Rounding of a value between two codes. NearestAway breaks ties away from
/// zero (IEEE roundTiesToAway), NearestEven to the even code.
enum class Rounding : uint8_t { NearestEven, NearestAway, TowardZero };

/// How the scale of a block (or of a side) follows from its largest magnitude m
/// and the largest element E. MaxFp: m / E, rounded to the scale type.
/// PotFloor: 2^(floor(log2 m) - emax). PotCeil: 2^ceil(log2(m / E)). PotRound:
/// PotFloor, one exponent more where m's fraction would round up. PotFit
/// (TOSA's): the least power of two with which m, rounded to nearest even, is
/// at most E; so the smallest of all where m is 0.
enum class ScaleRule : uint8_t { MaxFp, PotFloor, PotCeil, PotRound, PotFit };

/// Facts of an element encoding. A float of `exponentBits` = 0 is an integer.
struct ElementSpec {
  const char *name; ///< the MLIR builtin type's name
  uint8_t bits;
  uint8_t exponentBits;
  uint8_t fractionBits; ///< of an integer: magnitude bits less one
  int8_t bias;
  int8_t maxExponent; ///< exponent of the largest magnitude, OCP's emax
  float max;          ///< largest magnitude an encoder emits, in element units
};

/// Facts of a scale encoding.
struct ScaleSpec {
  const char *name; ///< MLIR's builtin type's name where one exists
  uint8_t bytes;
  uint8_t exponentBits;
  uint8_t fractionBits;
  uint8_t bias;
  bool isSigned;
  float max;         ///< largest finite
  uint16_t one;      ///< code of 1.0
  uint16_t smallest; ///< code of the smallest positive value
  uint16_t largest;  ///< code of `max`
  uint16_t nan;      ///< canonical NaN
};

/// Decoding of a block-scaled tensor: what a type says.
struct FormatSpec {
  ElementKind element = ElementKind::E2M1;
  int32_t blockSize = 32;
  ScaleKind scale = ScaleKind::E8M0;
  Scheme scheme = Scheme::Symmetric;
  OuterScale outer = OuterScale::None;

  constexpr bool operator==(const FormatSpec &o) const {
    return element == o.element && blockSize == o.blockSize &&
           scale == o.scale && scheme == o.scheme && outer == o.outer;
  }
  constexpr bool operator!=(const FormatSpec &o) const { return !(*this == o); }

  /// Scales stored a block: 1, or 2 (positive, negative; step, minimum).
  constexpr int scalesPerBlock() const {
    return scheme == Scheme::Symmetric ? 1 : 2;
  }
  constexpr bool hasOuterScale() const { return outer != OuterScale::None; }
};

/// How codes and scales are chosen.
struct Quantizer {
  Rounding rounding = Rounding::NearestEven;
  ScaleRule scaleRule = ScaleRule::MaxFp;
  Rounding scaleRounding = Rounding::NearestEven; ///< of MaxFp; else unused
  /// Tries the codes next to the rule's own and keeps the one of least squared
  /// error (see quantizeRows).
  bool mse = false;
  /// Bit parity of *values* with the AMXFP4 authors' emulator: a scale that
  /// underflows is stored as 0 and its side decodes to 0.
  bool emulator = false;

  constexpr bool operator==(const Quantizer &o) const {
    return rounding == o.rounding && scaleRule == o.scaleRule &&
           scaleRounding == o.scaleRounding && mse == o.mse &&
           emulator == o.emulator;
  }
  constexpr bool operator!=(const Quantizer &o) const { return !(*this == o); }
};

struct NamedFormat {
  std::string_view name;
  FormatSpec format;
};

struct Preset {
  std::string_view name;
  FormatSpec format;
  Quantizer quantizer;
};

namespace detail {
inline constexpr auto E2M1 = ElementKind::E2M1;
inline constexpr auto Asym = Scheme::Asymmetric;
inline constexpr auto Sym = Scheme::Symmetric;
inline constexpr Quantizer ocp{Rounding::NearestEven, ScaleRule::PotFloor};
inline constexpr Quantizer away{Rounding::NearestAway, ScaleRule::MaxFp,
                                Rounding::NearestAway};
inline constexpr Quantizer even{Rounding::NearestEven, ScaleRule::MaxFp,
                                Rounding::NearestEven};
} // namespace detail

/// Formats that have a short name (`!mx.NAME`). The first entry that equals a
/// FormatSpec is its name.
inline constexpr std::array<NamedFormat, 17> formats{{
    {"mxfp4", {detail::E2M1, 32, ScaleKind::E8M0}},
    {"mxfp6_e2m3", {ElementKind::E2M3, 32, ScaleKind::E8M0}},
    {"mxfp6_e3m2", {ElementKind::E3M2, 32, ScaleKind::E8M0}},
    {"mxfp8_e4m3", {ElementKind::E4M3, 32, ScaleKind::E8M0}},
    {"mxfp8_e5m2", {ElementKind::E5M2, 32, ScaleKind::E8M0}},
    {"mxint8", {ElementKind::Int8, 32, ScaleKind::E8M0}},
    {"mxint4", {ElementKind::Int4, 32, ScaleKind::E8M0}},
    {"amxfp4", {detail::E2M1, 32, ScaleKind::E5M2, detail::Asym}},
    {"amxfp4_ue5m3", {detail::E2M1, 32, ScaleKind::UE5M3, detail::Asym}},
    {"amxfp4_e4m3",
     {detail::E2M1, 32, ScaleKind::E4M3, detail::Asym, OuterScale::Row}},
    {"amxfp4_pot", {detail::E2M1, 32, ScaleKind::E8M0, detail::Asym}},
    {"amxfp4_fp16", {detail::E2M1, 32, ScaleKind::F16, detail::Asym}},
    {"nvfp4",
     {detail::E2M1, 16, ScaleKind::E4M3, detail::Sym, OuterScale::Tensor}},
    {"nvfp4_row",
     {detail::E2M1, 16, ScaleKind::E4M3, detail::Sym, OuterScale::Row}},
    {"nvfp4_ue5m3", {detail::E2M1, 16, ScaleKind::UE5M3}},
    {"int4", {ElementKind::Int4, 32, ScaleKind::F16}},
    {"int4_affine", {ElementKind::Int4, 32, ScaleKind::F16, Scheme::Affine}},
}};

namespace detail {
constexpr FormatSpec formatNamed(std::string_view name) {
  for (const NamedFormat &entry : formats)
    if (entry.name == name)
      return entry.format;
  return {};
}
} // namespace detail

/// A format with the way its codes and scales are chosen. The first preset
/// that matches a (format, quantizer) pair is its name.
inline constexpr std::array<Preset, 18> presets{{
    {"mxfp4", detail::formatNamed("mxfp4"), detail::ocp},
    {"mxfp6_e2m3", detail::formatNamed("mxfp6_e2m3"), detail::ocp},
    {"mxfp6_e3m2", detail::formatNamed("mxfp6_e3m2"), detail::ocp},
    {"mxfp8_e4m3", detail::formatNamed("mxfp8_e4m3"), detail::ocp},
    {"mxfp8_e5m2", detail::formatNamed("mxfp8_e5m2"), detail::ocp},
    {"mxint8", detail::formatNamed("mxint8"), detail::ocp},
    {"mxint4", detail::formatNamed("mxint4"), detail::ocp},
    {"amxfp4", detail::formatNamed("amxfp4"), detail::away},
    {"amxfp4_ue5m3", detail::formatNamed("amxfp4_ue5m3"), detail::even},
    {"amxfp4_e4m3", detail::formatNamed("amxfp4_e4m3"), detail::even},
    {"amxfp4_pot",
     detail::formatNamed("amxfp4_pot"),
     {Rounding::NearestAway, ScaleRule::PotFloor}},
    {"amxfp4_pot_r",
     detail::formatNamed("amxfp4_pot"),
     {Rounding::NearestAway, ScaleRule::PotRound}},
    {"amxfp4_fp16",
     detail::formatNamed("amxfp4_fp16"),
     {Rounding::NearestAway, ScaleRule::MaxFp, Rounding::NearestEven}},
    {"nvfp4", detail::formatNamed("nvfp4"), detail::even},
    {"nvfp4_row", detail::formatNamed("nvfp4_row"), detail::even},
    {"nvfp4_ue5m3", detail::formatNamed("nvfp4_ue5m3"), detail::even},
    {"int4", detail::formatNamed("int4"), detail::even},
    {"int4_affine", detail::formatNamed("int4_affine"), detail::even},
}};

/// The scale codes that an mse search tries, relative to the rule's own.
struct ScaleSearch {
  int below;
  int above;
};
constexpr ScaleSearch scaleSearch(ScaleKind kind) {
  if (kind == ScaleKind::E8M0)
    return {0, 1};
  return kind == ScaleKind::E5M2 ? ScaleSearch{1, 0} : ScaleSearch{2, 1};
}

const ElementSpec &spec(ElementKind kind);
const ScaleSpec &spec(ScaleKind kind);

/// Returns the short name of `format`, empty where it has none.
std::string_view nameOf(const FormatSpec &format);

/// Returns the format named `name` in the table, if there is one.
std::optional<FormatSpec> findFormat(std::string_view name);

/// Returns the preset that `text` names: `NAME`, or `NAME:SIZE` for another
/// block size. On failure `error` says what was found and what was wanted.
std::optional<Preset> parsePreset(std::string_view text, std::string &error);

/// Returns the name of the first preset whose quantizer is `quantizer` (with
/// `mse` and `emulator` left out of the comparison) and whose format is
/// `format` up to the block size; empty where there is none.
std::string_view presetNameOf(const FormatSpec &format,
                              const Quantizer &quantizer);

/// Returns where the exponent of a power-of-two rule steps up: the least
/// significand in [1, 2) of a float m that needs 2^(floor(log2 m) - emax + 1);
/// 2 where none does.
float stepUpSignificand(const FormatSpec &format, ScaleRule rule);

/// Returns the scale code of a block, or of the sides of one, without elements
/// but zeros: 1.0, and under PotFit the smallest.
unsigned scaleOfZeros(const FormatSpec &format, const Quantizer &quantizer);

/// Returns why `format` is not one this library defines, empty where it is:
/// the block size is a power of two from 8 to 256; an asymmetric scheme needs
/// float elements; an affine one needs integer elements and f16 scales; an
/// outer scale needs 8-bit float scales with a fraction and no affine scheme.
std::string invalidReason(const FormatSpec &format);

/// Returns why `quantizer` cannot produce `format`, empty where it can: the
/// power-of-two rules need E8M0 scales and MaxFp others; mse needs 8-bit
/// scales and no affine scheme; emulator needs E2M1 elements, blocks without
/// outer scale and E8M0 or E5M2 scales, and excludes mse.
std::string invalidReason(const FormatSpec &format, const Quantizer &quantizer);

/// Returns the bits stored for an element, the scales' share included (the
/// outer scale, which does not grow with K, left out): 4.25 for mxfp4.
double bitsPerElement(const FormatSpec &format);

} // namespace mx

#endif // MX_NUMERICS_FORMAT_H
