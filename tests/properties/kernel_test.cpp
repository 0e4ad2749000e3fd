// Properties that show the kernel itself: the response to an impulse, and a full block as a dense array.
#include "check.hpp"
#include "support/comparison.hpp"
#include "support/oracle_dense.hpp"

namespace {

using oracle::difference;
using oracle::Site;
using oracle::SiteSet;
using properties::ConvolutionCase;
using properties::ConvolutionSettings;
using properties::Features;
using properties::Kind;
using properties::Random;
using properties::run;

/// A case that has impulses instead of random features: 1 in one channel of some sites, too far apart to share a
/// neighbour, and 0 elsewhere.
struct Impulses : ConvolutionCase {
  std::map<Site, std::size_t> channel_of;
};

std::vector<Impulses> parts(const Impulses&) { return {}; }

/// Ten impulses, and about them whatever sites the layer needs for a site to stand under every tap.
Impulses random_impulses(Random& random) {
  Impulses drawn{properties::random_convolution(random, {.groups = {1, 1, 2}}), {}};
  const auto& relation = drawn.relation;
  SiteSet centres, points;
  for (int impulse = 0; impulse < 10; ++impulse) {
    Site centre{static_cast<std::int32_t>(random.integer(0, 2)), {}};
    for (std::size_t axis = 0; axis < relation.dimension(); ++axis)
      centre.at.push_back(static_cast<std::int32_t>(1000 * impulse + random.integer(-5100, -4900)));
    centres.insert(centre);
    drawn.channel_of[centre] =
        static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(drawn.layer.in) - 1));
  }
  points = centres;
  if (relation.kind == Kind::deconvolution) points = properties::fine_sites(relation, centres);
  if (relation.kind == Kind::submanifold)
    for (const Site& centre : centres)
      for (std::size_t tap = 0; tap < relation.taps.size(); ++tap)
        if (const auto site = properties::coarse_of(relation, centre, tap)) points.insert(*site);
  drawn.points.assign(points.begin(), points.end());
  drawn.x = oracle::zeros(properties::input_sites(relation, points), drawn.layer.in);
  for (const auto& [centre, channel] : drawn.channel_of) drawn.x.at(centre)[channel] = 1;
  return drawn;
}

/// For each impulse and tap, the weights that lead from its channel to the outputs of its group.
Features expected_response(const Impulses& drawn) {
  const auto& [relation, layer] = std::tie(drawn.relation, drawn.layer);
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  Features y = oracle::zeros(properties::output_sites(drawn), layer.out);
  for (const auto& [centre, channel] : drawn.channel_of)
    for (std::size_t tap = 0; tap < layer.taps; ++tap) {
      const auto site = relation.gathers() ? coarse_of(relation, centre, tap) : fine_of(relation, centre, tap);
      if (!site || y.count(*site) == 0) continue;
      for (std::size_t o = 0; o < out; ++o)
        y.at(*site)[channel / in * out + o] = layer.weight[layer.place(tap, channel / in, channel % in, o)];
    }
  return y;
}

TEST_CASE("The response to an impulse is the kernel, on every site that a tap leads to", "[PRP-08]") {
  properties::check(51, random_impulses, [](const Impulses& drawn, Random&) {
    return difference(expected_response(drawn), run<float>(drawn).y);
  });
}

/// The same layer through a whole box, over every cell of a block.
struct Block : ConvolutionCase {};

std::vector<Block> parts(const Block&) { return {}; }

Block random_block(Random& random) {
  Block drawn{properties::random_convolution(random, {.dimensions = {1, 2, 3, 4}, .samples = {0}})};
  drawn.relation.shape = properties::Shape::box;
  drawn.relation.taps = properties::box_taps(drawn.relation.window);
  drawn.layer.taps = drawn.relation.taps.size();
  drawn.layer.weight = oracle::random_integers(random, drawn.layer.weights());
  const Site corner = drawn.points[0];
  drawn.points.clear();
  for (oracle::Coordinates at : oracle::block(random, static_cast<int>(corner.at.size()), 60)) {
    for (std::size_t axis = 0; axis < at.size(); ++axis) at[axis] += corner.at[axis];
    drawn.points.push_back({0, at});
  }
  const auto inputs = properties::input_sites(drawn.relation, oracle::set_of(drawn.points));
  drawn.x = properties::random_features(random, inputs, drawn.layer.in);
  return drawn;
}

TEST_CASE("On a full block a convolution is the dense one, outside of the block zeros", "[PRP-09]") {
  properties::check(52, random_block, [](const Block& drawn, Random&) {
    const auto& window = drawn.relation.window;
    const SiteSet outputs = properties::output_sites(drawn);
    return difference(drawn.relation.gathers() ? oracle::dense_convolve(drawn.layer, window, drawn.x, outputs)
                                               : oracle::dense_deconvolve(drawn.layer, window, drawn.x, outputs),
                      run<float>(drawn).y);
  });
}

}  // namespace
