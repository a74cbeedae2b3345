//===- Abi.h - how compiled functions are called ----------------*- C++ -*-===//
//
// The contract with the pipelines: a public function NAME carries the attribute
// `mx.signature`, a function type of tensors and scalars, and has a C interface
// `_mlir_ciface_NAME`. Tensors go in as pointers to memref descriptors of
// contiguous buffers, scalars by value. A single tensor result comes back in a
// descriptor that the first pointer is for; several results in one struct; a
// single scalar as the value of the call. A result that an argument holds
// (`mx.in_place`) is in the argument's buffer and nowhere else. Results lie in
// fresh buffers from malloc, which belong to the caller; two results may share
// one.
//
//===----------------------------------------------------------------------===//

#ifndef MX_RUNNER_ABI_H
#define MX_RUNNER_ABI_H

#include "mx/Runner/Array.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <optional>

namespace mlir::mx {

/// Name of the attribute that holds the type of an entry.
inline constexpr llvm::StringLiteral signatureAttrName("mx.signature");

/// Name of the attribute that holds Signature::inPlace.
inline constexpr llvm::StringLiteral inPlaceAttrName("mx.in_place");

struct Signature {
  SmallVector<ValueType> arguments;
  SmallVector<ValueType> results;
  /// For each argument the number of the result that its buffer holds after a
  /// call, -1 where it holds none and is not written to.
  SmallVector<int64_t> inPlace;

  /// Returns the number of the argument that holds result `index`, none where
  /// the code returns it.
  std::optional<size_t> holderOf(size_t index) const;
  /// Returns the types of the results that the code returns.
  SmallVector<ValueType> returned() const;
};

/// Returns the names of the functions of `module`, which is in the LLVM
/// dialect, that readSignature may be asked of.
SmallVector<std::string> getEntries(ModuleOp module);

/// Returns the signature of function `entry` of `module`, which is in the LLVM
/// dialect. A missing, private or bodyless function is an error that lists the
/// entries there are; so is a type that cannot cross the ABI, and a C interface
/// that does not fit the signature.
llvm::Expected<Signature> readSignature(ModuleOp module, StringRef entry);

/// Checks number, shapes and types of `arguments` and gives each the element
/// type wanted. The error names the argument.
llvm::Error bindArguments(const Signature &signature,
                          MutableArrayRef<Array> arguments);

/// Memory of an argument, as ValueType says, and its extents.
struct ArrayView {
  void *data;
  ArrayRef<int64_t> shape;
};

/// Storage of one call: the arguments, their descriptors, and room for the
/// results.
class CallFrame {
public:
  /// `arguments` are bound to `signature`. They are copied, so that a function
  /// may write into them.
  CallFrame(const Signature &signature, ArrayRef<Array> arguments);
  /// The same without copies: the memory, 64-byte aligned, stays the caller's.
  CallFrame(const Signature &signature, ArrayRef<ArrayView> arguments);
  ~CallFrame();
  CallFrame(const CallFrame &) = delete;
  CallFrame &operator=(const CallFrame &) = delete;

  /// Returns what a packed function takes: pointers to all arguments, then to
  /// the result that is returned by value.
  void **getPacked() { return packed.data(); }

  /// Returns the results after the call and frees their buffers.
  llvm::Expected<SmallVector<Array>> takeResults();

  /// Frees the buffers of the results of the last call, unread. The frame may
  /// be called again.
  void freeResults();

private:
  /// 64-byte aligned memory of the size asked for.
  void *allocate(size_t bytes);
  void addArguments(ArrayRef<ArrayView> arguments);
  void addArgument(const ValueType &type, const ArrayView &view);
  llvm::Expected<Array> readHeld(size_t index) const;
  llvm::Expected<Array> readReturned(size_t index) const;

  const Signature &signature;
  /// Of the results that the code returns.
  const SmallVector<ValueType> returned;
  /// Of the arguments: their data and extents.
  SmallVector<std::pair<const uint8_t *, SmallVector<int64_t>>> values;
  SmallVector<std::unique_ptr<void, void (*)(void *)>> buffers;
  /// Pointers that are passed by value; `packed` points at them.
  SmallVector<std::unique_ptr<void *>> pointers;
  SmallVector<void *> packed;
  /// The struct of results and the offset of each in it.
  uint8_t *resultStruct = nullptr;
  SmallVector<size_t> resultOffsets;
};

} // namespace mlir::mx

#endif // MX_RUNNER_ABI_H
