//===- Pool.h - memory of compiled programs' temporaries --------*- C++ -*-===//
//
// Compiled code takes its large temporary buffers from here. Memory that is
// given back stays with the thread, for the next that wants about as much, up
// to a limit; malloc returns large buffers to the operating system, and then a
// call pays for the pages of its temporaries each time.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNTIME_POOL_H
#define MX_RUNTIME_POOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Memory as a memref<?xi8>: what compiled code passes by address.
typedef struct mx_pool_buffer {
  void *allocated, *aligned;
  int64_t offset, size, stride;
} mx_pool_buffer;

/// Most bytes that a thread keeps.
#define MX_POOL_LIMIT ((size_t)1 << 28)

/// Sets `buffer` to `bytes` bytes at a multiple of 64, of any content. Ends the
/// process with a message where there is no memory.
void _mlir_ciface_mx_pool_allocate(mx_pool_buffer *buffer, int64_t bytes);

/// Gives back what the former set, once.
void _mlir_ciface_mx_pool_free(mx_pool_buffer *buffer);

/// Returns the bytes that the calling thread keeps.
size_t mx_pool_kept(void);

/// Returns to the C library what the calling thread keeps. A thread that ends
/// does so by itself.
void mx_pool_trim(void);

#ifdef __cplusplus
}
#endif

#endif // MX_RUNTIME_POOL_H
