//===- Buffer.h - aligned memory --------------------------------*- C++ -*-===//
//
// Memory of operands, for our side and for peers alike.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_BENCH_BUFFER_H
#define MX_LIB_BENCH_BUFFER_H

#include "llvm/Support/ErrorHandling.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace mlir::mx {

/// Bytes at a multiple of 64. Every page of it is there from the start.
class Buffer {
public:
  explicit Buffer(int64_t bytes) : bytes(bytes) {
    memory.reset(std::aligned_alloc(64, (bytes + 64) / 64 * 64));
    if (!memory)
      llvm::report_bad_alloc_error("no memory for an operand");
    // Not zeros, which the kernel could keep in one page.
    std::memset(memory.get(), 1, bytes);
  }

  void *data() const { return memory.get(); }
  int64_t size() const { return bytes; }

private:
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> memory;
  int64_t bytes;
};

} // namespace mlir::mx

#endif // MX_LIB_BENCH_BUFFER_H
