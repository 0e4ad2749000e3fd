// Data-dependent initialisation: weights and biases from what the layers give for an input.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/moments.hpp"
#include "scn/layers/sequential.hpp"

namespace scn {

namespace detail {

/// From biased variances to deviations. 1 for a channel that varies by no more than the rounding of its mean.
template <class T>
struct DeviationOfVariance {
  MatrixView<T> values;
  MatrixView<const T> mean;
  T unbias;  // n / (n - 1) for n rows; 0 for one row and where no deviation is wanted
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T variance = unbias * values(row, c), rounding = std::numeric_limits<T>::epsilon() * mean(row, c);
    values(row, c) = variance > rounding * rounding ? std::sqrt(variance) : T{1};
  }
};

/// weight /= deviation of the channel it leads to. Shape (taps, groups, in / groups, out / groups), (in, out) or (out).
template <class T>
struct DivideWeight {
  MatrixView<T> weight;
  MatrixView<const T> deviation;
  std::int64_t groups, group_out;
  constexpr void operator()(std::int64_t row, std::int64_t column) const {
    weight(row, column) /= deviation(0, row % groups * group_out + column % group_out);
  }
};

/// bias = -mean of (y - bias) / deviation.
template <class T>
struct CentreBias {
  MatrixView<T> bias;
  MatrixView<const T> mean, rest, deviation;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    bias(row, c) = ((bias(row, c) - mean(row, c)) - rest(row, c)) / deviation(row, c);
  }
};

/// Calls layers one after the other; what has a weight and a bias gets others first.
class DataInitialisation {
 public:
  DataInitialisation(Pass pass, bool divide) : pass_(pass), divide_(divide) { pass_.record = false; }

  template <class... Layers, class X>
  auto operator()(const Sequential<Layers...>& net, const X& x) const {
    return net.each(x,
                    [this](const auto& layer, const std::string&, const auto& value) { return (*this)(layer, value); });
  }
  template <int D, Device Dev>
  Tensors<D, Dev> operator()(const AnyLayer<D, Dev>& layer, const Tensors<D, Dev>& x) const {
    if (!layer.sequence().empty()) return in_order(layer.sequence(), x);
    Tape tape(pass_);
    Tensors<D, Dev> y = layer(x, &tape);
    return y.size() == 1 && changes(layer, y.front().features) ? layer(x, &tape) : y;
  }
  template <class Layer, class X>
  auto operator()(const Layer& layer, const X& x) const {
    if constexpr (requires { layer.sequence(); }) {
      return single(Layer::name(), in_order(layer.sequence(), {x}));
    } else {
      Tape tape(pass_);
      auto y = layer(x, &tape);
      if constexpr (requires { values_of(y); })
        if (changes(layer, values_of(y))) y = layer(x, &tape);
      return y;
    }
  }

 private:
  template <int D, Device Dev>
  Tensors<D, Dev> in_order(std::span<const NamedLayer<D, Dev>> layers, Tensors<D, Dev> x) const {
    for (const NamedLayer<D, Dev>& named : layers) x = (*this)(named.layer, x);
    return x;
  }

  /// Whether the layer that gave y has a weight and a bias, and rows to take them from.
  template <class Layer, Device Dev>
  bool changes(const Layer& layer, const Variable<Dev>& y) const {
    using T = typename Dev::Accumulator;
    std::vector<Parameter<Dev>> all;
    layer_parameters(layer, "", all);
    const Parameters<Dev> parameters(std::move(all));
    const Parameter<Dev>*weight = parameters.find("weight"), *bias = parameters.find("bias");
    const std::int64_t rows = y.rows().bound, channels = y.channels();
    if (weight == nullptr || bias == nullptr || !weight->trained || !bias->trained || rows == 0) return false;
    auto [mean, deviation] = channel_moments(y);  // the variance becomes the deviation
    const T unbias = divide_ && rows > 1 ? static_cast<T>(rows) / static_cast<T>(rows - 1) : T{0};
    parallel_for(y.device(), Rows{1}, channels,
                 DeviationOfVariance<T>{deviation.view(), std::as_const(mean.mean).view(), unbias});
    const std::int64_t group_out = weight->shape.back();
    auto& values = weight->variable.value();
    if (divide_)
      parallel_for(y.device(), values.rows(), values.channels(),
                   DivideWeight<T>{values.view(), std::as_const(deviation).view(), channels / group_out, group_out});
    parallel_for(y.device(), Rows{1}, channels,
                 CentreBias<T>{bias->variable.value().view(), std::as_const(mean.mean).view(),
                               std::as_const(mean.rest).view(), std::as_const(deviation).view()});
    return true;
  }

  Pass pass_;
  bool divide_;
};

}  // namespace detail

/// Calls net(x), layer after layer, and gives each layer with a trained weight and bias the weight / s and the bias
/// -mean(y - bias) / s, where y is its result and s the unbiased deviation of y, per channel: a linear layer then gives
/// x the mean 0 and the deviation 1. A channel that does not vary keeps its weights (s = 1). Sequences within are
/// treated alike, branches of tables are just called. Returns the result of the changed network. `pass` says how layers
/// are called, by default as in training. Costs up to two forward passes. Krähenbühl, Doersch, Donahue and Darrell,
/// "Data-dependent initializations of convolutional neural networks", ICLR 2016.
template <class Net, class X>
auto reweight(const Net& net, const X& x, const Pass& pass = {}) {
  return detail::DataInitialisation(pass, true)(net, x);
}

/// The same for biases alone: -mean(y - bias).
template <class Net, class X>
auto rebias(const Net& net, const X& x, const Pass& pass = {}) {
  return detail::DataInitialisation(pass, false)(net, x);
}

}  // namespace scn
