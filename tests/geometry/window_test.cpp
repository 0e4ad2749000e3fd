// Tests of the relation between input and output sites, and of extents.
#include "scn/geometry/window.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"
#include "support/oracle_window.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

TEST_CASE("Division rounds towards minus infinity", "[geometry][RC-02]") {
  CHECK(floor_divide(-5, 4) == -2);
  CHECK(floor_divide(5, 4) == 1);
  CHECK(-floor_divide(5, 4) == -1);  // the ceiling of -5 / 4
  CHECK(-floor_divide(-5, 4) == 2);  // the ceiling of 5 / 4
  CHECK(floor_divide(-8, 4) == -2);
  CHECK(floor_divide(std::numeric_limits<std::int64_t>::min(), 3) == -3074457345618258603);
  for (std::int64_t dividend = -12; dividend <= 12; ++dividend)
    for (std::int64_t divisor = 1; divisor <= 7; ++divisor)
      CHECK(floor_divide(dividend, divisor) == oracle::floor_divide(dividend, divisor));
}

TEST_CASE("The range of int32 ends where its limits are", "[geometry][LIM-07]") {
  CHECK(fits_int32(largest));
  CHECK(fits_int32(smallest));
  CHECK(!fits_int32(std::int64_t{largest} + 1));
  CHECK(!fits_int32(std::int64_t{smallest} - 1));
}

TEST_CASE("Submanifold taps of sizes 1 to 6 lie about zero, an even size reaching one step further down",
          "[geometry][RC-01]") {
  const std::array<std::vector<std::int64_t>, 6> expected{
      {{0}, {-1, 0}, {-1, 0, 1}, {-2, -1, 0, 1}, {-2, -1, 0, 1, 2}, {-3, -2, -1, 0, 1, 2}}};
  for (std::int32_t size = 1; size <= 6; ++size) {
    const Window<1> window = submanifold_window(Point<1>(size));
    std::vector<std::int64_t> offsets;
    for (std::int64_t tap = 0; tap < window.volume(); ++tap)
      offsets.push_back(window.input(0, 0, window.position(tap)[0]));
    CHECK(offsets == expected[static_cast<std::size_t>(size - 1)]);
  }
}

TEST_CASE("Taps are numbered row-major, the last axis fastest, in every dimension", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const Window<D> window = strided_window(library::cycle<D>({2, 3, 1}), Point<D>(1));
    const oracle::Window same = library::window(window);
    REQUIRE(window.volume() == oracle::volume(same));
    for (std::int64_t tap = 0; tap < window.volume(); ++tap)
      REQUIRE(library::axes(window.position(tap)) == oracle::tap_indices(same, tap));
  });
}

TEST_CASE("An output sees stride * out + dilation * tap - pad through a tap, beyond int32 too", "[geometry]") {
  const Window<2> window{.size = {4, 2}, .stride = {3, 1}, .dilation = {2, 5}, .pad = {1, 0}};
  CHECK(window.input(0, -2, 3) == -6 + 6 - 1);
  CHECK(window.input(1, 7, 1) == 7 + 5);
  CHECK(window.input(0, largest, 3) == 3 * std::int64_t{largest} + 5);
}

TEST_CASE("A strided window has neither dilation nor padding of its own", "[geometry]") {
  const Window<2> window = strided_window(Point<2>{3, 2}, Point<2>{2, 1});
  CHECK(window.size == Point<2>{3, 2});
  CHECK(window.stride == Point<2>{2, 1});
  CHECK(window.dilation == Point<2>(1));
  CHECK(window.pad == Point<2>(0));
}

TEST_CASE("A window takes numbers, braces, points and shapes for its sizes", "[geometry]") {
  CHECK(strided_window<2>(3, 2) == strided_window(Point<2>(3), Point<2>(2)));
  CHECK(strided_window<2>({3, 1}, {2, 1}) == strided_window(Point<2>{3, 1}, Point<2>{2, 1}));
  CHECK(strided_window<2>(Cross<2>(3), 2).volume() == 5);
  CHECK(submanifold_window<2>(3) == submanifold_window(Point<2>(3)));
  CHECK(submanifold_window<2>({3, 1}) == submanifold_window(Point<2>{3, 1}));
  CHECK(submanifold_window<2>(Cross<2>(3)).volume() == 5);
  CHECK(submanifold_window(Taps<2>(3)) == submanifold_window(Point<2>(3)));
}

