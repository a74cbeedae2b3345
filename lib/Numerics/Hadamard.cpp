//===- Hadamard.cpp - blockwise rotations ---------------------------------===//

#include "mx/Numerics/Hadamard.h"

#include <algorithm>
#include <cmath>

namespace mx {

bool isHadamardSize(int64_t size) {
  return size > 0 && size <= kMaxHadamardSize && (size & (size - 1)) == 0;
}

std::vector<float> rotationSigns(const Rotation &rotation) {
  std::vector<float> signs(static_cast<size_t>(rotation.size), 1.0f);
  if (!rotation.seed)
    return signs;
  uint64_t state = *rotation.seed;
  for (float &sign : signs) {
    state += 0x9E3779B97F4A7C15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    sign = (z >> 63) != 0 ? -1.0f : 1.0f;
  }
  return signs;
}

float rotationFactor(const Rotation &rotation) {
  return static_cast<float>(1 / std::sqrt(static_cast<double>(rotation.size)));
}

static void rotateGroup(float *x, int64_t size, const float *signs,
                        float factor) {
  for (int64_t i = 0; i < size; ++i)
    x[i] *= signs[i];
  for (int64_t h = 1; h < size; h *= 2)
    for (int64_t first = 0; first < size; first += 2 * h)
      for (int64_t i = first; i < first + h; ++i) {
        float a = x[i], b = x[i + h];
        x[i] = a + b;
        x[i + h] = a - b;
      }
  for (int64_t i = 0; i < size; ++i)
    x[i] *= factor;
}

void rotateRows(const Rotation &rotation, float *x, int64_t rows, int64_t k) {
  std::vector<float> signs = rotationSigns(rotation);
  float factor = rotationFactor(rotation);
  int64_t size = rotation.size;
  for (int64_t row = 0; row < rows; ++row, x += k)
    for (int64_t first = 0; first + size <= k; first += size)
      rotateGroup(x + first, size, signs.data(), factor);
}

void rotateRowsBy(const float *matrix, int64_t size, float *x, int64_t rows,
                  int64_t k) {
  std::vector<float> group(static_cast<size_t>(size));
  for (int64_t row = 0; row < rows; ++row, x += k)
    for (int64_t first = 0; first + size <= k; first += size) {
      std::copy_n(x + first, size, group.begin());
      for (int64_t i = 0; i < size; ++i) {
        float sum = 0;
        for (int64_t j = 0; j < size; ++j) {
          float product = matrix[i * size + j] * group[static_cast<size_t>(j)];
          sum += product;
        }
        x[first + i] = sum;
      }
    }
}

} // namespace mx
