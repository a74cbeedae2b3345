//===- Generate.cpp - data from a seed ------------------------------------===//

#include "mx/Runner/Array.h"

#include "mx/Numerics/Codec.h"
#include "mx/Runner/Error.h"

#include "llvm/ADT/StringExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mx;

namespace {
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014).
struct SplitMix64 {
  uint64_t state;

  uint64_t next() {
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  int64_t next24() { return static_cast<int64_t>(next() >> 40); }
};

enum class Filling { Zeros, Uniform, Normal, Integers };

struct Specification {
  SmallVector<int64_t> shape;
  DType dtype = DType::F32;
  Filling filling = Filling::Zeros;
  uint64_t seed = 0;
};
} // namespace

/// Parses `4x64xf32`.
static bool parseShapedType(StringRef text, Specification &spec) {
  SmallVector<StringRef> extents;
  while (!text.empty() && llvm::isDigit(text.front())) {
    auto [extent, rest] = text.split('x');
    if (extent.getAsInteger(10, spec.shape.emplace_back()) ||
        spec.shape.back() < 0)
      return false;
    text = rest;
  }
  for (DType type :
       {DType::F64, DType::F32, DType::F16, DType::BF16, DType::I64, DType::I32,
        DType::I16, DType::I8, DType::I1, DType::Index})
    if (text == getName(type)) {
      spec.dtype = type;
      return true;
    }
  return false;
}

/// Parses `zeros`, `uniform:SEED`, `normal:SEED`, `integers:SEED`.
static bool parseFilling(StringRef text, Specification &spec) {
  if (text == "zeros")
    return true;
  if (text.consume_front("uniform:"))
    spec.filling = Filling::Uniform;
  else if (text.consume_front("normal:"))
    spec.filling = Filling::Normal;
  else if (text.consume_front("integers:"))
    spec.filling = Filling::Integers;
  else
    return false;
  return !text.getAsInteger(10, spec.seed);
}

static double nextFloat(SplitMix64 &random, Filling filling) {
  if (filling == Filling::Uniform)
    return random.next24() * 0x1p-23 - 1;
  if (filling == Filling::Integers)
    return static_cast<double>((random.next24() >> 20) - 8);
  int64_t sum = 0;
  for (int i = 0; i < 12; ++i)
    sum += random.next24();
  return sum * 0x1p-24 - 6;
}

static void storeFloat(DType type, double value, uint8_t *to) {
  float single = static_cast<float>(value);
  uint16_t half =
      type == DType::F16 ? ::mx::f32ToF16(single) : ::mx::f32ToBF16(single);
  if (type == DType::F64)
    std::memcpy(to, &value, sizeof(value));
  else if (type == DType::F32)
    std::memcpy(to, &single, sizeof(single));
  else
    std::memcpy(to, &half, sizeof(half));
}

static void fill(Array &array, Filling filling, uint64_t seed) {
  SplitMix64 random{seed};
  const unsigned size = byteSize(array.dtype);
  for (size_t at = 0; at < array.bytes.size(); at += size) {
    uint8_t *to = array.bytes.data() + at;
    if (isFloat(array.dtype)) {
      storeFloat(array.dtype, nextFloat(random, filling), to);
      continue;
    }
    uint64_t bits = random.next();
    if (array.dtype == DType::I1)
      bits &= 1;
    std::memcpy(to, &bits, size); // the low bytes: hosts are little-endian
  }
}

llvm::Expected<Array> mlir::mx::generate(StringRef specification) {
  auto [type, filling] = specification.split('=');
  Specification spec;
  if (!parseShapedType(type, spec) || !parseFilling(filling, spec))
    return makeError("'" + specification +
                     "' is neither @FILE.npy nor SHAPExTYPE=zeros|uniform:SEED|"
                     "normal:SEED|integers:SEED, e.g. 4x64xf32=normal:1");
  bool isForFloats =
      spec.filling == Filling::Normal || spec.filling == Filling::Integers;
  if (isForFloats && !isFloat(spec.dtype))
    return makeError("'" + specification + "': " + filling.split(':').first +
                     " is for floats");
  llvm::Expected<Array> array = makeArray(spec.dtype, spec.shape);
  if (array && spec.filling != Filling::Zeros)
    fill(*array, spec.filling, spec.seed);
  return array;
}
