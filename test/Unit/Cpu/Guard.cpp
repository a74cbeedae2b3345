//===- Guard.cpp - memory with unreadable pages around it -----------------===//

#include "Guard.h"

#include "mx/Runtime/Pool.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace mlir::mx::test;

/// What code aligns to where it asks for more than it needs.
static constexpr size_t kAlignment = 64;

namespace {
struct Pages {
  void *begin; ///< null for memory of the C library
  size_t bytes;
};

/// The blocks there are; compiled code allocates from several threads.
struct Blocks {
  std::mutex mutex;
  std::map<void *, Pages> pages;
  Edge edge = Edge::End;
};
} // namespace

static Blocks &blocks() {
  static Blocks all;
  return all;
}

/// Readable pages for `bytes` between two that are not.
static Pages mapPages(size_t bytes) {
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t inner = llvm::alignTo(std::max<size_t>(bytes, 1), page);
  void *begin = mmap(nullptr, inner + 2 * page, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin == MAP_FAILED || mprotect(static_cast<char *>(begin) + page, inner,
                                      PROT_READ | PROT_WRITE) != 0)
    llvm::report_bad_alloc_error("no memory with guard pages");
  return {begin, inner + 2 * page};
}

/// Of `bytes` bytes, the last `slack` only serve to align what is before them:
/// the block lies so that aligning it up leaves less than an alignment free.
static void *allocate(size_t bytes, size_t slack) {
  Blocks &all = blocks();
  std::lock_guard<std::mutex> lock(all.mutex);
  if (all.edge == Edge::Heap) {
    void *memory = std::malloc(std::max<size_t>(bytes, 1));
    all.pages[memory] = {nullptr, bytes};
    return memory;
  }
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t used = bytes - slack;
  Pages pages = mapPages(used + 2 * slack);
  char *begin = static_cast<char *>(pages.begin) + page;
  char *end = static_cast<char *>(pages.begin) + pages.bytes - page;
  std::memset(begin, 0xFF, static_cast<size_t>(end - begin));
  char *memory = begin;
  if (all.edge == Edge::End) {
    memory = end - used;
    if (slack) // one past an aligned address, so that the next one is taken
      memory -= reinterpret_cast<uintptr_t>(memory) % slack + slack - 1;
  }
  all.pages[memory] = pages;
  return memory;
}

void mlir::mx::test::setEdge(Edge edge) {
  std::lock_guard<std::mutex> lock(blocks().mutex);
  blocks().edge = edge;
}

void *mlir::mx::test::allocateGuarded(size_t bytes) {
  return allocate(bytes, 0);
}

void mlir::mx::test::freeGuarded(void *memory) {
  if (!memory)
    return;
  Blocks &all = blocks();
  std::lock_guard<std::mutex> lock(all.mutex);
  auto found = all.pages.find(memory);
  if (found == all.pages.end())
    llvm::report_fatal_error("freed what was not allocated");
  if (found->second.begin)
    munmap(found->second.begin, found->second.bytes);
  else
    std::free(memory);
  all.pages.erase(found);
}

size_t mlir::mx::test::countGuarded() {
  std::lock_guard<std::mutex> lock(blocks().mutex);
  return blocks().pages.size();
}

//===----------------------------------------------------------------------===//
// Allocations of compiled code
//===----------------------------------------------------------------------===//

// Found by name, so this program exports its symbols.
extern "C" {
void *mxTestAllocate(int64_t bytes) {
  return allocate(static_cast<size_t>(bytes), 0);
}
void *mxTestAllocateAligned(int64_t bytes) {
  return allocate(static_cast<size_t>(bytes), kAlignment);
}
void mxTestFree(void *memory) { freeGuarded(memory); }
void mxTestPoolAllocate(mx_pool_buffer *buffer, int64_t bytes) {
  void *memory = mxTestAllocateAligned(bytes + int64_t(kAlignment));
  auto address = reinterpret_cast<uintptr_t>(memory);
  auto *aligned = reinterpret_cast<void *>(llvm::alignTo(address, kAlignment));
  *buffer = {memory, aligned, 0, bytes, 1};
}
void mxTestPoolFree(mx_pool_buffer *buffer) { freeGuarded(buffer->allocated); }
}

/// True where `size` is what is needed and an alignment on top of it.
static bool isForAlignment(Value size) {
  auto sum = size.getDefiningOp<LLVM::AddOp>();
  auto constant =
      sum ? sum.getRhs().getDefiningOp<LLVM::ConstantOp>() : nullptr;
  auto value = constant ? dyn_cast<IntegerAttr>(constant.getValue()) : nullptr;
  return value && value.getInt() == kAlignment;
}

void mlir::mx::test::guardAllocations(ModuleOp module) {
  // So that symbols of this program are found.
  llvm::sys::DynamicLibrary::LoadLibraryPermanently(nullptr);
  auto rename = [&](StringRef from, StringRef to) {
    auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(from);
    if (!function)
      return;
    (void)SymbolTable::replaceAllSymbolUses(
        function, StringAttr::get(module.getContext(), to), module);
    function.setName(to);
  };
  rename("free", "mxTestFree");
  rename("_mlir_ciface_mx_pool_allocate", "mxTestPoolAllocate");
  rename("_mlir_ciface_mx_pool_free", "mxTestPoolFree");
  auto allocator = module.lookupSymbol<LLVM::LLVMFuncOp>("malloc");
  if (!allocator)
    return;
  OpBuilder b(allocator);
  for (StringRef name : {"mxTestAllocate", "mxTestAllocateAligned"})
    LLVM::LLVMFuncOp::create(b, allocator.getLoc(), name,
                             allocator.getFunctionType());
  module.walk([](LLVM::CallOp call) {
    if (call.getCallee() == "malloc")
      call.setCallee(isForAlignment(call.getOperand(0))
                         ? "mxTestAllocateAligned"
                         : "mxTestAllocate");
  });
  allocator.erase();
}

//===----------------------------------------------------------------------===//
// Faults
//===----------------------------------------------------------------------===//

static char faultText[1024];

static void onFault(int signal) {
  (void)!write(STDERR_FILENO, faultText, std::strlen(faultText));
  std::signal(signal, SIG_DFL);
  (void)raise(signal);
}

void mlir::mx::test::describeFault(StringRef text) {
  size_t count = std::min(text.size(), sizeof(faultText) - 2);
  std::memcpy(faultText, text.data(), count);
  faultText[count] = '\n';
  faultText[count + 1] = '\0';
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGABRT})
    std::signal(signal, onFault);
}
