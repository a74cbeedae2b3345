//===- Guard.h - memory with unreadable pages around it ---------*- C++ -*-===//
//
// For arguments, and for all that compiled code allocates: a module's calls of
// malloc and free are made to be ours. An access beyond the memory is a fault.
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_CPU_GUARD_H
#define MX_TEST_UNIT_CPU_GUARD_H

#include "mlir/IR/BuiltinOps.h"

#include <cstddef>

namespace mlir::mx::test {

/// Which end of the memory lies at an unreadable page; the other one is
/// somewhere inside a page. Heap: memory of the C library, for tools that watch
/// that.
enum class Edge { Begin, End, Heap };

/// Sets the edge of all memory that is allocated from now on.
void setEdge(Edge edge);

/// Returns memory of `bytes` bytes, filled with NaNs (0xFF); `Edge::End` makes
/// it end at the page, whatever alignment that gives.
void *allocateGuarded(size_t bytes);

/// Frees memory of allocateGuarded, or of compiled code; null does nothing.
void freeGuarded(void *memory);

/// Returns how many blocks are not freed.
size_t countGuarded();

/// Makes malloc, free and the pool of `module`, which is in the LLVM dialect,
/// ours.
void guardAllocations(ModuleOp module);

/// Says `text` if the program ends by a fault.
void describeFault(StringRef text);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_CPU_GUARD_H
