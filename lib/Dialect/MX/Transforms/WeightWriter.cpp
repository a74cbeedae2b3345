//===- WeightWriter.cpp - weight files of constants -----------------------===//

#include "mx/Dialect/MX/Transforms/WeightWriter.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::mx {

void placeWeights(ArrayRef<ArrayRef<char>> data, ::mx::WeightHead &head) {
  llvm::DenseMap<uint64_t, SmallVector<size_t, 1>> byHash;
  uint64_t end = ::mx::weightHeadSize(head.entries);
  for (auto [i, bytes] : llvm::enumerate(data)) {
    ::mx::WeightEntry &entry = head.entries[i];
    entry.size = bytes.size();
    entry.hash = ::mx::hashBytes(
        reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
    SmallVector<size_t, 1> &alike = byHash[entry.hash];
    auto *same = llvm::find_if(alike, [&, bytes = bytes](size_t other) {
      return data[other] == bytes;
    });
    if (same != alike.end()) {
      entry.offset = head.entries[*same].offset;
      continue;
    }
    alike.push_back(i);
    entry.offset = ::mx::alignWeight(end);
    end = entry.offset + entry.size;
  }
  head.fileSize = end;
}

void printWeights(ArrayRef<ArrayRef<char>> data, const ::mx::WeightHead &head,
                  ArrayRef<uint8_t> bytes, llvm::raw_ostream &os) {
  os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  uint64_t end = bytes.size();
  for (auto [content, entry] : llvm::zip_equal(data, head.entries)) {
    if (entry.offset < end) // shares what is written already
      continue;
    os.write_zeros(entry.offset - end);
    os.write(content.data(), entry.size);
    end = entry.offset + entry.size;
  }
}

/// Returns what went wrong with a file so far. A stream that still holds an
/// error when it is closed would end the process.
static llvm::Error takeError(llvm::raw_ostream &os) {
  os.flush();
  if (os.get_kind() != llvm::raw_ostream::OStreamKind::OK_FDStream)
    return llvm::Error::success();
  auto &file = static_cast<llvm::raw_fd_ostream &>(os);
  std::error_code code = file.error();
  file.clear_error();
  return llvm::errorCodeToError(code);
}

llvm::Error writeWholeFile(StringRef path,
                           function_ref<void(llvm::raw_ostream &)> print) {
  llvm::Error error =
      llvm::writeToOutput(path, [&](llvm::raw_ostream &os) -> llvm::Error {
        print(os);
        return takeError(os);
      });
  if (!error)
    return llvm::Error::success();
  std::error_code code = llvm::errorToErrorCode(std::move(error));
  return llvm::createStringError(code, "cannot write '" + path +
                                           "': " + code.message());
}

} // namespace mlir::mx
