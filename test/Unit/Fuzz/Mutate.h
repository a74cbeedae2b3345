//===- Mutate.h - modules that are nearly right -----------------*- C++ -*-===//
//
// Changes the text of a valid module token by token, mostly into tokens of the
// same kind, so that many results still parse and reach verifiers and passes.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_FUZZ_MUTATE_H
#define MX_TEST_UNIT_FUZZ_MUTATE_H

#include "Data.h"

namespace mlir::mx::test {

/// What a token is; those of one kind replace each other.
enum class TokenKind {
  Space,
  Value,     ///< `%x`
  Symbol,    ///< `@f`
  Number,    ///< `32`, also inside of a shape
  Element,   ///< `f32`, `!mx.amxfp4`
  Attribute, ///< `#mx.accumulate`
  Setting,   ///< the value of an attribute: `mse`, `amxfp4` after `using`
  Word,      ///< names of ops, keywords, keys of attributes
  Other,
};

struct Token {
  TokenKind kind;
  std::string text;
};

/// Takes the text of a module apart; the tokens one after the other are it,
/// comments apart.
std::vector<Token> tokenize(StringRef text);

/// Words to draw from, by kind: those of all modules, and some that are wrong.
class Vocabulary {
public:
  explicit Vocabulary(ArrayRef<std::vector<Token>> modules);
  const std::string &pick(TokenKind kind, Generator &generator) const;

private:
  std::vector<std::string> words[size_t(TokenKind::Other) + 1];
};

/// Returns the text of `module` after one change, or a few.
std::string mutate(std::vector<Token> module, const Vocabulary &vocabulary,
                   Generator &generator);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_FUZZ_MUTATE_H
