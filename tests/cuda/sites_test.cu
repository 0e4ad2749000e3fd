// Tests of sites on the GPU: the same rows and the same complaints as on the CPU.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/sites.cuh"
#include "support/both_devices.cuh"
#include "support/site_lists.hpp"

namespace {

using namespace scn;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

/// Random points of which about half are at one site with another.
template <int D>
std::vector<Site<D>> crowded(std::size_t count, std::uint64_t seed) {
  const auto sites = library::points<D>(oracle::drawn(D, D == 1 ? 30 : count / 2, seed));
  oracle::Random random(seed);
  std::vector<Site<D>> points;
  while (points.size() < count)
    points.push_back(sites[static_cast<std::size_t>(random.integer(0, std::ssize(sites) - 1))]);
  return points;
}

template <int D>
std::string complaint(const std::vector<Site<D>>& points, std::optional<Point<D>> extent = {},
                      Duplicates duplicates = Duplicates::sum) {
  Cuda device;
  try {
    library::make_input<D>(device, points, extent, 0, duplicates);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("The GPU puts points into the rows of the CPU in 1 to 10 dimensions", "[cuda]") {
  Cuda device;
  library::for_each_dimension<10>([&](auto dimension) {
    constexpr int D = dimension();
    for (const std::size_t count : {2, 65, 1000}) parity::both<D>(device, crowded<D>(count, count));
  });
}

TEST_CASE("No points and one point make sites on the GPU", "[cuda][small]") {
  Cuda device;
  const auto none = parity::both<3>(device, {}, {}, 4);
  CHECK(none.gpu->count() == 0);
  CHECK(none.gpu->samples() == 4);
  parity::both<3>(device, {{2, {-7, 3, 5}}});
  parity::both<10>(device, {});
}

TEST_CASE("Rows on the GPU follow codes of more than 64 bits", "[cuda][small]") {
  Cuda device;
  oracle::Random random(5);
  library::for_each_dimension<10>([&](auto dimension) {
    constexpr int D = dimension();
    std::vector<Site<D>> points;
    for (int i = 0; i < 700; ++i) {
      Site<D>& site = points.emplace_back();
      site.sample = static_cast<std::int32_t>(random.integer(0, 1) == 0 ? random.integer(0, 2) : largest - i / 2);
      for (int axis = 0; axis < D; ++axis) site.at[axis] = static_cast<std::int32_t>(random.integer(smallest, largest));
    }
    for (int i = 0; i < 300; ++i) points.push_back(points[static_cast<std::size_t>(2 * i)]);
    parity::both<D>(device, points);
  });
}

TEST_CASE("The ends of int32 are ordinary coordinates on the GPU", "[cuda]") {
  Cuda device;
  const std::vector<std::int32_t> ends{smallest, smallest + 1, -2, -1, 0, 1, largest - 1, largest};
  std::vector<Site<3>> points;
  for (const std::int32_t x : ends)
    for (const std::int32_t y : ends)
      for (const std::int32_t z : ends) points.push_back({0, {z, x, y}});
  parity::both<3>(device, points);
}

TEST_CASE("An extent and a number of samples stay with sites of the GPU", "[cuda][small]") {
  Cuda device;
  parity::both<2>(device, {{1, {0, 0}}, {0, {7, 8}}, {1, {7, 8}}, {0, {7, 8}}}, Point<2>{8, 9}, 5);
  parity::both<2>(device, {{300, {0, 0}}, {0, {7, 8}}}, Point<2>{8, 9});
}

TEST_CASE("The GPU names the first point with a negative sample", "[cuda]") {
  CHECK(complaint<2>({{0, {1, 1}}, {-3, {5, 5}}, {-4, {0, 0}}}) == "point 1 has the negative sample index -3");
  CHECK(complaint<2>({{0, {9, 1}}, {-3, {5, 5}}}, Point<2>(10)) == "point 1 has the negative sample index -3");
}

TEST_CASE("The GPU names the first point outside the extent", "[cuda][small]") {
  CHECK(complaint<2>({{0, {1, 1}}, {2, {3, 10}}, {0, {-1, 0}}}, Point<2>(10)) ==
        "point 1: site (3, 10) of sample 2 lies outside the extent (10, 10)");
  CHECK(complaint<1>({{0, {-1}}, {-1, {0}}}, Point<1>(3)) ==
        "point 0: site (-1) of sample 0 lies outside the extent (3)");
}

TEST_CASE("The GPU names two points at one site where duplicates are rejected", "[cuda][small]") {
  const std::vector<Site<2>> points{{1, {4, 4}}, {0, {2, 1}}, {1, {4, 4}}, {0, {2, 0}}, {0, {2, 1}}};
  CHECK(complaint<2>(points, {}, Duplicates::reject) ==
        "points 1 and 4 are both at site (2, 1) of sample 0, and duplicates are rejected");
  CHECK(complaint<2>({points[0], points[1]}, {}, Duplicates::reject) == "none");
}

TEST_CASE("A refused call leaves the GPU as it was", "[cuda]") {
  Cuda device;
  CHECK_THROWS_AS(library::make_input<2>(device, std::vector<Site<2>>{{-1, {0, 0}}}), InvalidArgument);
  parity::both<2>(device, {{0, {1, 1}}});
}

TEST_CASE("The GPU selects the sites that the CPU selects, and finds them", "[cuda][small]") {
  Cuda device;
  Cpu cpu;
  for (const std::int64_t step : {1, 2, 3, 100000}) {
    const auto sites = parity::both<3>(device, crowded<3>(3000, 9));
    std::vector<std::uint8_t> keep(static_cast<std::size_t>(sites.cpu->count()));
    for (std::size_t row = 1; row < keep.size(); row += static_cast<std::size_t>(step)) keep[row] = 7;
    if (step > 1000) keep[1] = 0;
    const auto made =
        select<3>(device, *sites.gpu, Buffer<std::uint8_t, Cuda>(device, std::span<const std::uint8_t>(keep)));
    const auto expected =
        select<3>(cpu, *sites.cpu, Buffer<std::uint8_t, Cpu>(cpu, std::span<const std::uint8_t>(keep)));
    CHECK(parity::same_sites(device, made, expected));
    const auto window = submanifold_window(Point<3>(3));
    CHECK(parity::same_rules(device, make_rules<3>(device, made, *sites.gpu, window),
                             make_rules<3>(cpu, expected, *sites.cpu, window)));
  }
}

}  // namespace
