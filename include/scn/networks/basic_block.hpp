// The basic residual block: two convolutions, each with its norm, and a sum that is rectified.
#pragma once

#include <utility>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

/// Appends a convolution of size 3 without bias and its norm, which rectifies unless the settings say otherwise.
template <int D, Device Dev>
void add_normalized_convolution(Dev& device, AnySequential<D, Dev>& net, int in, int out,
                                const NormalizationSettings& norm) {
  net.add(SubmanifoldConvolution<D, Dev>(device, in, out, 3, {.bias = false}))
      .add(BatchNormalization<Dev>(device, out, norm));
}

/// y = max(0, branch(x) + x): the branch is two normalised convolutions of size 3, rectified in between; where channels
/// change, x goes through a normalised 1 x 1 convolution. `norm` gives eps and momentum. He et al., CVPR 2016,
/// figure 2.
template <int D, Device Dev>
AnySequential<D, Dev> basic_block(Dev& device, int in, int out, NormalizationSettings norm = {}) {
  NormalizationSettings rectified = norm;
  rectified.leakiness = 0;
  norm.leakiness = 1;
  AnySequential<D, Dev> branch, shortcut;
  add_normalized_convolution(device, branch, in, out, rectified);
  add_normalized_convolution(device, branch, out, out, norm);
  if (in == out)
    shortcut.add(Identity{});
  else
    shortcut.add(NetworkInNetwork<Dev>(device, in, out, false)).add(BatchNormalization<Dev>(device, out, norm));
  ConcatTable<D, Dev> table;
  table.add(std::move(branch)).add(std::move(shortcut));
  AnySequential<D, Dev> block;
  return block.add(std::move(table)).add(AddTable<D, Dev>{}).add(ReLU{});
}

}  // namespace scn
