// Tests of the random clouds: each kind is what it is called, in every dimension, and a batch has what was asked for.
#include "random_clouds.hpp"

#include <algorithm>
#include <map>

#include "catch.hpp"

namespace {

using oracle::Cloud;
using oracle::Random;

TEST_CASE("Scattered places and clusters are as many as asked for", "[oracle]") {
  for (int dimension = 1; dimension <= 10; ++dimension) {
    Random random(1);
    INFO("dimension " << dimension);
    CHECK(oracle::scattered(random, dimension, 25).size() == 25);
    CHECK(oracle::clusters(random, dimension, 25).size() == 25);
  }
}

TEST_CASE("A surface has at most one height over a place", "[oracle]") {
  for (int dimension = 2; dimension <= 10; ++dimension) {
    Random random(static_cast<std::uint64_t>(dimension));
    const auto cloud = oracle::surface(random, dimension, 30);
    oracle::Places shadows;
    for (oracle::Coordinates at : cloud) {
      at.pop_back();
      shadows.insert(at);
    }
    INFO("dimension " << dimension);
    CHECK(shadows.size() == cloud.size());
    CHECK(cloud.size() > 15);
  }
}

TEST_CASE("Lines go through one place, with equal steps", "[oracle]") {
  Random random(4);
  const auto cloud = oracle::lines(random, 3, 30);
  CHECK(cloud.count({0, 0, 0}) == 1);
  CHECK(cloud.size() <= 28);
  CHECK(cloud.size() >= 10);
  for (const auto& at : cloud) {
    std::set<int> lengths;
    for (const std::int32_t coordinate : at) lengths.insert(std::abs(coordinate));
    lengths.erase(0);
    CHECK(lengths.size() <= 1);
  }
}

TEST_CASE("A block has every cell between its corners, and nearly as many as asked for", "[oracle]") {
  for (int dimension = 1; dimension <= 10; ++dimension) {
    Random random(static_cast<std::uint64_t>(dimension));
    const auto cloud = oracle::block(random, dimension, 40);
    std::size_t cells = 1;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(dimension); ++axis) {
      std::set<std::int32_t> coordinates;
      for (const auto& at : cloud) coordinates.insert(at[axis]);
      CHECK(*coordinates.begin() == 0);
      cells *= coordinates.size();
    }
    INFO("dimension " << dimension);
    CHECK(cloud.size() == cells);
    CHECK(cells <= 40);
    CHECK(cells > 20);
  }
}

TEST_CASE("A random batch has distinct sites in the samples asked for, in no order, on both sides of 0", "[oracle]") {
  Random random(3);
  bool negative = false, far = false, unordered = false;
  for (int draw = 0; draw < 40; ++draw) {
    const auto sites = oracle::random_batch(random, {.dimension = 2, .count = 20, .samples = {0, 2}});
    CHECK(oracle::set_of(sites).size() == sites.size());
    std::set<std::int32_t> samples;
    for (const auto& site : sites) {
      samples.insert(site.sample);
      negative = negative || site.at[0] < 0;
      far = far || site.at[0] > 10000;
    }
    CHECK(samples == std::set<std::int32_t>{0, 2});
    unordered = unordered || !std::is_sorted(sites.begin(), sites.end());
  }
  CHECK((negative && far && unordered));
}

TEST_CASE("Samples of a random batch have places in common, one time in two", "[oracle]") {
  Random random(5);
  int overlapping = 0;
  for (int draw = 0; draw < 40; ++draw) {
    std::map<oracle::Coordinates, int> samples_at;
    for (const auto& site : oracle::random_batch(random, {.dimension = 1, .count = 40, .samples = {0, 1}}))
      ++samples_at[site.at];
    overlapping += std::any_of(samples_at.begin(), samples_at.end(), [](const auto& at) { return at.second == 2; });
  }
  CHECK(overlapping > 10);
  CHECK(overlapping < 35);
}

TEST_CASE("A positive batch stays near 0, without negative coordinates", "[oracle]") {
  Random random(3);
  for (int draw = 0; draw < 40; ++draw)
    for (const auto& site : oracle::random_batch(random, {.dimension = 2, .count = 30, .positive = true}))
      for (const std::int32_t coordinate : site.at) CHECK((coordinate >= 0 && coordinate < 40));
}

}  // namespace
