// Tests of the oracle's convolutions: numbers by hand, and exact differences on integers.
#include "oracle_convolution.hpp"

#include "catch.hpp"
#include "finite_differences.hpp"
#include "random_cases.hpp"

namespace {

using oracle::Convolution;
using oracle::Features;
using oracle::Site;
using oracle::SiteSet;

TEST_CASE("The oracle correlates without turning the kernel", "[oracle]") {
  const SiteSet sites{{0, {0}}, {0, {1}}, {0, {5}}};
  const Features x{{{0, {0}}, {1}}, {{0, {1}}, {10}}, {{0, {5}}, {100}}};
  const auto pairs = oracle::pairs_between(sites, sites, oracle::submanifold_window({3}));
  const auto y = oracle::convolve({.taps = 3, .in = 1, .out = 1, .weight = {2, 3, 5}, .bias = {7}}, x, sites, pairs);
  CHECK(y == Features{{{0, {0}}, {7 + 3 + 50}}, {{0, {1}}, {7 + 2 + 30}}, {{0, {5}}, {7 + 300}}});
}

TEST_CASE("The oracle multiplies rows by the matrix of the tap in the transposed direction", "[oracle][RC-08]") {
  const auto window = oracle::strided_window({2, 1, 1}, {2, 1, 1});
  const SiteSet coarse{{0, {-1, 0, 0}}, {0, {2, 0, 0}}}, fine{{0, {-2, 0, 0}}, {0, {9, 9, 9}}};
  const Features x{{{0, {-1, 0, 0}}, {5, 7}}, {{0, {2, 0, 0}}, {11, 13}}};
  const auto pairs = oracle::transposed(oracle::pairs_between(fine, coarse, window));
  const auto y = oracle::convolve({.taps = 2, .in = 2, .out = 2, .weight = {1, 3, 2, 4, 9, 9, 9, 9}, .bias = {-2, 1}},
                                  x, fine, pairs);
  CHECK(y == Features{{{0, {-2, 0, 0}}, {19 - 2, 43 + 1}}, {{0, {9, 9, 9}}, {-2, 1}}});
}

TEST_CASE("The oracle's groups keep their channels apart", "[oracle]") {
  const SiteSet site{{0, {0}}};
  const auto pairs = oracle::pairs_between(site, site, oracle::submanifold_window({1}));
  // Group 0 leads channel 0 to channels 0 and 1, group 1 channel 1 to channels 2 and 3.
  const Convolution layer{.taps = 1, .groups = 2, .in = 2, .out = 4, .weight = {2, 3, 5, 7}};
  CHECK(oracle::convolve(layer, {{{0, {0}}, {1, 10}}}, site, pairs) == Features{{{0, {0}}, {2, 3, 50, 70}}});
}

TEST_CASE("The oracle's gradients of a convolution are exact on integers", "[oracle][GRD-02]") {
  oracle::Random random(7);
  const oracle::Window window{{2, 3}, {2, 1}, {1, 2}, {1, 1}};
  const auto points = oracle::random_sites(random, {.dimension = 2, .count = 12, .samples = 2, .low = -3, .high = 3});
  const auto in = oracle::set_of(points);
  const auto out = oracle::reached(in, window);
  const auto pairs = oracle::pairs_between(in, out, window);
  Convolution layer{.taps = 6, .groups = 2, .in = 4, .out = 6};
  layer.weight = oracle::random_integers(random, layer.weights());
  layer.bias = oracle::random_integers(random, 6);
  const auto x = oracle::random_integers(random, points.size() * 4);
  const auto dy = oracle::features_of(oracle::in_row_order(out),
                                      oracle::rows_of(oracle::random_integers(random, out.size() * 6), 6));
  const auto features = [&](const std::vector<double>& values) {
    return oracle::features_of(points, oracle::rows_of(values, 4));
  };
  const auto loss = [&](const Convolution& changed, const Features& input) {
    const auto y = oracle::convolve(changed, input, out, pairs);
    double sum = 0;
    for (const auto& [site, row] : y)
      for (std::size_t o = 0; o < 6; ++o) sum += row[o] * dy.at(site)[o];
    return sum;
  };
  const auto with = [&](std::vector<double> Convolution::*member, const std::vector<double>& values) {
    Convolution changed = layer;
    changed.*member = values;
    return loss(changed, features(x));
  };
  const oracle::DifferenceSettings exact{.step = 1, .absolute = 0, .relative = 0};
  const auto gradients = oracle::convolve_backward(layer, features(x), pairs, dy);
  REQUIRE(oracle::vacuity(pairs, oracle::convolve(layer, features(x), out, pairs)) == "");
  CHECK(oracle::gradient_difference([&](const auto& values) { return loss(layer, features(values)); }, x,
                                    oracle::flat(oracle::rows_at(gradients.dx, points)), exact) == "");
  CHECK(oracle::gradient_difference([&](const auto& values) { return with(&Convolution::weight, values); },
                                    layer.weight, gradients.dweight, exact) == "");
  CHECK(oracle::gradient_difference([&](const auto& values) { return with(&Convolution::bias, values); }, layer.bias,
                                    gradients.dbias, exact) == "");
}

TEST_CASE("The oracle refuses weights and channels that do not fit", "[oracle]") {
  CHECK_THROWS(oracle::convolve({.taps = 1, .in = 1, .out = 1, .weight = {}}, {}, {}, {}));
  CHECK_THROWS(oracle::convolve({.taps = 1, .groups = 2, .in = 3, .out = 2, .weight = {}}, {}, {}, {}));
  CHECK_THROWS(oracle::convolve({.taps = 1, .in = 1, .out = 1, .weight = {1}, .bias = {1, 2}}, {}, {}, {}));
  CHECK_THROWS(oracle::convolve({.taps = 1, .in = 1, .out = 1, .weight = {1}}, {{{0, {0}}, {1, 2}}}, {}, {}));
}

TEST_CASE("The oracle's absolute layer on absolute features sums magnitudes", "[oracle]") {
  const SiteSet site{{0, {0}}};
  const auto pairs = oracle::pairs_between(site, site, oracle::submanifold_window({1}));
  const Convolution layer{.taps = 1, .in = 2, .out = 1, .weight = {-2, 3}, .bias = {-1}};
  const Features x{{{0, {0}}, {4, -5}}};
  CHECK(oracle::convolve(oracle::absolute(layer), oracle::absolute(x), site, pairs) ==
        Features{{{0, {0}}, {8 + 15 + 1}}});
}

TEST_CASE("The oracle's linear layer multiplies each row and sums gradients over rows", "[oracle]") {
  const oracle::Linear layer{.in = 2, .out = 3, .weight = {1, 2, 3, 4, 5, 6}, .bias = {10, 20, 30}};
  const Features x{{{0, {0}}, {1, 2}}, {{0, {1}}, {0, -1}}};
  CHECK(oracle::linear(layer, x) == Features{{{0, {0}}, {19, 32, 45}}, {{0, {1}}, {6, 15, 24}}});
  const Features dy{{{0, {0}}, {1, 0, 2}}, {{0, {1}}, {0, 1, 0}}};
  const auto gradients = oracle::linear_backward(layer, x, dy);
  CHECK(gradients.dx == Features{{{0, {0}}, {7, 16}}, {{0, {1}}, {2, 5}}});
  CHECK(gradients.dweight == std::vector<double>{1, 0, 2, 2, -1, 4});
  CHECK(gradients.dbias == std::vector<double>{1, 1, 2});
}

}  // namespace