TEST_CASE("Windows differ if one number does", "[geometry][COR-08]") {
  const Window<2> window{.size = {3, 2}, .stride = {2, 1}, .dilation = {1, 1}, .pad = {0, 1}};
  CHECK(window == Window<2>{.size = {3, 2}, .stride = {2, 1}, .dilation = {1, 1}, .pad = {0, 1}});
  CHECK(window != Window<2>{.size = {3, 3}, .stride = {2, 1}, .dilation = {1, 1}, .pad = {0, 1}});
  CHECK(window != Window<2>{.size = {3, 2}, .stride = {1, 1}, .dilation = {1, 1}, .pad = {0, 1}});
  CHECK(window != Window<2>{.size = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .pad = {0, 1}});
  CHECK(window != Window<2>{.size = {3, 2}, .stride = {2, 1}, .dilation = {1, 1}, .pad = {0, 0}});
}

TEST_CASE("A window's text names all its numbers", "[geometry]") {
  CHECK(to_string(strided_window(Point<2>{3, 2}, Point<2>{2, 1})) ==
        "size (3, 2), stride (2, 1), dilation (1, 1), pad (0, 0)");
}

TEST_CASE("A window with a size or a stride below 1 is refused", "[geometry]") {
  CHECK(thrown_message<InvalidArgument>([] {
          submanifold_window(Point<2>{3, 0});
        }) ==
        "a window needs sizes, strides and dilations of at least 1, got size (3, 0), stride (1, 1), dilation (1, 1), "
        "pad (1, 0)");
  CHECK(thrown_message<InvalidArgument>([] { strided_window(Point<1>(2), Point<1>(0)); }) ==
        "a window needs sizes, strides and dilations of at least 1, got size (2), stride (0), dilation (1), pad (0)");
  CHECK_THROWS_AS(strided_window(Point<1>(-2), Point<1>(1)), InvalidArgument);
}

TEST_CASE("A window whose listed taps lie outside its box, or at one place, is refused", "[geometry]") {
  Window<2> window{.size = {2, 3}, .positions = {{0, 0}, {1, 2}}};
  CHECK(checked(window) == window);
  window.positions[1] = {0, 3};
  CHECK(thrown_message<InvalidArgument>([&] { checked(window); }) ==
        "a window of size (2, 3) has no place for a tap at (0, 3)");
  window.positions[1] = {-1, 0};
  CHECK(thrown_message<InvalidArgument>([&] { checked(window); }) ==
        "a window of size (2, 3) has no place for a tap at (-1, 0)");
  window.positions[1] = {0, 0};
  CHECK(thrown_message<InvalidArgument>([&] { checked(window); }) == "a window has two taps at (0, 0)");
}

TEST_CASE("A window whose starts fall, or are listed on one axis alone, is refused", "[geometry]") {
  const std::string expected = "the starts of a window have to be listed on every axis or on none, and must not fall";
  Window<2> window{.stride = 2, .starts = {std::vector<std::int32_t>{0, 2, 2}, std::vector<std::int32_t>{0, 1}}};
  CHECK(checked(window) == window);
  window.starts[1] = {1, 0};
  CHECK(thrown_message<InvalidArgument>([&] { checked(window); }) == expected);
  window.starts[1] = {};
  CHECK(thrown_message<InvalidArgument>([&] { checked(window); }) == expected);
  std::swap(window.starts[0], window.starts[1]);
  CHECK(thrown_message<InvalidArgument>([&] { checked(window); }) == expected);
}

