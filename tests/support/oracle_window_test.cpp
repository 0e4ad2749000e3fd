// Tests of the oracle's relation between input and output sites.
#include "oracle_window.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

namespace {

using oracle::Axes;
using oracle::Site;

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

Axes offsets_of(std::int64_t size, std::int64_t dilation = 1) {
  const auto window = oracle::submanifold_window({size}, {dilation});
  Axes offsets;
  for (std::int64_t tap = 0; tap < size; ++tap) offsets.push_back(oracle::input_of(window, {0, {0}}, tap)->at[0]);
  return offsets;
}

TEST_CASE("The oracle's submanifold windows reach one step further down when the size is even", "[oracle][RC-01]") {
  CHECK(offsets_of(1) == Axes{0});
  CHECK(offsets_of(2) == Axes{-1, 0});
  CHECK(offsets_of(3) == Axes{-1, 0, 1});
  CHECK(offsets_of(4) == Axes{-2, -1, 0, 1});
  CHECK(offsets_of(5) == Axes{-2, -1, 0, 1, 2});
  CHECK(offsets_of(6) == Axes{-3, -2, -1, 0, 1, 2});
  CHECK(offsets_of(2, 3) == Axes{-3, 0});
  CHECK(offsets_of(3, 7) == Axes{-7, 0, 7});
}

TEST_CASE("The oracle divides towards minus infinity", "[oracle][RC-02]") {
  CHECK(oracle::floor_divide(-5, 4) == -2);
  CHECK(oracle::floor_divide(5, 4) == 1);
  CHECK(oracle::floor_divide(-3, 2) == -2);
  CHECK(oracle::floor_divide(-4, 2) == -2);
  CHECK(oracle::floor_divide(0, 3) == 0);
}

TEST_CASE("The oracle numbers taps row-major with the last axis fastest", "[oracle]") {
  const auto window = oracle::strided_window({2, 3, 4}, {1, 1, 1});
  CHECK(oracle::volume(window) == 24);
  CHECK(oracle::tap_number(window, {1, 2, 3}) == 23);
  CHECK(oracle::tap_number(window, {1, 0, 2}) == 14);
  CHECK(oracle::tap_indices(window, 14) == Axes{1, 0, 2});
  CHECK(oracle::tap_indices(window, 7) == Axes{0, 1, 3});
}

TEST_CASE("The oracle refuses windows of 2^31 taps and more", "[oracle][LIM-09]") {
  CHECK_THROWS(oracle::volume(oracle::submanifold_window(Axes(10, 9))));
  CHECK_THROWS(oracle::volume(oracle::submanifold_window(Axes(31, 2))));
  CHECK(oracle::volume(oracle::submanifold_window(Axes(30, 2))) == 1 << 30);
}

TEST_CASE("The oracle solves the relation for whichever of input, output and tap is missing", "[oracle]") {
  const oracle::Window window{{3, 2}, {2, 3}, {2, 1}, {1, 0}};
  const Site out{4, {-2, 5}}, in{4, {-1, 16}};  // -1 = 2 * -2 + 2 * 2 - 1 and 16 = 3 * 5 + 1: tap (2, 1)
  CHECK(oracle::input_of(window, out, 5) == in);
  CHECK(oracle::outputs_of(window, in, 5) == std::vector<Site>{out});
  CHECK(oracle::tap_between(window, in, out) == 5);
  CHECK(oracle::outputs_of(window, {4, {0, 16}}, 5).empty());
  CHECK_FALSE(oracle::tap_between(window, {4, {-2, 16}}, out));  // between two dilated taps
  CHECK_FALSE(oracle::tap_between(window, {4, {1, 16}}, out));   // one tap too far
  CHECK_FALSE(oracle::tap_between(window, {4, {-7, 16}}, out));  // before the first tap
  CHECK_FALSE(oracle::tap_between(window, {3, {-1, 16}}, out));  // another sample
}

TEST_CASE("The oracle knows no neighbour beyond int32", "[oracle][LIM-07]") {
  const auto window = oracle::submanifold_window({3});
  CHECK_FALSE(oracle::input_of(window, {0, {highest}}, 2));
  CHECK_FALSE(oracle::input_of(window, {0, {lowest}}, 0));
  CHECK(oracle::input_of(window, {0, {highest}}, 0) == Site{0, {highest - 1}});
  CHECK(oracle::outputs_of(window, {0, {highest}}, 0).empty());
  CHECK_FALSE(oracle::tap_between(window, {0, {lowest}}, {0, {highest}}));
}

TEST_CASE("The oracle takes listed taps in their order and no others", "[oracle]") {
  const auto window = oracle::offsets_window({{0, 0}, {3, -1}, {-2, 0}}, {2, 1});
  CHECK(oracle::volume(window) == 3);
  CHECK(oracle::tap_indices(window, 1) == Axes{3, -1});
  CHECK(oracle::tap_number(window, {-2, 0}) == 2);
  CHECK_FALSE(oracle::tap_number(window, {1, 0}));
  CHECK(oracle::input_of(window, {0, {5, 5}}, 1) == Site{0, {13, 4}});
  CHECK(oracle::outputs_of(window, {0, {13, 4}}, 1) == std::vector<Site>{{0, {5, 5}}});
  CHECK(oracle::tap_between(window, {0, {8, 5}}, {0, {5, 5}}) == 2);
  CHECK_FALSE(oracle::tap_between(window, {0, {9, 5}}, {0, {5, 5}}));
  const auto dilated = oracle::offsets_window({{0}, {2}}, {1}, {3});
  CHECK(oracle::input_of(dilated, {0, {10}}, 1) == Site{0, {16}});
}

TEST_CASE("The oracle lists the offsets of a box row-major, those left out that are not kept", "[oracle]") {
  const auto kept = oracle::offsets_where(2, -1, 1, [](const Axes& offset) { return offset[0] != offset[1]; });
  CHECK(kept == std::vector<Axes>{{-1, 0}, {-1, 1}, {0, -1}, {0, 1}, {1, -1}, {1, 0}});
}

TEST_CASE("The oracle takes outputs from their starts, several from one place, and none that have no start",
          "[oracle]") {
  oracle::Window window{{2, 1}, {2, 1}, {1, 1}, {0, 0}};
  window.starts = {{0, 1, 4}, {0, 0, 2}};
  CHECK(oracle::input_of(window, {0, {2, 1}}, 1) == Site{0, {5, 0}});
  CHECK_FALSE(oracle::input_of(window, {0, {3, 0}}, 0));
  CHECK_FALSE(oracle::input_of(window, {0, {-1, 0}}, 0));
  CHECK(oracle::outputs_of(window, {0, {1, 0}}, 0) == std::vector<Site>{{0, {1, 0}}, {0, {1, 1}}});
  CHECK(oracle::outputs_of(window, {0, {1, 0}}, 1) == std::vector<Site>{{0, {0, 0}}, {0, {0, 1}}});
  CHECK(oracle::outputs_of(window, {0, {3, 0}}, 0).empty());  // in a gap
  CHECK(oracle::tap_between(window, {0, {5, 2}}, {0, {2, 2}}) == 1);
  CHECK_FALSE(oracle::tap_between(window, {0, {5, 2}}, {0, {2, 3}}));
}

TEST_CASE("The oracle's extents follow the floor formula forwards and backwards", "[oracle]") {
  const auto window = oracle::strided_window({3, 2}, {2, 2});
  CHECK(oracle::output_extent({7, 8}, window) == Axes{3, 4});
  CHECK(oracle::output_extent({8, 9}, window) == Axes{3, 4});
  CHECK(oracle::output_extent({2, 1}, window) == Axes{0, 0});
  CHECK(oracle::input_extent({3, 4}, window) == Axes{7, 8});
  const oracle::Window padded{{3}, {2}, {2}, {1}};
  CHECK(oracle::output_extent({9}, padded) == Axes{4});  // floor((9 + 2 - 4 - 1) / 2) + 1
  CHECK(oracle::output_extent({1}, padded) == Axes{0});  // floor(-2 / 2) + 1
}

TEST_CASE("The oracle's extent holds the coordinates from 0 to one below it", "[oracle]") {
  CHECK(oracle::inside({0, {0, 6}}, {3, 7}));
  CHECK_FALSE(oracle::inside({0, {0, 7}}, {3, 7}));
  CHECK_FALSE(oracle::inside({0, {-1, 6}}, {3, 7}));
  CHECK(oracle::inside({0, {-1, lowest}}, {}));
}

}  // namespace
