// Tests of the look-up from sites to rows: nothing lost, nothing invented, no slow inputs.
#include "scn/cpu/site_index.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/site_order.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;

template <int D>
cpu::SiteIndex<D> index_of(const std::vector<Site<D>>& sites) {
  return {std::make_shared<HostPool>(), 2, sites.data(), static_cast<std::int64_t>(sites.size())};
}

/// In the order of rows, as an index wants them.
template <int D>
std::vector<Site<D>> in_row_order(const std::vector<Site<D>>& sites) {
  std::vector<Site<D>> sorted;
  for (const std::int32_t place : cpu::z_order(std::make_shared<HostPool>(), 1, sites.data(), std::ssize(sites)).points)
    sorted.push_back(sites[static_cast<std::size_t>(place)]);
  return sorted;
}

/// How many sites are not found at their own row.
template <int D>
int lost(const std::vector<Site<D>>& list) {
  const auto sites = in_row_order(list);
  const auto index = index_of(sites);
  int count = 0;
  for (std::size_t row = 0; row < sites.size(); ++row)
    count += index.find(sites[row]) != static_cast<std::int32_t>(row);
  return count;
}

TEST_CASE("Every site is found at its row in 1 to 10 dimensions", "[cpu][RC-25]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    oracle::Random random(D);
    const auto sites = library::points<D>(
        oracle::random_sites(random, {.dimension = D, .count = 500, .samples = 2, .low = -1000, .high = 1000}));
    CHECK(lost(sites) == 0);
    const auto sorted = in_row_order(sites);
    const auto index = index_of(sorted);
    int found = 0;
    for (Site<D> site : sites) {
      site.at[D - 1] += 5000;
      found += index.find(site) >= 0;
    }
    CHECK(found == 0);
  });
}

TEST_CASE("The ends of int32 are sites like others, and none stands for an empty place", "[cpu][RC-22]") {
  constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();
  const std::vector<Site<3>> sites{{0, {0, 0, 0}},
                                   {0, {-1, -1, -1}},
                                   {511, {-1, -1, -1}},
                                   {largest, {largest, largest, largest}},
                                   {0, {smallest, smallest, smallest}},
                                   {largest, {-1, -1, -1}}};
  CHECK(lost(sites) == 0);
  CHECK(index_of(in_row_order(sites)).find({largest, {0, 0, 0}}) == -1);
}

TEST_CASE("A coordinate in another place or sample is another site", "[cpu]") {
  const auto sites = std::vector<Site<2>>{{0, {1, 2}}, {2, {1, 0}}};
  const auto index = index_of(sites);
  CHECK(index.find({0, {2, 1}}) == -1);
  CHECK(index.find({1, {1, 2}}) == -1);
  CHECK(index.find({1, {2, 0}}) == -1);
}

TEST_CASE("An index of any number of sites loses none, at each power of two too", "[cpu][LIM-13][RC-24]") {
  std::vector<Site<1>> sites;
  for (std::int32_t count = 1; count <= 140; ++count) {
    sites.push_back({0, count * 3});
    REQUIRE(lost(sites) == 0);
  }
}

TEST_CASE("An index without sites finds nothing", "[cpu][LIM-01]") {
  CHECK(cpu::SiteIndex<3>().find({0, {0, 0, 0}}) == -1);
  CHECK(index_of(std::vector<Site<3>>{}).find({0, {0, 0, 0}}) == -1);
}

/// The part of the places of a table that n sites fall into, relative to that of random numbers.
template <int D>
double spread(const std::vector<Site<D>>& sites) {
  std::set<std::size_t> places;
  const std::size_t size = std::bit_ceil(2 * sites.size() + 1);
  for (const Site<D>& site : sites) places.insert(cpu::SiteIndex<D>::hash(site) & (size - 1));
  const double load = static_cast<double>(sites.size()) / static_cast<double>(size);
  return static_cast<double>(places.size()) / static_cast<double>(size) / (1 - std::exp(-load));
}

