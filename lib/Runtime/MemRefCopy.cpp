//===- MemRefCopy.cpp - copies between strided memrefs --------------------===//
//
// What upstream's lowering of memref.copy calls where a copy is not of one
// piece; the interface, name included, is upstream's.
//
//===----------------------------------------------------------------------===//

#include <cstdint>
#include <cstring>

namespace {

/// A descriptor of any rank: both pointers and the offset, then the extents,
/// then the strides in elements.
struct Descriptor {
  char *allocated;
  char *aligned;
  int64_t offset;

  const int64_t *extents() const {
    return reinterpret_cast<const int64_t *>(this + 1);
  }
};

struct UnrankedMemRef {
  int64_t rank;
  const Descriptor *descriptor;
};

/// One side of a copy.
struct Side {
  char *data;
  const int64_t *strides;
};

} // namespace

static Side sideOf(const UnrankedMemRef &memref, int64_t elementSize) {
  const Descriptor &descriptor = *memref.descriptor;
  return {descriptor.aligned + descriptor.offset * elementSize,
          descriptor.extents() + memref.rank};
}

static void copy(const Side &to, const Side &from, const int64_t *extents,
                 int64_t rank, int64_t elementSize) {
  if (rank == 0) {
    std::memcpy(to.data, from.data, static_cast<size_t>(elementSize));
    return;
  }
  if (rank == 1 && *to.strides == 1 && *from.strides == 1) {
    std::memcpy(to.data, from.data,
                static_cast<size_t>(*extents * elementSize));
    return;
  }
  for (int64_t i = 0; i < *extents; ++i)
    copy({to.data + i * *to.strides * elementSize, to.strides + 1},
         {from.data + i * *from.strides * elementSize, from.strides + 1},
         extents + 1, rank - 1, elementSize);
}

/// Copies `from` to `to`, of equal extents and apart in memory.
extern "C" void memrefCopy(int64_t elementSize, const UnrankedMemRef *from,
                           const UnrankedMemRef *to) {
  copy(sideOf(*to, elementSize), sideOf(*from, elementSize),
       from->descriptor->extents(), from->rank, elementSize);
}
