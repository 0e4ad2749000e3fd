// Tests of points and sites in every dimension.
#include "scn/geometry/point.hpp"

#include <cstdint>
#include <type_traits>

#include "catch.hpp"
#include "support/library.hpp"

namespace {

using namespace scn;

template <int D>
constexpr int deduced(const Point<D>&) {
  return D;
}

TEST_CASE("A function deduces the dimension of a point", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) { CHECK(deduced(Point<dimension()>()) == dimension()); });
}

TEST_CASE("One number stands for the same number on every axis", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    const Point<dimension()> point = 7;
    for (int axis = 0; axis < dimension(); ++axis) CHECK(point[axis] == 7);
    CHECK(Point<dimension()>() == Point<dimension()>(0));
  });
}

TEST_CASE("A point takes one number an axis, the first coordinate first", "[geometry]") {
  constexpr Point<3> point{1, -2, 3};
  STATIC_REQUIRE(point[0] == 1);
  STATIC_REQUIRE(point[1] == -2);
  STATIC_REQUIRE(point[2] == 3);
}

TEST_CASE("A point takes neither another number of coordinates nor numbers that would be narrowed", "[geometry]") {
  STATIC_REQUIRE(std::is_constructible_v<Point<3>, int, int, int>);
  STATIC_REQUIRE(!std::is_constructible_v<Point<3>, int, int>);
  STATIC_REQUIRE(!std::is_constructible_v<Point<3>, int, int, int, int>);
  STATIC_REQUIRE(!std::is_constructible_v<Point<2>, int, double>);
  STATIC_REQUIRE(!std::is_constructible_v<Point<2>, std::int64_t, int>);
}

TEST_CASE("Coordinates can be written one by one", "[geometry]") {
  Point<2> point;
  point[1] = -5;
  CHECK(point == Point<2>{0, -5});
  CHECK(point != Point<2>{-5, 0});
}

TEST_CASE("Sites are equal if sample and point are", "[geometry]") {
  const Site<2> site{1, {2, 3}};
  CHECK(site == Site<2>{1, {2, 3}});
  CHECK(site != Site<2>{0, {2, 3}});
  CHECK(site != Site<2>{1, {3, 2}});
  STATIC_REQUIRE(std::is_trivially_copyable_v<Site<10>>);
}

TEST_CASE("A point's text lists its coordinates", "[geometry]") {
  CHECK(to_string(Point<1>(-4)) == "(-4)");
  CHECK(to_string(Point<3>{1, -2, 2147483647}) == "(1, -2, 2147483647)");
}

}  // namespace
