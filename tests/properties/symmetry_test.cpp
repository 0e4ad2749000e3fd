// Properties of convolutions under what does not change the geometry: the order of points, translation, exchange and
// reflection of axes.
#include <algorithm>
#include <limits>
#include <numeric>

#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using oracle::difference;
using oracle::Site;
using oracle::SiteSet;
using properties::Axes;
using properties::ConvolutionCase;
using properties::Features;
using properties::Kind;
using properties::Pass;
using properties::Random;
using properties::run;

const properties::ConvolutionSettings reals{.integers = false};

/// Features whose sites went through f.
template <class F>
Features mapped(const Features& x, const F& f) {
  Features result;
  for (const auto& [site, channels] : x) result[f(site)] = channels;
  return result;
}

/// A case whose fine and coarse sites went through maps of their own.
template <class Fine, class Coarse>
ConvolutionCase mapped(const ConvolutionCase& drawn, const Fine& fine, const Coarse& coarse) {
  ConvolutionCase result = drawn;
  result.x = drawn.relation.gathers() ? mapped(drawn.x, fine) : mapped(drawn.x, coarse);
  for (Site& site : result.points) site = drawn.relation.kind == Kind::full ? coarse(site) : fine(site);
  return result;
}

/// "" if y and dx of `changed` are those of `drawn` with their sites mapped. The gradient is random.
template <class Fine, class Coarse>
std::string mapped_difference(const ConvolutionCase& drawn, const ConvolutionCase& changed, Random& random,
                              bool integers, const Fine& fine, const Coarse& coarse) {
  const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out, integers);
  const auto inputs = [&](const Features& f) { return drawn.relation.gathers() ? mapped(f, fine) : mapped(f, coarse); };
  const auto outputs = [&](const Features& f) {
    return drawn.relation.gathers() ? mapped(f, coarse) : mapped(f, fine);
  };
  const Pass before = run<float>(drawn, dy), after = run<float>(changed, outputs(dy));
  return difference(outputs(before.y), after.y) + difference(inputs(before.dx), after.dx);
}

TEST_CASE("The order of the points changes no bit of outputs and gradients", "[PRP-01][quirk 29]") {
  properties::check(21, reals, [](const ConvolutionCase& drawn, Random& random) {
    const Features dy = properties::random_features(random, properties::output_sites(drawn), drawn.layer.out, false);
    ConvolutionCase shuffled = drawn;
    const auto order = properties::random_order(random, drawn.points.size());
    for (std::size_t i = 0; i < order.size(); ++i) shuffled.points[i] = drawn.points[order[i]];
    const Pass before = run<float>(drawn, dy), after = run<float>(shuffled, dy);
    return difference(before.y, after.y) + difference(before.dx, after.dx) + difference(before.dweight, after.dweight);
  });
}

/// A vector by which the points can move on an axis without leaving int32, one time in two up to its ends.
std::int64_t far_shift(Random& random, const std::vector<Site>& points, std::size_t axis) {
  const auto [low, high] = std::minmax_element(points.begin(), points.end(),
                                               [&](const Site& a, const Site& b) { return a.at[axis] < b.at[axis]; });
  const std::int64_t down = std::int64_t{std::numeric_limits<std::int32_t>::min()} - low->at[axis];
  const std::int64_t up = std::int64_t{std::numeric_limits<std::int32_t>::max()} - high->at[axis];
  switch (random.integer(0, 3)) {
    case 0:
      return down;
    case 1:
      return up;
    default:
      return random.integer(down, up);
  }
}

