// What norms and rectifiers do in inference: the same scale, shift and slope for every row.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
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

/// Of the running statistics. Scale and slope are the layer's answers far from zero on both sides, where mean and shift
/// are below the last digit. Nothing where these are no finite numbers, or no channel shows a slope. Waits for the
/// device.
template <Device Dev>
std::optional<ChannelMap> channel_map(const BatchNormalization<Dev>& layer) {
  constexpr double far = 0x1p100;
  std::vector<Parameter<Dev>> all;
  layer.parameters("", all);
  const Parameters<Dev> parameters(std::move(all));
  const auto numbers = [&](const std::string& name, std::size_t channels, double otherwise) {
    std::vector<double> result(channels, otherwise);
    const auto* found = parameters.find(name);
    if (found != nullptr) {
      const auto values = found->variable.value().to_host();
      result.assign(values.begin(), values.end());
    }
    return result;
  };
  const Variable<Dev, typename Dev::Accumulator>& running_mean = parameters.find("running_mean")->variable;
  const auto channels = static_cast<std::size_t>(running_mean.channels());
  std::vector<double> both_sides(2 * channels, far);
  std::fill_n(both_sides.begin(), channels, -far);
  const auto y = layer(Variable<Dev>(Matrix<Dev>::from_host(running_mean.device(), 2, running_mean.channels(),
                                                            std::span<const double>(both_sides))))
                     .value()
                     .to_host();

  ChannelMap map{std::vector<double>(channels), numbers("running_mean", channels, 0), numbers("bias", channels, 0)};
  const std::vector<double> weight = numbers("weight", channels, 1);
  double largest = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    const double low = static_cast<double>(y[c]), high = static_cast<double>(y[channels + c]);
    const double positive = weight[c] < 0 ? low : high, negative = weight[c] < 0 ? high : low;
    map.scale[c] = std::copysign((positive - map.shift[c]) / far, weight[c]);
    if (!std::isfinite(positive) || !std::isfinite(negative) || !std::isfinite(map.mean[c])) return {};
    if (std::abs(positive) <= std::max(largest, 0x1p53 * std::abs(map.shift[c]))) continue;
    largest = std::abs(positive);
    map.slope = -negative / positive;
  }
  if (largest == 0) return {};
  return map;
}

}  // namespace scn
