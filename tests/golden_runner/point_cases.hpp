// The helpers that work on points before there is a tensor.
#pragma once

#include <string>
#include <vector>

#include "golden_runner/sites.hpp"
#include "scn/geometry/point_lists.hpp"
#include "scn/geometry/voxelize.hpp"

namespace golden {

template <int D, class Dev>
void run_prepare_bl_input(Case& stored, Dev&) {
  std::vector<scn::PointCloud<D, double>> clouds;
  std::vector<std::vector<scn::Point<D>>> lists;
  for (int i = 0; stored.has(scn::message("cloud", i, "_coords")); ++i) {
    const std::string name = scn::message("cloud", i, "_");
    scn::PointCloud<D, double> cloud{{}, stored.reals(name + "features")};
    for (const auto& site : sites_of<D>(stored.coordinates(name + "coords", D))) cloud.points.push_back(site.at);
    lists.push_back(cloud.points);
    clouds.push_back(std::move(cloud));
  }
  const auto padded = scn::prepare_BLInput(clouds);
  std::vector<std::int64_t> coordinates, locations;
  for (const scn::Point<D>& point : padded.points)
    for (const std::int64_t coordinate : numbers_of(point)) coordinates.push_back(coordinate);
  for (const scn::Site<D>& site : scn::batch_location_tensors(lists))
    for (const std::int64_t coordinate : coordinates_of(site)) locations.push_back(coordinate);
  stored.check(
      stored.shape("out_features") == std::vector<std::int64_t>{padded.samples, padded.length, padded.channels},
      "out_features: the clouds are made equally long in another shape");
  stored.compare_integers("out_coords", coordinates);
  stored.compare("out_features", padded.features, Kind::output);
  if (stored.has("batch_locations")) stored.compare_integers("batch_locations", locations);
  stored.compare_counts({});
}

/// Voxels are matched by their coordinates. `mean` and `sum` are what the reference gives for its two ways.
template <int D, class Dev>
void run_voxelize_pointcloud(Case& stored, Dev&) {
  const auto points = sites_of<D>(stored.coordinates("in_coords", D));
  const std::int64_t channels = stored.shape("in_features").at(1);
  for (const auto& [array, way] : {std::pair{"mean", scn::Duplicates::mean}, std::pair{"sum", scn::Duplicates::sum}}) {
    const auto voxels = scn::voxelize_pointcloud(points, stored.reals("in_features"), way);
    std::vector<Coordinates> ours;
    for (const scn::Site<D>& site : voxels.sites) ours.push_back(coordinates_of(site));
    const RowMatch match = match_rows(stored, "out_coords", stored.coordinates("out_coords", D), ours, nullptr);
    if (stored.has(array)) stored.compare(array, match.to_file(voxels.features, channels), Kind::output);
    std::vector<std::int64_t> inverse, counts;
    for (const std::int64_t voxel : voxels.inverse) inverse.push_back(match.stored[static_cast<std::size_t>(voxel)]);
    for (const std::int64_t voxel : match.ours)
      counts.push_back(voxel < 0 ? -1 : voxels.counts[static_cast<std::size_t>(voxel)]);
    if (stored.has("inverse")) stored.compare_integers("inverse", inverse);
    if (stored.has("counts")) stored.compare_integers("counts", counts);
  }
  stored.compare_counts({});
}

}  // namespace golden
