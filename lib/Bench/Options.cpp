//===- Options.cpp - what is to be measured, from text --------------------===//

#include "Contender.h"

#include "mx/Runner/Error.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mx;

static SmallVector<StringRef> split(StringRef text) {
  SmallVector<StringRef> items;
  text.split(items, ',');
  return items;
}

static llvm::Error unexpected(StringRef option, StringRef found,
                              const Twine &expected) {
  return makeError(option + ": found '" + found + "', expected " + expected);
}

/// Below the largest whose products of three fit 64 bits.
static bool readExtent(StringRef text, int64_t &value) {
  return !text.getAsInteger(10, value) && value > 0 && value <= 1 << 20;
}

llvm::Expected<std::vector<int64_t>> mlir::mx::parseCounts(StringRef option,
                                                           StringRef text) {
  std::vector<int64_t> counts;
  for (StringRef item : split(text))
    if (!readExtent(item, counts.emplace_back()))
      return unexpected(option, item, "a number from 1 to 1048576");
  return counts;
}

llvm::Expected<std::vector<MatrixShape>> mlir::mx::parseShapes(StringRef option,
                                                               StringRef text) {
  std::vector<MatrixShape> shapes;
  for (StringRef item : split(text)) {
    auto [n, k] = item.split('x');
    MatrixShape &shape = shapes.emplace_back();
    if (!readExtent(n, shape.n) || !readExtent(k, shape.k))
      return unexpected(option, item, "NxK, e.g. 4096x4096");
  }
  return shapes;
}

llvm::Expected<BenchData> mlir::mx::parseData(StringRef option,
                                              StringRef text) {
  if (text == "gaussian")
    return BenchData::Gaussian;
  if (text == "outliers")
    return BenchData::Outliers;
  return unexpected(option, text, "gaussian or outliers");
}

llvm::Expected<std::vector<std::string>> mlir::mx::parsePeers(StringRef option,
                                                              StringRef text) {
  std::vector<std::string> peers;
  if (text.empty())
    return peers;
  for (StringRef item : split(text)) {
    if (!llvm::is_contained(peerNames(), item))
      return unexpected(option, item,
                        "some of " + llvm::join(peerNames(), ", "));
    peers.push_back(item.str());
  }
  return peers;
}
