// A network made from a trained one that only infers: norms, rectifiers and residual sums go into the convolutions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/folded_sum.hpp"
#include "scn/layers/full_convolution.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/permutohedral_submanifold_convolution.hpp"
#include "scn/layers/randomized_stride_convolution.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"
#include "scn/networks/classifier.hpp"

namespace scn {

/// Layers one after the other that have no training form. Parameters have the names that they had in the network it was
/// made from, without those of the norms that are folded.
template <int D, Device Dev = Cpu>
class InferenceNetwork : public LayersInOrder<InferenceNetwork<D, Dev>, D, Dev> {
 public:
  /// A tape may watch, but neither record nor train.
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require(tape == nullptr || !(tape->pass().record || tape->pass().training), name,
            ": has no training form, train the network that it was made from");
    return this->call_all(x, tape);
  }
  static std::string name() { return message("InferenceNetwork<", D, ">"); }
};

namespace detail {

/// Takes the layers of a network in order, and makes as few of them as it can.
template <int D, Device Dev>
class Folding {
  using Any = AnyLayer<D, Dev>;
  using Folded = FoldedConvolution<D, Dev>;
  using Sum = FoldedSum<D, Dev>;
  using Table = ConcatTable<D, Dev>;

 public:
  void append(const std::string& name, const Any& layer) {
    if (const auto parts = layer.sequence(); !parts.empty()) return append_all(name + ".", parts);
    if (layer.template get<Identity>() != nullptr || follow(layer)) return;
    if (layer.template get<AddTable<D, Dev>>() != nullptr && sum()) return;
    if (const auto* table = layer.template get<Table>()) return layers_.push_back({name, each_branch(*table)});
    layers_.push_back({name, with_finish(layer)});
  }
  void append_all(const std::string& prefix, std::span<const NamedLayer<D, Dev>> parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      append(prefix + (parts[i].name.empty() ? std::to_string(i) : parts[i].name), parts[i].layer);
  }
  /// Its layers from the first one on, `count` of them.
  template <std::size_t count, class... Layers>
  void append_first(const std::string& prefix, const Sequential<Layers...>& net) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (append_static(prefix + std::to_string(I), std::get<I>(net.layers())), ...);
    }
    (std::make_index_sequence<count>());
  }

  template <class Network>
  Network take() const {
    Network network;
    for (const auto& [name, layer] : layers_) network.add(name, layer);
    return network;
  }

 private:
  template <class Layer>
  void append_static(const std::string& name, const Layer& layer) {
    append(name, Any(layer));
  }
  template <class... Layers>
  void append_static(const std::string& name, const Sequential<Layers...>& layers) {
    append_first<sizeof...(Layers)>(name + ".", layers);
  }

  /// The layer, if it is of one of these types, as one that can be followed by others.
  template <class... Layers>
  static Any first_of(const Any& layer) {
    Any result = layer;
    const auto take = [&](const auto* found) {
      if (found != nullptr) result = Folded(*found);
    };
    (take(layer.template get<Layers>()), ...);
    return result;
  }
  static Any with_finish(const Any& layer) {
    return first_of<SubmanifoldConvolution<D, Dev>, Convolution<D, Dev>, Deconvolution<D, Dev>, NetworkInNetwork<Dev>,
                    FullConvolution<D, Dev>, RandomizedStrideConvolution<D, Dev>,
                    PermutohedralSubmanifoldConvolution<D, Dev>>(layer);
  }

  static std::optional<ChannelMap> rectifier(const Any& layer, Dev& device) {
    if (const auto* plain = layer.template get<ReLU>()) return channel_map(*plain);
    if (const auto* leaky = layer.template get<LeakyReLU>()) return channel_map(device, *leaky);
    return {};
  }
  static std::optional<ChannelMap> norm(const Any& layer) {
    if (const auto* one = layer.template get<BatchNormalization<Dev>>()) return channel_map(*one);
    if (const auto* one = layer.template get<BatchNormReLU<Dev>>()) return channel_map<Dev>(*one);
    if (const auto* one = layer.template get<BatchNormLeakyReLU<Dev>>()) return channel_map<Dev>(*one);
    return {};
  }

  /// Lets the last layer do what this one does, if it can.
  bool follow(const Any& layer) {
    if (layers_.empty()) return false;
    Any& last = layers_.back().layer;
    if (const auto* one = last.template get<Folded>(); one != nullptr && one->is_linear()) {
      auto map = norm(layer);
      if (!map) map = rectifier(layer, one->device());
      if (!map || !one->fits(*map)) return false;
      last = one->followed_by(*map);
      return true;
    }
    if (const auto* one = last.template get<Sum>(); one != nullptr && one->is_linear()) {
      const auto map = rectifier(layer, one->device());
      if (map) last = one->followed_by(*map);
      return map.has_value();
    }
    return false;
  }

  static Table each_branch(const Table& table) {
    Table result;
    for (std::size_t i = 0; i < table.size(); ++i) {
      Folding branch;
      if (const auto parts = table[i].sequence(); !parts.empty())
        branch.append_all("", parts);
      else
        branch.append("", table[i]);
      result.add(table.name_of(i), branch.template take<AnySequential<D, Dev>>());
    }
    return result;
  }

  /// Adds up the two branches of the last layer, one of which ends in a convolution, in the pass of that.
  bool sum() {
    if (layers_.empty()) return false;
    Any& last = layers_.back().layer;
    const auto* table = last.template get<Table>();
    if (table == nullptr || table->size() != 2) return false;
    for (const std::size_t i : {std::size_t{1}, std::size_t{0}}) {
      const auto branch = (*table)[i].sequence(), shortcut = (*table)[1 - i].sequence();
      const auto* convolution = branch.empty() ? nullptr : branch.back().layer.template get<Folded>();
      if (convolution == nullptr || !convolution->is_linear()) continue;
      const std::string name = table->name_of(i);
      last = Sum(named(name, branch.first(branch.size() - 1)), *convolution, joined(name, branch.back().name),
                 named(table->name_of(1 - i), shortcut));
      return true;
    }
    return false;
  }
  static std::string joined(const std::string& outer, const std::string& inner) {
    return inner.empty() ? outer : outer + "." + inner;
  }
  static AnySequential<D, Dev> named(const std::string& prefix, std::span<const NamedLayer<D, Dev>> layers) {
    AnySequential<D, Dev> result;
    for (const auto& [name, layer] : layers) result.add(joined(prefix, name), layer);
    return result;
  }

  std::vector<NamedLayer<D, Dev>> layers_;
};

