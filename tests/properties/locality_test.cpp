// Properties of convolutions that say what has no influence: other samples, far sites, extents, the way a batch was
// put together.
#include <algorithm>
#include <limits>
#include <map>

#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using oracle::difference;
using oracle::Site;
using properties::Axes;
using properties::ConvolutionCase;
using properties::ConvolutionSettings;
using properties::Features;
using properties::Kind;
using properties::Pass;
using properties::Random;
using properties::run;

const ConvolutionSettings reals{.integers = false};
const ConvolutionSettings batches{.samples = {0, 1, 3}, .integers = false};

/// The features of the samples that have a new number, under that number.
Features renumbered(const Features& x, const std::map<std::int32_t, std::int32_t>& numbers) {
  Features result;
  for (const auto& [site, channels] : x)
    if (const auto found = numbers.find(site.sample); found != numbers.end())
      result[{found->second, site.at}] = channels;
  return result;
}

ConvolutionCase renumbered(const ConvolutionCase& drawn, const std::map<std::int32_t, std::int32_t>& numbers) {
  ConvolutionCase result = drawn;
  result.x = renumbered(drawn.x, numbers);
  result.points.clear();
  for (const Site& site : drawn.points)
    if (const auto found = numbers.find(site.sample); found != numbers.end())
      result.points.push_back({found->second, site.at});
  return result;
}

/// The features at the sites of `sites`.
Features at_sites_of(const Features& sites, const Features& x) {
  Features result;
  for (const auto& [site, channels] : sites) result[site] = x.at(site);
  return result;
}

Features random_gradient(Random& random, const ConvolutionCase& drawn) {
  return properties::random_features(random, properties::output_sites(drawn), drawn.layer.out, false);
}

TEST_CASE("A sample alone has the bits that it has in any batch, wherever in the batch", "[PRP-06]") {
  properties::check(41, batches, [](const ConvolutionCase& drawn, Random& random) {
    constexpr std::int32_t last = std::numeric_limits<std::int32_t>::max() - 1;
    const std::vector<std::int32_t> numbers{0, 7, last};
    const auto order = properties::random_order(random, 3);
    const std::map<std::int32_t, std::int32_t> batch{
        {0, numbers[order[0]]}, {1, numbers[order[1]]}, {3, numbers[order[2]]}};
    const Features dy = random_gradient(random, drawn);
    const Pass together = run<float>(renumbered(drawn, batch), renumbered(dy, batch));
    std::string found;
    for (const auto& [sample, number] : batch) {
      const std::map<std::int32_t, std::int32_t> single{{sample, 0}}, in_batch{{number, 0}};
      const Pass alone = run<float>(renumbered(drawn, single), renumbered(dy, single));
      found += difference(alone.y, renumbered(together.y, in_batch)) +
               difference(alone.dx, renumbered(together.dx, in_batch));
    }
    return found;
  });
}

/// "" if one more site changes no bit of what the others give and get.
std::string influence_of(const Site& site, const ConvolutionCase& drawn, Random& random) {
  ConvolutionCase more = drawn;
  const auto place = random.integer(0, static_cast<std::int64_t>(drawn.points.size()));
  more.points.insert(more.points.begin() + place, site);
  for (const Site& input : properties::input_sites(drawn.relation, {site}))
    more.x[input] = properties::random_values(random, drawn.layer.in, false);
  const Features dy = random_gradient(random, more);
  const Pass before = run<float>(drawn, at_sites_of(run<float>(drawn).y, dy)), after = run<float>(more, dy);
  return difference(before.y, at_sites_of(before.y, after.y)) + difference(before.dx, at_sites_of(before.dx, after.dx));
}

TEST_CASE("A site far from all others changes none of their bits", "[PRP-10]") {
  properties::check(42, reals, [](const ConvolutionCase& drawn, Random& random) {
    Site far = properties::one_of(random, drawn.points);
    for (std::int32_t& coordinate : far.at) coordinate += 1 << 24;
    return influence_of(far, drawn, random);
  });
}

bool lower(const Site& a, const Site& b) { return a.at[0] < b.at[0]; }

/// A case whose points reach down to the lowest coordinate on axis 0.
ConvolutionCase at_the_end_of_int32(Random& random) {
  ConvolutionCase drawn = properties::random_convolution(random, reals);
  if (drawn.relation.kind == Kind::full) drawn.relation.window.stride.assign(drawn.relation.dimension(), 1);
  const std::int32_t lowest = std::min_element(drawn.points.begin(), drawn.points.end(), lower)->at[0];
  for (Site& site : drawn.points)
    site.at[0] =
        static_cast<std::int32_t>(std::int64_t{std::numeric_limits<std::int32_t>::min()} + site.at[0] - lowest);
  drawn.x = properties::random_features(random, properties::input_sites(drawn.relation, oracle::set_of(drawn.points)),
                                        drawn.layer.in, false);
  return drawn;
}

