// Tests of LiDAR scans that are stacked in time, and of the taps of their network.
#include "support/space_time.hpp"

#include <cstdint>
#include <set>
#include <vector>

#include "catch.hpp"

namespace {

using support::ignored_label;
using support::LidarScan;

/// Points one behind the other on the x axis, a metre apart, all of one class.
LidarScan line(int points, std::int32_t label) {
  LidarScan scan;
  for (int i = 0; i < points; ++i) scan.points.insert(scan.points.end(), {float(i), 0, 0, 1});
  scan.labels.assign(std::size_t(points), label);
  return scan;
}

std::vector<std::int32_t> times(const support::LidarInput<4>& cloud) {
  std::vector<std::int32_t> result;
  for (const auto& site : cloud.sites) result.push_back(site.at[3]);
  return result;
}

}  // namespace

TEST_CASE("a site sees its surroundings at its own moment and itself a moment before and after") {
  const scn::Taps<4> taps = support::space_time_taps();
  int at_its_own = 0;
  std::set<std::int32_t> others;
  for (const scn::Point<4>& position : taps.positions()) {
    if (position[3] == taps.centre()[3])
      ++at_its_own;
    else
      for (int axis = 0; axis < 4; ++axis) others.insert(position[axis] - taps.centre()[axis]);
  }
  CHECK(at_its_own == 27);
  CHECK(taps.positions().size() == 29);
  CHECK(others == std::set<std::int32_t>{-1, 0, 1});
}

TEST_CASE("the last scan stands behind the others in time, and has labels alone") {
  const std::vector<LidarScan> scans{line(2, 4), line(3, 5)};
  const auto stacked = support::last_scan<4>(scans, 0);
  CHECK(times(stacked) == std::vector<std::int32_t>{0, 0, 1, 1, 1});
  CHECK(stacked.labels == std::vector<std::int32_t>{ignored_label, ignored_label, 5, 5, 5});
  const auto alone = support::last_scan<3>(scans, 0);
  CHECK(alone.labels == std::vector<std::int32_t>{5, 5, 5});
  for (std::size_t i = 0; i < 3; ++i)
    for (int axis = 0; axis < 3; ++axis) CHECK(alone.sites[i].at[axis] == stacked.sites[2 + i].at[axis]);
}

TEST_CASE("the moments of a place are one sample in four dimensions, and samples of their own in three") {
  const std::vector<LidarScan> scans{line(40, 4), line(40, 5)};
  support::Draw draw{.seed = 1, .number = 2}, again = draw;
  support::LidarInput<4> stacked;
  support::append_crop<4>(stacked, scans, 3.5, 7, draw);
  support::LidarInput<3> apart;
  support::append_crop<3>(apart, scans, 3.5, 7, again);
  REQUIRE(stacked.sites.size() == apart.sites.size());
  CHECK(stacked.features == apart.features);
  for (std::size_t i = 0; i < apart.sites.size(); ++i) {
    CHECK(stacked.sites[i].sample == 7);
    CHECK(apart.sites[i].sample == 7 + stacked.sites[i].at[3]);
    CHECK(apart.labels[i] == 4 + stacked.sites[i].at[3]);
  }
  CHECK(std::set<std::int32_t>(apart.labels.begin(), apart.labels.end()) == std::set<std::int32_t>{4, 5});
}
