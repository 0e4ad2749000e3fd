// Tests of the way from real points to sites: borders of voxels, numbers that do not fit, strides.
#include "scn/geometry/quantize.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T>
PointView<T> on_line(const std::vector<T>& values) {
  return {values.data(), static_cast<std::int64_t>(values.size()), 1};
}

template <class T>
std::vector<std::int32_t> voxels(const std::vector<T>& values, const Grid<1>& grid) {
  std::vector<std::int32_t> result;
  for (const Site<1>& site : quantize<1>(on_line(values), grid).sites) result.push_back(site.at[0]);
  return result;
}

TEST_CASE("A point on the border of two voxels belongs to the upper one", "[geometry]") {
  CHECK(voxels<double>({0.0, 0.5, 0.999999, 1.0, -0.000001, -0.5, -1.0, 7.5}, {.edge = 0.5}) ==
        std::vector<std::int32_t>{0, 1, 1, 2, -1, -1, -2, 15});
}

TEST_CASE("Quotients are those of double arithmetic, for points of single precision too", "[geometry]") {
  CHECK(voxels<double>({0.3, 0.6, 0.7, 0.1}, {.edge = 0.1}) == std::vector<std::int32_t>{2, 5, 6, 1});
  CHECK(voxels<float>({0.3f, 0.6f, 0.7f, 0.1f}, {.edge = 0.1}) == std::vector<std::int32_t>{3, 6, 6, 1});
}

TEST_CASE("The origin is the lower corner of voxel 0", "[geometry]") {
  CHECK(voxels<double>({1.0, 3.0, 2.9, 5.0}, {.edge = 2.0, .origin = {1.0}}) == std::vector<std::int32_t>{0, 1, 0, 2});
}

TEST_CASE("Every axis has its own origin and coordinate", "[geometry]") {
  const std::vector<double> values{0.5, 10.5, -0.5, 99, 1.5, 11.5, 0.5, 99};
  const auto made = quantize<3>(PointView<double>{values.data(), 2, 4}, {.origin = {0, 10, -1}, .sample = 3});
  CHECK(made.sites == std::vector<Site<3>>{{3, {0, 0, 0}}, {3, {1, 1, 1}}});
  CHECK(made.points == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("Points that are not finite are counted and left out", "[geometry]") {
  const auto made = quantize<1>(on_line<double>({1.5, nan, infinity, -infinity, 2.5}), Grid<1>{});
  CHECK(made.not_finite == 3);
  CHECK(made.out_of_range == 0);
  CHECK(made.sites == std::vector<Site<1>>{{0, 1}, {0, 2}});
  CHECK(made.points == std::vector<std::int64_t>{0, 4});
  CHECK(quantize<1>(on_line<float>({std::numeric_limits<float>::infinity(), 3.0f}), Grid<1>{}).not_finite == 1);
}

TEST_CASE("One bad coordinate leaves its point out, counted once", "[geometry]") {
  const std::vector<double> values{nan, nan, 1e30, nan, 1e30, 1e30, 0.0, 1e30, 0.0, 0.0};
  const auto made = quantize<2>(PointView<double>{values.data(), 5, 2}, Grid<2>{});
  CHECK(made.not_finite == 2);
  CHECK(made.out_of_range == 2);
  CHECK(made.points == std::vector<std::int64_t>{4});
}

TEST_CASE("Points beyond int32 are counted and never cast", "[geometry]") {
  const auto made = quantize<1>(on_line<double>({1e30, -1e30, 2147483648.0, -2147483648.5, 2147483647.5, -2147483648.0,
                                                 std::numeric_limits<double>::max()}),
                                Grid<1>{});
  CHECK(made.out_of_range == 5);
  CHECK(made.not_finite == 0);
  CHECK(made.sites == std::vector<Site<1>>{{0, 2147483647}, {0, std::numeric_limits<std::int32_t>::min()}});
  CHECK(quantize<1>(on_line<double>({1e300}), {.edge = 1e-300}).out_of_range == 1);  // a quotient that is infinite
}

TEST_CASE("With an extent, points outside of it are counted and left out", "[geometry]") {
  const auto made = quantize<1>(on_line<double>({-0.001, 0.0, 3.999, 4.0}), {.extent = Point<1>(4)});
  CHECK(made.out_of_range == 2);
  CHECK(made.sites == std::vector<Site<1>>{{0, 0}, {0, 3}});
}

TEST_CASE("No points give no sites", "[geometry][LIM-01]") {
  const auto made = quantize<3>(PointView<float>{}, Grid<3>{});
  CHECK(made.sites.empty());
  CHECK(made.points.empty());
  CHECK(made.not_finite + made.out_of_range == 0);
}

TEST_CASE("An edge that is not positive and finite is refused", "[geometry]") {
  const auto with_edge = [](double edge) { return [edge] { quantize<1>(PointView<double>{}, {.edge = edge}); }; };
  CHECK(thrown_message<InvalidArgument>(with_edge(-0.5)) ==
        "quantize: the edge of a voxel must be positive and finite, got -0.500000");
  for (const double edge : {0.0, infinity, nan}) CHECK_THROWS_AS(with_edge(edge)(), InvalidArgument);
}

TEST_CASE("A stride below the dimension and a negative count are refused", "[geometry]") {
  const std::vector<float> values(6);
  CHECK(thrown_message<InvalidArgument>([&] {
          quantize<3>(PointView<float>{values.data(), 2, 2}, Grid<3>{});
        }) == "quantize: points of dimension 3 need a stride of at least 3, got 2");
  CHECK(thrown_message<InvalidArgument>([&] {
          quantize<3>(PointView<float>{values.data(), -1, 3}, Grid<3>{});
        }) == "quantize: the number of points must not be negative, got -1");
}

}  // namespace
