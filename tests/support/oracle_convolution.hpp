// Oracle of convolutions over any pairs, forward and backward, and of the linear layer on rows.
#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "oracle_maps.hpp"
#include "oracle_sites.hpp"

/// Use: fill a Convolution, then
///
///   const auto y = oracle::convolve(layer, x, outputs, pairs);
///   const auto gradients = oracle::convolve_backward(layer, x, pairs, dy);     // .dx .dweight .dbias
///
/// Submanifold, strided and deconvolution differ in `pairs` alone; for a deconvolution pass transposed pairs and the
/// finer sites. A site without a pair holds the bias. The forward pass of absolute(layer) on absolute(x) is the sum of
/// |x w| + |bias| at each output, the measure of its rounding error.
namespace oracle {

/// Weights (taps, groups, in / groups, out / groups), row-major; no bias if it is empty.
struct Convolution {
  std::size_t taps = 0, groups = 1, in = 0, out = 0;
  std::vector<double> weight = {}, bias = {};

  std::size_t weights() const { return taps * groups * (in / groups) * (out / groups); }

  /// Place of the weight that leads from channel i to channel o, both counted within the group.
  std::size_t place(std::size_t tap, std::size_t group, std::size_t i, std::size_t o) const {
    return ((tap * groups + group) * (in / groups) + i) * (out / groups) + o;
  }
};

struct ConvolutionGradients {
  Features dx;
  std::vector<double> dweight, dbias;
};

inline void require_shapes(const Convolution& layer, const Features& x) {
  if (layer.groups == 0 || layer.in % layer.groups != 0 || layer.out % layer.groups != 0)
    throw std::invalid_argument("groups do not divide the channels");
  if (layer.weight.size() != layer.weights()) throw std::invalid_argument("wrong number of weights");
  if (!layer.bias.empty() && layer.bias.size() != layer.out) throw std::invalid_argument("wrong number of biases");
  for (const auto& [site, channels] : x)
    if (channels.size() != layer.in) throw std::invalid_argument("wrong number of channels at " + text(site));
}

/// Features of every site in `outputs`, which holds at least those of the pairs.
inline Features convolve(const Convolution& layer, const Features& x, const SiteSet& outputs, const Pairs& pairs) {
  require_shapes(layer, x);
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  Features y;
  for (const Site& site : outputs) y[site] = layer.bias.empty() ? Channels(layer.out, 0.0) : layer.bias;
  for (const Pair& pair : pairs) {
    const Channels& from = x.at(pair.in);
    Channels& to = y.at(pair.out);
    for (std::size_t group = 0; group < layer.groups; ++group)
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t o = 0; o < out; ++o)
          to[group * out + o] +=
              from[group * in + i] * layer.weight[layer.place(static_cast<std::size_t>(pair.tap), group, i, o)];
  }
  return y;
}

/// Gradients of everything for the gradient dy of the outputs; dbias sums every output, also those without a pair.
inline ConvolutionGradients convolve_backward(const Convolution& layer, const Features& x, const Pairs& pairs,
                                              const Features& dy) {
  require_shapes(layer, x);
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  ConvolutionGradients gradients{zeros(sites_of(x), layer.in), std::vector<double>(layer.weights(), 0.0),
                                 std::vector<double>(layer.bias.size(), 0.0)};
  for (const Pair& pair : pairs) {
    const Channels &from = x.at(pair.in), &gradient = dy.at(pair.out);
    Channels& to = gradients.dx.at(pair.in);
    for (std::size_t group = 0; group < layer.groups; ++group)
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t o = 0; o < out; ++o) {
          const std::size_t place = layer.place(static_cast<std::size_t>(pair.tap), group, i, o);
          to[group * in + i] += gradient[group * out + o] * layer.weight[place];
          gradients.dweight[place] += from[group * in + i] * gradient[group * out + o];
        }
  }
  for (const auto& [site, gradient] : dy)
    for (std::size_t o = 0; o < gradients.dbias.size(); ++o) gradients.dbias[o] += gradient[o];
  return gradients;
}

inline Convolution absolute(Convolution layer) {
  for (double& value : layer.weight) value = std::abs(value);
  for (double& value : layer.bias) value = std::abs(value);
  return layer;
}

inline Features absolute(Features features) {
  for (auto& [site, channels] : features)
    for (double& value : channels) value = std::abs(value);
  return features;
}

/// y = x W + bias on every site: NetworkInNetwork. Weights (in, out), row-major; no bias if it is empty.
struct Linear {
  std::size_t in = 0, out = 0;
  std::vector<double> weight = {}, bias = {};
};

struct LinearGradients {
  Features dx;
  std::vector<double> dweight, dbias;
};

inline Features linear(const Linear& layer, const Features& x) {
  Features y;
  for (const auto& [site, from] : x) {
    Channels& to = y[site] = layer.bias.empty() ? Channels(layer.out, 0.0) : layer.bias;
    for (std::size_t i = 0; i < layer.in; ++i)
      for (std::size_t o = 0; o < layer.out; ++o) to[o] += from.at(i) * layer.weight.at(i * layer.out + o);
  }
  return y;
}

inline LinearGradients linear_backward(const Linear& layer, const Features& x, const Features& dy) {
  LinearGradients gradients{zeros(sites_of(x), layer.in), std::vector<double>(layer.weight.size(), 0.0),
                            std::vector<double>(layer.bias.size(), 0.0)};
  for (const auto& [site, gradient] : dy) {
    for (std::size_t i = 0; i < layer.in; ++i)
      for (std::size_t o = 0; o < layer.out; ++o) {
        gradients.dx.at(site)[i] += gradient.at(o) * layer.weight.at(i * layer.out + o);
        gradients.dweight.at(i * layer.out + o) += x.at(site).at(i) * gradient.at(o);
      }
    for (std::size_t o = 0; o < gradients.dbias.size(); ++o) gradients.dbias[o] += gradient.at(o);
  }
  return gradients;
}

}  // namespace oracle
