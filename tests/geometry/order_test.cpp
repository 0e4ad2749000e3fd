// Tests of the row order against codes that are interleaved bit by bit.
#include "scn/geometry/order.hpp"

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
