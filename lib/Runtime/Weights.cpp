//===- Weights.cpp - mapped weight files ----------------------------------===//

#include "mx/Runtime/Weights.h"

#include "mx/Numerics/WeightFile.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct mx_weights {
  mx_weights() = default;
  mx_weights(const mx_weights &) = delete;
  mx_weights &operator=(const mx_weights &) = delete;
  ~mx_weights() {
    if (bytes)
      munmap(bytes, head.fileSize);
    if (descriptor >= 0)
      close(descriptor);
  }

  const uint8_t *begin() const { return static_cast<const uint8_t *>(bytes); }

  int descriptor = -1;
  void *bytes = nullptr;
  mx::WeightHead head;
};

namespace {
/// Where a message goes.
struct Message {
  char *text;
  size_t size;

  void set(const char *path, const std::string &what) const {
    if (text && size)
      std::snprintf(text, size, "weight file '%s' %s", path, what.c_str());
  }
};
} // namespace

static std::string systemError(const char *what) {
  return std::string(what) + ": " + std::strerror(errno);
}

/// Maps the file; returns what is wrong with it.
static std::string map(mx_weights &weights, const char *path) {
  weights.descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (weights.descriptor < 0)
    return systemError("cannot be opened");
  struct stat status;
  if (fstat(weights.descriptor, &status) != 0)
    return systemError("cannot be looked at");
  if (!S_ISREG(status.st_mode))
    return "is no regular file";
  if (status.st_size == 0)
    return "is empty";
  const auto size = static_cast<uint64_t>(status.st_size);
  void *bytes =
      mmap(nullptr, size, PROT_READ, MAP_PRIVATE, weights.descriptor, 0);
  if (bytes == MAP_FAILED)
    return systemError("cannot be mapped");
  weights.bytes = bytes;
  weights.head.fileSize = size;
  mx::WeightHead head;
  std::string error;
  if (mx::readWeightHead(weights.begin(), size, head, error))
    weights.head = std::move(head);
  return error;
}

mx_weights *mx_weights_open(const char *path, char *message,
                            size_t message_size) {
  const Message to{message, message_size};
  mx_weights *weights = nullptr;
  try {
    weights = new mx_weights;
    std::string error = map(*weights, path);
    if (error.empty())
      return weights;
    to.set(path, error);
  } catch (const std::bad_alloc &) {
    to.set(path, "cannot be opened: no memory");
  }
  delete weights;
  return nullptr;
}

void mx_weights_close(mx_weights *weights) { delete weights; }

const void *mx_weights_symbol(const mx_weights *weights, const char *symbol,
                              uint64_t *size) {
  for (const mx::WeightEntry &entry : weights->head.entries) {
    if (entry.symbol != symbol)
      continue;
    if (size)
      *size = entry.size;
    return weights->begin() + entry.offset;
  }
  return nullptr;
}

uint64_t mx_weights_id(const mx_weights *weights) { return weights->head.id; }

int mx_weights_verify(const mx_weights *weights, char *message,
                      size_t message_size) {
  for (const mx::WeightEntry &entry : weights->head.entries) {
    if (mx::hashBytes(weights->begin() + entry.offset, entry.size) ==
        entry.hash)
      continue;
    if (message && message_size)
      std::snprintf(message, message_size, "the data of '%s' are damaged",
                    entry.symbol.c_str());
    return -1;
  }
  return 0;
}

/// mx_weights_region::is_ready of what a file has given.
static constexpr uint64_t kFromFile = 2;

/// Returns what is wrong with `weights` for `region`.
static std::string check(const mx_weights &weights,
                         const mx_weights_region &region) {
  if (weights.head.id != region.id)
    return "is not the one that was made with this code";
  if (weights.head.fileSize > region.size)
    return "is larger than the room for it";
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  if (reinterpret_cast<uintptr_t>(region.begin) % page != 0)
    return "does not fit the room: this machine has pages of " +
           std::to_string(page) + " bytes";
  return "";
}

/// Lays the file over `begin`; returns what is wrong.
static std::string lay(const mx_weights &weights, void *begin) {
  if (mmap(begin, weights.head.fileSize, PROT_READ, MAP_PRIVATE | MAP_FIXED,
           weights.descriptor, 0) == MAP_FAILED)
    return systemError("cannot be mapped");
  return "";
}

/// Reads the file to new memory at `begin`; returns what is wrong.
static std::string copyIn(const mx_weights &weights, void *begin) {
  const uint64_t size = weights.head.fileSize;
  if (mmap(begin, size, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
    return systemError("cannot be read: no memory");
  // A kernel without huge pages refuses, which changes nothing but the speed.
  (void)madvise(begin, size, MADV_HUGEPAGE);
  auto *to = static_cast<uint8_t *>(begin);
  for (uint64_t at = 0; at < size;) {
    const ssize_t count =
        pread(weights.descriptor, to + at, size - at, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return systemError("cannot be read");
    if (count == 0)
      return "has become shorter";
    at += static_cast<uint64_t>(count);
  }
  if (mprotect(begin, size, PROT_READ) != 0)
    return systemError("cannot be protected");
  return "";
}

/// Makes room as before, which takes no memory; false where what is there
/// stays.
static bool clear(const mx_weights_region &region) {
  return mmap(region.begin, region.size, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

/// Brings the file to `region` by `bring`, which returns what is wrong.
static int attach(mx_weights_region &region, const char *path, Message to,
                  std::string (*bring)(const mx_weights &, void *)) {
  if (region.is_ready)
    return 0;
  mx_weights *weights = mx_weights_open(path, to.text, to.size);
  if (!weights)
    return -1;
  std::string error = check(*weights, region);
  if (error.empty()) {
    error = bring(*weights, region.begin);
    if (!error.empty())
      (void)clear(region);
  }
  mx_weights_close(weights);
  if (!error.empty()) {
    to.set(path, error);
    return -1;
  }
  region.is_ready = kFromFile;
  return 0;
}

int mx_weights_attach(mx_weights_region *region, const char *path,
                      char *message, size_t message_size) {
  return attach(*region, path, {message, message_size}, lay);
}

int mx_weights_read(mx_weights_region *region, const char *path, char *message,
                    size_t message_size) {
  return attach(*region, path, {message, message_size}, copyIn);
}

void mx_weights_detach(mx_weights_region *region) {
  if (region->is_ready == kFromFile && clear(*region))
    region->is_ready = 0;
}
