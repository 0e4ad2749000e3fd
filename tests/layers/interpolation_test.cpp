// Tests of Interpolation against a sum of tent functions over all sites.
#include "scn/layers/interpolation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::Interpolation;
using scn::Isolated;
using scn::Nearness;
using scn::RealPoints;
using Numbers = std::vector<double>;
using Samples = std::vector<std::int32_t>;

/// A layer on tensors alone, so that it can be passed and checked like others.
template <int D, class Dev>
struct AtPoints {
  Interpolation<D, Dev> layer;
  RealPoints<D, Dev> points;
  scn::Variable<Dev> operator()(const scn::SparseTensor<D, Dev>& x, scn::Tape* tape) const {
    return layer(x, points, tape);
  }
};

struct Queries {
  Numbers coordinates;
  Samples samples;
};

/// Points up to `spread` away from centres of sites on each axis, and far from all, in samples with sites and without.
Queries queries(std::uint64_t seed, int dimension, std::size_t count, const oracle::Features& near,
                double spread = 1.1) {
  oracle::Random random(seed);
  const auto sites = oracle::in_row_order(oracle::sites_of(near));
  Queries made;
  for (std::size_t i = 0; i < count; ++i) {
    oracle::Site site{static_cast<std::int32_t>(i % 4), oracle::Coordinates(static_cast<std::size_t>(dimension), 3)};
    if (!sites.empty() && i % 5 != 0)
      site = sites[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(sites.size()) - 1))];
    made.samples.push_back(site.sample);
    for (const std::int32_t coordinate : site.at) made.coordinates.push_back(coordinate + 0.5 + spread * random.real());
  }
  return made;
}

/// w(site) of a point: its tent functions, or whether it lies in the site, divided by their sum.
oracle::Features expected_weights(const oracle::Features& x, const double* point, std::int32_t sample,
                                  Nearness nearness) {
  oracle::Features weights;
  double sum = 0;
  for (const auto& [site, row] : x) {
    double weight = site.sample == sample ? 1 : 0;
    for (std::size_t axis = 0; axis < site.at.size(); ++axis) {
      const double distance = point[axis] - site.at[axis];
      weight *= nearness == Nearness::corners ? std::max(0.0, 1 - std::abs(distance - 0.5))
                                              : (distance >= 0 && distance < 1 ? 1 : 0);
    }
    weights[site] = {weight};
    sum += weight;
  }
  for (auto& [site, weight] : weights) weight[0] = sum > 0 ? weight[0] / sum : 0;
  return weights;
}

/// "" if values and gradient at the points are the sums of the weights.
template <int D>
std::string difference(const oracle::Features& input, const Queries& at, Nearness nearness) {
  Double device;
  constexpr std::size_t channels = 2;
  const auto x = layer_cases::tensor<D>(device, input, channels, {}, 3);
  const AtPoints<D, Double> layer{Interpolation<D, Double>(device, Isolated::zero),
                                  RealPoints<D, Double>(device, at.coordinates, at.samples, nearness)};
  const auto y = layer_cases::pass(layer, x);
  const auto dy = layer_cases::numbers(y.gradient());
  Numbers values(at.samples.size() * channels);
  auto dx = oracle::zeros(oracle::sites_of(input), channels);
  for (std::size_t point = 0; point < at.samples.size(); ++point)
    for (const auto& [site, weight] :
         expected_weights(input, at.coordinates.data() + point * std::size_t{D}, at.samples[point], nearness))
      for (std::size_t c = 0; c < channels; ++c) {
        values[point * channels + c] += weight[0] * input.at(site)[c];
        dx.at(site)[c] += weight[0] * dy[point * channels + c];
      }
  if (input.size() > 1 && oracle::nonzero_part(values) < 0.3) return "too few points near a site";
  if (input.size() > 1 && oracle::nonzero_part(values) == 1) return "no point without a site near it";
  const std::string found = oracle::difference(values, layer_cases::numbers(y.value()), layer_cases::tight);
  return found.empty() ? oracle::difference(dx, layer_cases::gradient(x), layer_cases::tight) : found;
}

TEST_CASE("Interpolation and its gradient are the oracle's in 1 to 4 dimensions") {
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 2)) {
      INFO(input.size() << " sites");
      CHECK(difference<D>(input, queries(D, D, 100, input), Nearness::corners) == "");
      CHECK(difference<D>(input, queries(D, D, 100, input, 0.55), Nearness::site) == "");
    }
  });
}

TEST_CASE("Interpolation runs in ten dimensions") {
  const auto input = layer_cases::batch(3, 10, 2);
  CHECK(difference<10>(input, queries(3, 10, 50, input), Nearness::corners) == "");
}

TEST_CASE("Interpolation has the gradient of finite differences") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto input = layer_cases::batch(5, D, 2);
    const Queries at = queries(5, D, 60, input);
    const AtPoints<D, Double> layer{Interpolation<D, Double>(device, Isolated::zero),
                                    RealPoints<D, Double>(device, at.coordinates, at.samples)};
    CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, input, 2)) == "");
  });
}

TEST_CASE("Interpolation of features that are linear in the centres of a full grid is exact") {
  Double device;
  oracle::Features grid;
  for (std::int32_t i = 0; i < 4; ++i)
    for (std::int32_t j = 0; j < 4; ++j) grid[{0, {i, j}}] = {4.0 * (i + 0.5) - 2.0 * (j + 0.5) + 1};
  const RealPoints<2, Double> points(device, Numbers{0.75, 3.25, 2, 1.5, 0.5, 0.5});
  const auto y = Interpolation<2, Double>(device)(layer_cases::tensor<2>(device, grid, 1), points);
  CHECK(layer_cases::numbers(y.value()) == Numbers{-2.5, 6, 2});
}

