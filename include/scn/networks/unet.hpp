// UNet: down and up again, with the features of each level carried across.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/networks/block.hpp"
#include "scn/networks/pyramid.hpp"

namespace scn {

struct UNetSettings {
  std::vector<int> channels;  ///< one a level, the finest first
  int repetitions = 1;        ///< blocks before and after each step down
  bool residual = false;
  int downsample_size = 2;
  int downsample_stride = 2;
  double leakiness = 0;
  int in_channels = 0;  ///< 0: channels[0]
};

/// The reference's builder, with its parameter names; output has channels[0] channels, on the sites of the input. Ends
/// without norm or activation: add BatchNormReLU(channels[0]). Ronneberger et al., MICCAI 2015; Graham, Engelcke and
/// van der Maaten, CVPR 2018, figure 3.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class UNet : public Pyramid<D, Dev, UNet<D, Dev>> {
 public:
  UNet(Dev& device, const UNetSettings& settings)
      : Pyramid<D, Dev, UNet>(settings.channels, settings.repetitions, settings.downsample_size,
                              settings.downsample_stride) {
    add_level(device, *this, settings, 0, settings.in_channels == 0 ? settings.channels[0] : settings.in_channels);
  }

  static std::string name() { return message("UNet<", D, ">"); }

 private:
  void add_level(Dev& device, AnySequential<D, Dev>& net, const UNetSettings& settings, std::size_t level,
                 int in) const {
    const auto& [channels, repetitions, residual, size, stride, leakiness, first] = settings;
    const int here = channels[level];
    for (int i = 0; i < repetitions; ++i) add_block(device, net, i == 0 ? in : here, here, residual, leakiness);
    if (level + 1 == channels.size()) return;
    const int below = channels[level + 1];
    AnySequential<D, Dev> deeper, path;
    path.add(BatchNormLeakyReLU<Dev>(device, here, 1e-4, 0.99, leakiness))
        .add(Convolution<D, Dev>(device, here, below, this->step(), {.bias = false}));
    add_level(device, deeper, settings, level + 1, below);
    path.add(std::move(deeper))
        .add(BatchNormLeakyReLU<Dev>(device, below, 1e-4, 0.99, leakiness))
        .add(Deconvolution<D, Dev>(device, below, here, this->step(), {.bias = false}));
    ConcatTable<D, Dev> table;
    table.add(Identity{}).add(std::move(path));
    net.add(std::move(table)).add(JoinTable<D, Dev>{});
    for (int i = 0; i < repetitions; ++i) add_block(device, net, i == 0 ? 2 * here : here, here, residual, leakiness);
  }
};

}  // namespace scn
