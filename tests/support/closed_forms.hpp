// Numbers of pairs and output sites that have a formula, in every dimension.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>

/// Use: build the sites named by a function and require its number; nothing is enumerated here, so 10 dimensions cost
/// nothing. A result beyond 64 bits throws std::overflow_error.
namespace oracle {

/// base^exponent for base >= 0.
inline std::int64_t power(std::int64_t base, int exponent) {
  std::int64_t result = 1;
  for (int i = 0; i < exponent; ++i) {
    if (base > 0 && result > std::numeric_limits<std::int64_t>::max() / base) throw std::overflow_error("power");
    result *= base;
  }
  return result;
}

/// Submanifold pairs of a full block of `length` sites an axis: (k n - r (r + 1))^D with r = (k - 1) / 2 for odd k and
/// n > r, and (2 n - 1)^D for k = 2. Throws std::invalid_argument where no formula holds.
inline std::int64_t block_pairs(int dimension, std::int64_t length, std::int64_t size) {
  if (size == 2 && length >= 1) return power(2 * length - 1, dimension);
  const std::int64_t reach = (size - 1) / 2;
  if (size % 2 == 0 || length <= reach) throw std::invalid_argument("block_pairs: no formula for this size");
  return power(size * length - reach * (reach + 1), dimension);
}

/// Submanifold pairs, size 3, of `sites` >= 1 sites (i, i, ..., i) with consecutive i, in any dimension.
inline std::int64_t diagonal_pairs(std::int64_t sites) { return 3 * sites - 2; }

/// Submanifold pairs of sites too far apart to see each other: the centre tap alone.
inline std::int64_t isolated_pairs(std::int64_t sites) { return sites; }

/// Outputs, and pairs, of a convolution with stride 1 over one site, every reached site being an output.
inline std::int64_t outputs_of_one_site(int dimension, std::int64_t size) { return power(size, dimension); }

/// Pairs of a strided convolution whose size equals its stride: one an input site.
inline std::int64_t tiling_pairs(std::int64_t sites) { return sites; }

}  // namespace oracle
