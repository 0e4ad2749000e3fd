// CenterPointEncoder: the sparse encoder of detectors that look for the centres of objects.
#pragma once

#include <string>

#include "scn/layers/convolution.hpp"
#include "scn/networks/basic_block.hpp"

namespace scn {

/// Takes voxels in the order z, y, x (41 x 1440 x 1440 for nuScenes at 0.075 m) and gives 128 channels, rectified, at
/// an eighth of their resolution along y and x: 2 x 180 x 180, whose planes along z a detector puts side by side with
/// SparseToDense. Four stages of two basic blocks with 16, 32, 64 and 128 channels, convolutions of size 3 and stride 2
/// between them, and one of size 3 and stride 2 along z alone at the end: 17 submanifold and 4 strided convolutions.
/// Yin, Zhou and Kraehenbuehl, "Center-based 3D Object Detection and Tracking", CVPR 2021.
template <Device Dev = Cpu>
class CenterPointEncoder : public AnySequential<3, Dev> {
 public:
  explicit CenterPointEncoder(Dev& device, int in_channels = 5) {
    add_normalized_convolution(device, *this, in_channels, 16, rectified);
    int channels = 16;
    for (const Point<3>& pad : {Point<3>{1, 1, 1}, {1, 1, 1}, {0, 1, 1}}) {
      add_blocks(device, channels);
      add_step(device, channels, 2 * channels, {.size = 3, .stride = 2, .pad = pad});
      channels *= 2;
    }
    add_blocks(device, channels);
    add_step(device, channels, channels, {.size = {3, 1, 1}, .stride = {2, 1, 1}});
  }

  static std::string name() { return "CenterPointEncoder"; }

 private:
  static constexpr NormalizationSettings rectified{.eps = 1e-3, .leakiness = 0};

  void add_blocks(Dev& device, int channels) {
    for (int i = 0; i < 2; ++i) this->add(basic_block<3>(device, channels, channels, rectified));
  }
  void add_step(Dev& device, int in, int out, const Window<3>& window) {
    this->add(Convolution<3, Dev>(device, in, out, window, {.bias = false}))
        .add(BatchNormalization<Dev>(device, out, rectified));
  }
};

}  // namespace scn
