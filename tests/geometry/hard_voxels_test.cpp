// Tests of voxels of bounded number and size.
#include "scn/geometry/hard_voxels.hpp"

#include <map>
#include <random>

#include "catch.hpp"
#include "scn/geometry/quantize.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::Site;
using scn::voxelize_hard;
using Numbers = std::vector<std::int64_t>;

const std::vector<Site<1>> six{{0, 7}, {0, 2}, {0, 7}, {0, 7}, {1, 2}, {0, 2}};

TEST_CASE("Voxels come in the order of their first points, their points in order of arrival", "[geometry]") {
  const auto voxels = voxelize_hard(six, {.points = 3, .voxels = 4});
  CHECK(voxels.sites == std::vector<Site<1>>{{0, 7}, {0, 2}, {1, 2}});
  CHECK(voxels.points == Numbers{0, 2, 3, 1, 5, -1, 4, -1, -1});
  CHECK(voxels.counts == Numbers{3, 2, 1});
  CHECK(voxels.inverse == Numbers{0, 1, 0, 0, 2, 1});
  CHECK((voxels.beyond_points == 0 && voxels.beyond_voxels == 0));
}

TEST_CASE("Points beyond a limit are left out and counted; voxels that exist go on filling", "[geometry]") {
  const auto voxels = voxelize_hard(six, {.points = 2, .voxels = 2});
  CHECK(voxels.sites == std::vector<Site<1>>{{0, 7}, {0, 2}});
  CHECK(voxels.points == Numbers{0, 2, 1, 5});
  CHECK(voxels.inverse == Numbers{0, 1, 0, -1, -1, 1});
  CHECK(voxels.beyond_points == 1);
  CHECK(voxels.beyond_voxels == 1);
}

TEST_CASE("Random points go where a dictionary puts them", "[geometry]") {
  std::mt19937 random(5);
  for (int repetition = 0; repetition < 50; ++repetition) {
    std::vector<Site<3>> points;
    for (int i = 0; i < 300; ++i)
      points.push_back(
          {std::int32_t(random() % 2),
           {std::int32_t(random() % 5), std::int32_t(random() % 4) - 2, std::int32_t(random() % 3) << 30}});
    const scn::VoxelLimits limits{.points = 1 + std::int64_t(random() % 6), .voxels = 1 + std::int64_t(random() % 90)};
    const auto voxels = voxelize_hard(points, limits);
    std::map<Site<3>, Numbers> kept;
    std::int64_t beyond_points = 0, beyond_voxels = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!kept.contains(points[i]) && std::ssize(kept) == limits.voxels) {
        ++beyond_voxels;
      } else if (std::ssize(kept[points[i]]) == limits.points) {
        ++beyond_points;
      } else {
        kept[points[i]].push_back(std::int64_t(i));
      }
    }
    REQUIRE(voxels.sites.size() == kept.size());
    CHECK((voxels.beyond_points == beyond_points && voxels.beyond_voxels == beyond_voxels));
    for (std::size_t v = 0; v < voxels.sites.size(); ++v) {
      const auto first = voxels.points.begin() + std::ptrdiff_t(v) * limits.points;
      const Numbers& expected = kept.at(voxels.sites[v]);
      CHECK(Numbers(first, first + voxels.counts[v]) == expected);
      for (const std::int64_t point : expected) CHECK(voxels.inverse[std::size_t(point)] == std::int64_t(v));
    }
  }
}

TEST_CASE("A point on the upper limit of the range is in no voxel, though float division puts it in the last",
          "[geometry]") {
  const std::vector<float> at{69.12f, 69.119995f, 0.0f};  // metres; 432 voxels of 0.16
  const auto quantized =
      scn::quantize<1>(scn::PointView<float>{at.data(), 3, 1}, {.edge = 0.16, .extent = scn::Point<1>{432}});
  CHECK(quantized.points == Numbers{1, 2});
  CHECK(quantized.out_of_range == 1);
  CHECK(quantized.sites[0].at[0] == 431);
}

TEST_CASE("No points give no voxels, and limits below one are refused", "[geometry]") {
  CHECK(voxelize_hard(std::vector<Site<2>>{}, {}).sites.empty());
  CHECK(thrown_message<scn::InvalidArgument>([] { voxelize_hard(six, {.points = 0}); }) ==
        "voxelize_hard: limits must be at least 1, got 0 points and 150000 voxels");
  CHECK(thrown_message<scn::InvalidArgument>([] { voxelize_hard(six, {.points = 5, .voxels = 0}); }) ==
        "voxelize_hard: limits must be at least 1, got 5 points and 0 voxels");
}

}  // namespace
