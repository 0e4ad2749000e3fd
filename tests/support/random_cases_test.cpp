// Tests of the random cases: pinned numbers, sites that have neighbours, and guards that notice empty proofs.
#include "random_cases.hpp"

#include "catch.hpp"

namespace {

using oracle::Random;

TEST_CASE("Random integers come from the standard engine by remainder alone", "[oracle]") {
  // The engine's first draws for its default seed are 14514284786278117030 and 4620546740167642908.
  Random random(5489);
  CHECK(random.integer(0, 999) == 30);
  CHECK(random.integer(-500, 499) == -500 + 908);
}

TEST_CASE("Random reals are multiples of 2^-20 between -1 and 1 with both signs", "[oracle]") {
  Random random(1);
  const auto values = oracle::random_reals(random, 200);
  int negative = 0;
  for (const double value : values) {
    CHECK(std::abs(value) <= 1);
    CHECK(static_cast<double>(static_cast<float>(value)) == value);
    if (value < 0) ++negative;
  }
  CHECK(negative > 50);
  CHECK(negative < 150);
}

TEST_CASE("Random sites are distinct, in their box, in every sample, and the same for a seed", "[oracle]") {
  const oracle::SiteSettings settings{.dimension = 2, .count = 60, .samples = 3, .low = -5, .high = 2};
  Random random(9), again(9), other(10);
  const auto sites = oracle::random_sites(random, settings);
  CHECK(sites == oracle::random_sites(again, settings));
  CHECK_FALSE(sites == oracle::random_sites(other, settings));
  CHECK(oracle::set_of(sites).size() == 60);
  std::set<std::int32_t> samples, coordinates;
  for (const auto& site : sites) {
    samples.insert(site.sample);
    coordinates.insert(site.at.begin(), site.at.end());
  }
  CHECK(samples == std::set<std::int32_t>{0, 1, 2});
  CHECK(*coordinates.begin() == -5);
  CHECK(*coordinates.rbegin() == 2);
}

TEST_CASE("Random sites have neighbours in every dimension", "[oracle]") {
  for (int dimension = 1; dimension <= 10; ++dimension) {
    Random random(static_cast<std::uint64_t>(dimension));
    const auto sites = oracle::set_of(oracle::random_sites(random, {.dimension = dimension, .count = 8, .samples = 1}));
    for (const std::int64_t size : {2, 3}) {
      const auto window = oracle::submanifold_window(oracle::Axes(static_cast<std::size_t>(dimension), size));
      INFO("dimension " << dimension << ", size " << size);
      CHECK(oracle::pairs_between(sites, sites, window).size() > sites.size());
    }
  }
}

TEST_CASE("Random sites refuse a box that is too small", "[oracle]") {
  Random random(1);
  CHECK_THROWS(oracle::random_sites(random, {.dimension = 1, .count = 6, .low = 0, .high = 10}));
  CHECK(oracle::random_sites(random, {.dimension = 1, .count = 5, .low = 0, .high = 10}).size() == 5);
}

TEST_CASE("Random repetitions keep every site and repeat some", "[oracle]") {
  Random random(2);
  const auto sites = oracle::random_sites(random, {.dimension = 2, .count = 40});
  const auto points = oracle::with_repetitions(random, sites);
  CHECK(oracle::set_of(points) == oracle::set_of(sites));
  CHECK(points.size() > 50);
  CHECK(points.size() < 70);
}

TEST_CASE("The vacuity guard refuses a case without pairs or with outputs of mostly 0", "[oracle]") {
  CHECK(oracle::vacuity(1, {0, 0, 0, 0, 0, 0, 0, 1, 2, 3}) == "");
  CHECK(oracle::vacuity(1, {0, 0, 0, 0, 0, 0, 0, 0, 2, 3}) != "");
  CHECK(oracle::vacuity(0, {1}) == "no pairs");
  CHECK(oracle::vacuity(1, {}) != "");
  CHECK(oracle::vacuity({{0, {0, {1}}, {0, {1}}}}, {{{0, {1}}, {1}}, {{0, {2}}, {0}}}) == "");
}

}  // namespace