TEST_CASE("A window of more than 2^31 - 1 taps is refused before anything is allocated", "[geometry][LIM-09]") {
  CHECK(thrown_message<LimitExceeded>([] { submanifold_window(Point<10>(9)); }) ==
        "a window of size (9, 9, 9, 9, 9, 9, 9, 9, 9, 9) has more than 2147483647 taps");
  CHECK_THROWS_AS(strided_window(Point<3>{1024, 1024, 2048}, Point<3>(1)), LimitExceeded);
  CHECK_THROWS_AS(submanifold_window(Point<10>(largest)), LimitExceeded);
  CHECK(strided_window(Point<3>{1, largest, 1}, Point<3>(1)).volume() == largest);
  CHECK(submanifold_window(Point<10>(8)).volume() == std::int64_t{1} << 30);
}

TEST_CASE("Extents forwards and backwards follow the formula, with padding and dilation", "[geometry]") {
  for (std::int32_t in = 1; in <= 12; ++in)
    for (std::int32_t size = 1; size <= 4; ++size)
      for (std::int32_t stride = 1; stride <= 3; ++stride)
        for (std::int32_t dilation = 1; dilation <= 2; ++dilation)
          for (std::int32_t pad = 0; pad <= 1; ++pad) {
            const Window<1> window{.size = size, .stride = stride, .dilation = dilation, .pad = pad};
            const oracle::Window same = library::window(window);
            const std::int64_t out = oracle::output_extent({in}, same)[0];
            CHECK(input_extent(Point<1>(in), window)[0] == oracle::input_extent({in}, same)[0]);
            if (out > 0)
              CHECK(output_extent(Point<1>(in), window)[0] == out);
            else
              CHECK_THROWS_AS(output_extent(Point<1>(in), window), InvalidArgument);
          }
}

TEST_CASE("A window larger than the extent is refused", "[geometry][LIM-05]") {
  CHECK(thrown_message<InvalidArgument>([] {
          output_extent(Point<2>{5, 2}, strided_window(Point<2>(3), Point<2>(2)));
        }) ==
        "a window of size (3, 3), stride (2, 2), dilation (1, 1), pad (0, 0) does not fit into the extent (5, 2)");
  CHECK(output_extent(Point<2>{1, 1}, strided_window(Point<2>(1), Point<2>(2))) == Point<2>(1));
}

TEST_CASE("Extents at the end of int32 are exact or refused, never wrapped", "[geometry][LIM-08]") {
  const Window<1> unit = strided_window(Point<1>(1), Point<1>(1));
  CHECK(output_extent(Point<1>(largest), unit) == Point<1>(largest));
  CHECK(input_extent(Point<1>(largest), unit) == Point<1>(largest));
  const Window<1> padded{.size = 1, .pad = 1};
  CHECK(
      thrown_message<LimitExceeded>([&] { output_extent(Point<1>(largest), padded); }) ==
      "the extent that follows from (2147483647) through size (1), stride (1), dilation (1), pad (1) passes the range "
      "of int32");
  const Window<1> halving = strided_window(Point<1>(2), Point<1>(2));
  CHECK(thrown_message<LimitExceeded>([&] { input_extent(Point<1>(1 << 30), halving); }) ==
        "the extent that leads to (1073741824) through size (2), stride (2), dilation (1), pad (0) passes the range of "
        "int32");
}

TEST_CASE("An exact extent is one that the window covers without a remainder", "[geometry]") {
  const Window<2> window = strided_window(Point<2>(3), Point<2>(2));
  CHECK(exact_output_extent(Point<2>{7, 9}, window) == Point<2>{3, 4});
  CHECK(
      thrown_message<InvalidArgument>([&] {
        exact_output_extent(Point<2>{7, 8}, window);
      }) ==
      "a window of size (3, 3), stride (2, 2), dilation (1, 1), pad (0, 0) does not divide the extent (7, 8) without a "
      "remainder");
}

TEST_CASE("An output sees stride * out + dilation * position - pad, in its own sample, and nothing beyond int32",
          "[geometry][LIM-07]") {
  const Window<2> window{.size = 3, .stride = {2, 1}, .dilation = {5, 1}, .pad = {1, 0}};
  CHECK(input_of(window, {7, {10, -4}}, {2, 1}) == Site<2>{7, {29, -3}});
  CHECK(input_of(window, {0, {std::numeric_limits<std::int32_t>::max(), 0}}, {0, 0}) == std::nullopt);
}

}  // namespace
