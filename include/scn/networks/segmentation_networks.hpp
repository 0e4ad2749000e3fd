// The reference's networks that find a class for each point: of parts of objects, of rooms, of pictures with depth.
#pragma once

#include <utility>
#include <vector>

#include "scn/networks/classifier.hpp"
#include "scn/networks/full_convolutional_net_integrated_linear.hpp"
#include "scn/networks/fully_convolutional_net.hpp"
#include "scn/networks/unet.hpp"

namespace scn {

namespace detail {

/// step, 2 step, ..., levels * step.
inline std::vector<int> arithmetic_channels(int step, int levels) {
  std::vector<int> channels;
  for (int level = 1; level <= levels; ++level) channels.push_back(level * step);
  return channels;
}

/// A submanifold convolution in -> out of size 3, then `net`. The reference's input layer is at position 0.
template <int D, Device Dev, class Net>
AnySequential<D, Dev> behind_convolution(Dev& device, int in, int out, Net net) {
  AnySequential<D, Dev> all;
  return all.add("1", SubmanifoldConvolution<D, Dev>(device, in, out, 3, {.bias = false})).add("2", std::move(net));
}

}  // namespace detail

/// ShapeNet Core55's parts, 1 channel, which is 1 at every point; points of a site are added. Extent 192. 3.84 million
/// parameters in three dimensions. Graham, Engelcke and van der Maaten, CVPR 2018.
template <int D = 3, Device Dev>
PointClassifier<D, Dev> shapenet_unet(Dev& device, int classes = 50) {
  auto net = detail::behind_convolution<D>(device, 1, 32,
                                           UNet<D, Dev>(device, {.channels = detail::arithmetic_channels(32, 5)}));
  net.add("3", BatchNormReLU<Dev>(device, 32));
  return {std::move(net), OutputLayer<D, Dev>(device), NetworkInNetwork<Dev>(device, 32, classes)};
}

/// The same with an encoder alone, two blocks a level and steps of size 3. Extent 207.
template <int D = 3, Device Dev>
PointClassifier<D, Dev> shapenet_fully_convolutional(Dev& device, int classes = 50) {
  const int sum = 32 * (1 + 2 + 3 + 4 + 5);
  auto net = detail::behind_convolution<D>(
      device, 1, 32,
      FullyConvolutionalNet<D, Dev>(
          device, {.channels = detail::arithmetic_channels(32, 5), .repetitions = 2, .downsample_size = 3}));
  net.add("3", BatchNormReLU<Dev>(device, sum));
  return {std::move(net), OutputLayer<D, Dev>(device), NetworkInNetwork<Dev>(device, sum, classes)};
}

struct ScanNetSettings {
  int channels = 16;    ///< of the finest of seven levels; the n-th has n times as many
  int repetitions = 1;  ///< blocks before and after each step down
  bool residual = false;
  int classes = 20;
};

/// The large one of the reference: 30.1 million parameters.
inline constexpr ScanNetSettings large_scannet{.channels = 32, .repetitions = 2, .residual = true};

/// ScanNet's rooms, 3 channels, the colour; the mean of the points of a site. Extent 4096. 2.69 million parameters in
/// three dimensions. As in the reference no norm stands between the U-Net and the linear layer.
template <int D = 3, Device Dev>
PointClassifier<D, Dev> scannet_unet(Dev& device, const ScanNetSettings& settings = {}) {
  const auto& [channels, repetitions, residual, classes] = settings;
  auto net = detail::behind_convolution<D>(device, 3, channels,
                                           UNet<D, Dev>(device, {.channels = detail::arithmetic_channels(channels, 7),
                                                                 .repetitions = repetitions,
                                                                 .residual = residual}));
  return {std::move(net), OutputLayer<D, Dev>(device), NetworkInNetwork<Dev>(device, channels, classes)};
}

/// "SSCN-FCN A" for NYU-Depth-v2, 4 channels, a constant and the colour; the mean of the points of a site. Extent
/// 65536. Nine levels add up their scores; there is no linear layer behind them.
template <int D = 3, Device Dev>
PointClassifier<D, Dev> nyu_fully_convolutional(Dev& device, int classes = 40) {
  require(classes >= 1, "nyu_fully_convolutional: there has to be at least one class, got ", classes);
  FullConvolutionalNetIntegratedLinear<D, Dev> net(
      device, {.channels = detail::arithmetic_channels(16, 9), .classes = classes, .nested = true});
  return {detail::behind_convolution<D>(device, 4, 16, std::move(net)), OutputLayer<D, Dev>(device)};
}

}  // namespace scn
