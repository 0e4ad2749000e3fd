// The convolutions, and NetworkInNetwork, from their descriptions.
#pragma once

#include "golden_runner/builder.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/full_convolution.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/permutohedral_submanifold_convolution.hpp"
#include "scn/layers/randomized_stride_convolution.hpp"
#include "scn/layers/spectral_norm.hpp"
#include "scn/layers/submanifold_convolution.hpp"

namespace golden {

inline scn::ConvolutionSettings convolution_settings(const Node& node) {
  return {.bias = node.flag({"bias"}, true), .groups = static_cast<int>(node.integer({"groups"}, 1))};
}

/// A layer of `Layer<D, Dev>(device, in, out, size, stride, settings)`.
template <int D, class Dev, class Layer>
scn::AnyLayer<D, Dev> strided_convolution(Builder<D, Dev>& builder, const Node& node) {
  const std::int64_t in = builder.incoming(node), out = builder.outgoing(node);
  return Layer(builder.device, in, out, window_size<D>(node), window_stride<D>(node), convolution_settings(node));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> submanifold_convolution(Builder<D, Dev>& builder, const Node& node) {
  const std::int64_t in = builder.incoming(node), out = builder.outgoing(node);
  return scn::SubmanifoldConvolution<D, Dev>(builder.device, in, out, window_size<D>(node), convolution_settings(node));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> permutohedral_convolution(Builder<D, Dev>& builder, const Node& node) {
  const std::int64_t in = builder.incoming(node), out = builder.outgoing(node);
  return scn::PermutohedralSubmanifoldConvolution<D, Dev>(builder.device, in, out, convolution_settings(node));
}

template <int D, class Dev>
scn::AnyLayer<D, Dev> network_in_network(Builder<D, Dev>& builder, const Node& node) {
  const std::int64_t in = builder.incoming(node), out = builder.outgoing(node);
  return scn::NetworkInNetwork<Dev>(builder.device, in, out, node.flag({"bias"}, true));
}

/// Around a submanifold convolution; around a strided one if there is a stride, a NetworkInNetwork if there is no size.
template <int D, class Dev>
scn::AnyLayer<D, Dev> spectral_norm(Builder<D, Dev>& builder, const Node& node) {
  const scn::SpectralNormSettings settings{
      .power_iterations = static_cast<int>(node.integer({"n_power_iterations"}, 1)),
      .eps = node.real({"eps"}, 1e-12),
      .norm = node.real({"norm"}, 1)};
  const std::int64_t in = builder.incoming(node), out = builder.outgoing(node);
  const scn::ConvolutionSettings inner = convolution_settings(node);
  if (!node.has("filter_size"))
    return scn::spectral_norm(scn::NetworkInNetwork<Dev>(builder.device, in, out, inner.bias), settings);
  if (!node.has("filter_stride"))
    return scn::spectral_norm(scn::SubmanifoldConvolution<D, Dev>(builder.device, in, out, window_size<D>(node), inner),
                              settings);
  return scn::spectral_norm(
      scn::Convolution<D, Dev>(builder.device, in, out, window_size<D>(node), window_stride<D>(node), inner), settings);
}

template <int D, class Dev>
void add_convolutions(Makers<D, Dev>& makers) {
  makers["SubmanifoldConvolution"] = submanifold_convolution<D, Dev>;
  makers["ValidConvolution"] = submanifold_convolution<D, Dev>;
  makers["Convolution"] = strided_convolution<D, Dev, scn::Convolution<D, Dev>>;
  makers["Deconvolution"] = strided_convolution<D, Dev, scn::Deconvolution<D, Dev>>;
  makers["FullConvolution"] = strided_convolution<D, Dev, scn::FullConvolution<D, Dev>>;
  makers["TransposeConvolution"] = strided_convolution<D, Dev, scn::TransposeConvolution<D, Dev>>;
  makers["RandomizedStrideConvolution"] = strided_convolution<D, Dev, scn::RandomizedStrideConvolution<D, Dev>>;
  makers["PermutohedralSubmanifoldConvolution"] = permutohedral_convolution<D, Dev>;
  makers["spectral_norm"] = spectral_norm<D, Dev>;
  makers["NetworkInNetwork"] = network_in_network<D, Dev>;
}

}  // namespace golden
