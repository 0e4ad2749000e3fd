// Points at one site merged in host memory, with the way back from points to voxels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "scn/geometry/sites.hpp"

namespace scn {

/// Voxels in the order of their samples, within a sample as in a dictionary: by axis 0, then by axis 1, ...
template <int D, class Number>
struct Voxels {
  std::vector<Site<D>> sites;         ///< each once
  std::vector<Number> features;       ///< row-major voxels x channels
  std::vector<std::int64_t> inverse;  ///< the voxel of each point
  std::vector<std::int64_t> counts;   ///< the points of each voxel
};

/// Merges points at one site in the way of `duplicates`: their mean, as the reference does by default, their sum, or
/// one of them. Features are row-major points x channels; sums are taken in double, in the order of the points. Points
/// of real coordinates become sites by quantize(). InputLayer does the same on its device; this is for programs that
/// need the voxels themselves, for labels or storage. Throws InvalidArgument for features that do not fit, and under
/// Duplicates::reject for two points at one site. O(points (channels + log points)).
template <int D, class Number>
Voxels<D, Number> voxelize_pointcloud(const std::vector<Site<D>>& points, const std::vector<Number>& features,
                                      Duplicates duplicates = Duplicates::mean) {
  require(points.empty() ? features.empty() : features.size() % points.size() == 0,
          "voxelize_pointcloud: ", features.size(), " features do not fit ", points.size(), " points");
  const std::size_t channels = points.empty() ? 0 : features.size() / points.size();
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  Voxels<D, Number> voxels;
  voxels.inverse.resize(points.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const Site<D>& site = points[order[begin]];
    while (end < order.size() && points[order[end]] == site)
      voxels.inverse[order[end++]] = static_cast<std::int64_t>(voxels.sites.size());
    require(duplicates != Duplicates::reject || end == begin + 1, "voxelize_pointcloud: points ", order[begin], " and ",
            order[end - 1], " are both at site ", to_string(site.at), " of sample ", site.sample,
            ", and duplicates are rejected");
    const std::size_t first = duplicates == Duplicates::last ? end - 1 : begin;
    const std::size_t last = duplicates == Duplicates::first ? begin + 1 : end;
    for (std::size_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (std::size_t i = first; i < last; ++i) sum += static_cast<double>(features[order[i] * channels + c]);
      if (duplicates == Duplicates::mean) sum /= static_cast<double>(end - begin);
      voxels.features.push_back(static_cast<Number>(sum));
    }
    voxels.sites.push_back(site);
    voxels.counts.push_back(static_cast<std::int64_t>(end - begin));
  }
  return voxels;
}

/// Row-major voxels x channels: channel by channel the largest number among a voxel's points; NaN where one is NaN.
/// Takes the voxels of voxelize_pointcloud() and features as they were given to it. O(points x channels).
template <int D, class Number>
std::vector<Number> voxel_maxima(const Voxels<D, Number>& voxels, const std::vector<Number>& features) {
  const std::size_t points = voxels.inverse.size();
  require(points == 0 ? features.empty() : features.size() % points == 0, "voxel_maxima: ", features.size(),
          " features do not fit ", points, " points");
  const std::size_t channels = points == 0 ? 0 : features.size() / points;
  using Range = std::numeric_limits<Number>;
  const Number lowest = Range::has_infinity ? -Range::infinity() : Range::lowest();
  std::vector<Number> maxima(voxels.sites.size() * channels, lowest);
  for (std::size_t i = 0; i < features.size(); ++i) {
    Number& largest = maxima[static_cast<std::size_t>(voxels.inverse[i / channels]) * channels + i % channels];
    if (!(features[i] <= largest) && largest == largest) largest = features[i];
  }
  return maxima;
}

}  // namespace scn
