// The LiDAR examples in 3 + 1 dimensions: their U-Net and their input for scans one behind the other in time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "lidar_training.hpp"
#include "scn/any_device.hpp"

namespace support {

/// The 27 places around a site at its own moment, and the site itself a moment before and after.
inline scn::Taps<4> space_time_taps() {
  std::vector<scn::Point<4>> offsets{{0, 0, 0, -1}};
  for (int x = -1; x <= 1; ++x)
    for (int y = -1; y <= 1; ++y)
      for (int z = -1; z <= 1; ++z) offsets.push_back({x, y, z, 0});
  offsets.push_back({0, 0, 0, 1});
  return scn::Taps<4>{offsets};
}

/// UNet of the library, with these taps, and with steps down and up in space alone: every moment keeps its own sites,
/// and moments meet in each convolution. `channels` are those of this level and the ones below.
template <scn::Device Dev>
scn::AnySequential<4, Dev> space_time_levels(Dev& device, std::span<const int> channels, int in) {
  using namespace scn;
  const int here = channels[0];
  AnySequential<4, Dev> net;
  const auto add_block = [&](int from) {
    net.add(BatchNormReLU{device, from})
        .add(SubmanifoldConvolution<4, Dev>{device, from, here, space_time_taps(), {.bias = false}});
  };
  add_block(in);
  if (channels.size() == 1) return net;
  const Point<4> half{2, 2, 2, 1};
  AnySequential<4, Dev> path;
  path.add(BatchNormReLU{device, here})
      .add(Convolution<4, Dev>{device, here, channels[1], half, half, {.bias = false}})
      .add(space_time_levels(device, channels.subspan(1), channels[1]))
      .add(BatchNormReLU{device, channels[1]})
      .add(Deconvolution<4, Dev>{device, channels[1], here, half, half, {.bias = false}});
  ConcatTable<4, Dev> both;
  both.add(Identity{}).add(std::move(path));
  net.add(std::move(both)).add(JoinTable<4, Dev>{});
  add_block(2 * here);
  return net;
}

/// Points to class scores, with the channels of lidar_network().
template <scn::Device Dev>
auto space_time_network(Dev& device) {
  using namespace scn;
  return Sequential{
      SubmanifoldConvolution<4, Dev>{device, lidar_channels, lidar_levels[0], space_time_taps(), {.bias = false}},
      space_time_levels(device, std::span(lidar_levels), lidar_levels[0]), BatchNormReLU{device, lidar_levels[0]},
      NetworkInNetwork{device, lidar_levels[0], std::int64_t(lidar_classes.size())}, OutputLayer<4, Dev>{device}};
}

/// The last of these scans, turned by `angle`; in four dimensions behind the others, whose points have no labels.
template <int D>
LidarInput<D> last_scan(std::span<const LidarScan> scans, double angle) {
  LidarInput<D> cloud;
  for (std::size_t time = D == 4 ? 0 : scans.size() - 1; time < scans.size(); ++time) {
    std::fill(cloud.labels.begin(), cloud.labels.end(), ignored_label);
    cloud.append(
        scans[time], {.angle = angle}, 0, [](float, float) { return true; }, std::int32_t(time));
  }
  return cloud;
}

}  // namespace support
