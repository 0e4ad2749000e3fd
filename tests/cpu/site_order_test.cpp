// Tests of putting sites into the order of rows, against codes that are interleaved bit by bit.
#include "scn/cpu/site_order.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

/// Sites whose coordinates lie in [low, high], many of them at equal or nearly equal coordinates.
std::vector<oracle::Site> drawn(int dimension, std::int32_t low, std::int32_t high) {
  oracle::Random random(static_cast<std::uint64_t>(dimension));
  const std::size_t count = dimension < 3 ? 40 : 300;  // small boxes of few dimensions have no room for more
  return oracle::random_sites(random, {.dimension = dimension, .count = count, .samples = 3, .low = low, .high = high});
}

/// On several threads, with memory of its own.
template <int D>
std::vector<std::int32_t> z_order(const Site<D>* sites, std::int64_t count, int threads = 3) {
  const auto order = cpu::z_order(std::make_shared<HostPool>(), threads, sites, count).points;
  return {order.begin(), order.end()};
}

/// How many points are said to begin a site, or not to, and it is not so.
template <int D>
int wrong_begins(const std::vector<Site<D>>& sites) {
  const auto order = cpu::z_order(std::make_shared<HostPool>(), 3, sites.data(), std::ssize(sites));
  int wrong = 0;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const auto site = [&](std::size_t at) { return sites[static_cast<std::size_t>(order.points[at])]; };
    wrong += order.begins[i] != (i == 0 || site(i) != site(i - 1));
  }
  return wrong;
}

template <int D>
cpu::ZCode<D> code_of(const std::vector<Site<D>>& sites) {
  return {std::make_shared<HostPool>(), 2, sites.data(), std::ssize(sites)};
}

template <int D>
std::vector<oracle::Site> ordered(const std::vector<Site<D>>& sites) {
  std::vector<Site<D>> result;
  for (const std::int32_t row : z_order(sites.data(), static_cast<std::int64_t>(sites.size())))
    result.push_back(sites[static_cast<std::size_t>(row)]);
  return library::sites_of(result);
}

template <int D>
bool fits(const std::vector<Site<D>>& sites) {
  return code_of(sites).bits() <= 64;
}

TEST_CASE("Sites of a small region around zero are sorted by codes of at most 64 bits in 1 to 10 dimensions", "[cpu]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto sites = drawn(D, D < 3 ? -32 : -8, D < 3 ? 31 : 7);
    const auto points = library::points<D>(sites);
    REQUIRE(fits(points));
    CHECK(ordered(points) == oracle::in_row_order(sites));
  });
}

TEST_CASE("Negative coordinates come before the others within each sample", "[cpu]") {
  const std::vector<Site<2>> sites{{1, {-1, -1}}, {0, {0, 0}},   {0, {-1, 0}},
                                   {0, {0, -1}},  {0, {-1, -1}}, {0, {smallest, 0}}};
  CHECK(z_order(sites.data(), 6) == std::vector<std::int32_t>{4, 5, 2, 3, 1, 0});
}

TEST_CASE("Sites over the whole int32 range are sorted part by part where more than 64 bits vary", "[cpu]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    auto sites = drawn(D, smallest, largest);
    for (const std::int32_t end : {smallest, -1, 0, largest})
      sites.push_back({largest, oracle::Coordinates(D, end)});  // now all bits of sample and coordinates vary
    const auto points = library::points<D>(sites);
    REQUIRE(fits(points) == (31 + 32 * D <= 64));
    CHECK(ordered(points) == oracle::in_row_order(sites));
  });
}

TEST_CASE("Exactly 64 varying bits fit into a code and 65 do not", "[cpu]") {
  const std::vector<Site<2>> all_bits{{0, {0, 0}}, {0, {largest, largest}}, {0, {smallest, smallest}}};
  CHECK(fits(all_bits));
  std::vector<Site<2>> one_more = all_bits;
  one_more.push_back({1, {0, 0}});
  CHECK(!fits(one_more));
}

