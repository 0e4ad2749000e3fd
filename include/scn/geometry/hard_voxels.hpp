// Voxels of bounded number and size, filled in the order in which points arrive.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "scn/geometry/sites.hpp"

namespace scn {

struct VoxelLimits {
  std::int64_t points = 32;      ///< of one voxel; later ones are left out
  std::int64_t voxels = 150000;  ///< of one call; points that would begin another one are left out
};

/// What hard voxelization gives: the detectors' (voxels, coordinates, number of points) with the way back.
template <int D>
struct HardVoxels {
  std::vector<Site<D>> sites;         ///< in the order of each voxel's first point
  std::vector<std::int64_t> points;   ///< voxels x limits.points: numbers of the points in order of arrival, then -1
  std::vector<std::int64_t> counts;   ///< points kept of each voxel
  std::vector<std::int64_t> inverse;  ///< the voxel of each point, -1 for one that was left out
  std::int64_t beyond_points = 0;     ///< points left out because their voxel was full
  std::int64_t beyond_voxels = 0;     ///< points left out because there were voxels enough
};

/// Sorts points into at most limits.voxels voxels of at most limits.points points, first come, first served: what the
/// voxel generators of spconv and mmdetection3d keep. Which objects vanish when a limit is reached is so decided by the
/// order of the points; how many did is in the result. Points of real coordinates become sites by quantize().
/// Throws InvalidArgument for a limit below 1. O(points + voxels limits.points).
template <int D>
HardVoxels<D> voxelize_hard(const std::vector<Site<D>>& points, const VoxelLimits& limits) {
  require(limits.points >= 1 && limits.voxels >= 1, "voxelize_hard: limits must be at least 1, got ", limits.points,
          " points and ", limits.voxels, " voxels");
  HardVoxels<D> result;
  result.inverse.assign(points.size(), -1);
  std::vector<std::int64_t> table(std::bit_ceil(2 * points.size() + 1), -1);  // open addressing: voxel numbers
  const std::size_t mask = table.size() - 1;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Site<D>& site = points[i];
    std::uint64_t hash = static_cast<std::uint32_t>(site.sample);
    for (int axis = 0; axis < D; ++axis)
      hash = (std::rotl(hash, 23) ^ static_cast<std::uint32_t>(site.at[axis])) * 0x9e3779b97f4a7c15u;
    std::size_t slot = (hash ^ hash >> 32) & mask;
    while (table[slot] >= 0 && result.sites[static_cast<std::size_t>(table[slot])] != site) slot = (slot + 1) & mask;
    if (table[slot] < 0) {
      if (std::ssize(result.sites) == limits.voxels) {
        ++result.beyond_voxels;
        continue;
      }
      table[slot] = std::ssize(result.sites);
      result.sites.push_back(site);
      result.counts.push_back(0);
      result.points.resize(result.points.size() + static_cast<std::size_t>(limits.points), -1);
    }
    const std::int64_t voxel = table[slot];
    std::int64_t& count = result.counts[static_cast<std::size_t>(voxel)];
    if (count == limits.points) {
      ++result.beyond_points;
      continue;
    }
    result.points[static_cast<std::size_t>(voxel * limits.points + count++)] = static_cast<std::int64_t>(i);
    result.inverse[i] = voxel;
  }
  return result;
}

}  // namespace scn
