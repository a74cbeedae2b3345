//===- Mutate.cpp - modules that are nearly right -------------------------===//

#include "Mutate.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

static bool isWordCharacter(char c) {
  return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$' || c == '#';
}

/// Returns the length of a string literal, or of a run of other characters that
/// belong together, at the start of `text`.
static size_t measure(StringRef text) {
  char c = text[0];
  if (c == '"') {
    size_t end = text.find('"', 1);
    return end == StringRef::npos ? text.size() : end + 1;
  }
  if (llvm::isSpace(c))
    return text.size() - text.ltrim().size();
  if (llvm::isDigit(c)) {
    // `32x` of a shape is a number and then an `x`.
    size_t end = text.find_if_not([](char d) { return llvm::isDigit(d); });
    return std::min(end, text.size());
  }
  if (c == '%' || c == '@' || c == '!' || c == '#' || llvm::isAlpha(c))
    return 1 + text.drop_front().take_while(isWordCharacter).size();
  return 1;
}

static bool isElement(StringRef text) {
  return text[0] == '!' || text == "index" || text == "bf16" ||
         ((text[0] == 'f' || text[0] == 'i') && text.size() > 1 &&
          llvm::isDigit(text[1]));
}

static TokenKind classify(StringRef text) {
  char c = text[0];
  if (llvm::isSpace(c))
    return TokenKind::Space;
  if (c == '%')
    return TokenKind::Value;
  if (c == '@')
    return TokenKind::Symbol;
  if (llvm::isDigit(c))
    return TokenKind::Number;
  if (c == '#')
    return TokenKind::Attribute;
  if (isElement(text))
    return TokenKind::Element;
  return llvm::isAlpha(c) ? TokenKind::Word : TokenKind::Other;
}

/// True where the word after `token` says how something is done.
static bool isBeforeSetting(StringRef token) {
  return token == "=" || token == "<" || token == "using" || token == "[";
}

std::vector<Token> mlir::mx::test::tokenize(StringRef text) {
  std::vector<Token> tokens;
  bool isShape = false;
  StringRef previous;
  while (!text.empty()) {
    if (text.starts_with("//")) {
      text = text.drop_until([](char c) { return c == '\n'; });
      continue;
    }
    size_t size = measure(text);
    // The `x` after an extent, and what follows it, are tokens of their own.
    if (isShape && text[0] == 'x')
      size = 1;
    StringRef token = text.take_front(size);
    isShape = llvm::isDigit(token[0]) || token == "?" ||
              (isShape && token == "x" && !text.drop_front().empty());
    TokenKind kind = classify(token);
    if (kind == TokenKind::Word && isBeforeSetting(previous))
      kind = TokenKind::Setting;
    if (kind != TokenKind::Space)
      previous = token;
    tokens.push_back({kind, token.str()});
    text = text.drop_front(size);
  }
  return tokens;
}

//===----------------------------------------------------------------------===//
// Vocabulary
//===----------------------------------------------------------------------===//

Vocabulary::Vocabulary(ArrayRef<std::vector<Token>> modules) {
  for (const std::vector<Token> &module : modules)
    for (const Token &token : module)
      words[size_t(token.kind)].push_back(token.text);
  // Each word once, however common it is.
  for (std::vector<std::string> &kind : words) {
    llvm::sort(kind);
    kind.erase(llvm::unique(kind), kind.end());
  }
  for (StringRef number :
       {"0", "1", "15", "16", "31", "32", "33", "64", "127", "4096", "65536",
        "2147483648", "9223372036854775807", "18446744073709551616"})
    words[size_t(TokenKind::Number)].push_back(number.str());
  for (const ::mx::NamedFormat &format : ::mx::formats) {
    words[size_t(TokenKind::Element)].push_back("!mx." +
                                                std::string(format.name));
    words[size_t(TokenKind::Setting)].push_back(std::string(format.name));
  }
}

const std::string &Vocabulary::pick(TokenKind kind,
                                    Generator &generator) const {
  return generator.pick(words[size_t(kind)]);
}

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

/// Returns the index of a random token of `kind`, of any where there is none.
static size_t findToken(ArrayRef<Token> module, TokenKind kind,
                        Generator &generator) {
  size_t i = 0;
  for (int tries = 0; tries < 200; ++tries) {
    i = size_t(generator.below(int64_t(module.size())));
    if (module[i].kind == kind)
      break;
  }
  return i;
}

