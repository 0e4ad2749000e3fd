// Tests of the dense oracle: equal to the oracle over pairs on integers, and bounded in memory.
#include "oracle_dense.hpp"

#include <limits>

#include "catch.hpp"
#include "comparison.hpp"
#include "oracle_maps.hpp"
#include "random_cases.hpp"

namespace {

using oracle::Axes;
using oracle::Convolution;
using oracle::Features;

Axes random_axes(oracle::Random& random, int dimension, std::int64_t low, std::int64_t high) {
  Axes axes;
  for (int axis = 0; axis < dimension; ++axis) axes.push_back(random.integer(low, high));
  return axes;
}

/// A random window and layer with two groups, and fine and coarse sites that the window joins.
struct Case {
  oracle::Window window;
  Convolution layer;
  std::vector<oracle::Site> fine;
  oracle::SiteSet coarse;
  oracle::Random random;

  explicit Case(int dimension) : random(static_cast<std::uint64_t>(100 + dimension)) {
    window.size = random_axes(random, dimension, 2, 3);
    window.stride = random_axes(random, dimension, 1, 3);
    window.dilation = random_axes(random, dimension, 1, 2);
    window.pad = random_axes(random, dimension, 0, 2);
    fine = oracle::random_sites(
        random, {.dimension = dimension, .count = dimension == 1 ? 8u : 20u, .samples = 2, .low = -4, .high = 3});
    coarse = oracle::reached(oracle::set_of(fine), window);
    layer = {.taps = static_cast<std::size_t>(oracle::volume(window)), .groups = 2, .in = 4, .out = 2};
    layer.weight = oracle::random_integers(random, layer.weights());
    layer.bias = {3, -2};
  }

  Features features(const std::vector<oracle::Site>& sites) {
    return oracle::features_of(sites, oracle::rows_of(oracle::random_integers(random, sites.size() * 4), 4));
  }
};

TEST_CASE("The dense oracle convolves a line like a pen on paper", "[oracle]") {
  const Features x{{{0, {0}}, {1}}, {{0, {2}}, {10}}};
  const Convolution layer{.taps = 2, .in = 1, .out = 1, .weight = {2, 3}, .bias = {1}};
  const auto window = oracle::strided_window({2}, {1});
  CHECK(oracle::dense_convolve(layer, window, x, {{0, {-1}}, {0, {1}}, {0, {2}}, {1, {0}}}) ==
        Features{{{0, {-1}}, {4}}, {{0, {1}}, {31}}, {{0, {2}}, {21}}, {{1, {0}}, {1}}});
  CHECK(oracle::dense_deconvolve(layer, window, x, {{0, {1}}, {0, {2}}, {0, {9}}}) ==
        Features{{{0, {1}}, {4}}, {{0, {2}}, {21}}, {{0, {9}}, {1}}});
}

TEST_CASE("The dense oracle equals the oracle over pairs in 1 to 4 dimensions", "[oracle]") {
  for (int dimension = 1; dimension <= 4; ++dimension) {
    INFO("dimension " << dimension);
    Case c(dimension);
    const auto x = c.features(c.fine);
    const auto pairs = oracle::pairs_between(oracle::set_of(c.fine), c.coarse, c.window);
    const auto y = oracle::convolve(c.layer, x, c.coarse, pairs);
    REQUIRE(oracle::vacuity(pairs, y) == "");
    CHECK(oracle::difference(y, oracle::dense_convolve(c.layer, c.window, x, c.coarse)) == "");
  }
}

TEST_CASE("The dense oracle's deconvolution equals the oracle over transposed pairs in 1 to 4 dimensions", "[oracle]") {
  for (int dimension = 1; dimension <= 4; ++dimension) {
    INFO("dimension " << dimension);
    Case c(dimension);
    const auto fine = oracle::set_of(c.fine);
    const auto x = c.features(oracle::in_row_order(c.coarse));
    const auto pairs = oracle::transposed(oracle::pairs_between(fine, c.coarse, c.window));
    const auto y = oracle::convolve(c.layer, x, fine, pairs);
    REQUIRE(oracle::vacuity(pairs, y) == "");
    CHECK(oracle::difference(y, oracle::dense_deconvolve(c.layer, c.window, x, fine)) == "");
  }
}

TEST_CASE("The dense oracle refuses more than 2^20 cells and takes 2^20", "[oracle]") {
  CHECK_NOTHROW(oracle::Grid({0, 1}, {1023, 1024}, 1));
  CHECK_THROWS_AS(oracle::Grid({0, 1}, {1023, 1025}, 1), std::length_error);
  const std::int64_t lowest = std::numeric_limits<std::int32_t>::min();
  CHECK_THROWS_AS(oracle::Grid({lowest, lowest, lowest, lowest}, {-lowest, -lowest, -lowest, -lowest}, 1),
                  std::length_error);
}

TEST_CASE("The dense oracle gives the bias where there is nothing to see", "[oracle]") {
  const Convolution layer{.taps = 3, .in = 1, .out = 1, .weight = {1, 2, 3}, .bias = {5}};
  const auto window = oracle::submanifold_window({3});
  CHECK(oracle::dense_convolve(layer, window, {}, {{0, {1}}}) == Features{{{0, {1}}, {5}}});
  CHECK(oracle::dense_convolve(layer, window, {{{0, {1}}, {1}}}, {}).empty());
  CHECK(oracle::dense_deconvolve(layer, window, {}, {{0, {1}}}) == Features{{{0, {1}}, {5}}});
}

}  // namespace
