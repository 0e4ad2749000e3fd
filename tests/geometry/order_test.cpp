// Tests of the row order against codes that are interleaved bit by bit.
#include "scn/geometry/order.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
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

template <int D>
std::vector<oracle::Site> ordered(const std::vector<Site<D>>& sites) {
  std::vector<Site<D>> result;
  for (const std::int32_t row : z_order(sites.data(), static_cast<std::int64_t>(sites.size())))
    result.push_back(sites[static_cast<std::size_t>(row)]);
  return library::sites_of(result);
}

template <int D>
bool fits(const std::vector<Site<D>>& sites) {
  return ZCode<D>(sites.data(), static_cast<std::int64_t>(sites.size())).bits() <= 64;
}

TEST_CASE("The comparison of sites is that of interleaved bits in 1 to 10 dimensions", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    auto sites = drawn(D, -20, 20);
    const auto wide = drawn(D, smallest, largest);
    sites.insert(sites.end(), wide.begin(), wide.end());
    const auto points = library::points<D>(sites);
    int wrong = 0;
    for (std::size_t a = 0; a < sites.size(); ++a)
      for (std::size_t b = 0; b < sites.size(); ++b)
        if (z_less(points[a], points[b]) != oracle::z_order_less(sites[a], sites[b])) ++wrong;
    CHECK(wrong == 0);
  });
}

TEST_CASE("Sites of a small region around zero are sorted by codes of at most 64 bits in 1 to 10 dimensions",
          "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto sites = drawn(D, D < 3 ? -32 : -8, D < 3 ? 31 : 7);
    const auto points = library::points<D>(sites);
    REQUIRE(fits(points));
    CHECK(ordered(points) == oracle::in_row_order(sites));
  });
}

TEST_CASE("Negative coordinates come before the others within each sample", "[geometry]") {
  const std::vector<Site<2>> sites{{1, {-1, -1}}, {0, {0, 0}},   {0, {-1, 0}},
                                   {0, {0, -1}},  {0, {-1, -1}}, {0, {smallest, 0}}};
  CHECK(z_order(sites.data(), 6) == std::vector<std::int32_t>{4, 5, 2, 3, 1, 0});
}

TEST_CASE("Sites over the whole int32 range are sorted without codes where more than 64 bits vary", "[geometry]") {
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

TEST_CASE("Exactly 64 varying bits fit into a code and 65 do not", "[geometry]") {
  const std::vector<Site<2>> all_bits{{0, {0, 0}}, {0, {largest, largest}}, {0, {smallest, smallest}}};
  CHECK(fits(all_bits));
  std::vector<Site<2>> one_more = all_bits;
  one_more.push_back({1, {0, 0}});
  CHECK(!fits(one_more));
}

TEST_CASE("Codes of a set compare as its sites do", "[geometry]") {
  const auto points = library::points<3>(drawn(3, -9, 9));
  const ZCode<3> code(points.data(), static_cast<std::int64_t>(points.size()));
  const auto codes = code(points.data(), std::ssize(points));
  int wrong = 0;
  for (std::size_t a = 0; a < points.size(); ++a)
    for (std::size_t b = 0; b < points.size(); ++b)
      if ((codes[a] < codes[b]) != z_less(points[a], points[b])) ++wrong;
  CHECK(wrong == 0);
}

TEST_CASE("Equal sites keep the order in which they came, with and without codes", "[geometry]") {
  const std::vector<Site<2>> near{{0, {1, 1}}, {0, {0, 0}}, {0, {1, 1}}, {0, {0, 0}}, {0, {1, 1}}};
  CHECK(z_order(near.data(), 5) == std::vector<std::int32_t>{1, 3, 0, 2, 4});
  std::vector<Site<3>> far;
  for (const auto& site : near) far.push_back({0, {site.at[0], site.at[1], 0}});
  far.push_back({0, {smallest, smallest, smallest}});
  far.push_back({7, {largest, largest, largest}});
  REQUIRE(!fits(far));
  CHECK(z_order(far.data(), 7) == std::vector<std::int32_t>{5, 1, 3, 0, 2, 4, 6});
}

TEST_CASE("Many sites of one code keep the order in which they came, over all digits of the codes", "[geometry]") {
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

TEST_CASE("No sites and one site are in order", "[geometry][LIM-01]") {
  CHECK(z_order(static_cast<const Site<3>*>(nullptr), 0).empty());
  const Site<3> one{0, {-4, 5, largest}};
  CHECK(z_order(&one, 1) == std::vector<std::int32_t>{0});
}

TEST_CASE("The places of a block are those of its lowest six bits, in the order of rows", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    std::int64_t volume = 1;
    for (int axis = 0; axis < D; ++axis) volume <<= ZBlock<D>::bits(axis);
    CHECK(volume == 64);
    for (int place = 0; place < 64; ++place) {
      const Point<D> at = ZBlock<D>::position(place);
      REQUIRE(ZBlock<D>::place(at) == place);
      REQUIRE(ZBlock<D>::of(Site<D>{3, at}) == Site<D>{3, Point<D>(0)});
      if (place > 0) REQUIRE(z_less(Site<D>{3, ZBlock<D>::position(place - 1)}, Site<D>{3, at}));
    }
  });
  CHECK(ZBlock<3>::of(Site<3>{1, {-1, 4, 7}}) == Site<3>{1, {-1, 1, 1}});
  CHECK(ZBlock<3>::place(Point<3>{-1, -1, -1}) == 63);
}

}  // namespace
