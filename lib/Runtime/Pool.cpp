//===- Pool.cpp - memory of compiled programs' temporaries ----------------===//

#include "mx/Runtime/Pool.h"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPage = size_t(1) << 12, kHugePage = size_t(1) << 21;

/// Before the bytes of a buffer, which begin kAlignment further on.
struct Chunk {
  size_t capacity; ///< of all, this included
  Chunk *next;     ///< given back before this one
};
static_assert(sizeof(Chunk) <= kAlignment);

/// What the thread keeps, the last that came first.
struct Kept {
  Chunk *first = nullptr;
  size_t bytes = 0;

  ~Kept() { trim(0); }
  Chunk *take(size_t capacity);
  void put(Chunk *chunk);
  void trim(size_t most);
};

thread_local Kept kept;

} // namespace

/// Removes the smallest that has `capacity` and less than twice that; null
/// where there is none.
Chunk *Kept::take(size_t capacity) {
  Chunk **best = nullptr;
  for (Chunk **link = &first; *link; link = &(*link)->next)
    if ((*link)->capacity >= capacity && (*link)->capacity / 2 < capacity &&
        (!best || (*link)->capacity < (*best)->capacity))
      best = link;
  if (!best)
    return nullptr;
  Chunk *chunk = *best;
  *best = chunk->next;
  bytes -= chunk->capacity;
  return chunk;
}

void Kept::put(Chunk *chunk) {
  if (chunk->capacity > MX_POOL_LIMIT) {
    std::free(chunk);
    return;
  }
  chunk->next = first;
  first = chunk;
  bytes += chunk->capacity;
  if (bytes > MX_POOL_LIMIT)
    trim(MX_POOL_LIMIT);
}

/// Frees those that came first, until at most `most` bytes are left.
void Kept::trim(size_t most) {
  size_t seen = 0;
  Chunk **link = &first;
  for (; *link && seen + (*link)->capacity <= most; link = &(*link)->next)
    seen += (*link)->capacity;
  Chunk *old = *link;
  *link = nullptr;
  bytes = seen;
  while (old) {
    Chunk *next = old->next;
    std::free(old);
    old = next;
  }
}

/// Large ones in pages of 2 MB, where the system gives them.
static Chunk *allocate(size_t capacity) {
  bool isHuge = capacity % kHugePage == 0;
  void *memory = std::aligned_alloc(isHuge ? kHugePage : kAlignment, capacity);
  if (!memory) {
    std::fprintf(stderr, "mx: no memory for a temporary of %zu bytes\n",
                 capacity);
    std::abort();
  }
  if (isHuge)
    (void)madvise(memory, capacity, MADV_HUGEPAGE);
  return new (memory) Chunk{capacity, nullptr};
}

void _mlir_ciface_mx_pool_allocate(mx_pool_buffer *buffer, int64_t bytes) {
  size_t wanted = static_cast<size_t>(bytes) + kAlignment;
  size_t unit = wanted < 2 * kHugePage ? kPage : kHugePage;
  size_t capacity = (wanted + unit - 1) / unit * unit;
  Chunk *chunk = kept.take(capacity);
  if (!chunk)
    chunk = allocate(capacity);
  char *data = reinterpret_cast<char *>(chunk) + kAlignment;
  *buffer = {data, data, 0, bytes, 1};
}

void _mlir_ciface_mx_pool_free(mx_pool_buffer *buffer) {
  char *data = static_cast<char *>(buffer->allocated);
  kept.put(reinterpret_cast<Chunk *>(data - kAlignment));
}

size_t mx_pool_kept(void) { return kept.bytes; }

void mx_pool_trim(void) { kept.trim(0); }
