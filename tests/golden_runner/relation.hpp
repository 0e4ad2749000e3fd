// Where a single layer leads, and the map that it works on.
#pragma once

#include <string>

#include "golden_runner/node.hpp"
#include "scn/geometry/permutohedral.hpp"
#include "scn/geometry/rulebook.hpp"

namespace golden {

/// To the same sites, to a coarser scale, back from it, to a new finer one, or to some of the same sites; `none` for
/// layers that do not look at sites, and for networks.
enum class Leads { none, submanifold, strided, back, full, subset };

inline Leads leads(const Node& node) {
  const std::string type = node.type();
  if (type == "spectral_norm" && node.has("filter_size"))
    return node.has("filter_stride") ? Leads::strided : Leads::submanifold;
  if (type == "SubmanifoldConvolution" || type == "ValidConvolution") return Leads::submanifold;
  if (type == "PermutohedralSubmanifoldConvolution") return Leads::submanifold;
  if (type == "Convolution" || type == "MaxPooling" || type == "AveragePooling") return Leads::strided;
  if (type.starts_with("RandomizedStride")) return Leads::strided;
  if (type == "Deconvolution" || type == "UnPooling") return Leads::back;
  if (type == "FullConvolution" || type == "TransposeConvolution") return Leads::full;
  if (type == "Sparsify" || type == "SparsifyFCS") return Leads::subset;
  return Leads::none;
}

template <int D>
struct Relation {
  Leads to = Leads::none;
  scn::Window<D> window;

  /// Of a single layer.
  static Relation of(const Node& node) {
    const Leads to = leads(node);
    if (to == Leads::none || to == Leads::subset) return {to, {}};
    if (node.type() == "PermutohedralSubmanifoldConvolution")
      return {to, scn::submanifold_window(scn::Taps<D>(scn::permutohedral_offsets<D>()))};
    if (to == Leads::submanifold) return {to, scn::submanifold_window(window_size<D>(node))};
    return {to, scn::strided_window(window_size<D>(node), window_stride<D>(node))};
  }

  /// The map from `sites`.
  template <class Dev>
  scn::MapView<Dev> map(scn::Rulebook<D, Dev>& book, const typename scn::Rulebook<D, Dev>::SitesPointer& sites) const {
    switch (to) {
      case Leads::submanifold:
        return book.submanifold(sites, window);
      case Leads::strided:
        return book.strided(sites, window).map;
      case Leads::back:
        return book.back(sites, window).map;
      case Leads::full:
        return book.full(sites, window).map;
      case Leads::none:
      case Leads::subset:
        break;
    }
    throw Skipped("rules are stored for a layer that has none");
  }
};

}  // namespace golden
