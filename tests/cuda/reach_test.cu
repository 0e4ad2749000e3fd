// Tests of the sites that windows reach on the GPU, and of the maps there, against the CPU.
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/reach.cuh"
#include "scn/geometry/randomized_stride.hpp"
#include "support/both_devices.cuh"
#include "support/site_lists.hpp"

namespace {

using namespace scn;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

template <int D>
parity::Both<D> drawn(Cuda& device, std::size_t count, std::uint64_t seed = 1) {
  return parity::both<D>(device, library::points<D>(oracle::drawn(D, count, seed)));
}

/// The sites of a full convolution, compared.
template <int D>
void check_full(Cuda& device, const parity::Both<D>& coarse, const Window<D>& window,
                std::optional<Point<D>> extent = {}) {
  INFO(to_string(window));
  Cpu cpu;
  const auto made = expand<D>(device, *coarse.gpu, window, extent);
  const auto expected = expand<D>(cpu, *coarse.cpu, window, extent);
  CHECK(parity::same_sites(device, made, expected));
  CHECK(parity::same_rules(device, make_rules<D>(device, made, *coarse.gpu, window),
                           make_rules<D>(cpu, expected, *coarse.cpu, window)));
}

TEST_CASE("The GPU reaches the outputs of the CPU for sizes 1 to 6 and strides 1 to 5", "[cuda]") {
  Cuda device;
  const auto sites = drawn<1>(device, 40);
  for (std::int32_t size = 1; size <= 6; ++size)
    for (std::int32_t stride = 1; stride <= 5; ++stride)
      parity::check_strided<1>(device, sites, strided_window(Point<1>(size), Point<1>(stride)));
}

TEST_CASE("The GPU reaches the outputs of the CPU in 1 to 10 dimensions", "[cuda]") {
  Cuda device;
  library::for_each_dimension<10>([&](auto dimension) {
    constexpr int D = dimension();
    const auto sites = drawn<D>(device, 60);
    parity::check_strided<D>(device, sites, strided_window(Point<D>(2), Point<D>(2)));
    parity::check_strided<D>(device, sites,
                             strided_window(library::cycle<D>({3, 1, 1, 1}), library::cycle<D>({2, 1, 3})));
    check_full<D>(device, sites, strided_window(library::cycle<D>({2, 1, 1}), Point<D>(2)));
  });
}

TEST_CASE("Strides, dilations, paddings and listed taps combine on the GPU as on the CPU", "[cuda][small]") {
  Cuda device;
  const auto sites = drawn<3>(device, 500);
  for (const auto& window :
       {Window<3>{.size = {2, 3, 4}, .stride = {1, 2, 3}},
        Window<3>{.size = {3, 2, 5}, .stride = {2, 3, 1}, .dilation = {3, 1, 2}, .pad = {-4, 1, 7}},
        Window<3>{.size = {3, 3, 3}, .stride = {2, 2, 2}, .dilation = {50, 7, 1}, .pad = {1, 1, 1}},
        strided_window(Taps<3>(Cross<3>(3)), Point<3>(2)), strided_window(Taps<3>(Ball<3>(1.5)), Point<3>{1, 2, 3}),
        submanifold_window(Taps<3>(3), Point<3>(1), Point<3>(2)),
        submanifold_window(Taps<3>(3), Point<3>(1), Point<3>{1, 3, 2})}) {
    parity::check_strided<3>(device, sites, window);
    check_full<3>(device, sites, window);
  }
}

TEST_CASE("Extents clip what the GPU reaches", "[cuda]") {
  Cuda device;
  std::vector<Site<2>> points;
  for (const auto& site : oracle::block(2, 13)) points.push_back(oracle::as<Site<2>>(site));
  const auto sites = parity::both<2>(device, points, Point<2>(13));
  for (const std::int32_t size : {2, 3, 5})
    for (const std::int32_t stride : {1, 2, 4})
      parity::check_strided<2>(device, sites, strided_window(Point<2>(size), Point<2>(stride)));
  check_full<2>(device, sites, strided_window(Point<2>(3), Point<2>(2)), Point<2>(20));
}

TEST_CASE("Nothing that the GPU reaches wraps at the ends of int32", "[cuda]") {
  Cuda device;
  std::vector<Site<1>> points;
  for (const auto& site : oracle::line({smallest, smallest + 1, -1, 0, largest - 1, largest}))
    points.push_back(oracle::as<Site<1>>(site));
  const auto ends = parity::both<1>(device, points);
  for (const Window<1>& window :
       {strided_window(Point<1>(3), Point<1>(1)), strided_window(Point<1>(2), Point<1>(2)),
        strided_window(Point<1>(3), Point<1>(largest)), Window<1>{.size = 5, .dilation = 1000, .pad = largest}}) {
    parity::check_strided<1>(device, ends, window);
    check_full<1>(device, ends, window);
  }
}

TEST_CASE("Randomised strides on the GPU reach and join what they do on the CPU", "[cuda][small]") {
  Cuda device;
  const Point<2> extent{41, 33};
  std::vector<Site<2>> points;
  oracle::Random random(3);
  for (int i = 0; i < 300; ++i)
    points.push_back(
        {i % 2, {static_cast<std::int32_t>(random.integer(0, 40)), static_cast<std::int32_t>(random.integer(0, 32))}});
  const auto sites = parity::both<2>(device, points, extent);
  for (const std::int32_t size : {2, 3})
    for (const std::int32_t stride : {1, 2}) {
      const Window<2> window = strided_window(Point<2>(size), Point<2>(stride));
      parity::check_strided<2>(device, sites, randomized_window(window, output_extent(extent, window), 7, 1));
      Window<2> listed = strided_window(Taps<2>(Cross<2>(3)), Point<2>(stride));
      listed.pad = {};
      parity::check_strided<2>(device, sites, randomized_window(listed, output_extent(extent, listed), 8, 2));
    }
}

TEST_CASE("Levels of no sites and of one site are reached on the GPU", "[cuda][small]") {
  Cuda device;
  for (const std::vector<Site<3>>& points : {std::vector<Site<3>>{}, std::vector<Site<3>>{{1, {-3, 5, 2}}}})
    for (const auto& window : {strided_window<3>(3, 2), strided_window<3>(2, 2), Window<3>{}}) {
      const auto sites = parity::both<3>(device, points, {}, 2);
      parity::check_strided<3>(device, sites, window);
      check_full<3>(device, sites, window);
    }
}

/// Points of which most have a neighbour: low <= coordinate <= high.
template <int D>
parity::Both<D> crowd(Cuda& device, std::int32_t low, std::int32_t high) {
  oracle::Random random(6);
  std::vector<Site<D>> points(80000);
  for (Site<D>& point : points)
    for (int axis = 0; axis < D; ++axis) point.at[axis] = static_cast<std::int32_t>(random.integer(low, high));
  return parity::both<D>(device, points);
}

/// Outputs that are reached by whole blocks, compared.
template <int D>
void check_crowd(Cuda& device, const parity::Both<D>& sites, const Window<D>& window,
                 std::optional<Point<D>> extent = {}) {
  INFO(to_string(window));
  Cpu cpu;
  REQUIRE(scn::gpu::BlockReach<D>::suits(window, sites.gpu->count(), sites.gpu->index().blocks()));
  const auto made = reach<D>(device, *sites.gpu, window, extent);
  const auto expected = reach<D>(cpu, *sites.cpu, window, extent);
  CHECK(parity::same_sites(device, made, expected));
  CHECK(parity::same_rules(device, make_rules<D>(device, made, made, submanifold_window(Point<D>(2))),
                           make_rules<D>(cpu, expected, expected, submanifold_window(Point<D>(2)))));
}

TEST_CASE("Crowded levels reach the same outputs on the GPU", "[cuda]") {
  Cuda device;
  const auto sites = crowd<3>(device, -17, 25);
  for (const Window<3>& window :
       {strided_window<3>(3, 2), strided_window<3>(2, 1),
        Window<3>{.size = {5, 1, 3}, .stride = {3, 2, 5}, .dilation = {2, 1, 3}, .pad = {-7, 2, 1}}}) {
    check_crowd<3>(device, sites, window);
    check_crowd<3>(device, sites, window, Point<3>{9, 7, 30});
  }
  check_crowd<3>(device, crowd<3>(device, largest - 40, largest),
                 Window<3>{.size = {3, 3, 3}, .stride = {1, 2, 1}, .pad = {9, 0, -9}});
  check_crowd<2>(device, crowd<2>(device, smallest, smallest + 230),
                 Window<2>{.size = {3, 2}, .stride = {1, 2}, .pad = {0, 1}});
}

TEST_CASE("A pyramid on the GPU is that of the CPU", "[cuda]") {
  Cuda device;
  parity::Both<3> level = drawn<3>(device, 4000);
  for (int i = 0; i < 4; ++i) level = parity::check_strided<3>(device, level, strided_window<3>(i % 2 == 0 ? 2 : 3, 2));
}

}  // namespace
