// A random input for a chain of pooling layers, in any dimension, described without the library.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "convolution_case.hpp"

namespace properties {

enum class Pool { max, mean, unpool };

/// One layer of a chain.
struct PoolStep {
  Pool pool = Pool::max;
  Relation relation = {};
  bool over_active = false;  ///< instead of over the whole window
};

/// Points with one channel each, and the layers, each of which takes what the one before gives.
struct PoolCase {
  std::vector<Site> points;
  Features x;
  std::vector<PoolStep> steps;
};

/// A cloud with integer features in [low, 9] and no step yet.
inline PoolCase random_pool_input(Random& random, std::int64_t low) {
  const ConvolutionSettings settings;
  const auto dimension = static_cast<int>(one_of(random, settings.dimensions));
  const auto count = static_cast<std::size_t>(random.integer(30, 60));
  PoolCase drawn{oracle::random_batch(random, {.dimension = dimension, .count = count, .samples = {0, 2}}), {}, {}};
  for (const Site& site : drawn.points) drawn.x[site] = {static_cast<double>(random.integer(low, 9))};
  return drawn;
}

/// The two halves of the points, for a failure to be made smaller.
inline std::vector<PoolCase> parts(const PoolCase& drawn) {
  std::vector<PoolCase> halves;
  const std::size_t all = drawn.points.size(), half = all / 2;
  for (const auto& [begin, end] : {std::pair{std::size_t{0}, half}, std::pair{half, all}}) {
    PoolCase part{{}, {}, drawn.steps};
    for (std::size_t i = begin; i < end; ++i) {
      part.points.push_back(drawn.points[i]);
      part.x[drawn.points[i]] = drawn.x.at(drawn.points[i]);
    }
    if (half > 0) halves.push_back(part);
  }
  return halves;
}

inline std::string text(const PoolCase& drawn) {
  std::string joined = text(drawn.steps[0].relation) + ", points";
  for (const auto& [site, channels] : drawn.x) joined += " " + oracle::text(site) + " " + std::to_string(channels[0]);
  return joined;
}

}  // namespace properties
