// Lists of sites that tests of maps start from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "closed_forms.hpp"
#include "random_cases.hpp"

namespace oracle {

/// Random sites of two samples, coordinates from -50 to 50.
inline std::vector<Site> drawn(int dimension, std::size_t count, std::uint64_t seed = 1) {
  Random random(seed);
  return random_sites(random, {.dimension = dimension, .count = count, .samples = 2, .low = -50, .high = 50});
}

/// One site a position, in one dimension.
inline std::vector<Site> line(const std::vector<std::int32_t>& positions) {
  std::vector<Site> sites;
  for (const std::int32_t position : positions) sites.push_back({0, {position}});
  return sites;
}

/// All sites with coordinates in [0, length).
inline std::vector<Site> block(int dimension, std::int32_t length) {
  std::vector<Site> sites;
  const std::int64_t count = power(length, dimension);
  for (std::int64_t number = 0; number < count; ++number) {
    Site site;
    for (std::int64_t rest = number; static_cast<int>(site.at.size()) < dimension; rest /= length)
      site.at.push_back(static_cast<std::int32_t>(rest % length));
    sites.push_back(site);
  }
  return sites;
}

/// 16 x 16 x 16 sites around 0, `step` apart.
inline std::vector<Site> grid(std::int32_t step) {
  std::vector<Site> sites;
  for (std::int32_t i = -8; i < 8; ++i)
    for (std::int32_t j = -8; j < 8; ++j)
      for (std::int32_t k = -8; k < 8; ++k) sites.push_back({0, {i * step, j * step, k * step}});
  return sites;
}

}  // namespace oracle
