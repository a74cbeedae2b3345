//===- Support.h - what the runner's tests share ----------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_RUNNER_SUPPORT_H
#define MX_TEST_UNIT_RUNNER_SUPPORT_H

#include "mx/Runner/Array.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <cstring>
#include <stdexcept>

namespace mlir::mx::test {

/// Returns the message of an error; empty for success.
inline std::string messageOf(llvm::Error error) {
  return llvm::toString(std::move(error));
}
template <typename T> std::string messageOf(llvm::Expected<T> value) {
  return value ? "" : llvm::toString(value.takeError());
}

/// Returns the value of `expected`; an error ends the test.
template <typename T> T get(llvm::Expected<T> expected) {
  if (!expected)
    throw std::runtime_error(llvm::toString(expected.takeError()));
  return std::move(*expected);
}

template <typename T>
Array makeArrayOf(DType type, ArrayRef<int64_t> shape, ArrayRef<T> values) {
  Array array{type, SmallVector<int64_t>(shape),
              std::vector<uint8_t>(values.size() * sizeof(T))};
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

/// A file of its own that goes away with this object.
class TemporaryFile {
public:
  explicit TemporaryFile(StringRef content = "") {
    int descriptor = -1;
    llvm::sys::fs::createTemporaryFile("mx-runner", "tmp", descriptor, path);
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    os << content;
  }
  ~TemporaryFile() { llvm::sys::fs::remove(path); }
  StringRef getPath() const { return path; }

private:
  llvm::SmallString<64> path;
};

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_RUNNER_SUPPORT_H