TEST_CASE("Multiples of powers of two, lines and mirrored sites spread like random ones", "[cpu][LIM-14]") {
  for (const int shift : {0, 10, 16, 20, 24}) {
    std::vector<Site<3>> cube;
    std::vector<Site<2>> line, diagonal;
    const std::int32_t step = std::int32_t{1} << shift, reach = std::min(2048, (1 << 30) / step);
    for (std::int32_t i = -8; i < 8; ++i)
      for (std::int32_t j = -8; j < 8; ++j)
        for (std::int32_t k = -8; k < 8; ++k) cube.push_back({0, {i * step, j * step, k * step}});
    for (std::int32_t i = -reach; i < reach; ++i) {
      line.push_back({0, {i * step, 0}});
      diagonal.push_back({0, {i * step, -i * step}});
    }
    INFO("multiples of 2^" << shift);
    CHECK(spread(cube) > 0.9);
    CHECK(spread(line) > 0.9);
    CHECK(spread(diagonal) > 0.9);
  }
}

TEST_CASE("Samples spread too", "[cpu][LIM-14]") {
  std::vector<Site<1>> sites;
  for (std::int32_t sample = 0; sample < 4096; ++sample) sites.push_back({sample * 65536, 0});
  CHECK(spread(sites) > 0.9);
}

/// Places of tables that a submanifold map of size 3 looks at for each site, found or not.
template <int D>
double places_looked_at(const std::vector<Site<D>>& list) {
  const auto sites = in_row_order(list);
  const auto index = index_of(sites);
  std::int64_t places = 0, searches = 0;
  for (const Site<D>& site : sites)
    for (int axis = 0; axis < D; ++axis)
      for (const std::int32_t step : {-1, 0, 1}) {
        Site<D> near = ZBlock<D>::of(site);
        near.at[axis] += step;
        places += index.places_looked_at(near);
        ++searches;
      }
  return static_cast<double>(places) / static_cast<double>(searches);
}

TEST_CASE("Searches among hostile sites look at no more than four times the places of those among random ones",
          "[cpu][LIM-14]") {
  constexpr std::int32_t far = 1 << 30;
  std::vector<Site<3>> random, cube, line, corners;
  std::vector<Site<10>> random_10, cube_10;
  oracle::Random draw(7);
  for (std::int32_t i = 0; i < 4096; ++i) {
    random.push_back({0, {}});
    random_10.push_back({0, {}});
    for (int axis = 0; axis < 3; ++axis) random.back().at[axis] = static_cast<std::int32_t>(draw.integer(-far, far));
    for (int axis = 0; axis < 10; ++axis)
      random_10.back().at[axis] = static_cast<std::int32_t>(draw.integer(-far, far));
    cube.push_back({0, {(i / 256 - 8) << 24, (i / 16 % 16 - 8) << 24, (i % 16 - 8) << 24}});
    line.push_back({0, {0, 0, 65536 * (i - 2048)}});
    corners.push_back({i / 8, {i % 2 == 0 ? far : -far, i / 2 % 2 == 0 ? far : -far, i / 4 % 2 == 0 ? far : -far}});
    cube_10.push_back({0, {}});
    for (int axis = 0; axis < 10; ++axis) cube_10.back().at[axis] = (i >> axis & 1) << (axis + 16);
    cube_10.back().sample = i >> 10;
  }
  const double expected = places_looked_at(random), expected_10 = places_looked_at(random_10);
  REQUIRE(expected >= 1);
  for (const auto* const hostile : {&cube, &line, &corners}) CHECK(places_looked_at(*hostile) < 4 * expected);
  CHECK(places_looked_at(cube_10) < 4 * expected_10);
}

TEST_CASE("Bits are counted exactly", "[cpu]") {
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t one = std::uint64_t{1} << bit;
    CHECK(cpu::count_bits(one) == 1);
    CHECK(cpu::count_bits(one - 1) == bit);
    CHECK(cpu::count_bits(~one) == 63);
  }
}

TEST_CASE("An index of many close sites has levels, and finds at each of them", "[cpu]") {
  std::vector<Site<3>> cube;
  for (std::int32_t i = -20; i < 20; ++i)
    for (std::int32_t j = -20; j < 20; ++j)
      for (std::int32_t k = -20; k < 20; ++k) cube.push_back({i & 1, {i, j, k}});
  const auto sites = in_row_order(cube);
  const auto index = index_of(sites);
  REQUIRE(index.above() != nullptr);
  CHECK(lost(sites) == 0);
  for (std::int32_t j = -60; j < 60; ++j) {
    const bool inside = j >= -20 && j < 20;
    REQUIRE((index.find({0, {-2, j, 3}}) >= 0) == inside);
    REQUIRE(index.find({0, {-1, j, 3}}) == -1);
  }
}

}  // namespace
