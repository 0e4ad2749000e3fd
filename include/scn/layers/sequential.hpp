// Layers one after the other, known at compile time; a layer may change the type of what flows.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "scn/layers/layer.hpp"

namespace scn {

namespace detail {

/// Has the DeviceType of the first layer that names one, and none for layers that run anywhere.
template <class... Layers>
struct FirstDevice {};
template <class Layer, class... Rest>
struct FirstDevice<Layer, Rest...> : FirstDevice<Rest...> {};
template <class Layer, class... Rest>
requires requires { typename Layer::DeviceType; }
struct FirstDevice<Layer, Rest...> {
  using DeviceType = typename Layer::DeviceType;
};

struct DefaultDevice {
  using DeviceType = Cpu;
};

/// What layers give one after the other; no type where one of them does not take what it is given, so that a list of
/// layers can ask.
template <class X, class... Layers>
struct Flow {};
template <class X>
struct Flow<X> {
  using Type = X;
};
template <class X, class Layer, class... Rest>
requires requires(const Layer& layer, const X& x, Tape* tape) { layer(x, tape); }
struct Flow<X, Layer, Rest...>
    : Flow<std::remove_cvref_t<decltype(std::declval<const Layer&>()(std::declval<const X&>(), std::declval<Tape*>()))>,
           Rest...> {};

}  // namespace detail

/// `Sequential model{layer, layer, ...}`. Parameters are named by position: "0.weight", "1.running_mean".
template <class... Layers>
class Sequential : public detail::FirstDevice<Layers...> {
 public:
  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

  template <class Tensor>
  typename detail::Flow<Tensor, Layers...>::Type operator()(const Tensor& x, Tape* tape = nullptr) const {
    return each<0>(x, [tape](const auto& layer, const std::string& position, const auto& value) {
      return call_layer(layer, position, value, tape);
    });
  }

  const std::tuple<Layers...>& layers() const { return layers_; }

  /// step(layer, its position, what the step before gave) for the layers from the first one on, in place of their
  /// calls.
  template <std::size_t first = 0, class Tensor, class Step>
  auto each(const Tensor& x, const Step& step) const {
    if constexpr (first == sizeof...(Layers))
      return x;
    else
      return each<first + 1>(step(std::get<first>(layers_), std::to_string(first), x), step);
  }

  /// The extent of inputs that gives the extent `out`.
  template <int D>
  Point<D> input_size(const Point<D>& out) const {
    return backwards<sizeof...(Layers)>(out);
  }

  template <Device Dev>
  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (layer_parameters(std::get<I>(layers_), prefix + std::to_string(I) + ".", into), ...);
    }
    (std::index_sequence_for<Layers...>{});
  }
  auto parameters() const {
    using Dev = typename detail::FirstDevice<Layers..., detail::DefaultDevice>::DeviceType;
    std::vector<Parameter<Dev>> all;
    parameters("", all);
    return Parameters<Dev>(std::move(all));
  }
  static std::string name() { return "Sequential"; }

 private:
  template <std::size_t I, int D>
  Point<D> backwards(const Point<D>& out) const {
    if constexpr (I == 0)
      return out;
    else
      return backwards<I - 1>(layer_input_size(std::get<I - 1>(layers_), out));
  }

  std::tuple<Layers...> layers_;
};

}  // namespace scn
