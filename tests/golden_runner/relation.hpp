// How a single layer's outputs lie to its inputs, and the map that it works on.
#pragma once

#include <string>

#include "golden_runner/node.hpp"
#include "scn/geometry/permutohedral.hpp"
#include "scn/geometry/rulebook.hpp"

namespace golden {

/// `none` for layers without rules, and for networks; on a `subset` of the input's sites there are none either.
enum class Lies { none, submanifold, strided, back, full, subset };

inline Lies lies(const Node& node) {
  const std::string type = node.type();
  if (type == "spectral_norm" && node.has("filter_size"))
    return node.has("filter_stride") ? Lies::strided : Lies::submanifold;
  if (type == "SubmanifoldConvolution" || type == "ValidConvolution") return Lies::submanifold;
  if (type == "PermutohedralSubmanifoldConvolution") return Lies::submanifold;
  if (type == "Convolution" || type == "MaxPooling" || type == "AveragePooling") return Lies::strided;
  if (type.starts_with("RandomizedStride")) return Lies::strided;
  if (type == "Deconvolution" || type == "UnPooling") return Lies::back;
  if (type == "FullConvolution" || type == "TransposeConvolution") return Lies::full;
  if (type == "Sparsify" || type == "SparsifyFCS") return Lies::subset;
  return Lies::none;
}

template <int D>
struct Relation {
  Lies where = Lies::none;
  scn::Window<D> window;

  /// Of a single layer.
  static Relation of(const Node& node) {
    const Lies where = lies(node);
    if (where == Lies::none || where == Lies::subset) return {where, {}};
    if (node.type() == "PermutohedralSubmanifoldConvolution")
      return {where, scn::submanifold_window(scn::Taps<D>(scn::permutohedral_offsets<D>()))};
    if (where == Lies::submanifold) return {where, scn::submanifold_window(window_size<D>(node))};
    return {where, scn::strided_window(window_size<D>(node), window_stride<D>(node))};
  }

  /// The map from `sites`.
  template <class Dev>
  scn::MapView<Dev> map(scn::Rulebook<D, Dev>& book, const typename scn::Rulebook<D, Dev>::SitesPointer& sites) const {
    switch (where) {
      case Lies::submanifold:
        return book.submanifold(sites, window);
      case Lies::strided:
        return book.strided(sites, window).map;
      case Lies::back:
        return book.back(sites, window).map;
      case Lies::full:
        return book.full(sites, window).map;
      case Lies::none:
      case Lies::subset:
        break;
    }
    throw Skipped("rules are stored for a layer that has none");
  }
};

}  // namespace golden
