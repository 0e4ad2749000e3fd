// What norms and rectifiers do in inference: the same scale, shift and slope for every row.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/relu.hpp"

namespace scn {

/// y = z for z > 0 and slope z elsewhere, with z = scale (x - mean) + shift. One number a channel, in host memory; no
/// numbers stand for a scale of 1 and a mean and shift of 0.
struct ChannelMap {
  std::vector<double> scale = {}, mean = {}, shift = {};
  double slope = 1;
};

inline ChannelMap channel_map(const ReLU&) { return {.slope = 0}; }

/// The slope is the layer's answer to -1. Waits for the device.
template <Device Dev>
ChannelMap channel_map(Dev& device, const LeakyReLU& layer) {
  const double minus_one[] = {-1};
  const Variable<Dev> x(Matrix<Dev>::from_host(device, 1, 1, std::span<const double>(minus_one)));
  return {.slope = -static_cast<double>(layer(x).value().to_host()[0])};
}

/// Of the running statistics. Nothing where these or the scale are no finite numbers. Waits for the device.
template <Device Dev>
std::optional<ChannelMap> channel_map(const BatchNormalization<Dev>& layer) {
  std::vector<Parameter<Dev>> all;
  layer.parameters("", all);
  const Parameters<Dev> parameters(std::move(all));
  const auto channels = static_cast<std::size_t>(parameters.find("running_mean")->variable.channels());
  const auto numbers = [&](const std::string& name, double otherwise) {
    const auto* found = parameters.find(name);
    if (found == nullptr) return std::vector<double>(channels, otherwise);
    const auto values = found->variable.value().to_host();
    return std::vector<double>(values.begin(), values.end());
  };
  ChannelMap map{numbers("weight", 1), numbers("running_mean", 0), numbers("bias", 0), layer.settings().leakiness};
  const std::vector<double> variance = numbers("running_var", 1);
  for (std::size_t c = 0; c < channels; ++c) {
    map.scale[c] /= std::sqrt(variance[c] + layer.settings().eps);
    if (!std::isfinite(map.scale[c]) || !std::isfinite(map.mean[c]) || !std::isfinite(map.shift[c])) return {};
  }
  return map;
}

}  // namespace scn
