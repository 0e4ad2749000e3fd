// FullConvolutionalNetIntegratedLinear: an encoder whose levels each give class scores, which are added up.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scn/layers/convolution.hpp"
#include "scn/layers/unpooling.hpp"
#include "scn/networks/block.hpp"
#include "scn/networks/pyramid.hpp"

namespace scn {

struct IntegratedLinearSettings {
  std::vector<int> channels;  ///< one a level, the finest first
  int classes = 0;            ///< 0: channels[0]
  int repetitions = 1;        ///< blocks a level
  bool residual = false;
  int downsample_size = 2;
  int downsample_stride = 2;
  double leakiness = 0;
  /// The blocks and the scores of a level are a sequence each, as in the reference's network for NYU: other parameter
  /// names, the same function.
  bool nested = false;
};

/// scores(level) = linear(norm(x)) + un-pooled scores(level below), where x are the features after the blocks of the
/// level, and the level below starts from their norm and strided convolution; the linear layers are without bias but
/// for the deepest. Gives `classes` channels on the sites of the input, which has channels[0].
/// What SparseConvNet's builder of this name means to do, which fails when it is called with more than one level; the
/// parameters have the names that it would give. Long, Shelhamer and Darrell, CVPR 2015; Graham, Engelcke and van der
/// Maaten, CVPR 2018, section 5.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class FullConvolutionalNetIntegratedLinear : public Pyramid<D, Dev, FullConvolutionalNetIntegratedLinear<D, Dev>> {
 public:
  FullConvolutionalNetIntegratedLinear(Dev& device, const IntegratedLinearSettings& settings)
      : Pyramid<D, Dev, FullConvolutionalNetIntegratedLinear>(settings.channels, settings.repetitions,
                                                              settings.downsample_size, settings.downsample_stride) {
    add_level(device, *this, settings, 0);
  }

  static std::string name() { return message("FullConvolutionalNetIntegratedLinear<", D, ">"); }

 private:
  void add_level(Dev& device, AnySequential<D, Dev>& net, const IntegratedLinearSettings& settings,
                 std::size_t level) const {
    const int here = settings.channels[level];
    const bool deepest = level + 1 == settings.channels.size();
    const auto normalization = [&] { return BatchNormLeakyReLU<Dev>(device, here, 1e-4, 0.99, settings.leakiness); };
    const auto append = [&](AnySequential<D, Dev> part) {
      if (settings.nested)
        net.add(std::move(part));
      else
        net = std::move(net) + part;
    };

    AnySequential<D, Dev> blocks, scores;
    for (int i = 0; i < settings.repetitions; ++i)
      blocks = std::move(blocks) + (settings.residual ? residual_block<D>(device, here, here, settings.leakiness)
                                                      : plain_block<D>(device, here, here, settings.leakiness));
    append(std::move(blocks));
    const int classes = settings.classes == 0 ? settings.channels[0] : settings.classes;
    scores.add(normalization()).add(NetworkInNetwork<Dev>(device, here, classes, deepest));
    if (deepest) return append(std::move(scores));

    AnySequential<D, Dev> deeper, path;
    path.add(normalization())
        .add(Convolution<D, Dev>(device, here, settings.channels[level + 1], this->step(), {.bias = false}));
    add_level(device, deeper, settings, level + 1);
    path.add(std::move(deeper)).add(UnPooling<D, Dev>(device, this->step()));
    ConcatTable<D, Dev> table;
    table.add(std::move(scores)).add(std::move(path));
    net.add(std::move(table)).add(AddTable<D, Dev>{});
  }
};

}  // namespace scn
