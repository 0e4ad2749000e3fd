// Tests of the shapes of kernels: boxes, crosses, balls and lists of offsets.
#include "scn/geometry/taps.hpp"

#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "catch.hpp"
#include "scn/geometry/window.hpp"
#include "support/library.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;
using Points2 = std::vector<Point<2>>;

/// The offsets of an output's neighbours in a submanifold window, in tap order.
template <int D>
std::vector<Point<D>> offsets(const Taps<D>& taps) {
  const Window<D> window = submanifold_window(taps);
  std::vector<Point<D>> result;
  for (std::int64_t tap = 0; tap < window.volume(); ++tap) {
    Point<D> offset;
    for (int axis = 0; axis < D; ++axis)
      offset[axis] = static_cast<std::int32_t>(window.input(axis, 0, window.position(tap)[axis]));
    result.push_back(offset);
  }
  return result;
}

TEST_CASE("A number, a point, numbers in braces and a cube stand for the same box", "[geometry]") {
  const auto box = offsets<2>(Taps<2>(Point<2>{3, 3}));
  CHECK(box.size() == 9);
  CHECK(box.front() == Point<2>{-1, -1});
  CHECK(box[1] == Point<2>{-1, 0});
  CHECK(offsets<2>(3) == box);
  CHECK(offsets<2>({3, 3}) == box);
  CHECK(offsets<2>(Cube<2>(3)) == box);
}

TEST_CASE("A cross has the taps of the axes through the centre, row-major", "[geometry]") {
  CHECK(offsets<2>(Cross<2>(3)) == Points2{{-1, 0}, {0, -1}, {0, 0}, {0, 1}, {1, 0}});
  CHECK(offsets<2>(Cross<2>({1, 4})) == Points2{{0, -2}, {0, -1}, {0, 0}, {0, 1}});
  CHECK(offsets<2>(Cross<2>(1)) == Points2{{0, 0}});
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    CHECK(offsets<D>(Cross<D>(3)).size() == 2 * std::size_t{D} + 1);
    CHECK(offsets<D>(Cross<D>(5)).size() == 4 * std::size_t{D} + 1);
  });
}

TEST_CASE("A ball has the positions within its radius, row-major", "[geometry]") {
  CHECK(offsets<2>(Ball<2>(0)) == Points2{{0, 0}});
  CHECK(offsets<2>(Ball<2>(1)) == offsets<2>(Cross<2>(3)));
  CHECK(offsets<2>(Ball<2>(1.5)) == offsets<2>(3));
  for (const double radius : {0.0, 1.0, 1.8, 2.0, 2.5}) {
    std::vector<Point<3>> expected;
    for (std::int32_t i = -2; i <= 2; ++i)
      for (std::int32_t j = -2; j <= 2; ++j)
        for (std::int32_t k = -2; k <= 2; ++k)
          if (i * i + j * j + k * k <= radius * radius) expected.push_back({i, j, k});
    CHECK(offsets<3>(Ball<3>(radius)) == expected);
  }
  CHECK(offsets<10>(Ball<10>(1)).size() == 21);
}

TEST_CASE("A list of offsets keeps its order and says directly where neighbours are", "[geometry]") {
  const Points2 list{{0, 0}, {-3, 1}, {2, -5}, {0, 1}};
  CHECK(offsets<2>(Taps<2>(list)) == list);
  CHECK(offsets<2>(Taps<2>(Points2{{7, 7}})) == Points2{{7, 7}});
  const Window<2> strided = strided_window(Taps<2>(list), Point<2>(2));
  for (std::size_t tap = 0; tap < list.size(); ++tap)
    for (int axis = 0; axis < 2; ++axis)
      CHECK(strided.input(axis, 10, strided.position(static_cast<std::int64_t>(tap))[axis]) == 20 + list[tap][axis]);
}

TEST_CASE("Crosses and balls of a strided window count from the lower corner of their box", "[geometry]") {
  const Window<2> window = strided_window<2>(Cross<2>(3), 2);
  CHECK(window.pad == Point<2>(0));
  CHECK(window.position(0) == Point<2>{0, 1});
  CHECK(output_extent(Point<2>(7), window) == output_extent(Point<2>(7), strided_window(Point<2>(3), Point<2>(2))));
}

TEST_CASE("A dilated list keeps the place of its offset 0", "[geometry]") {
  const Window<1> window = submanifold_window(Taps<1>(std::vector<Point<1>>{-1, 0, 2}), Point<1>(3));
  std::vector<std::int64_t> seen;
  for (std::int64_t tap = 0; tap < 3; ++tap) seen.push_back(window.input(0, 10, window.position(tap)[0]));
  CHECK(seen == std::vector<std::int64_t>{7, 10, 16});
}

TEST_CASE("A list without offsets, or with one twice, or wider than int32 is refused", "[geometry]") {
  CHECK(thrown_message<InvalidArgument>([] { Taps<2>(Points2{}); }) == "a list of taps must not be empty");
  CHECK(thrown_message<InvalidArgument>([] {
          Taps<2>(Points2{{1, 2}, {0, 0}, {1, 2}});
        }) == "the offset (1, 2) occurs twice in a list of taps");
  constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max();
  CHECK(thrown_message<LimitExceeded>([] {
          Taps<2>(Points2{{-1, 0}, {far, 0}});
        }) == "the offsets of a list of taps span more than int32 holds");
}

TEST_CASE("Shapes without a size or with a negative radius are refused", "[geometry]") {
  CHECK(thrown_message<InvalidArgument>([] { Ball<2>(-1); }) ==
        "the radius of a ball must lie in [0, 2^29), got -1.000000");
  CHECK_THROWS_AS(Ball<2>(std::numeric_limits<double>::quiet_NaN()), InvalidArgument);
  CHECK(thrown_message<InvalidArgument>([] {
          Cross<2>(Point<2>{3, 0});
        }) == "a cross needs sizes of at least 1, got (3, 0)");
}

}  // namespace
