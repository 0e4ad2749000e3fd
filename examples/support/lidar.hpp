// What the LiDAR examples share: the network, and how a scan becomes its input.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "scans.hpp"
#include "scn/any_device.hpp"

namespace support {

inline constexpr double voxel_edge = 0.2;  // metres
inline constexpr int lidar_channels = 5;

inline const std::vector<int> lidar_levels{16, 20, 24, 28, 32};  // channels

/// Points to class scores: about 230,000 parameters.
template <scn::Device Dev>
auto lidar_network(Dev& device) {
  using namespace scn;
  return Sequential{SubmanifoldConvolution<3, Dev>{device, lidar_channels, 16, 3, {.bias = false}},
                    UNet<3, Dev>{device, {.channels = lidar_levels}}, BatchNormReLU{device, 16},
                    NetworkInNetwork{device, 16, std::int64_t(lidar_classes.size())}, OutputLayer<3, Dev>{device}};
}

/// The folder with the scans and the trained weights in the clone this program was built from.
inline std::string data_folder() { return std::string(SCN_SOURCE_DIR) + "/data"; }

/// Where the picture goes: the top of the clone.
inline std::string picture_path() { return std::string(SCN_SOURCE_DIR) + "/segmentation.png"; }

/// A scan that knows where the points of its forward scanner begin: intensity is on another scale there.
struct LidarScan : Scan {
  std::int64_t first_forward = 0;
};

/// Scan 0, 1 or 2 of PandaSet scene 001.
inline LidarScan read_lidar_scan(const std::string& data, int number) {
  const std::string path = data + "/pandaset/001/0" + std::to_string(number);
  return {read_scan(path + ".bin", path + ".label.u8"), std::int64_t(first_forward_row[std::size_t(number)])};
}

/// A turn about the vertical, a scale, and a shift: what keeps a street a street.
struct Pose {
  double angle = 0, scale = 1;
  std::array<double, 3> shift{};
  bool mirrored = false;
};

/// Sites and features of the points of a scan, in four dimensions of several one after another in time. Features tell
/// height and intensity, never the horizontal position: 1, z, the intensity of a point of the turning scanner, that of
/// the forward one (on another scale), and which of the two.
template <int D = 3>
requires(D == 3 || D == 4) struct LidarInput {
  std::vector<scn::Site<D>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  std::vector<std::int64_t> points;  // row of the scan of each site

  /// Appends those points of the scan for which keep(x, y) is true, in the scan's own frame, as one sample, or as what
  /// the sample was at that time.
  template <class Keep>
  void append(const LidarScan& scan, const Pose& pose, std::int32_t sample, const Keep& keep, std::int32_t time = 0) {
    const double cosine = pose.scale * std::cos(pose.angle), sine = pose.scale * std::sin(pose.angle);
    std::vector<double> moved;
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < std::int64_t(scan.size()); ++row) {
      const auto point = scan.point(std::size_t(row));
      if (!keep(point[0], point[1])) continue;
      const double y = pose.mirrored ? -double(point[1]) : double(point[1]);
      moved.insert(moved.end(), {cosine * point[0] - sine * y + pose.shift[0],
                                 sine * point[0] + cosine * y + pose.shift[1], pose.scale * point[2] + pose.shift[2]});
      rows.push_back(row);
    }
    const auto voxels = scn::quantize<3>(scn::PointView<double>{moved.data(), std::int64_t(rows.size()), 3},
                                         {.edge = voxel_edge, .sample = sample});
    for (std::size_t i = 0; i < voxels.sites.size(); ++i) {
      const std::int64_t row = rows[std::size_t(voxels.points[i])];
      const bool forward = row >= scan.first_forward;
      const float intensity = std::log1p(scan.point(std::size_t(row))[3]) / 5.5f;
      const auto height = float(moved[std::size_t(3 * voxels.points[i] + 2)]);
      const scn::Point<3>& at = voxels.sites[i].at;
      if constexpr (D == 3)
        sites.push_back({sample, at});
      else
        sites.push_back({sample, {at[0], at[1], at[2], time}});
      features.insert(features.end(),
                      {1.0f, height, forward ? 0.0f : intensity, forward ? intensity : 0.0f, forward ? 1.0f : 0.0f});
      labels.push_back(scan.labels[std::size_t(row)]);
      points.push_back(row);
    }
  }
};

}  // namespace support