TEST_CASE("Translation by any vector, or by a multiple of the stride, changes no bit", "[PRP-04]") {
  properties::check(22, reals, [](const ConvolutionCase& drawn, Random& random) {
    const auto& relation = drawn.relation;
    const bool anywhere = relation.kind == Kind::submanifold && !relation.strided();
    Axes by;
    for (std::size_t axis = 0; axis < relation.dimension(); ++axis)
      by.push_back(anywhere ? far_shift(random, drawn.points, axis) : random.integer(-(1 << 28), 1 << 28));
    const auto coarse = [&](Site site) {
      for (std::size_t axis = 0; axis < by.size(); ++axis)
        site.at[axis] = static_cast<std::int32_t>(site.at[axis] + by[axis]);
      return site;
    };
    const auto fine = [&](Site site) {
      for (std::size_t axis = 0; axis < by.size(); ++axis)
        site.at[axis] = static_cast<std::int32_t>(site.at[axis] + relation.window.stride[axis] * by[axis]);
      return site;
    };
    return mapped_difference(drawn, mapped(drawn, fine, coarse), random, false, fine, coarse);
  });
}

/// The taps in row-major order with their weights, as a box, a cross and a ball have them.
void sort_taps(ConvolutionCase& drawn) {
  std::vector<std::size_t> order(drawn.layer.taps);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return drawn.relation.taps[a] < drawn.relation.taps[b]; });
  const std::size_t size = drawn.layer.weights() / drawn.layer.taps;
  const ConvolutionCase before = drawn;
  for (std::size_t tap = 0; tap < order.size(); ++tap) {
    drawn.relation.taps[tap] = before.relation.taps[order[tap]];
    for (std::size_t i = 0; i < size; ++i)
      drawn.layer.weight[tap * size + i] = before.layer.weight[order[tap] * size + i];
  }
}

TEST_CASE("Exchanging axes, of the kernel too, exchanges the axes of outputs and gradients", "[PRP-05]") {
  properties::check(23, {}, [](const ConvolutionCase& drawn, Random& random) {
    const auto from = properties::random_order(random, drawn.relation.dimension());
    const auto exchange = [&](auto numbers) {
      const auto before = numbers;
      for (std::size_t axis = 0; axis < from.size(); ++axis) numbers[axis] = before[from[axis]];
      return numbers;
    };
    const auto exchanged = [&](const Site& site) { return Site{site.sample, exchange(site.at)}; };
    ConvolutionCase changed = mapped(drawn, exchanged, exchanged);
    oracle::Window& window = changed.relation.window;
    window = {exchange(window.size), exchange(window.stride), exchange(window.dilation), exchange(window.pad)};
    for (Axes& tap : changed.relation.taps) tap = exchange(tap);
    sort_taps(changed);
    if (changed.relation.shape != properties::Shape::box) changed.relation.shape = properties::Shape::written;
    return mapped_difference(drawn, changed, random, true, exchanged, exchanged);
  });
}

TEST_CASE("Reflecting axes, kernel and padding too, reflects outputs and gradients", "[PRP-05]") {
  properties::check(24, {}, [](ConvolutionCase drawn, Random& random) {
    const std::int64_t axes = random.integer(1, (1 << drawn.relation.dimension()) - 1);  // a bit for each
    const auto turned = [&](std::size_t axis) { return (axes >> axis) % 2 == 1; };
    if (drawn.relation.strided() && drawn.relation.gathers())
      drawn.relation.kind = Kind::convolution;  // floor(in / stride) has no mirror image
    const auto reflected = [&](Site site) {
      for (std::size_t axis = 0; axis < site.at.size(); ++axis)
        if (turned(axis)) site.at[axis] = -site.at[axis];
      return site;
    };
    ConvolutionCase changed = mapped(drawn, reflected, reflected);
    oracle::Window& window = changed.relation.window;
    for (std::size_t axis = 0; axis < window.dimension(); ++axis) {
      if (!turned(axis)) continue;
      window.pad[axis] = window.dilation[axis] * (window.size[axis] - 1) - window.pad[axis];
      for (Axes& tap : changed.relation.taps) tap[axis] = window.size[axis] - 1 - tap[axis];
    }
    sort_taps(changed);
    if (changed.relation.shape != properties::Shape::box) changed.relation.shape = properties::Shape::written;
    return mapped_difference(drawn, changed, random, true, reflected, reflected);
  });
}

}  // namespace
