// The layer of a network after which the first number that is not finite appears.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "scn/layers/sequential.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

namespace detail {

/// Calls the layers of a network as they would call each other, and looks at what each gives.
class FiniteSearch {
 public:
  const std::string& found() const { return found_; }

  template <class Layer, class X>
  auto call(const std::string& path, const Layer& layer, const X& x) {
    const auto step = [&](const auto& part, const std::string& position, const auto& value) {
      return call(within(path, position), part, value);
    };
    if constexpr (requires { in_order(path, layer.sequence(), {x}); })
      return single(layer_name(layer), in_order(path, layer.sequence(), {x}));
    else if constexpr (requires { layer.each(x, step); })
      return layer.each(x, step);
    else
      return watched(path, layer, x);
  }

  template <int D, Device Dev>
  void look(const std::string& path, const std::string& name, const Tensors<D, Dev>& tensors) {
    for (const auto& tensor : tensors) look(path, name, tensor);
  }
  template <class Tensor>
  requires requires(const Tensor& tensor) { values_of(tensor); }
  void look(const std::string& path, const std::string& name, const Tensor& tensor) {
    if (!found_.empty()) return;
    for (const auto number : values_of(tensor).value().to_host())
      if (!std::isfinite(static_cast<double>(number))) found_ = path.empty() ? name : path + " (" + name + ")";
  }

 private:
  template <class Layer, class X>
  auto watched(const std::string& path, const Layer& layer, const X& x) {
    auto y = layer(x, &tape_);
    look(path, layer_name(layer), y);
    return y;
  }

  static std::string within(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  template <int D, Device Dev>
  Tensors<D, Dev> in_order(const std::string& path, std::span<const NamedLayer<D, Dev>> layers, Tensors<D, Dev> x) {
    for (std::size_t i = 0; i < layers.size(); ++i)
      x = any(within(path, layers[i].name.empty() ? std::to_string(i) : layers[i].name), layers[i].layer, x);
    return x;
  }
  template <int D, Device Dev>
  Tensors<D, Dev> any(const std::string& path, const AnyLayer<D, Dev>& layer, const Tensors<D, Dev>& x) {
    if (const auto parts = layer.sequence(); !parts.empty()) return in_order(path, parts, x);
    const auto* table = layer.template get<ConcatTable<D, Dev>>();
    if (table == nullptr) return watched(path, layer, x);
    Tensors<D, Dev> results;
    for (std::size_t i = 0; i < table->size(); ++i)
      results.push_back(single(table->name(), any(within(path, table->name_of(i)), (*table)[i], x)));
    return results;
  }

  Tape tape_{Pass{.record = false, .training = true, .update_statistics = false}};
  std::string found_;
};

}  // namespace detail

/// "1.0.2 (SubmanifoldConvolution<3>)": the first layer, in the order of their calls, that gives a number that is not
/// finite where net(x) is called as in training; "the input" if that holds one; "" if there is none. Looks into
/// Sequential, AnySequential, ConcatTable and Classifier. Neither parameters nor statistics change. Waits for the
/// device after every layer, for the search after a loss that is NaN.
template <class Net, class X>
std::string first_not_finite(const Net& net, const X& x) {
  detail::FiniteSearch search;
  if constexpr (requires { search.look("", "the input", x); }) search.look("", "the input", x);
  if (search.found().empty()) search.call("", net, x);
  return search.found();
}

}  // namespace scn
