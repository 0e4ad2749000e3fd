// Layers that look at coordinates or drop sites, from their descriptions.
#pragma once

#include "golden_runner/builder.hpp"
#include "scn/layers/add_coords.hpp"
#include "scn/layers/sparsify.hpp"

namespace golden {

template <int D, class Dev>
scn::AnyLayer<D, Dev> add_coords(Builder<D, Dev>& builder, const Node&) {
  builder.channels += D;
  return scn::AddCoords<D, Dev>(builder.device);
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> sparsify(Builder<D, Dev>& builder, const Node& node) {
  using enum scn::SparsifyActivation;
  const std::string name = node.text({"activation"}, "none");
  if (name == "none" || name == "None" || name.empty())
    return scn::Sparsify<D, Dev>(builder.device, builder.incoming(node), none);
  if (name == "sigmoid") return scn::Sparsify<D, Dev>(builder.device, builder.incoming(node), sigmoid);
  scn::require<scn::FormatError>(name == "fakeGradHardSigmoid", "activation: Sparsify has no ", name);
  return scn::Sparsify<D, Dev>(builder.device, builder.incoming(node), fakeGradHardSigmoid);
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> sparsify_fcs(Builder<D, Dev>& builder, const Node&) {
  return scn::SparsifyFCS<D, Dev>(builder.device);
}

template <int D, class Dev>
void add_site_layers(Makers<D, Dev>& makers) {
  makers["AddCoords"] = add_coords<D, Dev>;
  makers["Sparsify"] = sparsify<D, Dev>;
  makers["SparsifyFCS"] = sparsify_fcs<D, Dev>;
}

}  // namespace golden
