// SparseDenseNet: dense blocks, and transitions between them.
#pragma once

#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "scn/layers/average_pooling.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/networks/dense_net_block.hpp"

namespace scn {

/// A step down, in one of these ways; n is the current number of channels, of which base * floor(n * compression /
/// base) are lost:
///
///     "MP", "AP"    max or average pooling of the other channels, the last ones
///     "C-AP"        NetworkInNetwork with bias to as many channels, then average pooling
///     "BN-R-C-AP"   BatchNormReLU, then the same
struct DenseNetTransition {
  std::string pool;
  int size = 2;
  int stride = 2;
  double compression = 0;  ///< at least 0 and less than 1
  int base = 16;
};

/// One step of a SparseDenseNet.
using DenseNetLayer = std::variant<DenseNetGrowth, DenseNetTransition>;

/// The builder that SparseConvNet once had, with the names that its parameters would have: blocks and transitions one
/// after the other. Huang et al., CVPR 2017.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SparseDenseNet : public AnySequential<D, Dev> {
 public:
  SparseDenseNet(Dev& device, int in_channels, const std::vector<DenseNetLayer>& layers) : channels_(in_channels) {
    for (const DenseNetLayer& layer : layers) std::visit([&](const auto& step) { add_step(device, step); }, layer);
  }

  static std::string name() { return message("SparseDenseNet<", D, ">"); }

  int out_channels() const { return channels_; }

 private:
  void add_step(Dev& device, const DenseNetGrowth& growth) {
    DenseNetBlock<D, Dev> block(device, channels_, growth);
    channels_ = block.out_channels();
    this->add(std::move(block));
  }

  void add_step(Dev& device, const DenseNetTransition& transition) {
    const auto& [pool, size, stride, compression, base] = transition;
    require(compression >= 0 && compression < 1 && base >= 1, name(),
            ": compression must lie in [0, 1) and base must be at least 1, got ", compression, " and ", base);
    const int lost = base * static_cast<int>(std::floor(channels_ * compression / base));
    const int before = channels_;
    channels_ -= lost;
    if (pool == "MP") {
      this->add(MaxPooling<D, Dev>(device, size, stride, {lost}));
    } else if (pool == "AP") {
      this->add(AveragePooling<D, Dev>(device, size, stride, {lost}));
    } else if (pool == "C-AP" || pool == "BN-R-C-AP") {
      if (pool == "BN-R-C-AP") this->add(BatchNormReLU<Dev>(device, before));
      this->add(NetworkInNetwork<Dev>(device, before, channels_)).add(AveragePooling<D, Dev>(device, size, stride));
    } else {
      throw InvalidArgument(message(name(), ": no transition is written \"", pool, "\""));
    }
  }

  int channels_;
};

}  // namespace scn
