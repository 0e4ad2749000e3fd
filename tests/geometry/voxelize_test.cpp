// Tests of points merged into voxels on the host.
#include "scn/geometry/voxelize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "support/comparison.hpp"
#include "support/library.hpp"
#include "support/oracle_points.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

const std::vector<Site<1>> four{{1, 0}, {0, 7}, {1, 0}, {0, -2}};

TEST_CASE("Voxels are the oracle's for every way with duplicates in 1 to 4 dimensions", "[geometry]") {
  const std::pair<Duplicates, oracle::Duplicates> ways[] = {{Duplicates::first, oracle::Duplicates::first},
                                                            {Duplicates::last, oracle::Duplicates::last},
                                                            {Duplicates::sum, oracle::Duplicates::sum},
                                                            {Duplicates::mean, oracle::Duplicates::mean}};
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    oracle::Random random(D);
    const auto points = oracle::with_repetitions(
        random, oracle::random_sites(random, {.dimension = D, .count = 15, .samples = 2, .low = -20, .high = 20}));
    const auto values = oracle::random_reals(random, 2 * points.size());
    for (const auto& [way, oracle_way] : ways) {
      INFO("way " << static_cast<int>(way));
      const auto voxels = voxelize_pointcloud(library::points<D>(points), values, way);
      const auto sites = library::sites_of<D>(voxels.sites);
      const auto expected = oracle::input_forward(points, oracle::rows_of(values, 2), oracle_way);
      CHECK(oracle::difference(expected, oracle::features_of(sites, oracle::rows_of(voxels.features, 2)),
                               {.absolute = 1e-14}) == "");
      const auto points_of = oracle::points_by_site(points);
      for (std::size_t i = 0; i < points.size(); ++i)
        CHECK(sites.at(static_cast<std::size_t>(voxels.inverse.at(i))) == points[i]);
      for (std::size_t v = 0; v < sites.size(); ++v)
        CHECK(voxels.counts.at(v) == static_cast<std::int64_t>(points_of.at(sites[v]).size()));
      CHECK(std::is_sorted(voxels.sites.begin(), voxels.sites.end()));
    }
  });
}

TEST_CASE("Voxels have the mean of their points by default, the counts, and the voxel of each point", "[geometry]") {
  const auto voxels = voxelize_pointcloud(four, std::vector<float>{1, 2, 4, 8});
  CHECK(voxels.sites == std::vector<Site<1>>{{0, -2}, {0, 7}, {1, 0}});
  CHECK(voxels.features == std::vector<float>{8, 2, 2.5});
  CHECK(voxels.inverse == std::vector<std::int64_t>{2, 1, 2, 0});
  CHECK(voxels.counts == std::vector<std::int64_t>{1, 1, 2});
}

TEST_CASE("Defect 21, mended: voxelize_pointcloud keeps one point of each voxel on request", "[geometry][quirk 21]") {
  const std::vector<float> features{1, 2, 4, 8};
  CHECK(voxelize_pointcloud(four, features, Duplicates::first).features == std::vector<float>{8, 2, 1});
  CHECK(voxelize_pointcloud(four, features, Duplicates::last).features == std::vector<float>{8, 2, 4});
}

TEST_CASE("Voxels of no points, and of points without features", "[geometry]") {
  const auto none = voxelize_pointcloud(std::vector<Site<2>>{}, std::vector<float>{});
  CHECK((none.sites.empty() && none.features.empty() && none.inverse.empty() && none.counts.empty()));
  const auto bare = voxelize_pointcloud(four, std::vector<float>{});
  CHECK((bare.sites.size() == 3 && bare.features.empty()));
}

TEST_CASE("Voxels refuse two points at one site under reject, and features that do not fit", "[geometry]") {
  const auto message_of = [](const std::vector<Site<1>>& points, std::size_t numbers) {
    return thrown_message<InvalidArgument>(
        [&] { voxelize_pointcloud(points, std::vector<float>(numbers), Duplicates::reject); });
  };
  CHECK(message_of(four, 4) ==
        "voxelize_pointcloud: points 0 and 2 are both at site (0) of sample 1, and duplicates are rejected");
  CHECK(message_of(four, 5) == "voxelize_pointcloud: 5 features do not fit 4 points");
  CHECK(message_of({}, 1) == "voxelize_pointcloud: 1 features do not fit 0 points");
  CHECK(message_of({{0, 1}, {1, 1}}, 2) == "no exception");
}

TEST_CASE("The largest number of a voxel's points is told channel by channel", "[geometry]") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto voxels = voxelize_pointcloud(four, std::vector<float>{});
  CHECK(scn::voxel_maxima(voxels, std::vector<float>{1, -5, 2, -7, 4, -6, 8, -infinity}) ==
        std::vector<float>{8, -infinity, 2, -7, 4, -5});
  for (const auto& features : {std::vector<float>{nan, 0, 1, 0}, std::vector<float>{1, 0, nan, 0}})
    CHECK(std::isnan(scn::voxel_maxima(voxels, features)[2]));
  CHECK(thrown_message<InvalidArgument>([&] { scn::voxel_maxima(voxels, std::vector<float>(5)); }) ==
        "voxel_maxima: 5 features do not fit 4 points");
}

}  // namespace
