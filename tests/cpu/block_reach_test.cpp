// Tests of finding sites through a window by blocks: what is reached and seen is what the oracle says.
#include "scn/cpu/block_reach.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;
using cpu::Towards;

template <int D>
std::vector<Site<D>> search(const std::vector<Site<D>>& from, const Window<D>& window, Towards towards,
                            std::optional<Point<D>> extent = {}) {
  const auto pool = std::make_shared<HostPool>();
  const cpu::SiteIndex<D> index(pool, 2, from.data(), std::ssize(from));
  const auto found = cpu::BlockReach<D>(pool, 2, towards)(index, {pool, window}, extent);
  std::vector<Site<D>> sites(static_cast<std::size_t>(found.rows()));
  found.write_sites(2, sites.data());
  for (std::size_t row = 0; row < sites.size(); ++row)
    REQUIRE(found.find(sites[row]) == static_cast<std::int32_t>(row));
  return sites;
}

/// Every site that some site leads to, tried tap by tap, in row order.
template <int D>
std::vector<Site<D>> tried(const std::vector<Site<D>>& from, const Window<D>& window, Towards towards) {
  std::vector<Site<D>> found;
  for (const Site<D>& site : from)
    for (std::int64_t tap = 0; tap < window.volume(); ++tap) {
      Site<D> to{site.sample, {}};
      bool exists = true;
      for (int axis = 0; axis < D; ++axis) {
        const std::int64_t offset = window.input(axis, 0, window.position(tap)[axis]), stride = window.stride[axis];
        const std::int64_t place =
            towards == Towards::inputs ? site.at[axis] * stride + offset : (site.at[axis] - offset) / stride;
        exists =
            exists && fits_int32(place) && (towards == Towards::inputs || place * stride + offset == site.at[axis]);
        to.at[axis] = static_cast<std::int32_t>(place);
      }
      if (exists) found.push_back(to);
    }
  std::sort(found.begin(), found.end(), z_less<D>);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

template <int D>
std::vector<Site<D>> cloud(std::size_t count, std::int32_t reach) {
  oracle::Random random(static_cast<std::uint64_t>(D));
  auto sites = library::points<D>(
      oracle::random_sites(random, {.dimension = D, .count = count, .samples = 2, .low = -reach, .high = reach}));
  std::sort(sites.begin(), sites.end(), z_less<D>);
  return sites;
}

TEST_CASE("Outputs and inputs of blocks of several levels, and of lone blocks, are those found tap by tap", "[cpu]") {
  library::for_each_dimension<7>([](auto dimension) {
    constexpr int D = dimension();
    for (const std::int32_t reach : {D == 1 ? 2000 : D == 2 ? 40 : D == 3 ? 12 : 3, 1 << 30}) {
      const auto sites = cloud<D>(1500, reach);
      for (const auto& window :
           {strided_window(library::cycle<D>({3, 2, 1}), library::cycle<D>({2, 1, 3})), submanifold_window(Point<D>(2)),
            Window<D>{.size = library::cycle<D>({1, 2}), .stride = 3, .dilation = 4, .pad = 5}})
        for (const Towards towards : {Towards::outputs, Towards::inputs})
          REQUIRE(search(sites, window, towards) == tried(sites, window, towards));
    }
  });
}

TEST_CASE("Sites beyond int32 or the extent are left out, and blocks without others", "[cpu][LIM-07]") {
  constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();
  const std::vector<Site<2>> ends{{0, {smallest, smallest}}, {0, {-1, 0}}, {0, {0, 0}}, {0, {largest, largest}}};
  const Window<2> window{.size = 3, .pad = {1, 4}};
  for (const Towards towards : {Towards::outputs, Towards::inputs}) {
    const auto all = tried(ends, window, towards);
    CHECK(search(ends, window, towards) == all);
    std::vector<Site<2>> inside;
    for (const auto& site : all)
      if (site.at[0] >= 0 && site.at[0] < 2 && site.at[1] >= 0 && site.at[1] < 9) inside.push_back(site);
    CHECK(search<2>(ends, window, towards, Point<2>{2, 9}) == inside);
  }
}

TEST_CASE("No sites lead nowhere", "[cpu][LIM-01]") {
  CHECK(search<3>({}, strided_window(Point<3>(3), Point<3>(2)), Towards::outputs).empty());
}

}  // namespace