TEST_CASE("Codes of a set compare as its sites do", "[cpu]") {
  const auto points = library::points<3>(drawn(3, -9, 9));
  const auto code = code_of(points);
  const cpu::ZCode<3>::Part whole(std::make_shared<HostPool>(), code, 0, code.bits());
  int wrong = 0;
  for (const auto& a : points)
    for (const auto& b : points)
      if ((whole(a) < whole(b)) != z_less(a, b)) ++wrong;
  CHECK(wrong == 0);
}

TEST_CASE("The order does not depend on the number of threads, for codes of one part and of several", "[cpu]") {
  oracle::Random random(11);
  for (const std::int32_t reach : {40, 1 << 30}) {
    const auto sites = library::points<4>(
        oracle::random_sites(random, {.dimension = 4, .count = 50000, .samples = 2, .low = -reach, .high = reach}));
    REQUIRE(fits(sites) == (reach == 40));
    const auto one = z_order(sites.data(), std::ssize(sites), 1);
    CHECK(z_order(sites.data(), std::ssize(sites), 2) == one);
    CHECK(std::is_sorted(one.begin(), one.end(), [&](std::int32_t a, std::int32_t b) {
      return z_less(sites[static_cast<std::size_t>(a)], sites[static_cast<std::size_t>(b)]);
    }));
  }
}

TEST_CASE("Equal sites keep the order in which they came, near and far", "[cpu]") {
  const std::vector<Site<2>> near{{0, {1, 1}}, {0, {0, 0}}, {0, {1, 1}}, {0, {0, 0}}, {0, {1, 1}}};
  CHECK(z_order(near.data(), 5) == std::vector<std::int32_t>{1, 3, 0, 2, 4});
  std::vector<Site<3>> far;
  for (const auto& site : near) far.push_back({0, {site.at[0], site.at[1], 0}});
  far.push_back({0, {smallest, smallest, smallest}});
  far.push_back({7, {largest, largest, largest}});
  REQUIRE(!fits(far));
  CHECK(wrong_begins(near) == 0);
  CHECK(wrong_begins(far) == 0);
  CHECK(z_order(far.data(), 7) == std::vector<std::int32_t>{5, 1, 3, 0, 2, 4, 6});
}

TEST_CASE("Many sites of one code keep the order in which they came, over all digits of the codes", "[cpu]") {
  std::vector<Site<3>> sites;
  for (const auto& site : drawn(3, smallest / 4096, largest / 4096)) {
    const auto at = library::points<3>({site}).front();
    for (int i = 0; i < 3; ++i) sites.push_back(at);
  }
  std::vector<std::int32_t> expected(sites.size());
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<std::int32_t>(i);
  std::stable_sort(expected.begin(), expected.end(), [&](std::int32_t a, std::int32_t b) {
    return z_less(sites[static_cast<std::size_t>(a)], sites[static_cast<std::size_t>(b)]);
  });
  REQUIRE(fits(sites));
  CHECK(z_order(sites.data(), std::ssize(sites)) == expected);
}

TEST_CASE("The first point of each site is told, for codes of no bits, of one part and of several", "[cpu]") {
  oracle::Random random(3);
  for (const std::int32_t reach : {0, 5, 1 << 30}) {
    std::vector<Site<3>> sites;
    for (int i = 0; i < 2000; ++i) {
      const auto draw = [&] { return static_cast<std::int32_t>(random.integer(-1, 1)) * reach; };
      sites.push_back({0, {draw(), draw(), draw()}});
    }
    INFO(reach);
    CHECK(wrong_begins(sites) == 0);
  }
  std::vector<Site<3>> far;  // more bits than a key has
  for (int i = 0; i < 3000; ++i) {
    const auto draw = [&] { return static_cast<std::int32_t>(random.integer(smallest, largest)); };
    far.push_back({0, {draw(), draw(), draw()}});
    if (i % 2 == 0) far.push_back(far.back());
  }
  REQUIRE(!fits(far));
  CHECK(wrong_begins(far) == 0);
}

TEST_CASE("No sites and one site are in order", "[cpu][LIM-01]") {
  CHECK(z_order(static_cast<const Site<3>*>(nullptr), 0).empty());
  const Site<3> one{0, {-4, 5, largest}};
  CHECK(z_order(&one, 1) == std::vector<std::int32_t>{0});
}

}  // namespace
