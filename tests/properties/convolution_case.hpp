// A random convolution of any kind with its input, in any dimension, described without the library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "random_relation.hpp"
#include "support/oracle_convolution.hpp"
#include "support/random_clouds.hpp"

namespace properties {

using oracle::Features;

/// A layer and what it is given. `points` are in the caller's order; x lies on them, or, for a deconvolution, on the
/// coarse sites made of them.
struct ConvolutionCase {
  Relation relation;
  oracle::Convolution layer;
  std::vector<Site> points;
  Features x;
  Axes extent = {};          ///< of the points; none if empty
  std::int64_t samples = 0;  ///< at least so many
  bool onto_given = false;   ///< the outputs are `outputs` instead of those that the layer makes
  SiteSet outputs = {};
};

struct ConvolutionSettings {
  std::vector<Kind> kinds = {Kind::submanifold, Kind::convolution, Kind::deconvolution, Kind::full};
  std::vector<std::size_t> dimensions = {1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 7, 10};
  std::vector<std::int32_t> samples = {0, 2};
  std::vector<std::size_t> groups = {1, 1, 1, 2, 3};
  std::vector<std::size_t> channels = {1, 1, 2, 2, 3, 3, 5, 17};  ///< of one group
  bool integers = true;   ///< in [-4, 4], so that float holds every sum; otherwise multiples of 2^-20 in [-1, 1]
  bool positive = false;  ///< points have no negative coordinates
};

template <class T>
const T& one_of(Random& random, const std::vector<T>& all) {
  return all[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(all.size()) - 1))];
}

/// 0 .. count - 1, shuffled.
inline std::vector<std::size_t> random_order(Random& random, std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(i) - 1))]);
  return order;
}

inline std::vector<double> random_values(Random& random, std::size_t count, bool integers) {
  return integers ? oracle::random_integers(random, count) : oracle::random_reals(random, count);
}

/// Random features on the sites.
inline Features random_features(Random& random, const SiteSet& sites, std::size_t channels, bool integers = true) {
  const std::vector<Site> all(sites.begin(), sites.end());
  return oracle::features_of(all, oracle::rows_of(random_values(random, all.size() * channels, integers), channels));
}

/// The sites that x lies on.
inline SiteSet input_sites(const Relation& relation, const SiteSet& points) {
  return relation.kind == Kind::deconvolution ? coarse_sites(relation, points) : points;
}

/// The sites of the outputs where there is no extent.
inline SiteSet output_sites(const ConvolutionCase& drawn) {
  if (drawn.onto_given) return drawn.outputs;
  const SiteSet points = oracle::set_of(drawn.points);
  switch (drawn.relation.kind) {
    case Kind::deconvolution:
      return points;
    case Kind::full:
      return fine_sites(drawn.relation, points);
    default:
      return coarse_sites(drawn.relation, points);
  }
}

inline oracle::Pairs pairs_of(const ConvolutionCase& drawn) {
  const SiteSet in = oracle::sites_of(drawn.x), out = output_sites(drawn);
  if (drawn.relation.gathers()) return pairs_between(drawn.relation, in, out);
  return oracle::transposed(pairs_between(drawn.relation, out, in));
}

inline ConvolutionCase random_convolution(Random& random, const ConvolutionSettings& settings = {}) {
  ConvolutionCase drawn;
  const std::size_t dimension = one_of(random, settings.dimensions);
  drawn.relation = random_relation(random, one_of(random, settings.kinds), dimension);
  oracle::Convolution& layer = drawn.layer;
  layer.taps = drawn.relation.taps.size();
  layer.groups = one_of(random, settings.groups);
  layer.in = layer.groups * one_of(random, settings.channels);
  layer.out = layer.groups * one_of(random, settings.channels);
  layer.weight = random_values(random, layer.weights(), settings.integers);
  drawn.points = oracle::random_batch(
      random, {.dimension = static_cast<int>(dimension),
               .count = static_cast<std::size_t>(random.integer(1, 10) == 1 ? 150 : random.integer(20, 50)),
               .samples = settings.samples,
               .positive = settings.positive});
  drawn.x =
      random_features(random, input_sites(drawn.relation, oracle::set_of(drawn.points)), layer.in, settings.integers);
  return drawn;
}

/// The same layer on some of the points.
inline ConvolutionCase restricted(const ConvolutionCase& drawn, const std::vector<Site>& points) {
  ConvolutionCase part = drawn;
  part.points = points;
  part.x.clear();
  for (const Site& site : input_sites(drawn.relation, oracle::set_of(points))) part.x[site] = drawn.x.at(site);
  return part;
}

/// The layer that goes the other way: y -> x with each tap's matrix transposed, onto the sites of x.
inline ConvolutionCase transposed(const ConvolutionCase& drawn, const Features& y) {
  ConvolutionCase back{.relation = drawn.relation, .layer = drawn.layer, .points = {}, .x = y};
  back.relation.kind = drawn.relation.gathers() ? Kind::deconvolution : Kind::convolution;
  std::swap(back.layer.in, back.layer.out);
  const oracle::Convolution& layer = drawn.layer;
  for (std::size_t tap = 0; tap < layer.taps; ++tap)
    for (std::size_t group = 0; group < layer.groups; ++group)
      for (std::size_t i = 0; i < layer.in / layer.groups; ++i)
        for (std::size_t o = 0; o < layer.out / layer.groups; ++o)
          back.layer.weight[back.layer.place(tap, group, o, i)] = layer.weight[layer.place(tap, group, i, o)];
  for (const auto& [site, channels] : y) back.points.push_back(site);
  back.onto_given = true;
  back.outputs = oracle::sites_of(drawn.x);
  return back;
}

/// The two halves of the points, for a failure to be made smaller.
inline std::vector<ConvolutionCase> parts(const ConvolutionCase& drawn) {
  if (drawn.points.size() < 2) return {};
  const auto middle = drawn.points.begin() + static_cast<std::ptrdiff_t>(drawn.points.size() / 2);
  return {restricted(drawn, {drawn.points.begin(), middle}), restricted(drawn, {middle, drawn.points.end()})};
}

inline std::string text(const ConvolutionCase& drawn) {
  std::string points;
  for (const Site& site : drawn.points) points += " " + oracle::text(site);
  const oracle::Convolution& layer = drawn.layer;
  return text(drawn.relation) + ", " + std::to_string(layer.in) + " -> " + std::to_string(layer.out) + " channels in " +
         std::to_string(layer.groups) + " groups, points" + points;
}

}  // namespace properties
