// Tests of the sites an input layer makes: order, duplicates, samples, extents, bad points.
#include "scn/geometry/sites.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/maps.hpp"
#include "scn/cpu/reach.hpp"
#include "scn/cpu/sites.hpp"
#include "support/library.hpp"
#include "support/oracle_points.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;
using Double = CpuDevice<double>;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

/// Points with repetitions, in no order.
std::vector<oracle::Site> points_with_repetitions(int dimension, std::size_t count = 60) {
  oracle::Random random(static_cast<std::uint64_t>(dimension));
  return oracle::with_repetitions(
      random,
      oracle::random_sites(random, {.dimension = dimension, .count = count, .samples = 3, .low = -40, .high = 40}));
}

TEST_CASE("Sites are the distinct points in row order in 1 to 10 dimensions", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    Double device;
    const auto points = points_with_repetitions(D);
    const auto made = library::make_input<D>(device, library::points<D>(points));
    const auto expected = oracle::in_row_order(points);
    REQUIRE(expected.size() < points.size());
    CHECK(library::sites_of(*made.sites) == expected);
    CHECK(made.sites->count() == static_cast<std::int64_t>(expected.size()));
    CHECK(made.sites->rows().bound == made.sites->count());
    CHECK(made.sites->samples() == 3);
  });
}

TEST_CASE("Every way to treat duplicates remembers the row of each point", "[geometry]") {
  Double device;
  const auto points = points_with_repetitions(2);
  const auto expected = oracle::row_of_each_point(points);
  for (const Duplicates duplicates : {Duplicates::first, Duplicates::last, Duplicates::sum, Duplicates::mean}) {
    const auto made = library::make_input<2>(device, library::points<2>(points), {}, 0, duplicates);
    CHECK(made.points->duplicates == duplicates);
    const auto rows = made.points->row_of_point.to_host(device);
    CHECK(std::vector<std::int64_t>(rows.begin(), rows.end()) == expected);
  }
}

TEST_CASE("Distinct points are not rejected and know their rows", "[geometry]") {
  Double device;
  const std::vector<Site<1>> points{{0, 5}, {1, 2}, {0, -3}};
  const auto made = library::make_input<1>(device, points, {}, 0, Duplicates::reject);
  CHECK(made.points->duplicates == Duplicates::reject);
  CHECK(made.points->row_of_point.to_host(device) == std::vector<std::int32_t>{1, 2, 0});
}

TEST_CASE("Every row lists its points in the caller's order", "[geometry]") {
  Double device;
  const auto points = points_with_repetitions(3);
  const auto made = library::make_input<3>(device, library::points<3>(points));
  const auto listed = made.points->points.to_host(device);
  const auto first = made.points->first.to_host(device);
  const auto by_site = oracle::points_by_site(points);
  const auto sites = library::sites_of(*made.sites);
  REQUIRE(first.size() == sites.size() + 1);
  REQUIRE(first.back() == static_cast<std::int64_t>(points.size()));
  for (std::size_t row = 0; row < sites.size(); ++row)
    CHECK(std::vector<std::size_t>(listed.begin() + first[row], listed.begin() + first[row + 1]) ==
          by_site.at(sites[row]));
}

TEST_CASE("The order of the points does not matter to the sites", "[geometry]") {
  Double device;
  auto points = points_with_repetitions(2);
  const auto sites = library::sites_of(*library::make_input<2>(device, library::points<2>(points)).sites);
  oracle::Random random(9);
  for (std::size_t i = points.size(); i > 1; --i)
    std::swap(points[i - 1], points[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(i) - 1))]);
  CHECK(library::sites_of(*library::make_input<2>(device, library::points<2>(points)).sites) == sites);
}

TEST_CASE("A million copies of one point are one site", "[geometry][LIM-06]") {
  Cpu device;
  const auto made = library::make_input<3>(device, std::vector<Site<3>>(1000000, Site<3>{0, {1, 2, 3}}));
  CHECK(made.sites->count() == 1);
  CHECK(made.points->first.to_host(device) == std::vector<std::int64_t>{0, 1000000});
}

