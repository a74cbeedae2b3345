//===- Abi.cpp - memref descriptors of one call ---------------------------===//

#include "mx/Runner/Abi.h"

#include "mx/Runner/Error.h"

#include "llvm/Support/MathExtras.h"

#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace mlir::mx;

// A descriptor of rank r is 3 + 2r words: allocated pointer, aligned pointer,
// offset, r extents, r strides (in elements).
static constexpr size_t wordSize = 8;
static_assert(sizeof(void *) == wordSize, "descriptors are of 64-bit words");

static size_t descriptorWords(size_t rank) { return 3 + 2 * rank; }

llvm::Error mlir::mx::bindArguments(const Signature &signature,
                                    MutableArrayRef<Array> arguments) {
  const size_t wanted = signature.arguments.size();
  if (arguments.size() > wanted)
    return makeError("found " + Twine(arguments.size()) +
                     " arguments, wanted " + Twine(wanted));
  if (arguments.size() < wanted) {
    std::string missing;
    for (size_t i = arguments.size(); i < wanted; ++i)
      missing += (missing.empty() ? "" : ", ") + std::to_string(i) + " (" +
                 toString(signature.arguments[i]) + ")";
    return makeError("no value for argument " + missing);
  }
  for (size_t i = 0; i < wanted; ++i)
    if (llvm::Error error = bindTo(arguments[i], signature.arguments[i]))
      return addContext("argument " + Twine(i) + ": ", std::move(error));
  return llvm::Error::success();
}

CallFrame::CallFrame(const Signature &signature, ArrayRef<Array> arguments)
    : signature(signature), returned(signature.returned()) {
  SmallVector<ArrayView> views;
  for (const Array &array : arguments) {
    void *data = allocate(array.bytes.size());
    if (!array.bytes.empty())
      std::memcpy(data, array.bytes.data(), array.bytes.size());
    views.push_back({data, array.shape});
  }
  addArguments(views);
}

CallFrame::CallFrame(const Signature &signature, ArrayRef<ArrayView> arguments)
    : signature(signature), returned(signature.returned()) {
  addArguments(arguments);
}

/// Makes room for the results, and what a packed function takes.
void CallFrame::addArguments(ArrayRef<ArrayView> arguments) {
  size_t size = 0;
  bool byPointer = returned.size() > 1;
  for (const ValueType &type : returned) {
    size_t align = type.isTensor ? wordSize : byteSize(type.dtype);
    resultOffsets.push_back(llvm::alignTo(size, align));
    size = resultOffsets.back() +
           (type.isTensor ? descriptorWords(type.shape.size()) * wordSize
                          : byteSize(type.dtype));
    byPointer |= type.isTensor;
  }
  resultStruct = static_cast<uint8_t *>(allocate(size));
  if (byPointer) {
    pointers.push_back(std::make_unique<void *>(resultStruct));
    packed.push_back(pointers.back().get());
  }
  for (auto [type, view] : llvm::zip_equal(signature.arguments, arguments))
    addArgument(type, view);
  if (!byPointer)
    packed.push_back(resultStruct);
}

CallFrame::~CallFrame() = default;

void *CallFrame::allocate(size_t bytes) {
  void *buffer =
      std::aligned_alloc(64, llvm::alignTo(std::max<size_t>(bytes, 1), 64));
  if (!buffer)
    llvm::report_bad_alloc_error("no memory for the arguments of a call");
  std::memset(buffer, 0, bytes);
  buffers.emplace_back(buffer, std::free);
  return buffer;
}

void CallFrame::addArgument(const ValueType &type, const ArrayView &view) {
  values.emplace_back(static_cast<const uint8_t *>(view.data),
                      SmallVector<int64_t>(view.shape));
  if (!type.isTensor) {
    packed.push_back(view.data);
    return;
  }
  const size_t rank = view.shape.size();
  auto *words =
      static_cast<int64_t *>(allocate(descriptorWords(rank) * wordSize));
  std::memcpy(&words[0], &view.data, wordSize);
  std::memcpy(&words[1], &view.data, wordSize);
  int64_t stride = 1;
  for (size_t i = rank; i-- > 0;) {
    words[3 + i] = view.shape[i];
    words[3 + rank + i] = stride;
    stride *= view.shape[i];
  }
  pointers.push_back(std::make_unique<void *>(words));
  packed.push_back(pointers.back().get());
}

