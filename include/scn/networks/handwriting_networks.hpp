// The reference's networks for characters written by hand: which of many classes a sample is.
#pragma once

#include <utility>
#include <vector>

#include "scn/networks/classifier.hpp"
#include "scn/networks/sparse_res_net.hpp"
#include "scn/networks/sparse_vgg_net.hpp"

namespace scn {

namespace detail {

/// Two convolutions a level, each of the numbers of a {"C", ...} of SparseVggNet, and max pooling between levels.
inline std::vector<VggLayer> vgg_levels(const std::vector<std::vector<int>>& levels) {
  std::vector<VggLayer> layers;
  for (const std::vector<int>& numbers : levels) {
    if (!layers.empty()) layers.emplace_back("MP");
    layers.insert(layers.end(), 2, VggLayer("C", numbers));
  }
  return layers;
}

/// A convolution, a pool, and a SparseResNet of four groups of two blocks, of which all but the first have a stride.
template <int D, Device Dev>
AnySequential<D, Dev> handwriting_res_net(Dev& device, int first, int second, int third, int fourth) {
  AnySequential<D, Dev> net;
  return net.add(SubmanifoldConvolution<D, Dev>(device, 3, first, 3, {.bias = false}))
      .add(MaxPooling<D, Dev>(device, 3, 2))
      .add(SparseResNet<D, Dev>(device, first, {{first, 2, 1}, {second, 2, 2}, {third, 2, 2}, {fourth, 2, 2}}));
}

/// What all of them end in: a convolution to a single site, norm, and a linear layer.
struct HandwritingEnd {
  int in = 0, features = 0, size = 0, stride = 0;
  int classes = 0;
};

template <int D, Device Dev>
SampleClassifier<D, Dev> with_end(Dev& device, AnySequential<D, Dev> net, const HandwritingEnd& end) {
  net.add(Convolution<D, Dev>(device, end.in, end.features, end.size, end.stride, {.bias = false}))
      .add(BatchNormReLU<Dev>(device, end.features));
  return {std::move(net), SampleRows<D>{}, NetworkInNetwork<Dev>(device, end.features, end.classes)};
}

}  // namespace detail

/// "VGGplus" of the example for Assamese, 183 characters. Like all networks here it takes 3 channels on the path of a
/// pen, its direction and a constant 1, in inputs of the extent input_size(1), which is 95 on every axis for Assamese
/// and 63 for Chinese; of several points on one site the reference takes the last. Gives samples x classes. The
/// reference's networks have D = 2.
template <int D = 2, Device Dev>
SampleClassifier<D, Dev> assamese_vgg_plus(Dev& device, int classes = 183) {
  auto layers = detail::vgg_levels({{8}, {16}, {16, 8}, {24, 8}});
  layers.emplace_back("MP");
  AnySequential<D, Dev> net;
  net.add(SparseVggNet<D, Dev>(device, 3, layers));
  return detail::with_end(device, net, {.in = 32, .features = 64, .size = 5, .stride = 1, .classes = classes});
}

/// "ResNet" of the example for Assamese.
template <int D = 2, Device Dev>
SampleClassifier<D, Dev> assamese_res_net(Dev& device, int classes = 183) {
  return detail::with_end(device, detail::handwriting_res_net<D>(device, 8, 16, 24, 32),
                          {.in = 32, .features = 64, .size = 5, .stride = 1, .classes = classes});
}

/// "VGG-C" of the example for Chinese, the 3755 characters of CASIA-OLHWDB1.1.
template <int D = 2, Device Dev>
SampleClassifier<D, Dev> chinese_vgg_c(Dev& device, int classes = 3755) {
  const SparseVggNet<D, Dev> net(device, 3, detail::vgg_levels({{16}, {32}, {48}, {64}, {96}}));
  return detail::with_end<D>(device, net, {.in = 96, .features = 128, .size = 3, .stride = 2, .classes = classes});
}

/// "VGG-C+": every convolution of VGG-C beside a branch that goes one level down and back.
template <int D = 2, Device Dev>
SampleClassifier<D, Dev> chinese_vgg_c_plus(Dev& device, int classes = 3755) {
  const SparseVggNet<D, Dev> net(device, 3, detail::vgg_levels({{16, 8}, {32, 8}, {48, 16}, {64, 16}, {96, 16}}));
  return detail::with_end<D>(device, net, {.in = 112, .features = 128, .size = 3, .stride = 2, .classes = classes});
}

/// "ResNet-A" of the example for Chinese.
template <int D = 2, Device Dev>
SampleClassifier<D, Dev> chinese_res_net_a(Dev& device, int classes = 3755) {
  return detail::with_end(device, detail::handwriting_res_net<D>(device, 16, 32, 48, 96),
                          {.in = 96, .features = 128, .size = 3, .stride = 1, .classes = classes});
}

}  // namespace scn
