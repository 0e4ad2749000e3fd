// The networks that benchmarks run, in three dimensions: one of nothing but convolutions and pools, and three in use.
#pragma once

#include <string>

#include "scn/layers/max_pooling.hpp"
#include "scn/networks/center_point_encoder.hpp"
#include "scn/networks/mink_unet.hpp"
#include "scn/networks/unet.hpp"

namespace suite {

/// spconv's network for benchmarks: two convolutions of size 3 on each of seven levels with 64, 96, ..., 256 channels,
/// max pools of size 2 between them, neither bias nor norm nor activation; 3 channels in.
template <class Dev>
scn::AnySequential<3, Dev> bench_network(Dev& device) {
  scn::AnySequential<3, Dev> net;
  int in = 3;
  for (const int channels : {64, 96, 128, 160, 192, 224, 256}) {
    if (in > 3) net.add(scn::MaxPooling<3, Dev>(device, 2, 2));
    net.add(scn::SubmanifoldConvolution<3, Dev>(device, in, channels, 3, {.bias = false}))
        .add(scn::SubmanifoldConvolution<3, Dev>(device, channels, channels, 3, {.bias = false}));
    in = channels;
  }
  return net;
}

/// SparseConvNet's U-Net with residual blocks and 32, 64, 96, 128 channels; 4 channels in.
template <class Dev>
scn::AnySequential<3, Dev> unet(Dev& device) {
  scn::AnySequential<3, Dev> net;
  return net.add(scn::SubmanifoldConvolution<3, Dev>(device, 4, 32, 3, {.bias = false}))
      .add(scn::UNet<3, Dev>(device, {.channels = {32, 64, 96, 128}, .repetitions = 1, .residual = true}))
      .add(scn::BatchNormReLU<Dev>(device, 32));
}

/// 4 channels in.
template <class Dev>
scn::AnySequential<3, Dev> mink_unet42(Dev& device) {
  return scn::MinkUNet<3, Dev>(device, {.in_channels = 4});
}

/// 5 channels in.
template <class Dev>
scn::AnySequential<3, Dev> center_point_encoder(Dev& device) {
  return scn::CenterPointEncoder<Dev>(device);
}

}  // namespace suite
