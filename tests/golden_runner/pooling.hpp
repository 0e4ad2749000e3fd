// The pooling layers from their descriptions.
#pragma once

#include "golden_runner/builder.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/randomized_stride_max_pooling.hpp"
#include "scn/layers/unpooling.hpp"

namespace golden {

inline std::int64_t dropped_channels(const Node& node) {
  return node.integer({"n_features_to_drop", "nFeaturesToDrop"}, 0);
}

template <int D, class Dev, class Layer>
scn::AnyLayer<D, Dev> pooling(Builder<D, Dev>& builder, const Node& node) {
  const std::int64_t drop = dropped_channels(node);
  builder.channels -= drop;
  return Layer(builder.device, window_size<D>(node), window_stride<D>(node), scn::PoolingSettings{.drop = drop});
}

template <int D, class Dev>
void add_pooling(Makers<D, Dev>& makers) {
  makers["MaxPooling"] = pooling<D, Dev, scn::MaxPooling<D, Dev>>;
  makers["RandomizedStrideMaxPooling"] = pooling<D, Dev, scn::RandomizedStrideMaxPooling<D, Dev>>;
  makers["AveragePooling"] = pooling<D, Dev, scn::AveragePooling<D, Dev>>;
  makers["UnPooling"] = pooling<D, Dev, scn::UnPooling<D, Dev>>;
}

}  // namespace golden
