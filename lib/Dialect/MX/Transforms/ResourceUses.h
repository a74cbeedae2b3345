//===- ResourceUses.h - which ops name a blob -------------------*- C++ -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_RESOURCEUSES_H
#define MX_DIALECT_MX_TRANSFORMS_RESOURCEUSES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::mx {

using BlobEntry = DialectResourceBlobManager::BlobEntry;

/// Counts the ops of a module that name each resource.
class ResourceUses {
public:
  explicit ResourceUses(Operation *module) {
    module->walk([&](Operation *op) { add(op); });
  }

  void add(Operation *op) {
    for (BlobEntry *entry : entriesOf(op))
      ++counts[entry];
  }

  /// Returns the resources that nothing names any more without `op`.
  SmallVector<BlobEntry *> remove(Operation *op) {
    SmallVector<BlobEntry *> unused;
    for (BlobEntry *entry : entriesOf(op))
      if (--counts[entry] == 0)
        unused.push_back(entry);
    return unused;
  }

private:
  static llvm::SmallSetVector<BlobEntry *, 4> entriesOf(Operation *op) {
    llvm::SmallSetVector<BlobEntry *, 4> entries;
    op->getAttrDictionary().walk([&](DenseResourceElementsAttr attr) {
      entries.insert(attr.getRawHandle().getResource());
    });
    return entries;
  }

  DenseMap<BlobEntry *, int64_t> counts;
};

} // namespace mlir::mx

#endif // MX_DIALECT_MX_TRANSFORMS_RESOURCEUSES_H
