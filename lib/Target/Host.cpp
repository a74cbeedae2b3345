//===- Host.cpp - the row of the machine this runs on ---------------------===//
//
// The only file that looks at the machine.
//
//===----------------------------------------------------------------------===//

#include "llvm/TargetParser/Host.h"
#include "mx/Target/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>

const mx::TargetRow &mx::hostTarget() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  return pickTarget(llvm::sys::getHostCPUName(), [&](llvm::StringRef feature) {
    return features.lookup(feature);
  });
}

std::string mx::missingHostFeature(llvm::StringRef features) {
  llvm::StringMap<bool> has = llvm::sys::getHostCPUFeatures();
  for (llvm::StringRef feature : llvm::split(features, ','))
    if (feature.consume_front("+") && !has.lookup(feature))
      return feature.str();
  return {};
}

bool mx::hostCanRun(const TargetRow &row) {
  return missingHostFeature(row.features).empty();
}

/// Returns the text of a file of the kernel's, empty where it cannot be read.
static std::string readText(const llvm::Twine &path) {
  auto buffer = llvm::MemoryBuffer::getFileAsStream(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Linux writes sizes as `32768K`.
static int64_t readCacheSize(int index) {
  std::string text = readText("/sys/devices/system/cpu/cpu0/cache/index" +
                              llvm::Twine(index) + "/size");
  llvm::StringRef number = llvm::StringRef(text).trim();
  int64_t kibibytes = 0;
  if (!number.consume_back("K") || number.getAsInteger(10, kibibytes))
    return 0;
  return kibibytes * 1024;
}

mx::HostFacts mx::hostFacts() {
  HostFacts facts;
  std::string text = readText("/proc/cpuinfo");
  llvm::StringRef name = llvm::StringRef(text)
                             .split("model name")
                             .second.split(':')
                             .second.split('\n')
                             .first.trim();
  facts.name = name.empty() ? "unknown" : name.str();
  // Levels 1 (data, instructions), 2 and 3.
  for (int index = 0; index < 4; ++index)
    facts.lastLevelCache = std::max(facts.lastLevelCache, readCacheSize(index));
  return facts;
}
