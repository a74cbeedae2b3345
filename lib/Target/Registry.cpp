//===- Registry.cpp - finding rows of the target table --------------------===//

#include "Rows.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace mx;

const KernelRow *TargetRow::find(KernelKind kind) const {
  const KernelRow *found = llvm::find_if(
      kernels, [&](const KernelRow &row) { return row.kind == kind; });
  return found == kernels.end() ? nullptr : found;
}

llvm::ArrayRef<TargetRow> mx::targetRows() { return cpuRows(); }

const TargetRow &mx::genericRow() { return targetRows().front(); }

const TargetRow *mx::findTarget(llvm::StringRef name) {
  for (const TargetRow &row : targetRows())
    if (name == row.name)
      return &row;
  return nullptr;
}

bool mx::canRun(const TargetRow &row,
                llvm::function_ref<bool(llvm::StringRef)> hasFeature) {
  llvm::SmallVector<llvm::StringRef> features;
  llvm::StringRef(row.features).split(features, ',', -1, /*KeepEmpty=*/false);
  return llvm::all_of(features, [&](llvm::StringRef feature) {
    return hasFeature(feature.drop_front());
  });
}

const TargetRow &
mx::pickTarget(llvm::StringRef cpu,
               llvm::function_ref<bool(llvm::StringRef)> hasFeature) {
  const TargetRow *best = &genericRow();
  for (const TargetRow &row : targetRows()) {
    if (!canRun(row, hasFeature))
      continue;
    if (cpu == row.name)
      return row;
    best = &row;
  }
  return *best;
}
