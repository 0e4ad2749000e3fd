// What can be asked of any layer: its name, its parameters, the extent of its inputs, and a call that a log may watch.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"
#include "scn/autograd/tape.hpp"
#include "scn/tensor/dense_tensor.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// The layer's own name(), or "layer" for one that has none.
template <class Layer>
std::string layer_name(const Layer& layer) {
  if constexpr (requires {
                  { layer.name() } -> std::convertible_to<std::string>;
                })
    return layer.name();
  else
    return "layer";
}

/// The extent of inputs that gives the extent `out`: the layer's own answer, or `out` for a layer that keeps sites.
template <class Layer, int D>
Point<D> layer_input_size(const Layer& layer, const Point<D>& out) {
  if constexpr (requires { layer.input_size(out); })
    return layer.input_size(out);
  else
    return out;
}

/// The layer's parameters under names that start with `prefix`; none for a layer without.
template <class Layer, Device Dev>
void layer_parameters(const Layer& layer, const std::string& prefix, std::vector<Parameter<Dev>>& into) {
  if constexpr (requires { layer.parameters(prefix, into); }) layer.parameters(prefix, into);
}

/// The one tensor of a list; throws if there are more or less, in the name of `layer`, a string or a function that
/// gives one.
template <int D, Device Dev>
SparseTensor<D, Dev> single(const auto& layer, const Tensors<D, Dev>& tensors) {
  require(tensors.size() == 1, layer, ": expected one tensor, got ", tensors.size());
  return tensors.front();
}

/// The variable that holds the numbers of a layer's result.
template <Device Dev>
const Variable<Dev>& values_of(const Variable<Dev>& y) {
  return y;
}
template <int D, Device Dev>
const Variable<Dev>& values_of(const SparseTensor<D, Dev>& y) {
  return y.features;
}
template <int D, Device Dev>
const Variable<Dev>& values_of(const DenseTensor<D, Dev>& y) {
  return y.values;
}

namespace detail {

/// The size of what a layer on Dev gave.
template <Device Dev>
struct ResultSize {
  std::int64_t sites = 0, channels = 0, bytes = 0;
};

template <Device Dev>
ResultSize<Dev> result_size(const Variable<Dev>& y) {
  const std::int64_t rows = y.rows().bound, channels = y.channels();
  return {rows, channels, rows * channels * std::int64_t{sizeof(typename Dev::Scalar)}};
}
template <int D, Device Dev>
ResultSize<Dev> result_size(const SparseTensor<D, Dev>& y) {
  return result_size(y.features);
}
template <int D, Device Dev>
ResultSize<Dev> result_size(const Tensors<D, Dev>& y) {
  ResultSize<Dev> all;
  for (const SparseTensor<D, Dev>& tensor : y) {
    const ResultSize<Dev> one = result_size(tensor.features);
    all = {one.sites, all.channels + one.channels, all.bytes + one.bytes};
  }
  return all;
}
template <int D, Device Dev>
ResultSize<Dev> result_size(const DenseTensor<D, Dev>& y) {
  const ResultSize<Dev> planes = result_size(y.values);
  return {y.batch_size * planes.channels, y.channels, planes.bytes};
}

template <class Layer, Device Dev>
void log_result(LayerLog& log, const Layer& layer, const ResultSize<Dev>& size) {
  std::vector<Parameter<Dev>> all;
  layer_parameters(layer, "", all);
  std::vector<LayerLog::Trained> trained;
  for (const auto& variable : Parameters<Dev>(std::move(all)).variables())
    trained.emplace_back(&variable.value(), variable.rows().bound * variable.channels());
  log.leave({.layer = layer_name(layer), .sites = size.sites, .channels = size.channels, .bytes = size.bytes}, trained);
}

}  // namespace detail

/// layer(x, tape), the way in which a container calls the layer that it knows by `name`, a string or a function that
/// gives one: a tape's log gets a row.
template <class Layer, class X>
auto call_layer(const Layer& layer, const auto& name, const X& x, Tape* tape) {
  LayerLog* const log = tape == nullptr ? nullptr : tape->log();
  if (log == nullptr) return layer(x, tape);
  log->enter(message(name));
  auto y = layer(x, tape);
  if constexpr (requires { detail::result_size(y); })
    detail::log_result(*log, layer, detail::result_size(y));
  else
    log->leave({.layer = layer_name(layer)}, {});
  return y;
}

}  // namespace scn
