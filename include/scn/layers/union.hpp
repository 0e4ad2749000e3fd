// Tensors on different sites brought onto common ones, so that they can be joined or added.
#pragma once

#include <algorithm>
#include <string_view>

#include "scn/layers/on_sites.hpp"

namespace scn {

namespace detail {

template <int D, Device Dev, class Combine>
Tensors<D, Dev> on_common_sites(std::string_view layer, const Tensors<D, Dev>& tensors, Tape* tape,
                                const Combine& combine) {
  require(!tensors.empty(), layer, ": there is no tensor to work on");
  for (const auto& tensor : tensors) require_distinct(layer, tensor);
  auto sites = std::max_element(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
                 return a.samples() < b.samples();
               })->sites;  // an intersection has the samples of the first set
  const auto& rulebook = tensors[0].rulebook;
  for (const auto& tensor : tensors) sites = in_layer(layer, [&] { return combine(*rulebook, sites, tensor.sites); });
  Tensors<D, Dev> results;
  for (const auto& tensor : tensors) results.push_back({on_sites(tensor, sites, tape).features, sites, rulebook});
  return results;
}

}  // namespace detail

/// Every tensor on the sites that any of them has, zeros where it has none. AddTable gives the sum over the union,
/// which refuses different channels, JoinTable puts channels side by side. The tensors may come from different inputs
/// within one extent; the results belong to the first one's rulebook, which holds the common sites: the same tensors
/// meet on the same sites again. The larger number of samples counts. Waits for the device at the first call.
template <int D, Device Dev>
Tensors<D, Dev> unite(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) {
  return detail::on_common_sites(
      message("unite<", D, ">"), tensors, tape,
      [](Rulebook<D, Dev>& rulebook, const auto& a, const auto& b) { return rulebook.unite(a, b); });
}

/// The same on the sites that all of them have.
template <int D, Device Dev>
Tensors<D, Dev> intersect(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) {
  return detail::on_common_sites(
      message("intersect<", D, ">"), tensors, tape,
      [](Rulebook<D, Dev>& rulebook, const auto& a, const auto& b) { return rulebook.intersect(a, b); });
}

}  // namespace scn
