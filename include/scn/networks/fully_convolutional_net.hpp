// FullyConvolutionalNet: an encoder whose levels are un-pooled and joined at the finest.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scn/layers/convolution.hpp"
#include "scn/layers/unpooling.hpp"
#include "scn/networks/block.hpp"
#include "scn/networks/pyramid.hpp"

namespace scn {

struct FullyConvolutionalSettings {
  std::vector<int> channels;  ///< one a level, the finest first
  int repetitions = 1;        ///< blocks a level
  bool residual = false;
  int downsample_size = 2;
  int downsample_stride = 2;
};

/// The reference's builder, with its parameter names; output has the sum of all channels, the finest level's first.
/// Long, Shelhamer and Darrell, CVPR 2015.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class FullyConvolutionalNet : public Pyramid<D, Dev, FullyConvolutionalNet<D, Dev>> {
 public:
  FullyConvolutionalNet(Dev& device, const FullyConvolutionalSettings& settings)
      : Pyramid<D, Dev, FullyConvolutionalNet>(settings.channels, settings.repetitions, settings.downsample_size,
                                               settings.downsample_stride) {
    add_level(device, *this, settings, 0);
  }

  static std::string name() { return message("FullyConvolutionalNet<", D, ">"); }

 private:
  void add_level(Dev& device, AnySequential<D, Dev>& net, const FullyConvolutionalSettings& settings,
                 std::size_t level) const {
    const int here = settings.channels[level];
    for (int i = 0; i < settings.repetitions; ++i) add_block(device, net, here, here, settings.residual, 0.0);
    if (level + 1 == settings.channels.size()) return;
    AnySequential<D, Dev> deeper, path;
    path.add(BatchNormReLU<Dev>(device, here))
        .add(Convolution<D, Dev>(device, here, settings.channels[level + 1], this->step(), {.bias = false}));
    add_level(device, deeper, settings, level + 1);
    path.add(std::move(deeper)).add(UnPooling<D, Dev>(device, this->step()));
    ConcatTable<D, Dev> table;
    table.add(Identity{}).add(std::move(path));
    net.add(std::move(table)).add(JoinTable<D, Dev>{});
  }
};

}  // namespace scn
