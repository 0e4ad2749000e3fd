// Layers between the oracles and the library: random inputs, recorded passes, gradient checks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "comparison.hpp"
#include "finite_differences.hpp"
#include "library.hpp"
#include "oracle_convolution.hpp"
#include "random_cases.hpp"
#include "scn/autograd/parameter.hpp"
#include "scn/autograd/tape.hpp"
#include "scn/layers/any_layer.hpp"
#include "scn/tensor/dense_tensor.hpp"
#include "scn/tensor/sparse_tensor.hpp"
#include "support/tested_device.hpp"

/// Use:
///
///   for (const auto& input : layer_cases::inputs(seed, D, 3)) {           // no rows, one site, a batch, by site
///     const auto x = layer_cases::tensor<D>(device, input, 3);            // its features need a gradient
///     const auto y = layer_cases::pass(layer, x);                         // recorded; gradients have been computed
///     CHECK(oracle::difference(expected, layer_cases::features(y), ...) == "");
///     CHECK(oracle::difference(..., layer_cases::gradient(x), ...) == "");
///     CHECK(layer_cases::gradient_difference(layer, x) == "");            // features and parameters, by differences
///   }
namespace layer_cases {

using Double = tested::Double;

inline constexpr oracle::Tolerance tight{.absolute = 1e-13, .of_largest = 1e-12};

/// How many sites, and where; two samples, 0 and 2, so that sample 1 is empty.
struct InputSettings {
  std::size_t count = 20;
  std::int32_t low = -3, high = 5;
  bool integers = false;
};

inline oracle::Features batch(std::uint64_t seed, int dimension, std::size_t channels,
                              const InputSettings& settings = {}) {
  oracle::Random random(seed);
  const std::size_t room = static_cast<std::size_t>(settings.high - settings.low + 1);
  const std::size_t count = dimension == 1 ? std::min(settings.count, room) : settings.count;
  auto sites = oracle::random_sites(
      random, {.dimension = dimension, .count = count, .samples = 2, .low = settings.low, .high = settings.high});
  for (oracle::Site& site : sites) site.sample *= 2;
  const auto values = settings.integers ? oracle::random_integers(random, count * channels)
                                        : oracle::random_reals(random, count * channels);
  return oracle::features_of(sites, oracle::rows_of(values, channels));
}

/// No rows; one site; a batch with an empty sample.
inline std::vector<oracle::Features> inputs(std::uint64_t seed, int dimension, std::size_t channels,
                                            const InputSettings& settings = {}) {
  const oracle::Features all = batch(seed, dimension, channels, settings);
  return {{}, {*all.begin()}, all};
}

/// Features on their sites; they need a gradient.
template <int D, class Dev>
scn::SparseTensor<D, Dev> tensor(Dev& device, const oracle::Features& x, std::int64_t channels,
                                 std::optional<scn::Point<D>> extent = {}, std::int64_t samples = 0) {
  const auto sites = oracle::in_row_order(oracle::sites_of(x));
  const auto input = library::make_input<D>(device, library::points<D>(sites), extent, samples);
  const auto values = oracle::flat(oracle::rows_at(x, sites));
  auto matrix = scn::Matrix<Dev>::from_host(device, static_cast<std::int64_t>(sites.size()), channels,
                                            std::span<const double>(values));
  return {scn::Variable<Dev>(std::move(matrix), true), input.sites,
          std::make_shared<scn::Rulebook<D, Dev>>(device, input)};
}

template <class Dev, class T>
std::vector<double> numbers(const scn::Matrix<Dev, T>& matrix) {
  const std::vector<T> values = matrix.to_host();
  return {values.begin(), values.end()};
}

inline oracle::Features by_site(const std::vector<oracle::Site>& sites, const std::vector<double>& values) {
  if (values.empty()) return oracle::zeros(sites, 0);
  return oracle::features_of(sites, oracle::rows_of(values, values.size() / sites.size()));
}

template <int D, class Dev>
oracle::Features features(const scn::SparseTensor<D, Dev>& x) {
  return by_site(library::sites_of(*x.sites), numbers(x.features.value()));
}

template <int D, class Dev>
oracle::Features gradient(const scn::SparseTensor<D, Dev>& x) {
  return by_site(library::sites_of(*x.sites), numbers(x.features.gradient()));
}

/// What holds the numbers of a layer's result.
template <int D, class Dev>
const scn::Variable<Dev>& variable(const scn::SparseTensor<D, Dev>& y) {
  return y.features;
}
template <int D, class Dev>
const scn::Variable<Dev>& variable(const scn::DenseTensor<D, Dev>& y) {
  return y.values;
}
template <class Dev>
const scn::Variable<Dev>& variable(const scn::Variable<Dev>& y) {
  return y;
}

/// The gradient that pass() sends back: small integers, the same for a size.
template <class Dev>
scn::Matrix<Dev> output_gradient(const scn::Variable<Dev>& y) {
  oracle::Random random(99);
  const auto values = oracle::random_integers(random, static_cast<std::size_t>(y.rows().bound * y.channels()), 3);
  return scn::Matrix<Dev>::from_host(y.device(), y.rows().bound, y.channels(), std::span<const double>(values));
}

/// The result of a recorded pass after output_gradient() has been sent back through it.
template <class Layer, class Input>
auto pass(const Layer& layer, const Input& x, const scn::Pass& kind = {}) {
  scn::Tape tape(kind);
  auto y = layer(x, &tape);
  tape.backward(variable(y), output_gradient(variable(y)));
  return y;
}

template <class Dev, class Layer>
scn::Parameters<Dev> parameters(const Layer& layer) {
  std::vector<scn::Parameter<Dev>> all;
  scn::layer_parameters<Layer, Dev>(layer, "", all);
  return scn::Parameters<Dev>(std::move(all));
}

template <class Dev, class T>
void set(const scn::Variable<Dev, T>& to, const std::vector<double>& values) {
  to.value() =
      scn::Matrix<Dev, T>::from_host(to.device(), to.rows().bound, to.channels(), std::span<const double>(values));
}

/// Random numbers, or small integers, for every trained parameter, biases included.
template <class Dev, class Layer>
void randomize(const Layer& layer, std::uint64_t seed, bool integers = false) {
  oracle::Random random(seed);
  for (const auto& variable : parameters<Dev>(layer).variables()) {
    const auto count = static_cast<std::size_t>(variable.rows().bound * variable.channels());
    set(variable, integers ? oracle::random_integers(random, count) : oracle::random_reals(random, count));
  }
}

/// The weighted sum of the outputs whose gradient is output_gradient().
template <class Layer, class Input>
double weighted_sum(const Layer& layer, const Input& x, scn::Pass kind) {
  kind.update_statistics = kind.record = false;
  scn::Tape tape(kind);
  const auto y = layer(x, &tape);
  const auto values = numbers(variable(y).value()), weights = numbers(output_gradient(variable(y)));
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum;
}

/// A variable whose gradient is checked.
template <class Dev>
struct Named {
  std::string name;
  scn::Variable<Dev> variable;
};

/// "" if the gradients of the variables are those of central differences of `sum`: each element of them, or, of more
/// than `most` elements, along eight random directions.
template <class Dev>
std::string gradient_difference(const std::vector<Named<Dev>>& all, const std::function<double()>& sum,
                                std::size_t most) {
  oracle::Random random(5);
  for (const auto& [name, to] : all) {
    if (!to.has_gradient()) return name + " has no gradient";
    const std::vector<double> values = numbers(to.value()), slopes = numbers(to.gradient());
    const oracle::Function at = [&, &here = to](const std::vector<double>& moved) {
      set(here, moved);
      return sum();
    };
    std::string found;
    if (values.size() <= most) found = oracle::gradient_difference(at, values, slopes, {.step = 1e-5});
    for (int i = 0; i < 8 && values.size() > most && found.empty(); ++i)
      found =
          oracle::direction_difference(at, values, slopes, oracle::random_reals(random, values.size()), {.step = 1e-5});
    set(to, values);
    if (!found.empty()) return name + ": " + found;
  }
  return "";
}

/// The same for the features of `given` and every trained parameter of a layer.
template <class Layer, int D, class Dev>
std::string gradient_difference(const Layer& layer, const scn::SparseTensor<D, Dev>& given, scn::Pass kind = {},
                                std::size_t most = 100) {
  const auto x = given.with(scn::Variable<Dev>(given.features.value().copy(), true));
  kind.update_statistics = false;
  std::vector<Named<Dev>> all{{"features", x.features}};
  for (const auto& parameter : parameters<Dev>(layer)) {
    parameter.variable.clear_gradient();
    if (parameter.trained) all.push_back({parameter.name, parameter.variable});
  }
  pass(layer, x, kind);
  return gradient_difference<Dev>(
      all, [&] { return weighted_sum(layer, x, kind); }, most);
}

/// The oracle's layer with the weights and the bias of a convolution.
template <class Dev, class Layer>
oracle::Convolution oracle_of(const Layer& layer) {
  const auto all = parameters<Dev>(layer);
  const auto& weight = *all.find("weight");
  const auto size = [&](std::size_t i) { return static_cast<std::size_t>(weight.shape[i]); };
  oracle::Convolution result{size(0), size(1), size(1) * size(2), size(1) * size(3), numbers(weight.variable.value())};
  if (const auto* bias = all.find("bias")) result.bias = numbers(bias->variable.value());
  return result;
}

/// What a convolution took and gave, by site.
struct ConvolutionPass {
  oracle::Features x, dx, y, dy;
  std::vector<double> dweight, dbias;
};

/// "" if the outputs and all gradients are the oracle's over these pairs.
inline std::string convolution_difference(const oracle::Convolution& layer, const ConvolutionPass& got,
                                          const oracle::SiteSet& outputs, const oracle::Pairs& pairs,
                                          const oracle::Tolerance& tolerance) {
  const auto expected = oracle::convolve_backward(layer, got.x, pairs, got.dy);
  std::string found = oracle::difference(oracle::convolve(layer, got.x, outputs, pairs), got.y, tolerance);
  if (!found.empty()) return "outputs: " + found;
  found = oracle::difference(expected.dx, got.dx, tolerance);
  if (!found.empty()) return "dx: " + found;
  found = oracle::difference(expected.dweight, got.dweight, tolerance);
  if (!found.empty()) return "dweight: " + found;
  found = oracle::difference(expected.dbias, got.dbias, tolerance);
  return found.empty() ? "" : "dbias: " + found;
}

template <class Layer, int D, class Dev>
std::string convolution_difference(const Layer& layer, const scn::SparseTensor<D, Dev>& x,
                                   const oracle::SiteSet& outputs, const oracle::Pairs& pairs,
                                   const oracle::Tolerance& tolerance = tight) {
  const auto all = parameters<Dev>(layer);
  for (const auto& parameter : all) parameter.variable.clear_gradient();
  const auto y = pass(layer, x);
  ConvolutionPass got{features(x), gradient(x), features(y), gradient(y), {}, {}};
  got.dweight = numbers(all.find("weight")->variable.gradient());
  if (const auto* bias = all.find("bias")) got.dbias = numbers(bias->variable.gradient());
  return convolution_difference(oracle_of<Dev>(layer), got, outputs, pairs, tolerance);
}

}  // namespace layer_cases