/// Copies `rank` dimensions from strided to dense; `to` moves on.
static void copyStrided(const uint8_t *from, uint8_t *&to,
                        const int64_t *extents, const int64_t *strides,
                        size_t rank, size_t elementSize) {
  if (rank == 0) {
    std::memcpy(to, from, elementSize);
    to += elementSize;
    return;
  }
  for (int64_t i = 0; i < *extents; ++i)
    copyStrided(from + i * *strides * static_cast<int64_t>(elementSize), to,
                extents + 1, strides + 1, rank - 1, elementSize);
}

static bool isDense(ArrayRef<int64_t> extents, ArrayRef<int64_t> strides) {
  int64_t stride = 1;
  for (size_t i = extents.size(); i-- > 0; stride *= extents[i])
    if (extents[i] != 1 && strides[i] != stride)
      return false;
  return true;
}

/// Copies the tensor that a returned descriptor describes.
static llvm::Expected<Array> readDescriptor(const uint8_t *bytes,
                                            const ValueType &type) {
  const size_t rank = type.shape.size(), size = byteSize(type.dtype);
  SmallVector<int64_t> words(descriptorWords(rank));
  std::memcpy(words.data(), bytes, words.size() * wordSize);
  ArrayRef<int64_t> extents = ArrayRef(words).slice(3, rank);
  ArrayRef<int64_t> strides = ArrayRef(words).slice(3 + rank, rank);
  llvm::Expected<Array> array = makeArray(type.dtype, extents);
  if (!array || array->bytes.empty())
    return array;
  const uint8_t *data;
  std::memcpy(&data, &words[1], wordSize);
  data += words[2] * static_cast<int64_t>(size);
  uint8_t *to = array->bytes.data();
  if (isDense(extents, strides))
    std::memcpy(to, data, array->bytes.size());
  else
    copyStrided(data, to, extents.data(), strides.data(), rank, size);
  return array;
}

void CallFrame::freeResults() {
  // Results may share a buffer (a value returned twice, a tensor and its
  // reshape): each is freed once.
  SmallPtrSet<void *, 4> buffers;
  for (auto [type, offset] : llvm::zip(returned, resultOffsets)) {
    if (!type.isTensor)
      continue;
    void *allocated;
    std::memcpy(&allocated, resultStruct + offset, wordSize);
    buffers.insert(allocated);
  }
  for (void *buffer : buffers)
    std::free(buffer);
}

/// The result that argument `index` holds.
llvm::Expected<Array> CallFrame::readHeld(size_t index) const {
  const auto &[data, shape] = values[index];
  llvm::Expected<Array> array =
      makeArray(signature.arguments[index].dtype, shape);
  if (array && !array->bytes.empty())
    std::memcpy(array->bytes.data(), data, array->bytes.size());
  return array;
}

/// The result that the code returned as number `index`.
llvm::Expected<Array> CallFrame::readReturned(size_t index) const {
  const ValueType &type = returned[index];
  const uint8_t *at = resultStruct + resultOffsets[index];
  if (type.isTensor)
    return readDescriptor(at, type);
  return Array{
      type.dtype, {}, std::vector<uint8_t>(at, at + byteSize(type.dtype))};
}

llvm::Expected<SmallVector<Array>> CallFrame::takeResults() {
  SmallVector<Array> results;
  llvm::Error failure = llvm::Error::success();
  size_t next = 0;
  for (size_t i = 0; i < signature.results.size(); ++i) {
    std::optional<size_t> holder = signature.holderOf(i);
    llvm::Expected<Array> array =
        holder ? readHeld(*holder) : readReturned(next++);
    if (array)
      results.push_back(std::move(*array));
    else
      failure = llvm::joinErrors(std::move(failure), array.takeError());
  }
  freeResults();
  if (failure)
    return failure;
  return results;
}
