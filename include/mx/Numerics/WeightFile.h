//===- WeightFile.h - large constants beside the code -----------*- C++ -*-===//
//
// A weight file holds the large constants of one module, so that neither the
// compiler's back end nor a JIT has to carry them. It is mapped into memory and
// used where it lies. Numbers are little-endian, offsets count from the start
// of the file:
//
//      0  8  magic, "MXWEIGHT"
//      8  4  version, 1
//     12  4  number of entries
//     16  8  size of the file
//     24  8  size of the names
//     32  8  id: hashBytes of the head with this field 0
//     40 24  0
//     64     entries of 40 bytes: offset, size and hashBytes of the data, first
//            byte and length of the symbol among the names
//            names, one after the other
//            data, each at a multiple of 64, with zeros in between
//
// All before the data is the head. Two entries may share their data. As the
// head holds a hash of all data, files of one id have the same content.
//
//===----------------------------------------------------------------------===//

#ifndef MX_NUMERICS_WEIGHTFILE_H
#define MX_NUMERICS_WEIGHTFILE_H

#include <cstdint>
#include <string>
#include <vector>

namespace mx {

/// Alignment of the data of each entry, in bytes.
inline constexpr uint64_t weightAlignment = 64;

/// One constant, by the symbol that code knows it by.
struct WeightEntry {
  std::string symbol;
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t hash = 0; ///< hashBytes of the data
};

/// What the head of a file says.
struct WeightHead {
  uint64_t id = 0;
  uint64_t fileSize = 0;
  std::vector<WeightEntry> entries;
};

/// Returns a hash of 64 bits that tells accidents apart, not forgeries.
uint64_t hashBytes(const uint8_t *bytes, uint64_t size);

/// Returns the first multiple of weightAlignment that is not below `offset`.
constexpr uint64_t alignWeight(uint64_t offset) {
  return (offset + weightAlignment - 1) / weightAlignment * weightAlignment;
}

/// Returns where the data begin in a file of `entries`; only the symbols count.
uint64_t weightHeadSize(const std::vector<WeightEntry> &entries);

/// Returns the bytes before the data, weightHeadSize many, and sets `head.id`.
std::vector<uint8_t> writeWeightHead(WeightHead &head);

/// Reads the head of a file of `size` bytes. False where the file is none, is
/// damaged in its head, or an entry lies outside of it; `error` says what was
/// found. Does not look at the data.
bool readWeightHead(const uint8_t *bytes, uint64_t size, WeightHead &head,
                    std::string &error);

} // namespace mx

#endif // MX_NUMERICS_WEIGHTFILE_H
