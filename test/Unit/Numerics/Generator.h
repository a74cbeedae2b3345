//===- Generator.h - test inputs made of integers ---------------*- C++ -*-===//
//
// The same numbers on every machine and in make_vectors.py: integers from
// splitmix64, turned into floats by exact steps only (no library function whose
// last bit may differ).
//
//===----------------------------------------------------------------------===//

#ifndef MX_TEST_UNIT_NUMERICS_GENERATOR_H
#define MX_TEST_UNIT_NUMERICS_GENERATOR_H

#include <cstdint>
#include <cstring>

namespace mx {

/// splitmix64 (Steele, Lea, Flood 2014).
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }

  /// Returns an integer from 0 to `bound` - 1, slightly biased.
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((next() >> 32) * bound >> 32);
  }

private:
  uint64_t state;
};

inline float floatFromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Returns 2^exponent, -149 .. 127.
inline float exp2Of(int exponent) {
  if (exponent < -126)
    return floatFromBits(1u << (exponent + 149));
  return floatFromBits(static_cast<uint32_t>(exponent + 127) << 23);
}

/// Sum of four 16-bit fields of one draw, centred: near normal with sigma 0.58,
/// within +-2, in steps of 2^-16.
inline float bell(Generator &generator) {
  uint64_t bits = generator.next();
  int32_t sum = 0;
  for (int field = 0; field < 4; ++field)
    sum += static_cast<int32_t>(bits >> 16 * field & 0xFFFF);
  return static_cast<float>(sum - 2 * 0xFFFF) * 0x1p-16f;
}

/// The bell times a power of two that is halved with each leading zero bit of
/// another draw: tails fall like 1/x.
inline float heavyTail(Generator &generator) {
  float value = bell(generator);
  uint64_t bits = generator.next();
  int doublings = 0;
  for (; doublings < 20 && (bits >> doublings & 1) != 0; ++doublings)
    ;
  return value * exp2Of(doublings);
}

/// Any finite float, all patterns alike.
inline float anyFloat(Generator &generator) {
  uint32_t bits = static_cast<uint32_t>(generator.next() >> 32);
  if ((bits & 0x7F800000u) == 0x7F800000u)
    bits &= ~0x00800000u;
  return floatFromBits(bits);
}

} // namespace mx

#endif // MX_TEST_UNIT_NUMERICS_GENERATOR_H
