//===- Contender.h - who multiplies -----------------------------*- C++ -*-===//
//
// Our compiled code and the libraries of others behind one interface.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_CONTENDER_H
#define MX_LIB_BENCH_CONTENDER_H

#include "Data.h"

#include <memory>

namespace mlir::mx {

class Contender {
public:
  virtual ~Contender() = default;

  /// Multiplies once, by the operands whose turn `call` is; returns
  /// milliseconds.
  virtual double run(int64_t call) = 0;

  /// Returns Y[m, n] of call 0, which it makes.
  virtual llvm::Expected<std::vector<float>> getResult() = 0;
};

/// Returns the names that `makePeer` knows.
ArrayRef<StringRef> peerNames();

/// Returns a peer with its weights packed; the error says why it cannot run
/// here. Peers take X in their own type and give Y in f32.
llvm::Expected<std::unique_ptr<Contender>> makePeer(StringRef name,
                                                    const Problem &problem);

/// Returns an error where a sample of Y is further than `minimumDb` of SQNR
/// from the product of the floats: then `contender` measures something else.
llvm::Error checkResult(Contender &contender, const Problem &problem,
                        double minimumDb);

} // namespace mlir::mx

#endif // MX_LIB_BENCH_CONTENDER_H
