// SparseResNet: groups of pre-activation residual blocks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

/// A group of `repetitions` basic blocks of `channels`; the first one has the stride.
struct ResNetGroup {
  int channels = 0;
  int repetitions = 1;
  int stride = 1;
};

/// The reference's builder, with its parameter names. The first block of a group takes its shortcut from the activated
/// tensor, the others from the raw one; ends in BatchNormReLU. Convolutions have no bias.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SparseResNet : public AnySequential<D, Dev> {
 public:
  SparseResNet(Dev& device, int in_channels, const std::vector<ResNetGroup>& groups) {
    int n = in_channels;
    for (const auto& [channels, repetitions, stride] : groups) {
      for (int repetition = 0; repetition < repetitions; ++repetition) {
        AnySequential<D, Dev> branch;
        ConcatTable<D, Dev> table;
        if (repetition == 0) {
          this->add(BatchNormReLU<Dev>(device, n));
          if (stride == 1)
            branch.add(SubmanifoldConvolution<D, Dev>(device, n, channels, 3, {.bias = false}));
          else
            branch.add(Convolution<D, Dev>(device, n, channels, 3, stride, {.bias = false}));
        } else {
          branch.add(BatchNormReLU<Dev>(device, n))
              .add(SubmanifoldConvolution<D, Dev>(device, n, channels, 3, {.bias = false}));
        }
        branch.add(BatchNormReLU<Dev>(device, channels))
            .add(SubmanifoldConvolution<D, Dev>(device, channels, channels, 3, {.bias = false}));
        table.add(std::move(branch));
        if (repetition == 0 && stride > 1)
          table.add(Convolution<D, Dev>(device, n, channels, 3, stride, {.bias = false}));
        else if (n != channels)
          table.add(NetworkInNetwork<Dev>(device, n, channels, false));
        else
          table.add(Identity{});
        this->add(std::move(table)).add(AddTable<D, Dev>{});
        n = channels;
      }
    }
    this->add(BatchNormReLU<Dev>(device, n));
  }

  static std::string name() { return message("SparseResNet<", D, ">"); }
};

}  // namespace scn
