// Tests of the closed forms: figures by hand, and enumeration in 1 to 7 dimensions.
#include "closed_forms.hpp"

#include "catch.hpp"
#include "oracle_maps.hpp"

namespace {

using oracle::Axes;
using oracle::Site;
using oracle::SiteSet;

SiteSet block(int dimension, std::int32_t length) {
  SiteSet sites{{0, {}}};
  for (int axis = 0; axis < dimension; ++axis) {
    SiteSet longer;
    for (const Site& site : sites)
      for (std::int32_t position = 0; position < length; ++position) {
        Site next = site;
        next.at.push_back(position);
        longer.insert(next);
      }
    sites = longer;
  }
  return sites;
}

std::int64_t submanifold_pairs(const SiteSet& sites, int dimension, std::int64_t size) {
  const auto window = oracle::submanifold_window(Axes(static_cast<std::size_t>(dimension), size));
  return static_cast<std::int64_t>(oracle::pairs_between(sites, sites, window).size());
}

TEST_CASE("The closed forms give the figures that are known", "[oracle]") {
  CHECK(oracle::block_pairs(3, 5, 3) == 2197);
  CHECK(oracle::block_pairs(7, 3, 3) == 823543);
  CHECK(oracle::block_pairs(10, 2, 3) == 1048576);
  CHECK(oracle::outputs_of_one_site(10, 3) == 59049);
  CHECK(oracle::block_pairs(2, 3, 2) == 25);
}

TEST_CASE("The closed form of a block is what enumeration finds", "[oracle]") {
  for (int dimension = 1; dimension <= 3; ++dimension)
    for (const std::int32_t length : {3, 4})
      for (const std::int64_t size : {1, 2, 3, 5})
        CHECK(submanifold_pairs(block(dimension, length), dimension, size) ==
              oracle::block_pairs(dimension, length, size));
  for (int dimension = 4; dimension <= 7; ++dimension)
    for (const std::int64_t size : {2, 3})
      CHECK(submanifold_pairs(block(dimension, 2), dimension, size) == oracle::block_pairs(dimension, 2, size));
}

TEST_CASE("The closed form of a diagonal is what enumeration finds in every dimension", "[oracle]") {
  for (int dimension = 1; dimension <= 10; ++dimension) {
    SiteSet sites;
    for (std::int32_t i = -4; i < 6; ++i)
      sites.insert({0, oracle::Coordinates(static_cast<std::size_t>(dimension), i)});
    CHECK(submanifold_pairs(sites, dimension, 3) == oracle::diagonal_pairs(10));
  }
}

TEST_CASE("The closed form of isolated sites is what enumeration finds", "[oracle]") {
  SiteSet sites;
  for (std::int32_t i = 0; i < 7; ++i) sites.insert({0, {3 * i, -i}});
  CHECK(submanifold_pairs(sites, 2, 5) == oracle::isolated_pairs(7));
}

TEST_CASE("The closed form of one site is what enumeration finds", "[oracle]") {
  for (int dimension = 1; dimension <= 7; ++dimension) {
    const std::size_t axes = static_cast<std::size_t>(dimension);
    const SiteSet site{{0, oracle::Coordinates(axes, -1)}};
    const auto window = oracle::strided_window(Axes(axes, 3), Axes(axes, 1));
    const auto outputs = oracle::reached(site, window);
    CHECK(static_cast<std::int64_t>(outputs.size()) == oracle::outputs_of_one_site(dimension, 3));
    CHECK(oracle::pairs_by_sites(site, outputs, window).size() == outputs.size());
  }
}

TEST_CASE("The closed form of windows that tile is what enumeration finds", "[oracle][RC-05]") {
  for (std::int32_t size = 1; size <= 6; ++size) {
    SiteSet sites;
    for (const std::int32_t a : {-size, -1, 0, size - 1, size})
      for (const std::int32_t b : {-size, -1, 0, size - 1, size}) sites.insert({0, {a, b}});
    const auto window = oracle::strided_window({size, size}, {size, size});
    const auto pairs = oracle::pairs_between(sites, oracle::reached(sites, window), window);
    CHECK(static_cast<std::int64_t>(pairs.size()) == oracle::tiling_pairs(static_cast<std::int64_t>(sites.size())));
  }
}

TEST_CASE("The closed forms refuse what they do not cover or cannot count", "[oracle]") {
  CHECK_THROWS_AS(oracle::block_pairs(3, 5, 4), std::invalid_argument);
  CHECK_THROWS_AS(oracle::block_pairs(3, 1, 3), std::invalid_argument);
  CHECK_THROWS_AS(oracle::power(1 << 21, 3), std::overflow_error);
  CHECK(oracle::power(1 << 20, 3) == std::int64_t{1} << 60);
}

}  // namespace