TEST_CASE("Sites at the two ends of int32 do not meet", "[PRP-10][LIM-07]") {
  properties::check(45, at_the_end_of_int32, [](const ConvolutionCase& drawn, Random& random) {
    Site opposite = *std::min_element(drawn.points.begin(), drawn.points.end(), lower);
    opposite.at[0] = std::numeric_limits<std::int32_t>::max();
    return influence_of(opposite, drawn, random);
  });
}

/// An extent that holds all points and into which the window fits, with and without its padding.
Axes random_extent(Random& random, const ConvolutionCase& drawn) {
  Axes extent;
  const auto& window = drawn.relation.window;
  for (std::size_t axis = 0; axis < window.dimension(); ++axis) {
    std::int64_t least = window.dilation[axis] * (window.size[axis] - 1) + 2 * window.pad[axis] + 1;
    for (const Site& site : drawn.points) least = std::max(least, std::int64_t{site.at[axis]} + 1);
    extent.push_back(least + random.integer(0, 5));
  }
  return extent;
}

/// The extent of the coarse sites, or for a full convolution of the fine ones, made of points within this extent.
Axes made_extent(const ConvolutionCase& drawn, const Axes& extent) {
  if (drawn.relation.kind == Kind::full) return oracle::input_extent(extent, drawn.relation.window);
  if (drawn.relation.kind != Kind::submanifold) return oracle::output_extent(extent, drawn.relation.window);
  Axes made;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
    made.push_back((extent[axis] - 1) / drawn.relation.window.stride[axis] + 1);
  return made;
}

/// The features inside of the extent.
Features inside(const Features& x, const Axes& extent) {
  Features result;
  for (const auto& [site, channels] : x)
    if (oracle::inside(site, extent)) result[site] = channels;
  return result;
}

/// The features with 0 outside of the extent.
Features cleared_outside(Features x, const Axes& extent) {
  for (auto& [site, channels] : x)
    if (!oracle::inside(site, extent)) channels.assign(channels.size(), 0.0);
  return x;
}

TEST_CASE("An extent cuts off the sites outside of it and changes no bit of the others", "[PRP-11]") {
  properties::check(43, {.integers = false, .positive = true}, [](const ConvolutionCase& drawn, Random& random) {
    const Axes extent = random_extent(random, drawn), made = made_extent(drawn, extent);
    const bool lifts = drawn.relation.kind == Kind::deconvolution;
    ConvolutionCase bounded = drawn, unbounded = drawn;
    bounded.extent = extent;
    Features dy = random_gradient(random, drawn);
    if (lifts) unbounded.x = cleared_outside(drawn.x, made);
    if (!lifts) dy = cleared_outside(dy, made);
    const Pass without = run<float>(unbounded, dy), with = run<float>(bounded, dy);
    if (lifts) return difference(without.y, with.y) + difference(inside(without.dx, made), with.dx);
    return difference(inside(without.y, made), with.y) + difference(without.dx, with.dx);
  });
}

TEST_CASE("A batch that was split and put together again has the bits it had", "[PRP-17]") {
  const ConvolutionSettings settings{
      .kinds = {Kind::submanifold, Kind::convolution, Kind::full}, .samples = {0, 1, 3}, .integers = false};
  properties::check(44, settings, [](ConvolutionCase drawn, Random& random) {
    drawn.samples = 5;
    const auto cut = static_cast<std::int32_t>(random.integer(0, 5));
    std::map<std::int32_t, std::int32_t> first, second;
    for (std::int32_t sample = 0; sample < 5; ++sample)
      (sample < cut ? first : second).emplace(sample, sample < cut ? sample : sample - cut);
    std::vector<ConvolutionCase> parts{renumbered(drawn, first), renumbered(drawn, second)};
    parts[0].samples = cut;
    parts[1].samples = 5 - cut;
    const Features dy = random_gradient(random, drawn);
    const Pass whole = run<float>(drawn, dy), merged = properties::run_appended(parts, dy);
    return difference(whole.y, merged.y) + difference(whole.dx, merged.dx) + difference(whole.dweight, merged.dweight);
  });
}

}  // namespace