/// How many of the first layers lead from sparse tensors to a sparse tensor.
template <class Sparse, class X, class... Layers>
inline constexpr std::size_t sparse_layers = 0;
template <class Sparse, class X, class Layer, class... Rest>
requires requires { typename Flow<X, Layer>::Type; }
inline constexpr std::size_t sparse_layers<Sparse, X, Layer, Rest...> = [] {
  using Y = typename Flow<X, Layer>::Type;
  if constexpr (!std::same_as<Y, Sparse> && !std::same_as<Y, std::vector<Sparse>>)
    return std::size_t{0};
  else if constexpr (sparse_layers<Sparse, Y, Rest...> > 0)
    return 1 + sparse_layers<Sparse, Y, Rest...>;
  else
    return std::size_t{std::same_as<Y, Sparse>};
}();

}  // namespace detail

/// A network with the results of `net`, up to rounding, in fewer passes over memory: a norm with or without rectifier
/// goes into the weights and bias of the convolution, deconvolution or NetworkInNetwork before it, a rectifier and the
/// sum of two branches, of which one ends in such a layer, into its pass. Norms of a sum or of joined tensors stay, and
/// so does every layer that the function does not know. Weights are folded in double; nothing of `net` is changed, and
/// what nothing is folded into shares its parameters: make it anew after `net` was trained or loaded. Waits for the
/// device; once made, a call waits where `net` does.
template <class Derived, int D, Device Dev>
InferenceNetwork<D, Dev> optimise_for_inference(const LayersInOrder<Derived, D, Dev>& net) {
  detail::Folding<D, Dev> folding;
  folding.append_all("", net.sequence());
  return folding.template take<InferenceNetwork<D, Dev>>();
}

/// The same for a Sequential on SparseTensor<D>: `optimise_for_inference<3>(net)`. Layers from the first one on whose
/// result is no sparse tensor stay as they are, behind the network made of those before: Sequential{network, layers}.
template <int D, class... Layers>
auto optimise_for_inference(const Sequential<Layers...>& net) {
  using Dev = typename detail::FirstDevice<Layers..., detail::DefaultDevice>::DeviceType;
  using Sparse = SparseTensor<D, Dev>;
  constexpr std::size_t count = detail::sparse_layers<Sparse, Sparse, Layers...>;
  detail::Folding<D, Dev> folding;
  folding.template append_first<count>("", net);
  auto network = folding.template take<InferenceNetwork<D, Dev>>();
  if constexpr (count == sizeof...(Layers))
    return network;
  else
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Sequential(std::move(network), std::get<count + I>(net.layers())...);
    }
  (std::make_index_sequence<sizeof...(Layers) - count>());
}

/// The same for the part of a classifier that works on sites.
template <int D, Device Dev, class ToRows>
Classifier<D, Dev, ToRows> optimise_for_inference(const Classifier<D, Dev, ToRows>& net) {
  return net.with(AnySequential<D, Dev>().add(optimise_for_inference(net.sparse_model())));
}

}  // namespace scn
