// What the examples that train on LiDAR scans share: random crops, and weights of the classes.
#pragma once

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "draw.hpp"
#include "lidar.hpp"

namespace support {

/// Points within `radius` of a random point of the first scan, in a random pose, as the next sample of the batch. The
/// other scans show the same place at the next moments: of the same sample in four dimensions, of further samples in
/// three.
template <int D>
void append_crop(LidarInput<D>& batch, std::span<const LidarScan> scans, double radius, int sample, Draw& draw) {
  const auto centre = scans[0].point(std::size_t(draw(0, double(scans[0].size()))));
  Pose pose{.angle = draw(-std::numbers::pi, std::numbers::pi), .scale = draw(0.92, 1.08)};
  pose.shift = {draw(0, 1), draw(0, 1), draw(-0.2, 0.2)};
  pose.mirrored = draw(0, 1) < 0.5;
  for (std::size_t time = 0; time < scans.size(); ++time)
    batch.append(
        scans[time], pose, D == 4 ? sample : sample + int(time),
        [&](float x, float y) { return std::hypot(double(x - centre[0]), double(y - centre[1])) < radius; },
        std::int32_t(time));
}
inline void append_crop(LidarInput<3>& batch, const LidarScan& scan, double radius, int sample, Draw& draw) {
  append_crop<3>(batch, {&scan, 1}, radius, sample, draw);
}

/// Rare classes count more: one over the square root of the frequency, 1 on average.
inline std::vector<double> class_weights(const std::vector<LidarScan>& scans) {
  std::vector<double> weights(lidar_classes.size());
  for (const auto& scan : scans)
    for (const std::int32_t label : scan.labels)
      if (label != ignored_label) ++weights[std::size_t(label)];
  double sum = 0;
  for (double& weight : weights) sum += weight = 1 / std::sqrt(weight);
  for (double& weight : weights) weight *= double(weights.size()) / sum;
  return weights;
}

}  // namespace support
