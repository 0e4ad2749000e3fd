// Layers one after the other, known at compile time; a layer may change the type of what flows.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"

namespace scn {

namespace detail {

/// The device of the first layer that names one; Cpu for layers that run anywhere.
template <class... Layers>
struct FirstDevice {
  using Type = Cpu;
};
template <class Layer, class... Rest>
struct FirstDevice<Layer, Rest...> : FirstDevice<Rest...> {};
template <class Layer, class... Rest>
  requires requires { typename Layer::DeviceType; }
struct FirstDevice<Layer, Rest...> {
  using Type = typename Layer::DeviceType;
};

}  // namespace detail

/// `Sequential model{layer, layer, ...}`. Parameters are named by position: "0.weight", "1.running_mean".
template <class... Layers>
class Sequential {
 public:
  using DeviceType = typename detail::FirstDevice<Layers...>::Type;

  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

  template <class Tensor>
  auto operator()(const Tensor& x, Tape* tape = nullptr) const {
    return call<0>(x, tape);
  }

  /// The extent of inputs that gives the extent `out`.
  template <int D>
  Point<D> input_size(const Point<D>& out) const {
    return backwards<sizeof...(Layers)>(out);
  }

  void parameters(const std::string& prefix, std::vector<Parameter<DeviceType>>& into) const {
    std::size_t position = 0;
    std::apply([&](const auto&... layer) {
      (layer_parameters(layer, prefix + std::to_string(position++) + ".", into), ...);
    }, layers_);
  }
  Parameters<DeviceType> parameters() const {
    std::vector<Parameter<DeviceType>> all;
    parameters("", all);
    return Parameters<DeviceType>(std::move(all));
  }

 private:
  template <std::size_t I, class Tensor>
  auto call(const Tensor& x, Tape* tape) const {
    if constexpr (I == sizeof...(Layers))
      return x;
    else
      return call<I + 1>(std::get<I>(layers_)(x, tape), tape);
  }
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
