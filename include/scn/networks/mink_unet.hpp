// MinkUNet: the residual U-Net with which large scenes are segmented.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/networks/basic_block.hpp"
#include "scn/networks/pyramid.hpp"

namespace scn {

/// The defaults are MinkUNet42: 42 convolutions, without those of shortcuts.
struct MinkUNetSettings {
  int in_channels = 4;
  int stem = 32;                               ///< channels of the two convolutions at full resolution
  std::vector<int> encoder{32, 64, 128, 256};  ///< channels of each level below, the finest first
  std::vector<int> decoder{256, 128, 96, 96};  ///< channels of each level on the way back, the coarsest first
  int repetitions = 2;                         ///< blocks of a level, each way
  NormalizationSettings norm{.eps = 1e-5, .momentum = 0.9};  ///< eps and momentum
};

/// Output has decoder.back() channels, rectified, on the sites of the input: add a NetworkInNetwork for classes. Steps
/// are convolutions of size 2 and stride 2; on the way back their transposed, joined with what the encoder had there,
/// which comes second. Convolutions have no bias. Choy, Gwak and Savarese, CVPR 2019; in this form, with basic blocks
/// behind every step, SparseResUNet42 of Tang et al., MICRO 2023.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class MinkUNet : public Pyramid<D, Dev, MinkUNet<D, Dev>> {
 public:
  explicit MinkUNet(Dev& device, const MinkUNetSettings& settings = {})
      : Pyramid<D, Dev, MinkUNet>(levels(settings), settings.repetitions, 2, 2) {
    const NormalizationSettings rectified = rectify(settings.norm);
    add_normalized_convolution(device, *this, settings.in_channels, settings.stem, rectified);
    add_normalized_convolution(device, *this, settings.stem, settings.stem, rectified);
    add_level(device, *this, settings, 0, settings.stem);
  }

  static std::string name() { return message("MinkUNet<", D, ">"); }

 private:
  static std::vector<int> levels(const MinkUNetSettings& settings) {
    require(settings.encoder.size() == settings.decoder.size(), name(), ": ", settings.encoder.size(),
            " levels on the way down, ", settings.decoder.size(), " on the way back");
    std::vector<int> channels{settings.stem};
    channels.insert(channels.end(), settings.encoder.begin(), settings.encoder.end());
    return channels;
  }
  static NormalizationSettings rectify(NormalizationSettings norm) {
    norm.leakiness = 0;
    return norm;
  }

  /// Appends the way to level `level` and below and back: in -> the channels that it returns.
  int add_level(Dev& device, AnySequential<D, Dev>& net, const MinkUNetSettings& settings, std::size_t level,
                int in) const {
    if (level == settings.encoder.size()) return in;
    const NormalizationSettings rectified = rectify(settings.norm);
    const int below = settings.encoder[level], back = settings.decoder[settings.decoder.size() - 1 - level];
    const auto add_blocks = [&](AnySequential<D, Dev>& to, int from, int channels) {
      for (int i = 0; i < settings.repetitions; ++i)
        to.add(basic_block<D>(device, i == 0 ? from : channels, channels, settings.norm));
    };
    AnySequential<D, Dev> path;
    path.add(Convolution<D, Dev>(device, in, in, this->step(), {.bias = false}))
        .add(BatchNormalization<Dev>(device, in, rectified));
    add_blocks(path, in, below);
    const int deepest = add_level(device, path, settings, level + 1, below);
    path.add(Deconvolution<D, Dev>(device, deepest, back, this->step(), {.bias = false}))
        .add(BatchNormalization<Dev>(device, back, rectified));
    ConcatTable<D, Dev> table;
    table.add(std::move(path)).add(Identity{});
    net.add(std::move(table)).add(JoinTable<D, Dev>{});
    add_blocks(net, back + in, back);
    return back;
  }
};

}  // namespace scn
