// Whole networks from their descriptions.
#pragma once

#include <algorithm>
#include <numeric>

#include "golden_runner/builder.hpp"
#include "scn/networks/fully_convolutional_net.hpp"
#include "scn/networks/sparse_res_net.hpp"
#include "scn/networks/sparse_vgg_net.hpp"
#include "scn/networks/unet.hpp"

namespace golden {

template <int D, class Dev>
scn::AnyLayer<D, Dev> sparse_vgg_net(Builder<D, Dev>& builder, const Node& node) {
  const auto in = static_cast<int>(builder.incoming(node));
  std::vector<scn::VggLayer> layers;
  for (const Node::Step& step : node.steps("layers")) {
    layers.emplace_back(step.token, step.numbers);
    if (step.token != "MP" && !step.numbers.empty())
      builder.channels = std::accumulate(step.numbers.begin(), step.numbers.end(), 0);
  }
  return scn::SparseVggNet<D, Dev>(builder.device, in, layers);
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> sparse_res_net(Builder<D, Dev>& builder, const Node& node) {
  const auto in = static_cast<int>(builder.incoming(node));
  std::vector<scn::ResNetGroup> groups;
  for (const Node::Step& step : node.steps("layers")) {
    scn::require<scn::FormatError>(step.numbers.size() == 3, "a group of SparseResNet has three numbers, got ",
                                   step.numbers.size());
    groups.push_back({step.numbers[0], step.numbers[1], step.numbers[2]});
    builder.channels = step.numbers[0];
  }
  return scn::SparseResNet<D, Dev>(builder.device, in, groups);
}

inline std::vector<int> planes(const Node& node) {
  const std::vector<int> numbers = node.integers({"planes", "nPlanes"}, {});
  scn::require<scn::FormatError>(!numbers.empty(), node.type(), " needs planes");
  return numbers;
}

/// Size and stride.
inline std::pair<int, int> downsampling(const Node& node) {
  const std::vector<int> numbers = node.integers({"downsample"}, {2, 2});
  scn::require<scn::FormatError>(numbers.size() == 2, "downsample: expected two numbers, got ", numbers.size());
  return {numbers[0], numbers[1]};
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> unet(Builder<D, Dev>& builder, const Node& node) {
  const auto [size, stride] = downsampling(node);
  builder.channels = planes(node).front();
  return scn::UNet<D, Dev>(
      builder.device,
      {.channels = planes(node),
       .repetitions = static_cast<int>(node.integer({"reps"}, 1)),
       .residual = node.flag({"residual_blocks"}, false),
       .downsample_size = size,
       .downsample_stride = stride,
       .leakiness = node.real({"leakiness"}, 0),
       .in_channels = static_cast<int>(std::max(node.integer({"n_input_planes"}, -1), std::int64_t{0}))});
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> fully_convolutional_net(Builder<D, Dev>& builder, const Node& node) {
  const auto [size, stride] = downsampling(node);
  const std::vector<int> channels = planes(node);
  builder.channels = std::accumulate(channels.begin(), channels.end(), 0);
  return scn::FullyConvolutionalNet<D, Dev>(builder.device, {channels, static_cast<int>(node.integer({"reps"}, 1)),
                                                             node.flag({"residual_blocks"}, false), size, stride});
}

template <int D, class Dev>
void add_networks(Makers<D, Dev>& makers) {
  makers["SparseVggNet"] = sparse_vgg_net<D, Dev>;
  makers["SparseResNet"] = sparse_res_net<D, Dev>;
  makers["UNet"] = unet<D, Dev>;
  makers["FullyConvolutionalNet"] = fully_convolutional_net<D, Dev>;
}

}  // namespace golden
