// DenseNetBlock: layers that each add a few channels, computed from all channels before them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scn/layers/affine_relu_trivial_convolution.hpp"
#include "scn/layers/any_layer.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

struct DenseNetGrowth {
  int layers = 2;
  int growth = 16;  ///< channels that each layer adds
};

/// y = norm(x), and then for each layer y = (y, norm(submanifold convolution of size 3(norm(max(0, a y + c) w)))) side
/// by side; w leads to 4 * growth channels, the convolution to `growth`, none has a bias, and the norms do not rectify.
/// Gives in + layers * growth channels on the sites of the input. Each layer copies the channels before it once.
///
/// Every channel is normalised once, where it arises; a layer that takes it up has the scale a and the shift c of its
/// own, where DenseNet's composite function has a norm. That is what SparseConvNet's AffineReluTrivialConvolution was
/// for. Parameters have the names of SparseConvNet's block: "0.weight" of the first norm, "1.affineWeight",
/// "1.affineBias", "1.convWeight", "2.weight" of the norm, "3.weight" of the convolution, "4.weight" of its norm,
/// "5..." of the next layer. Huang et al., CVPR 2017, there DenseNet-B.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class DenseNetBlock {
 public:
  using DeviceType = Dev;

  DenseNetBlock(Dev& device, int in, const DenseNetGrowth& settings = {}) : normalization_(device, in), channels_(in) {
    const auto [layers, growth] = settings;
    require(layers >= 1 && growth >= 1, name(), ": layers and growth must be at least 1, got ", layers, " and ",
            growth);
    const std::int64_t width = std::int64_t{4} * growth;
    for (int position = 1; position < 4 * layers; position += 4, channels_ += growth)
      layers_.emplace_back()
          .add(std::to_string(position), AffineReluTrivialConvolution<Dev>(device, channels_, width))
          .add(std::to_string(position + 1), BatchNormalization<Dev>(device, width))
          .add(std::to_string(position + 2), SubmanifoldConvolution<D, Dev>(device, width, growth, 3, {.bias = false}))
          .add(std::to_string(position + 3), BatchNormalization<Dev>(device, growth));
  }

  static std::string name() { return message("DenseNetBlock<", D, ">"); }

  int out_channels() const { return channels_; }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    SparseTensor<D, Dev> y = call_layer(normalization_, "0", x, tape);
    for (const auto& layer : layers_) y = concatenate_feature_planes<D, Dev>({y, call_layer(layer, "", y, tape)}, tape);
    return y;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    normalization_.parameters(prefix + "0.", into);
    for (const auto& layer : layers_) layer.parameters(prefix, into);
  }

 private:
  BatchNormalization<Dev> normalization_;
  int channels_;
  std::vector<AnySequential<D, Dev>> layers_;
};

}  // namespace scn
