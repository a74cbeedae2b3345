//===- Attributes.cpp - quantizer, policy, order --------------------------===//

#include "mx/Dialect/MX/IR/MX.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::mx;

#include "mx/Dialect/MX/IR/MXEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "mx/Dialect/MX/IR/MXAttrs.cpp.inc"

void MXDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "mx/Dialect/MX/IR/MXAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Lists of `key = value`
//===----------------------------------------------------------------------===//

/// Parses `<key = value, ...>`: keys in any order, each at most once, those of
/// `required` at least once. `parseValue` gets the key and its place.
static ParseResult
parseFields(AsmParser &parser, ArrayRef<StringLiteral> required,
            llvm::function_ref<ParseResult(StringRef, SMLoc)> parseValue) {
  SMLoc start = parser.getCurrentLocation();
  SmallVector<StringRef> seen;
  auto parseField = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef key;
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return failure();
    if (llvm::is_contained(seen, key))
      return parser.emitError(loc) << "found '" << key << "' a second time";
    seen.push_back(key);
    return parseValue(key, loc);
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                     parseField))
    return failure();
  for (StringRef key : required)
    if (!llvm::is_contained(seen, key))
      return parser.emitError(start) << "expected '" << key << "', found none";
  return success();
}

//===----------------------------------------------------------------------===//
// Quantizer
//===----------------------------------------------------------------------===//

static constexpr StringLiteral kRoundings[] = {"nearest_even", "nearest_away",
                                               "toward_zero"};
static constexpr StringLiteral kScaleRules[] = {
    "max_fp", "pot_floor", "pot_ceil", "pot_round", "pot_fit"};

/// Parses one of `names` into the enumerator of that index.
template <typename Enum, size_t N>
static ParseResult parseName(AsmParser &parser, const StringLiteral (&names)[N],
                             Enum &value) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef found;
  if (parser.parseKeyword(&found))
    return failure();
  for (auto [index, name] : llvm::enumerate(names))
    if (name == found) {
      value = static_cast<Enum>(index);
      return success();
    }
  InFlightDiagnostic diag = parser.emitError(loc)
                            << "found '" << found << "', expected one of ";
  llvm::interleaveComma(names, diag, [&](StringRef name) { diag << name; });
  return diag;
}

/// Parses the value of `key` in the quantizer's list.
static ParseResult parseQuantizerValue(AsmParser &parser, StringRef key,
                                       SMLoc loc, ::mx::Quantizer &quantizer) {
  if (key == "rounding")
    return parseName(parser, kRoundings, quantizer.rounding);
  if (key == "scale_rule")
    return parseName(parser, kScaleRules, quantizer.scaleRule);
  if (key == "scale_rounding")
    return parseName(parser, kRoundings, quantizer.scaleRounding);
  if (key == "scale_search") {
    quantizer.mse = true;
    return parser.parseKeyword("mse", " of 'scale_search'");
  }
  if (key == "compat") {
    quantizer.emulator = true;
    return parser.parseKeyword("emulator", " of 'compat'");
  }
  return parser.emitError(loc)
         << "unknown key '" << key
         << "', expected rounding, scale_rule, scale_rounding, scale_search "
            "or compat";
}

Attribute QuantizerAttr::parse(AsmParser &parser, Type) {
  ::mx::Quantizer quantizer;
  if (parseFields(parser, {"rounding", "scale_rule"},
                  [&](StringRef key, SMLoc loc) {
                    return parseQuantizerValue(parser, key, loc, quantizer);
                  }))
    return {};
  return QuantizerAttr::get(parser.getContext(), quantizer);
}

void QuantizerAttr::print(AsmPrinter &printer) const {
  const ::mx::Quantizer &q = getQuantizer();
  auto name = [](auto names, auto value) {
    return names[static_cast<unsigned>(value)];
  };
  printer << "<rounding = " << name(kRoundings, q.rounding)
          << ", scale_rule = " << name(kScaleRules, q.scaleRule);
  if (q.scaleRounding != ::mx::Rounding::NearestEven)
    printer << ", scale_rounding = " << name(kRoundings, q.scaleRounding);
  if (q.mse)
    printer << ", scale_search = mse";
  if (q.emulator)
    printer << ", compat = emulator";
  printer << ">";
}

//===----------------------------------------------------------------------===//
// Policy
//===----------------------------------------------------------------------===//

/// Parses a preset's name, as a keyword or, with a block size, as a string.
static ParseResult parsePresetName(AsmParser &parser, std::string &name) {
  if (succeeded(parser.parseOptionalString(&name)))
    return success();
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  name = keyword.str();
  return success();
}

/// Parses the value of `key` in the policy's list.
static ParseResult parsePolicyValue(AsmParser &parser, StringRef key, SMLoc loc,
                                    std::string &weights,
                                    std::string &activations, bool &weightsMse,
                                    bool &activationsMse) {
  if (key == "weights")
    return parsePresetName(parser, weights);
  if (key == "activations")
    return parsePresetName(parser, activations);
  static constexpr StringLiteral kRules[] = {"preset", "mse"};
  if (key == "weights_scale_rule")
    return parseName(parser, kRules, weightsMse);
  if (key == "activations_scale_rule")
    return parseName(parser, kRules, activationsMse);
  return parser.emitError(loc)
         << "unknown key '" << key
         << "', expected weights, activations, weights_scale_rule or "
            "activations_scale_rule";
}

Attribute PolicyAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string weights, activations;
  bool weightsMse = false, activationsMse = false;
  if (parseFields(
          parser, {"weights", "activations"}, [&](StringRef key, SMLoc keyLoc) {
            return parsePolicyValue(parser, key, keyLoc, weights, activations,
                                    weightsMse, activationsMse);
          }))
    return {};
  return parser.getChecked<PolicyAttr>(loc, parser.getContext(), weights,
                                       activations, weightsMse, activationsMse);
}

void PolicyAttr::print(AsmPrinter &printer) const {
  auto printPreset = [&](StringRef name) {
    if (name.contains(':'))
      printer.printString(name);
    else
      printer << name;
  };
  printer << "<weights = ";
  printPreset(getWeights());
  printer << ", activations = ";
  printPreset(getActivations());
  if (getWeightsMse())
    printer << ", weights_scale_rule = mse";
  if (getActivationsMse())
    printer << ", activations_scale_rule = mse";
  printer << ">";
}

LogicalResult
PolicyAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                   StringRef weights, StringRef activations, bool weightsMse,
                   bool activationsMse) {
  auto check = [&](StringRef what, StringRef name, bool mse) -> LogicalResult {
    std::string error;
    std::optional<::mx::Preset> preset = ::mx::parsePreset(name, error);
    if (!preset)
      return emitError() << what << ": " << error;
    preset->quantizer.mse = mse;
    error = ::mx::invalidReason(preset->format, preset->quantizer);
    if (!error.empty())
      return emitError() << what << ": " << error;
    return success();
  };
  if (failed(check("weights", weights, weightsMse)))
    return failure();
  if (activations == "none" && activationsMse)
    return emitError() << "activations: none has no scale rule";
  return activations == "none"
             ? success()
             : check("activations", activations, activationsMse);
}