TEST_CASE("No points give no sites, but the samples the caller named", "[geometry][LIM-01]") {
  Double device;
  const auto made = library::make_input<3>(device, std::vector<Site<3>>{}, Point<3>(8), 4);
  CHECK(made.sites->count() == 0);
  CHECK(made.sites->samples() == 4);
  CHECK(made.sites->extent() == Point<3>(8));
  CHECK(made.points->row_of_point.size() == 0);
  CHECK(made.points->first.to_host(device) == std::vector<std::int64_t>{0});
  CHECK(made.sites->to_host(device).empty());
}

TEST_CASE("Samples without sites count, between others and behind the last", "[geometry]") {
  Double device;
  const std::vector<Site<1>> points{{4, 1}, {0, 1}, {2, 1}};
  CHECK(library::make_input<1>(device, points).sites->samples() == 5);
  CHECK(library::make_input<1>(device, points, {}, 3).sites->samples() == 5);
  CHECK(library::make_input<1>(device, points, {}, 9).sites->samples() == 9);
  CHECK(library::make_input<1>(device, {{largest, 0}}).sites->samples() == std::int64_t{largest} + 1);
}

TEST_CASE("Without an extent the whole int32 range is allowed", "[geometry][LIM-07]") {
  Double device;
  const std::vector<Site<2>> points{{0, {largest, smallest}}, {0, {smallest, largest}}, {0, {-1, 0}}};
  const auto made = library::make_input<2>(device, points);
  CHECK(!made.sites->extent());
  CHECK(made.sites->to_host(device) == std::vector<Site<2>>{points[1], points[2], points[0]});
}

TEST_CASE("An extent holds the sites from 0 to one below it", "[geometry]") {
  Double device;
  const auto made = library::make_input<2>(device, {{0, {0, 4}}, {0, {2, 0}}}, Point<2>{3, 5});
  CHECK(made.sites->extent() == Point<2>{3, 5});
  CHECK(made.sites->count() == 2);
}

TEST_CASE("A site outside the extent is refused by the number of its point", "[geometry]") {
  Double device;
  const auto make = [&](Site<2> bad) {
    return [&device, bad] { library::make_input<2>(device, {{0, {0, 0}}, bad}, Point<2>{3, 5}); };
  };
  CHECK(thrown_message<InvalidArgument>(make({1, {2, 5}})) ==
        "point 1: site (2, 5) of sample 1 lies outside the extent (3, 5)");
  CHECK(thrown_message<InvalidArgument>(make({0, {-1, 0}})) ==
        "point 1: site (-1, 0) of sample 0 lies outside the extent (3, 5)");
}

TEST_CASE("A negative sample index and a negative number of samples are refused", "[geometry]") {
  Double device;
  CHECK(thrown_message<InvalidArgument>([&] {
          library::make_input<1>(device, {{0, 1}, {-2, 7}});
        }) == "point 1 has the negative sample index -2");
  CHECK(thrown_message<InvalidArgument>([&] { library::make_input<1>(device, {}, {}, -3); }) ==
        "the number of samples must not be negative, got -3");
}

TEST_CASE("Two points at one site are named where duplicates are rejected", "[geometry][LIM-06]") {
  Double device;
  const std::vector<Site<2>> points{{0, {4, 4}}, {1, {1, 2}}, {0, {1, 2}}, {1, {1, 2}}, {1, {1, 2}}};
  CHECK(thrown_message<InvalidArgument>([&] { library::make_input<2>(device, points, {}, 0, Duplicates::reject); }) ==
        "points 1 and 3 are both at site (1, 2) of sample 1, and duplicates are rejected");
}

TEST_CASE("A device works on after it refused an input", "[geometry]") {
  Double device;
  CHECK_THROWS_AS(library::make_input<1>(device, {{-1, 0}}), InvalidArgument);
  CHECK(library::make_input<1>(device, {{0, 3}}).sites->count() == 1);
}

TEST_CASE("Sites find the row of a site", "[geometry]") {
  Double device;
  const auto made = library::make_input<2>(device, {{0, {5, 5}}, {0, {0, 0}}, {3, {5, 5}}});
  CHECK(made.sites->index().find({0, {5, 5}}) == 1);
  CHECK(made.sites->index().find({3, {5, 5}}) == 2);
  CHECK(made.sites->index().find({1, {5, 5}}) == -1);
}

}  // namespace