TEST_CASE("Interpolation does not take sites that are not active for zeros") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {3}}, {8}}}, 1);
  const RealPoints<1, Double> points(device, Numbers{3.5, 2.75, 4.25});
  CHECK(layer_cases::numbers(Interpolation<1, Double>(device)(x, points).value()) == Numbers{8, 8, 8});
}

TEST_CASE("Interpolation at one point given twice has both gradients") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{0, {1}}, {2}}}, 1);
  const RealPoints<1, Double> points(device, Numbers{0.75, 0.75});
  scn::Tape tape;
  const auto y = Interpolation<1, Double>(device)(x, points, &tape);
  CHECK(layer_cases::numbers(y.value()) == Numbers{1.25, 1.25});
  tape.backward(y, variable_of(device, 2, 1, {4, 8}).value());
  CHECK(layer_cases::numbers(x.features.gradient()) == Numbers{9, 3});
}

TEST_CASE("Interpolation refuses a point without an active site near it, names the first, and works afterwards") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{1, {3, 3}}, {8}}}, 1);
  const Interpolation<2, Double> layer(device);
  const auto refused = [&](const Numbers& coordinates, const Samples& samples, Nearness nearness) {
    const RealPoints<2, Double> points(device, coordinates, samples, nearness);
    scn::Tape tape;
    const auto found = thrown_message<scn::InvalidArgument>([&] { layer(x, points, &tape); });
    return tape.size() == 0 ? found : "recorded";
  };
  CHECK(refused({3, 3, 3, 4.5, 9, 9}, {1, 1, 1}, Nearness::corners) ==
        "Interpolation<2>: point 1 has no active site near it");  // at the centre of another site
  CHECK(refused({3, 3, 3, 3}, {1, 0}, Nearness::corners) == "Interpolation<2>: point 1 has no active site near it");
  CHECK(refused({2.9, 3}, {1}, Nearness::site) == "Interpolation<2>: point 0 has no active site near it");
  CHECK(refused({3, 3}, {7}, Nearness::site) == "Interpolation<2>: point 0 has no active site near it");
  const RealPoints<2, Double> near(device, Numbers{2.9, 4.4}, Samples{1});
  CHECK(layer_cases::numbers(layer(x, near).value()) == Numbers{8});
}

TEST_CASE("Interpolation between no rows gives zeros of any channel count, at no points nothing") {
  Double device;
  const auto none = layer_cases::tensor<2>(device, {}, 3);
  const RealPoints<2, Double> points(device, Numbers{1, 2}), no_points(device, Numbers{});
  const AtPoints<2, Double> layer{Interpolation<2, Double>(device, Isolated::zero), points};
  const auto y = layer_cases::pass(layer, none);
  CHECK(layer_cases::numbers(y.value()) == Numbers{0, 0, 0});
  CHECK(none.features.has_gradient());
  const auto x = layer_cases::tensor<2>(device, {{{0, {0, 0}}, {1, 2, 3}}}, 3);
  const AtPoints<2, Double> nowhere{Interpolation<2, Double>(device), no_points};
  CHECK(layer_cases::pass(nowhere, x).rows().bound == 0);
  CHECK(layer_cases::gradient(x) == oracle::Features{{{0, {0, 0}}, {0, 0, 0}}});
}

TEST_CASE("Interpolation near the ends of int32 does not wrap") {
  Double device;
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t deepest = std::numeric_limits<std::int32_t>::min();
  const auto x = layer_cases::tensor<1>(device, {{{0, {highest}}, {1}}, {{0, {deepest}}, {2}}}, 1);
  const RealPoints<1, Double> points(device, Numbers{highest + 0.75, deepest + 0.75});
  CHECK(layer_cases::numbers(Interpolation<1, Double>(device)(x, points).value()) == Numbers{1, 2});
}

TEST_CASE("Interpolation at the same points builds one map for all tensors on the same sites") {
  Double device;
  const auto input = layer_cases::batch(4, 2, 1);
  const auto x = layer_cases::tensor<2>(device, input, 1);
  const Queries at = queries(4, 2, 10, input);
  const RealPoints<2, Double> points(device, at.coordinates, at.samples), others = points,
                                                                          again(device, at.coordinates, at.samples);
  const Interpolation<2, Double> layer(device, Isolated::zero);
  layer(x, points);
  layer(x.with(scn::Variable<Double>(x.features.value().copy())), others);
  CHECK(x.rulebook->size() == 1);
  layer(x, again);
  CHECK(x.rulebook->size() == 2);
}

TEST_CASE("Interpolation records nothing where the features need no gradient") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  x.features.set_needs_gradient(false);
  const Interpolation<1, Double> layer(device);
  scn::Tape tape;
  layer(x, RealPoints<1, Double>(device, Numbers{0.5}), &tape);
  CHECK(tape.size() == 0);
}

TEST_CASE("Interpolation has the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 3, {.count = 2000, .low = 0, .high = 60});
  const Queries at = queries(6, 2, 3000, input);
  std::vector<Numbers> results;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads};
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const AtPoints<2, scn::Cpu> layer{Interpolation<2>(device, Isolated::zero),
                                      RealPoints<2, scn::Cpu>(device, at.coordinates, at.samples)};
    results.push_back(layer_cases::numbers(layer_cases::pass(layer, x).value()));
    for (const double value : layer_cases::numbers(x.features.gradient())) results.back().push_back(value);
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

}  // namespace
