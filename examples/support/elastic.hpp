// Elastic distortion of points: a smooth random field moves each of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "draw.hpp"

namespace support {

/// A box of random vectors on nodes `2 * granularity` apart, around the origin: normal numbers, of which each is
/// replaced twice by the mean of itself and its two neighbours along every axis, zeros lying outside. Between nodes it
/// is linear along each axis. The field of the reference's example for ScanNet.
class ElasticField {
 public:
  /// Covers points whose coordinates are at most `largest`, in absolute value, along each axis.
  ElasticField(const std::array<double, 3>& largest, double granularity, Draw& draw) : granularity_(granularity) {
    std::size_t nodes = 1;
    for (std::size_t axis = 0; axis < 3; ++axis)
      nodes *= count_[axis] = static_cast<std::size_t>(std::floor(largest[axis]) / granularity) + 3;
    for (auto& component : noise_) {
      component.resize(nodes);
      for (double& number : component) number = draw.normal();
      for (int pass = 0; pass < 2; ++pass)
        for (std::size_t axis = 0; axis < 3; ++axis) smooth(component, axis);
    }
  }

  std::array<double, 3> at(const double* point) const {
    std::array<std::size_t, 3> node{};
    std::array<double, 3> share{}, sum{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double last = static_cast<double>(count_[axis] - 1);
      const double place = std::clamp(point[axis] / (2 * granularity_) + last / 2, 0.0, last);
      node[axis] = std::min(static_cast<std::size_t>(place), count_[axis] - 2);
      share[axis] = place - static_cast<double>(node[axis]);
    }
    for (std::size_t corner = 0; corner < 8; ++corner) {
      double weight = 1;
      std::size_t place = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::size_t up = corner >> axis & 1;
        weight *= up == 1 ? share[axis] : 1 - share[axis];
        place = place * count_[axis] + node[axis] + up;
      }
      for (std::size_t component = 0; component < 3; ++component) sum[component] += weight * noise_[component][place];
    }
    return sum;
  }

 private:
  void smooth(std::vector<double>& numbers, std::size_t axis) const {
    const std::size_t step = axis == 2 ? 1 : axis == 1 ? count_[2] : count_[1] * count_[2];
    for (std::size_t first = 0; first < numbers.size(); ++first) {
      if (first / step % count_[axis] != 0) continue;  // where lines along the axis begin
      double before = 0;
      for (std::size_t i = 0; i < count_[axis]; ++i) {
        double& here = numbers[first + i * step];
        const double after = i + 1 < count_[axis] ? numbers[first + (i + 1) * step] : 0.0;
        const double mean = (before + here + after) / 3;
        before = here;
        here = mean;
      }
    }
  }

  double granularity_;
  std::array<std::size_t, 3> count_{};
  std::array<std::vector<double>, 3> noise_;  // of each component; the last axis is fastest
};

/// Adds `magnitude` times such a field to rows of x, y, z.
inline void distort(std::vector<double>& points, double granularity, double magnitude, Draw& draw) {
  std::array<double, 3> largest{};
  for (std::size_t i = 0; i < points.size(); ++i) largest[i % 3] = std::max(largest[i % 3], std::abs(points[i]));
  const ElasticField field(largest, granularity, draw);
  for (std::size_t i = 0; i < points.size(); i += 3) {
    const auto shift = field.at(&points[i]);
    for (std::size_t axis = 0; axis < 3; ++axis) points[i + axis] += magnitude * shift[axis];
  }
}

}  // namespace support
