//===- Peers.h - libraries of others ----------------------------*- C++ -*-===//

#ifndef MX_LIB_BENCH_PEERS_H
#define MX_LIB_BENCH_PEERS_H

#include "Contender.h"

namespace mlir::mx {

/// Of X and W; Y is f32.
enum class PeerType { F32, BF16 };

/// oneDNN's matmul, the weights in the layout that it asks for.
template <PeerType type>
llvm::Expected<std::unique_ptr<Contender>> makeOneDNN(const Problem &problem);

/// OpenBLAS's sgemm, or sgemv for one row; it has no layout of its own.
llvm::Expected<std::unique_ptr<Contender>> makeOpenBLAS(const Problem &problem);

} // namespace mlir::mx

#endif // MX_LIB_BENCH_PEERS_H
