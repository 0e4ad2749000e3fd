// Lists of points, one a sample: as sites of a batch, and as lists of one length.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "scn/geometry/point.hpp"

namespace scn {

/// The points as sites of one sample. O(points).
template <int D>
std::vector<Site<D>> pad_with_batch_idx(const std::vector<Point<D>>& points, std::int32_t sample) {
  std::vector<Site<D>> sites;
  sites.reserve(points.size());
  for (const Point<D>& point : points) sites.push_back({sample, point});
  return sites;
}

/// The points of all lists in order, those of list i as sites of sample i. O(points).
template <int D>
std::vector<Site<D>> batch_location_tensors(const std::vector<std::vector<Point<D>>>& lists) {
  std::vector<Site<D>> sites;
  for (std::size_t sample = 0; sample < lists.size(); ++sample) {
    const std::vector<Site<D>> more = pad_with_batch_idx(lists[sample], static_cast<std::int32_t>(sample));
    sites.insert(sites.end(), more.begin(), more.end());
  }
  return sites;
}

/// Points of one sample with their features, row-major points x channels.
template <int D, class Number = float>
struct PointCloud {
  std::vector<Point<D>> points;
  std::vector<Number> features;
};

/// Clouds made equally long: (samples, length) points and (samples, length, channels) features, row-major. The padding
/// lies at -1 on every axis and has features of 0.
template <int D, class Number = float>
struct PaddedClouds {
  std::int64_t samples = 0, length = 0, channels = 0;
  std::vector<Point<D>> points;
  std::vector<Number> features;
};

/// What BLInputLayer takes: `layer(padded.points, padded.features, {.samples = padded.samples, .channels =
/// padded.channels})`. Clouds without points have any number of channels. Throws InvalidArgument for features that do
/// not fit, and for a negative first coordinate, which would be taken for padding. O(samples x length x channels).
template <int D, class Number>
PaddedClouds<D, Number> prepare_BLInput(const std::vector<PointCloud<D, Number>>& clouds) {
  PaddedClouds<D, Number> padded;
  padded.samples = static_cast<std::int64_t>(clouds.size());
  std::size_t length = 0, channels = 0, first = clouds.size();
  for (std::size_t i = 0; i < clouds.size(); ++i) {
    const std::size_t points = clouds[i].points.size(), numbers = clouds[i].features.size();
    require(points == 0 ? numbers == 0 : numbers % points == 0, "prepare_BLInput: cloud ", i, " has ", numbers,
            " features for ", points, " points");
    if (points == 0) continue;
    if (first == clouds.size()) {
      first = i;
      channels = numbers / points;
    }
    require(numbers / points == channels, "prepare_BLInput: cloud ", i, " has ", numbers / points, " channels, cloud ",
            first, " has ", channels);
    for (const Point<D>& point : clouds[i].points)
      require(point[0] >= 0, "prepare_BLInput: cloud ", i, " has the point ", to_string(point),
              ", whose first coordinate would make it padding");
    length = std::max(length, points);
  }
  padded.length = static_cast<std::int64_t>(length);
  padded.channels = static_cast<std::int64_t>(channels);
  padded.points.reserve(clouds.size() * length);
  padded.features.reserve(clouds.size() * length * channels);
  for (const PointCloud<D, Number>& cloud : clouds) {
    padded.points.insert(padded.points.end(), cloud.points.begin(), cloud.points.end());
    padded.points.insert(padded.points.end(), length - cloud.points.size(), Point<D>(-1));
    padded.features.insert(padded.features.end(), cloud.features.begin(), cloud.features.end());
    padded.features.insert(padded.features.end(), (length - cloud.points.size()) * channels, Number{});
  }
  return padded;
}

}  // namespace scn
