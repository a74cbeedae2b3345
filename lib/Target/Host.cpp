//===- Host.cpp - the row of the machine this runs on ---------------------===//
//
// The only file that looks at the machine.
//
//===----------------------------------------------------------------------===//

#include "llvm/TargetParser/Host.h"
#include "mx/Target/Target.h"
#include "llvm/ADT/StringMap.h"

const mx::TargetRow &mx::hostTarget() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  return pickTarget(llvm::sys::getHostCPUName(), [&](llvm::StringRef feature) {
    return features.lookup(feature);
  });
}