/// Chooses a token to change: what often parses afterwards more often.
static size_t chooseToken(ArrayRef<Token> module, Generator &generator) {
  static constexpr TokenKind kinds[] = {
      TokenKind::Number,  TokenKind::Number,    TokenKind::Number,
      TokenKind::Number,  TokenKind::Element,   TokenKind::Element,
      TokenKind::Element, TokenKind::Value,     TokenKind::Value,
      TokenKind::Setting, TokenKind::Setting,   TokenKind::Setting,
      TokenKind::Symbol,  TokenKind::Attribute, TokenKind::Word,
      TokenKind::Other};
  return findToken(module, generator.pick(kinds), generator);
}

/// Returns the number of tokens from `first` to the bracket that closes it, 1
/// where it opens none.
static size_t measureGroup(ArrayRef<Token> module, size_t first) {
  StringRef open = "({[<", close = ")}]>";
  size_t kind = open.find(module[first].text);
  if (module[first].text.size() != 1 || kind == StringRef::npos)
    return 1;
  int depth = 0;
  for (size_t i = first; i < module.size(); ++i) {
    depth += module[i].text == open.substr(kind, 1);
    depth -= module[i].text == close.substr(kind, 1);
    if (depth == 0)
      return i - first + 1;
  }
  return 1;
}

/// A number that is near `text`, or one from the vocabulary.
static std::string changeNumber(StringRef text, const Vocabulary &vocabulary,
                                Generator &generator) {
  int64_t number;
  if (text.getAsInteger(10, number) || generator.chance(40))
    return vocabulary.pick(TokenKind::Number, generator);
  static constexpr int64_t changes[] = {-1, 1, 2, -2};
  if (generator.chance(30))
    return std::to_string(number / 2);
  if (generator.chance(30))
    return std::to_string(number < (int64_t(1) << 40) ? number * 2 : number);
  int64_t change = generator.pick(changes);
  return std::to_string(number + change < 0 ? 0 : number + change);
}

/// Replaces every token with the text of token `i` after it and before it by
/// `text`: a type or extent that is changed everywhere often stays consistent.
static void replaceAll(std::vector<Token> &module, size_t i,
                       const std::string &text) {
  std::string old = module[i].text;
  for (Token &token : module)
    if (token.text == old)
      token.text = text;
}

/// Another token of the same kind, at one place or at all.
static void replace(std::vector<Token> &module, size_t i,
                    const Vocabulary &vocabulary, Generator &generator) {
  Token &token = module[i];
  std::string text;
  if (token.kind == TokenKind::Number)
    text = generator.chance(10)
               ? "?"
               : changeNumber(token.text, vocabulary, generator);
  else if (token.kind == TokenKind::Value)
    // One of the same module: others are unknown.
    text = module[findToken(module, token.kind, generator)].text;
  else
    text = vocabulary.pick(token.kind, generator);
  bool everywhere =
      token.kind == TokenKind::Number || token.kind == TokenKind::Element
          ? generator.chance(80)
          : generator.chance(10);
  if (everywhere)
    replaceAll(module, i, text);
  else
    token.text = text;
}

static void changeOnce(std::vector<Token> &module, const Vocabulary &vocabulary,
                       Generator &generator) {
  size_t i = chooseToken(module, generator);
  auto at = module.begin() + int64_t(i);
  int64_t choice = generator.below(100);
  if (choice < 86) {
    replace(module, i, vocabulary, generator);
  } else if (choice < 93) { // without a token, or all that it opens
    module.erase(at, at + int64_t(measureGroup(module, i)));
  } else if (choice < 97) { // twice
    size_t count = measureGroup(module, i);
    std::vector<Token> copy(at, at + int64_t(count));
    module.insert(at, copy.begin(), copy.end());
  } else { // exchanged for another
    std::swap(module[i], module[chooseToken(module, generator)]);
  }
}

std::string mlir::mx::test::mutate(std::vector<Token> module,
                                   const Vocabulary &vocabulary,
                                   Generator &generator) {
  do
    changeOnce(module, vocabulary, generator);
  while (!module.empty() && generator.chance(20));
  std::string text;
  for (const Token &token : module)
    text += token.text;
  return text;
}
