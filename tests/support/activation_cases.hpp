// What every activation is tested for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "layer_cases.hpp"
#include "oracle_activations.hpp"

/// Use: `CHECK(activation_cases::difference(scn::Tanh(), oracle::hyperbolic_tangent()) == "")`.
namespace activation_cases {

template <int D, class Layer>
std::string difference(const Layer& layer, const oracle::Activation& expected) {
  layer_cases::Double device;
  for (const auto& input : layer_cases::inputs(D, D, 3)) {
    const auto x = layer_cases::tensor<D>(device, input, 3);
    const auto y = layer_cases::pass(layer, x);
    std::string found =
        oracle::difference(oracle::activate(expected, input), layer_cases::features(y), layer_cases::tight);
    if (!found.empty()) return "values: " + found;
    found = oracle::difference(oracle::activate_backward(expected, input, layer_cases::gradient(y)),
                               layer_cases::gradient(x), layer_cases::tight);
    if (!found.empty()) return "gradient: " + found;
  }
  const auto found =
      layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, layer_cases::batch(D, D, 3), 3));
  return found.empty() ? "" : "finite differences: " + found;
}

/// "" if values and gradient of a layer are the oracle's, for no rows, one site and a batch with an empty sample in 1
/// to 4 dimensions, and the gradient is also that of finite differences.
template <class Layer>
std::string difference(const Layer& layer, const oracle::Activation& expected) {
  std::string found;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    if (const auto here = difference<D>(layer, expected); !here.empty())
      found += "D = " + std::to_string(D) + ", " + here + "; ";
  });
  return found;
}

/// The layer's results in float.
template <class Layer>
std::vector<double> values_of(const Layer& layer, const std::vector<float>& x) {
  scn::Cpu device;
  const scn::Variable<scn::Cpu> input(
      scn::Matrix<scn::Cpu>::from_host(device, 1, static_cast<std::int64_t>(x.size()), std::span<const float>(x)));
  return layer_cases::numbers(layer(input).value());
}

/// The layer's derivatives in float, at x.
template <class Layer>
std::vector<double> slopes_of(const Layer& layer, const std::vector<float>& x) {
  scn::Cpu device;
  const auto size = static_cast<std::int64_t>(x.size());
  const scn::Variable<scn::Cpu> input(scn::Matrix<scn::Cpu>::from_host(device, 1, size, std::span<const float>(x)),
                                      true);
  scn::Tape tape;
  const auto y = layer(input, &tape);
  const std::vector<float> ones(x.size(), 1);
  tape.backward(y, scn::Matrix<scn::Cpu>::from_host(device, 1, size, std::span<const float>(ones)));
  return layer_cases::numbers(input.gradient());
}

}  // namespace activation_cases
