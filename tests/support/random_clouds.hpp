// Random point sets of the kinds that sparse layers meet: scattered, clusters, a surface, crossing lines, a full block.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "random_cases.hpp"

/// Use: `oracle::random_batch(random, {.dimension = 3, .count = 40, .samples = {0, 2}})` draws a cloud of a random kind
/// for each sample, somewhere in space, negative coordinates included; sample 1 of this batch is empty.
namespace oracle {

enum class Cloud { scattered, clusters, surface, lines, block };

using Places = std::set<Coordinates>;

/// The smallest length whose block in so many dimensions has at least `count` cells.
inline std::int64_t side_of(std::size_t count, int dimension) {
  std::int64_t side = 1;
  const auto cells = [&] {
    double product = 1;
    for (int axis = 0; axis < dimension; ++axis) product *= static_cast<double>(side);
    return product;
  };
  while (dimension > 0 && cells() < static_cast<double>(count)) ++side;
  return side;
}

/// Coordinates in [low, high].
inline Coordinates random_place(Random& random, int dimension, std::int64_t low, std::int64_t high) {
  Coordinates at;
  for (int axis = 0; axis < dimension; ++axis) at.push_back(static_cast<std::int32_t>(random.integer(low, high)));
  return at;
}

/// `count` cells of a block with about three times as many.
inline Places scattered(Random& random, int dimension, std::size_t count) {
  Places places;
  const std::int64_t side = side_of(3 * count, dimension);
  while (places.size() < count) places.insert(random_place(random, dimension, 0, side - 1));
  return places;
}

/// `count` cells in the clusters of random_sites().
inline Places clusters(Random& random, int dimension, std::size_t count) {
  Places places;
  const auto high = static_cast<std::int32_t>(2 * side_of(count, dimension) + 1);
  for (const Site& site : random_sites(random, {.dimension = dimension, .count = count, .low = 0, .high = high}))
    places.insert(site.at);
  return places;
}

/// At most `count` cells whose last coordinate is half a sum of the others, each with the factor -1, 0 or 1: a sloping
/// plane. In one dimension a single cell.
inline Places surface(Random& random, int dimension, std::size_t count) {
  const Coordinates slopes = random_place(random, dimension - 1, -1, 1);
  const std::int64_t side = side_of(count, dimension - 1);
  Places places;
  for (std::size_t drawn = 0; drawn < 2 * count && places.size() < count; ++drawn) {
    Coordinates at = random_place(random, dimension - 1, 0, side - 1);
    at.push_back(std::inner_product(at.begin(), at.end(), slopes.begin(), 0) >> 1);
    places.insert(at);
  }
  return places;
}

/// At most `count` cells on three straight lines through one cell, along axes or diagonals.
inline Places lines(Random& random, int dimension, std::size_t count) {
  Places places;
  for (int line = 0; line < 3; ++line) {
    const Coordinates step = random_place(random, dimension, -1, 1);
    for (std::size_t cell = 0; cell < count / 3; ++cell) {
      Coordinates at = step;
      for (std::int32_t& coordinate : at) coordinate *= static_cast<std::int32_t>(cell);
      places.insert(at);
    }
  }
  return places;
}

/// All cells of a box of random sides, at most `count`.
inline Places block(Random& random, int dimension, std::size_t count) {
  std::vector<std::size_t> sides(static_cast<std::size_t>(dimension), 1);
  std::size_t cells = 1;
  for (std::size_t grown = cells; grown <= count;) {
    cells = grown;
    std::size_t& side = sides[static_cast<std::size_t>(random.integer(0, dimension - 1))];
    grown = cells / side * (side + 1);
    if (grown <= count) ++side;
  }
  Places places;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    Coordinates at;
    std::size_t rest = cell;
    for (const std::size_t side : sides) {
      at.push_back(static_cast<std::int32_t>(rest % side));
      rest /= side;
    }
    places.insert(at);
  }
  return places;
}

/// Distinct places about 0; `scattered` and `clusters` have exactly `count`, the others at most.
inline Places random_cloud(Random& random, Cloud kind, int dimension, std::size_t count) {
  switch (kind) {
    case Cloud::clusters:
      return clusters(random, dimension, count);
    case Cloud::surface:
      return surface(random, dimension, count);
    case Cloud::lines:
      return lines(random, dimension, count);
    case Cloud::block:
      return block(random, dimension, count);
    default:
      return scattered(random, dimension, count);
  }
}

struct BatchSettings {
  int dimension = 3;
  std::size_t count = 30;                   ///< of sites, about, in all samples together
  std::vector<std::int32_t> samples = {0};  ///< each gets a cloud of its own
  bool positive = false;                    ///< no coordinate is negative or far away
};

/// The sites of a batch in random order. Each cloud lies at 0, near it, or as far away as 2^20, on either side; one
/// time in two all samples share a place, so that only the sample keeps their sites apart.
inline std::vector<Site> random_batch(Random& random, const BatchSettings& settings) {
  const auto random_corner = [&] {
    const std::int64_t reach = settings.positive ? 0 : std::int64_t{1} << (10 * random.integer(0, 2));
    return random_place(random, settings.dimension, -reach, reach);
  };
  const Coordinates shared = random_corner();
  const bool together = random.integer(0, 1) == 1;
  std::vector<Site> sites;
  for (const std::int32_t sample : settings.samples) {
    const auto kind = static_cast<Cloud>(random.integer(0, 4));
    const Places cloud = random_cloud(random, kind, settings.dimension, settings.count / settings.samples.size());
    Coordinates corner = together ? shared : random_corner();
    if (settings.positive)
      for (const Coordinates& at : cloud)
        for (std::size_t axis = 0; axis < at.size(); ++axis) corner[axis] = std::max(corner[axis], -at[axis]);
    for (Coordinates at : cloud) {
      for (std::size_t axis = 0; axis < at.size(); ++axis) at[axis] += corner[axis];
      const auto before = static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(sites.size())));
      sites.insert(sites.begin() + static_cast<std::ptrdiff_t>(before), {sample, at});
    }
  }
  return sites;
}

}  // namespace oracle
