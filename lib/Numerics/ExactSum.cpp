//===- ExactSum.cpp - a few doubles summed without error ------------------===//

#include "ExactSum.h"

#include "Bits.h"

namespace mx {

// Grow-Expansion with Knuth's Two-Sum: high + low is parts[i] + term, exactly.
void ExactSum::add(double term) {
  size_t kept = 0;
  for (size_t i = 0; i < size; ++i) {
    double part = parts[i];
    double high = part + term;
    double partOfHigh = high - term;
    double low = (part - partOfHigh) + (term - (high - partOfHigh));
    if (low != 0)
      parts[kept++] = low;
    term = high;
  }
  if (term != 0)
    parts[kept++] = term;
  size = kept;
}

// First to f64 by round-to-odd, then to f32. An odd last bit says "not exact",
// so that the second rounding sees no false tie; 53 bits are more than the 26
// that takes, for subnormal results too.
float ExactSum::roundToFloat() const {
  if (size == 0)
    return 0.0f;
  size_t next = size - 1;
  double high = parts[next], low = 0;
  while (low == 0 && next != 0) {
    double part = parts[--next];
    double sum = high + part;
    low = part - (sum - high);
    high = sum;
  }
  // What is left below `low` is smaller than its last bit: the sign of `low`
  // tells on which side of `high` the sum lies.
  uint64_t bits = bitsOf(high);
  if (low != 0 && (bits & 1) == 0)
    bits += (low > 0) == (high > 0) ? 1 : -1;
  return static_cast<float>(doubleOf(bits));
}

} // namespace mx
