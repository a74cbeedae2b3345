//===- Weights.h - large constants of compiled programs ---------*- C++ -*-===//
//
// The C interface of libmx_runtime: maps weight files (their layout is in
// mx/Numerics/WeightFile.h) read only, without a copy but for mx_weights_read,
// and says where each symbol lies. Needs neither LLVM nor MLIR; C and C++.
//
// A function that fails says so by what it returns, and writes one line of at
// most `message_size` bytes, the zero at the end among them, into `message`,
// which may be null. A file must not be cut short while it is mapped: reading
// what is gone ends the process. All functions may be called from several
// threads on different objects, those with const pointers on the same too.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNTIME_WEIGHTS_H
#define MX_RUNTIME_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A mapped weight file.
typedef struct mx_weights mx_weights;

/// Maps the file at `path` and checks its head: magic, version, sizes, bounds
/// of all entries. Returns null on failure. The caller owns the object and ends
/// it, and every address in it, by mx_weights_close.
mx_weights *mx_weights_open(const char *path, char *message,
                            size_t message_size);

/// Unmaps the file; null is taken.
void mx_weights_close(mx_weights *weights);

/// Returns the bytes of `symbol`, at a multiple of 64, null where there is no
/// such. `size`, unless null, receives their number.
const void *mx_weights_symbol(const mx_weights *weights, const char *symbol,
                              uint64_t *size);

/// Returns the hash that names the content of the file.
uint64_t mx_weights_id(const mx_weights *weights);

/// Reads all data and compares them with their hashes. Returns 0, or -1 where
/// bytes are damaged.
int mx_weights_verify(const mx_weights *weights, char *message,
                      size_t message_size);

/// The constants of one module within a program: what the assembly file beside
/// a weight file defines as NAME_weights. Either they are in the program
/// already, or there is room for them.
#ifndef MX_WEIGHTS_REGION
#define MX_WEIGHTS_REGION
typedef struct mx_weights_region {
  void *begin;       ///< whole pages
  uint64_t size;     ///< in bytes
  uint64_t id;       ///< of the only file that fits
  uint64_t is_ready; ///< 0 until the constants are there, 2 if from a file
} mx_weights_region;
#endif

/// Maps the file at `path` into `region`, until mx_weights_detach; where the
/// constants are there already, does nothing. Returns 0, or -1 where the file
/// cannot be mapped or is not the one that was made with the code. To be called
/// before any function of the module, from one thread.
int mx_weights_attach(mx_weights_region *region, const char *path,
                      char *message, size_t message_size);

/// The same, but the file is read into memory of the process, in huge pages
/// where the kernel gives them, instead of mapped: products of few rows, which
/// wait for memory, run faster, up to 1.4 times where that was measured; it
/// takes the time to read the file, and other processes do not share it. It
/// does nothing either where the constants are there, mapped or read.
int mx_weights_read(mx_weights_region *region, const char *path, char *message,
                    size_t message_size);

/// Gives back what the two above have brought; constants of the program stay.
/// No function of the module may run then, until they are brought again.
void mx_weights_detach(mx_weights_region *region);

#ifdef __cplusplus
}
#endif

#endif // MX_RUNTIME_WEIGHTS_H
