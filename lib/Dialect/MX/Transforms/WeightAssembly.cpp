//===- WeightAssembly.cpp - weight files as object files ------------------===//

#include "WeightAssembly.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::mx {

/// Alignment that lets a file be mapped over the room: a page of x86-64.
static constexpr uint64_t kPageSize = 4096;

static std::string quote(StringRef text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// Defines `symbol` as `size` bytes at `value`. It is seen by all that is
/// linked into one program or shared library, and by nobody else.
static void define(llvm::raw_ostream &os, StringRef symbol, const Twine &value,
                   uint64_t size) {
  os << "  .globl " << symbol << "\n  .hidden " << symbol << "\n  .type "
     << symbol << ", @object\n  .size " << symbol << ", " << size << "\n";
  if (!value.isTriviallyEmpty())
    os << "  .set " << symbol << ", " << value << "\n";
}

static constexpr char overview[] = R"(
/* Constants for x86-64. As it is: the bytes themselves. With
   -DMX_MAP_WEIGHTS: room that mx_weights_attach maps the file into. */
#ifdef MX_MAP_WEIGHTS
  .section .bss.{0}_weights, "aw", @nobits
  .balign {1}
.L{0}_weights:
  .zero {2}
#define MX_IS_READY 0
#else
  .section .rodata.{0}_weights, "a", @progbits
  .balign {1}
.L{0}_weights:
  .incbin {3}
#define MX_IS_READY 1
#endif
)";

void printWeightAssembly(const ::mx::WeightHead &head, StringRef file,
                         StringRef stem, llvm::raw_ostream &os) {
  const uint64_t size = llvm::alignTo(head.fileSize, kPageSize);
  os << StringRef(
            llvm::formatv(overview, stem, kPageSize, size, quote(file)).str())
            .ltrim();
  for (const ::mx::WeightEntry &entry : head.entries)
    define(os, entry.symbol,
           llvm::formatv(".L{0}_weights + {1}", stem, entry.offset).str(),
           entry.size);
  os << "  .section .data." << stem << "_weights, \"aw\", @progbits\n"
     << "  .balign 8\n";
  define(os, (stem + "_weights").str(), "", 32);
  os << stem << "_weights:\n  .quad .L" << stem << "_weights, " << size << ", "
     << llvm::format_hex(head.id, 18) << ", MX_IS_READY\n"
     << "  .section .note.GNU-stack, \"\", @progbits\n";
}

} // namespace mlir::mx
