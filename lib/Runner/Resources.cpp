//===- Resources.cpp - the bytes behind constants -------------------------===//

#include "mx/Runner/Resources.h"

#include "mx/Runner/Error.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::mx;

/// Returns the keys that the attributes of `module` name.
static llvm::StringSet<> namedKeys(ModuleOp module) {
  llvm::StringSet<> keys;
  module.walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](DenseResourceElementsAttr attr) {
      keys.insert(attr.getRawHandle().getKey());
    });
  });
  return keys;
}

llvm::Error mlir::mx::setResources(ModuleOp module,
                                   ArrayRef<Resource> resources) {
  if (resources.empty())
    return llvm::Error::success();
  auto *builtin = module.getContext()->getLoadedDialect<BuiltinDialect>();
  auto *interface =
      builtin->getRegisteredInterface<ResourceBlobManagerDialectInterface>();
  DialectResourceBlobManager &manager = interface->getBlobManager();
  llvm::StringSet<> keys = namedKeys(module);
  for (const Resource &resource : resources) {
    auto *entry = manager.lookup(resource.key);
    if (!entry || !keys.contains(resource.key))
      return makeError("resource '" + resource.key +
                       "' is given, but nothing in the module names it");
    if (entry->getBlob())
      return makeError("resource '" + resource.key +
                       "' is given, but the module has its data already");
    entry->setBlob(AsmResourceBlob(
        resource.bytes, Resource::alignment,
        [owner = resource.owner](void *, size_t, size_t) mutable {
          owner.reset();
        },
        /*dataIsMutable=*/false));
  }
  return llvm::Error::success();
}

/// Checks one attribute; the size of packed sub-byte elements is a lower bound.
static llvm::Error checkResource(DenseResourceElementsAttr attr, Location loc) {
  StringRef key = attr.getRawHandle().getKey();
  const AsmResourceBlob *blob = attr.getRawHandle().getBlob();
  if (!blob)
    return makeError(loc, "resource '" + key +
                              "' has no data (was the file printed with "
                              "elided constants?)");
  Type element = attr.getType().getElementType();
  if (!element.isIntOrIndexOrFloat())
    return llvm::Error::success();
  uint64_t count = attr.getType().getNumElements();
  if (count == 0) // upstream's translation to LLVM IR divides by the count
    return makeError(loc, "resource '" + key +
                              "' has no elements; write dense<> instead");
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  uint64_t wanted = bits % 8 ? (count * bits + 7) / 8 : count * (bits / 8);
  uint64_t found = blob->getData().size();
  if (found < wanted || (found > wanted && bits % 8 == 0))
    return makeError(loc, "resource '" + key + "' has " + Twine(found) +
                              " bytes, its type wants " + Twine(wanted));
  return llvm::Error::success();
}

llvm::Error mlir::mx::checkResources(ModuleOp module) {
  llvm::Error error = llvm::Error::success();
  module.walk([&](Operation *op) {
    auto result =
        op->getAttrDictionary().walk([&](DenseResourceElementsAttr attr) {
          llvm::Error here = checkResource(attr, op->getLoc());
          bool isBad = static_cast<bool>(here);
          error = llvm::joinErrors(std::move(error), std::move(here));
          return isBad ? WalkResult::interrupt() : WalkResult::advance();
        });
    return result;
  });
  return error;
}
