// Activations, dropout and normalisation from their descriptions.
#pragma once

#include "golden_runner/builder.hpp"
#include "scn/layers/batch_norm_elu.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/batchwise_dropout.hpp"
#include "scn/layers/dropout.hpp"
#include "scn/layers/elu.hpp"
#include "scn/layers/mean_only_batch_normalization.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/selu.hpp"
#include "scn/layers/sigmoid.hpp"
#include "scn/layers/tanh.hpp"

namespace golden {

/// A layer without arguments.
template <int D, class Dev, class Layer>
scn::AnyLayer<D, Dev> plain(Builder<D, Dev>&, const Node&) {
  return Layer{};
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> leaky_relu(Builder<D, Dev>&, const Node& node) {
  return scn::LeakyReLU(node.real({"leakiness", "leak"}, 1.0 / 3.0));
}

template <int D, class Dev, class Layer>
scn::AnyLayer<D, Dev> dropout(Builder<D, Dev>&, const Node& node) {
  return Layer(node.real({"p"}, 0.5));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> batch_normalization(Builder<D, Dev>& builder, const Node& node) {
  return scn::BatchNormalization<Dev>(builder.device, builder.incoming(node),
                                      {.eps = node.real({"eps"}, 1e-4),
                                       .momentum = node.real({"momentum"}, 0.99),
                                       .affine = node.flag({"affine"}, true),
                                       .leakiness = node.real({"leakiness"}, 1)});
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> batch_norm_relu(Builder<D, Dev>& builder, const Node& node) {
  return scn::BatchNormReLU<Dev>(builder.device, builder.incoming(node), node.real({"eps"}, 1e-4),
                                 node.real({"momentum"}, 0.99));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> batch_norm_leaky_relu(Builder<D, Dev>& builder, const Node& node) {
  return scn::BatchNormLeakyReLU<Dev>(builder.device, builder.incoming(node), node.real({"eps"}, 1e-4),
                                      node.real({"momentum"}, 0.99), node.real({"leakiness"}, 0.333));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> batch_norm_elu(Builder<D, Dev>& builder, const Node& node) {
  return scn::BatchNormELU<Dev>(builder.device, builder.incoming(node), node.real({"eps"}, 1e-4),
                                node.real({"momentum"}, 0.9));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> mean_only_batch_normalization(Builder<D, Dev>& builder, const Node& node) {
  return scn::MeanOnlyBNLeakyReLU<Dev>(builder.device, builder.incoming(node),
                                       {.affine = node.flag({"affine"}, true),
                                        .leakiness = node.real({"leakiness"}, 1),
                                        .momentum = node.real({"momentum"}, 0.99)});
}

template <int D, class Dev>
void add_row_layers(Makers<D, Dev>& makers) {
  makers["ReLU"] = plain<D, Dev, scn::ReLU>;
  makers["LeakyReLU"] = leaky_relu<D, Dev>;
  makers["Tanh"] = plain<D, Dev, scn::Tanh>;
  makers["Sigmoid"] = plain<D, Dev, scn::Sigmoid>;
  makers["ELU"] = plain<D, Dev, scn::ELU>;
  makers["SELU"] = plain<D, Dev, scn::SELU>;
  makers["Dropout"] = dropout<D, Dev, scn::Dropout>;
  makers["BatchwiseDropout"] = dropout<D, Dev, scn::BatchwiseDropout>;
  makers["BatchNormalization"] = batch_normalization<D, Dev>;
  makers["BatchNormReLU"] = batch_norm_relu<D, Dev>;
  makers["BatchNormLeakyReLU"] = batch_norm_leaky_relu<D, Dev>;
  makers["BatchNormELU"] = batch_norm_elu<D, Dev>;
  makers["MeanOnlyBNLeakyReLU"] = mean_only_batch_normalization<D, Dev>;
}

}  // namespace golden
