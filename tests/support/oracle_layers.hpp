// Oracle of batch normalisation and activations, forward and backward.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include "oracle_sites.hpp"

/// Use: `normalize_training(layer, x)` gives outputs and the new running statistics, `normalize_inference(layer, x)`
/// the outputs alone; `activate(relu(), x)` and `activate_backward(relu(), x, dy)` for the activations.
namespace oracle {

/// weight and bias are empty without affine parameters; momentum is the part of the old statistics that is kept.
struct BatchNormalization {
  std::vector<double> weight = {}, bias = {}, running_mean = {}, running_variance = {};
  double eps = 1e-4, momentum = 0.99, leakiness = 1;

  double scale(std::size_t channel) const { return weight.empty() ? 1.0 : weight.at(channel); }
  double shift(std::size_t channel) const { return bias.empty() ? 0.0 : bias.at(channel); }
};

/// Mean and variance a channel.
struct Moments {
  std::vector<double> mean, variance;
};

/// Two passes over all rows of all samples. unbiased divides by rows - 1; the variance of one row is 0 either way.
inline Moments moments(const Features& x, std::size_t channels, bool unbiased) {
  Moments result{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
  const double rows = static_cast<double>(x.size());
  for (const auto& [site, row] : x)
    for (std::size_t channel = 0; channel < channels; ++channel) result.mean[channel] += row.at(channel) / rows;
  if (x.size() < 2) return result;
  for (const auto& [site, row] : x)
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const double deviation = row[channel] - result.mean[channel];
      result.variance[channel] += deviation * deviation / (unbiased ? rows - 1 : rows);
    }
  return result;
}

/// leaky((x - mean) / sqrt(variance + eps) * weight + bias)
inline Features normalize(const BatchNormalization& layer, const Features& x, const Moments& statistics) {
  Features y = x;
  for (auto& [site, row] : y)
    for (std::size_t channel = 0; channel < row.size(); ++channel) {
      const double deviation = std::sqrt(statistics.variance.at(channel) + layer.eps);
      const double z =
          (row[channel] - statistics.mean.at(channel)) / deviation * layer.scale(channel) + layer.shift(channel);
      row[channel] = z > 0 ? z : layer.leakiness * z;
    }
  return y;
}

struct NormalizedTraining {
  Features y;
  std::vector<double> running_mean, running_variance;  ///< after the pass
};

/// Normalises by the biased batch variance and keeps the unbiased one; no rows change nothing.
inline NormalizedTraining normalize_training(const BatchNormalization& layer, const Features& x) {
  if (x.empty()) return {x, layer.running_mean, layer.running_variance};
  const std::size_t channels = layer.running_mean.size();
  const Moments kept = moments(x, channels, true);
  NormalizedTraining result{normalize(layer, x, moments(x, channels, false)), {}, {}};
  for (std::size_t channel = 0; channel < channels; ++channel) {
    result.running_mean.push_back(layer.momentum * layer.running_mean[channel] +
                                  (1 - layer.momentum) * kept.mean[channel]);
    result.running_variance.push_back(layer.momentum * layer.running_variance.at(channel) +
                                      (1 - layer.momentum) * kept.variance[channel]);
  }
  return result;
}

inline Features normalize_inference(const BatchNormalization& layer, const Features& x) {
  return normalize(layer, x, {layer.running_mean, layer.running_variance});
}

struct NormalizationGradients {
  Features dx;
  std::vector<double> dweight, dbias;  ///< also without affine parameters
};

/// Gradients of a pass that used the given moments; if they came from x itself, `through_moments` is true.
inline NormalizationGradients normalize_backward(const BatchNormalization& layer, const Features& x,
                                                 const Moments& statistics, bool through_moments, const Features& dy) {
  const std::size_t channels = statistics.mean.size();
  const double rows = static_cast<double>(x.size());
  NormalizationGradients gradients{zeros(sites_of(x), channels), std::vector<double>(channels, 0.0),
                                   std::vector<double>(channels, 0.0)};
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const double deviation = std::sqrt(statistics.variance[channel] + layer.eps);
    const auto normal = [&](const Channels& row) { return (row.at(channel) - statistics.mean[channel]) / deviation; };
    const auto dz = [&](const Site& site) {
      const double z = normal(x.at(site)) * layer.scale(channel) + layer.shift(channel);
      return dy.at(site).at(channel) * (z > 0 ? 1 : layer.leakiness);
    };
    for (const auto& [site, row] : x) {
      gradients.dbias[channel] += dz(site);
      gradients.dweight[channel] += dz(site) * normal(row);
    }
    for (const auto& [site, row] : x) {
      double centred = dz(site);
      if (through_moments) centred -= gradients.dbias[channel] / rows + normal(row) * gradients.dweight[channel] / rows;
      gradients.dx.at(site)[channel] = layer.scale(channel) / deviation * centred;
    }
  }
  return gradients;
}

inline NormalizationGradients normalize_training_backward(const BatchNormalization& layer, const Features& x,
                                                          const Features& dy) {
  return normalize_backward(layer, x, moments(x, layer.running_mean.size(), false), true, dy);
}

inline NormalizationGradients normalize_inference_backward(const BatchNormalization& layer, const Features& x,
                                                           const Features& dy) {
  return normalize_backward(layer, x, {layer.running_mean, layer.running_variance}, false, dy);
}

/// A function of one value, and its derivative at that value.
struct Activation {
  std::function<double(double)> value, derivative;
};

/// The derivative at 0 is that of the lower side.
inline Activation leaky_relu(double leak = 1.0 / 3.0) {
  return {[leak](double x) { return x > 0 ? x : leak * x; }, [leak](double x) { return x > 0 ? 1 : leak; }};
}

inline Activation relu() { return leaky_relu(0); }

inline Activation hyperbolic_tangent() {
  return {[](double x) { return std::tanh(x); }, [](double x) { return 1 - std::tanh(x) * std::tanh(x); }};
}

inline Activation sigmoid() {
  const auto value = [](double x) { return 1 / (1 + std::exp(-x)); };
  return {value, [value](double x) { return value(x) * value(-x); }};
}

inline Features activate(const Activation& activation, Features x) {
  for (auto& [site, row] : x)
    for (double& value : row) value = activation.value(value);
  return x;
}

inline Features activate_backward(const Activation& activation, const Features& x, Features dy) {
  for (auto& [site, row] : dy)
    for (std::size_t channel = 0; channel < row.size(); ++channel)
      row[channel] *= activation.derivative(x.at(site).at(channel));
  return dy;
}

}  // namespace oracle
